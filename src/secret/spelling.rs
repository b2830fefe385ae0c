//! The ways to write the bytes of a secret in a text or a URL.

use percent_encoding::percent_decode_str;

/// How many bytes at the beginning of `text` are the secret, however each of its bytes is written.
pub(super) fn length_at(secret: &[u8], text: &[u8]) -> Option<usize> {
    let mut ends = vec![0];
    for byte in secret {
        ends = ends
            .iter()
            .flat_map(|end| {
                let forms = forms(*byte, text.get(*end..).unwrap_or_default());
                forms.into_iter().flatten().map(move |length| end + length)
            })
            .collect();
        ends.dedup();
    }
    ends.into_iter().max()
}

/// The length of a byte at the beginning of `text`: written plainly, after a backslash, and percent-encoded.
fn forms(byte: u8, text: &[u8]) -> [Option<usize>; 3] {
    let encoded = match text {
        [b'%', high, low, ..] => hexadecimal(*high, *low),
        _ => None,
    };
    [
        (text.first() == Some(&byte)).then_some(1),
        text.starts_with(&[b'\\', byte]).then_some(2),
        (encoded == Some(byte)).then_some(3),
    ]
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// The bytes of a percent-encoded text. A percent sign that doesn't begin an encoded byte stands for itself.
pub(crate) fn percent_decoded(text: &str) -> Vec<u8> {
    percent_decode_str(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_sign_without_two_digits_stands_for_itself() {
        assert_eq!(percent_decoded("a%41%2f%zz%4"), b"aA/%zz%4");
    }
}
