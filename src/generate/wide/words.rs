//! Text that compresses about as well as what people write.

use std::ops::Range;

/// 64 words, so that six bits choose one.
const WORDS: [&str; 64] = [
    "order", "north", "street", "house", "annual", "report", "green", "valley", "second", "floor",
    "union", "market", "central", "office", "garden", "school", "river", "bridge", "summer",
    "water", "silver", "station", "public", "health", "record", "doctor", "winter", "harbor",
    "corner", "avenue", "forest", "county", "family", "member", "letter", "number", "window",
    "paper", "visit", "notice", "return", "payment", "invoice", "branch", "region", "monthly",
    "weekly", "printed", "checked", "closed", "opened", "moved", "former", "address", "contact",
    "request", "answer", "service", "repair", "supply", "export", "import", "storage", "freight",
];
const WORD_BITS: u32 = WORDS.len().trailing_zeros();

/// Appends words. The last one may be cut, but the text never ends with a space.
pub(super) fn write_words(roll: u64, chars: &Range<u64>, text: &mut Vec<u8>) {
    let end = text.len() + length(roll, chars);
    let mut words = roll;
    while text.len() <= end {
        text.extend_from_slice(word(words).as_bytes());
        text.push(b' ');
        words = words.rotate_right(WORD_BITS);
    }
    text.truncate(end);
    if let Some(last) = text.last_mut().filter(|last| **last == b' ') {
        *last = b'.';
    }
}

/// The number of characters, chosen by the highest bits.
fn length(roll: u64, chars: &Range<u64>) -> usize {
    let choices = chars.end.saturating_sub(chars.start).max(1);
    usize::try_from(chars.start + (roll >> 40) % choices).unwrap_or_default()
}

fn word(roll: u64) -> &'static str {
    let number = roll % (1 << WORD_BITS);
    let word = usize::try_from(number)
        .ok()
        .and_then(|number| WORDS.get(number));
    word.unwrap_or(&"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_its_length_and_no_space_at_its_end() {
        for roll in (0..1_000_000_u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            let mut text = b"before".to_vec();
            write_words(roll, &(10..61), &mut text);
            assert!(
                (16..67).contains(&text.len()) && !text.ends_with(b" "),
                "{roll}"
            );
        }
    }
}
