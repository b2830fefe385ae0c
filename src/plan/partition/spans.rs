//! The spans of a number line where an index has its keys, and evenly spread places in them.

use crate::Result;
use xxhash_rust::xxh3::xxh3_64;

/// Each split costs a statement with two index lookups.
const MAX_SPLITS: usize = 32;
/// After this many splits in a row without a gap, no more gaps are expected.
const GAPLESS_SPLITS: usize = 4;
/// A gap counts if it is at least this fraction of the span's values: one in four.
const GAP_SHARE: i128 = 4;

/// A span of values. Both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub first: i128,
    pub last: i128,
}

impl Span {
    pub fn len(&self) -> i128 {
        self.last - self.first + 1
    }
}

/// Leaves the largest gaps out of a span that begins and ends with a key. `around` returns the keys on both sides of a value.
pub(super) fn tight(
    whole: Span,
    mut around: impl FnMut(i128) -> Result<Option<(i128, i128)>>,
) -> Result<Vec<Span>> {
    let mut spans = vec![whole];
    let mut gapless = 0;
    for _ in 0..MAX_SPLITS {
        spans.sort_by_key(Span::len);
        let Some(widest) = spans.pop_if(|widest| widest.len() > 2) else {
            break;
        };
        let middle = widest.first + widest.len() / 2;
        // Keys might have been deleted meanwhile.
        let found = around(middle)?
            .filter(|(below, above)| *below >= widest.first && *above <= widest.last);
        let Some((below, above)) = found else {
            spans.push(widest);
            break;
        };
        let (first, last) = (widest.first, widest.last);
        spans.extend([Span { first, last: below }, Span { first: above, last }]);
        let is_gap = (above - below - 1) * GAP_SHARE >= widest.len();
        gapless = if is_gap { 0 } else { gapless + 1 };
        if gapless == GAPLESS_SPLITS {
            break;
        }
    }
    spans.sort_by_key(|span| span.first);
    Ok(spans)
}

/// This many places in ascending spans: a random one in each of as many equal stretches, the same ones each time.
pub(super) fn places(spans: &[Span], count: i128) -> impl Iterator<Item = i128> {
    let all: i128 = spans.iter().map(Span::len).sum();
    let stretch = move |number: i128| all * number / count;
    let offsets = (0..count).map(move |number| {
        let (from, below) = (stretch(number), stretch(number + 1));
        let random = i128::from(xxh3_64(&number.to_le_bytes()));
        from + random % (below - from).max(1)
    });
    offsets.filter_map(|offset| at(spans, offset))
}

fn at(spans: &[Span], mut offset: i128) -> Option<i128> {
    for span in spans {
        if offset < span.len() {
            return Some(span.first + offset);
        }
        offset -= span.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spans of these keys, and how many lookups they took.
    fn spans(keys: &[i128]) -> (Vec<Span>, usize) {
        let mut asked = 0;
        let whole = Span {
            first: keys[0],
            last: *keys.last().unwrap(),
        };
        let spans = tight(whole, |middle| {
            asked += 1;
            let place = keys.partition_point(|key| *key < middle);
            Ok(Some((keys[place - 1], keys[place])))
        });
        (spans.unwrap(), asked)
    }

    #[test]
    fn gaps_are_left_out() {
        let far = i128::from(u64::MAX);
        let mut keys: Vec<i128> = (-5_000..5_000).collect();
        keys.extend(far / 2..far / 2 + 10_000);
        keys.push(far);
        let (spans, _) = spans(&keys);
        let length: i128 = spans.iter().map(Span::len).sum();
        assert!(length < 25_000, "{spans:?}");
        assert!(keys.iter().all(|key| {
            spans
                .iter()
                .any(|span| span.first <= *key && *key <= span.last)
        }));
    }

    #[test]
    fn keys_without_gaps_take_few_lookups() {
        let keys: Vec<i128> = (0..100_000).collect();
        assert_eq!(spans(&keys).1, GAPLESS_SPLITS);
        assert_eq!(spans(&[7]), (vec![Span { first: 7, last: 7 }], 0));
    }

    #[test]
    fn places_are_distinct_and_evenly_spread() {
        let spans = [(0, 999), (5_000, 5_999)].map(|(first, last)| Span { first, last });
        let places: Vec<i128> = places(&spans, 200).collect();
        assert_eq!(places.len(), 200);
        assert!(places.is_sorted_by(|one, next| one < next));
        assert_eq!(places.iter().filter(|place| **place < 1_000).count(), 100);
    }
}
