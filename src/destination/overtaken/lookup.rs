//! A table of overtaken keys, in which a unit's candidates are looked up.

use crate::distinct::KeyTag;

/// The tag of a candidate whose key is NULL, which can't be overtaken, and of a free entry. A key that happens to have it is
/// left out: its row just stays.
pub(in crate::destination) const NO_KEY: KeyTag = 0;
/// The candidate of a key that no candidate was found for.
const NOBODY: u32 = u32::MAX;

/// Overtaken keys by tag: open addressing, at most half full. A table of eight bytes for each entry stays in a core's cache.
pub(super) struct Overtaken {
    tags: Vec<KeyTag>,
    /// By entry, the candidate that was found for it.
    candidates: Vec<u32>,
}

impl Overtaken {
    pub fn new(tags: &[KeyTag]) -> Self {
        let entries = (tags.len() * 2).next_power_of_two();
        let mut table = Self {
            tags: vec![NO_KEY; entries],
            candidates: vec![NOBODY; entries],
        };
        for tag in tags.iter().filter(|tag| **tag != NO_KEY) {
            let (Ok(entry) | Err(entry)) = table.find(*tag);
            table.tags[entry] = *tag;
        }
        table
    }

    /// The entry of a tag, or the free one where it would be.
    fn find(&self, tag: KeyTag) -> Result<usize, usize> {
        let last = self.tags.len() - 1;
        // The remainder keeps it in range of usize.
        let mut entry = usize::try_from(tag & last as u64).unwrap_or_default();
        loop {
            match self.tags[entry] {
                NO_KEY => return Err(entry),
                known if known == tag => return Ok(entry),
                _ => entry = (entry + 1) & last,
            }
        }
    }

    /// Says which of the first `complete` candidates to keep: all but those whose key is in the table. A key that several
    /// candidates might have keeps them all. Also returns the keys in the table that candidates after these have.
    pub fn look_for(mut self, tags: &[KeyTag], complete: u64) -> (Vec<bool>, Vec<KeyTag>) {
        let complete = usize::try_from(complete).unwrap_or(usize::MAX);
        let mut keep = vec![true; tags.len().min(complete)];
        let mut rest = Vec::new();
        for (candidate, tag) in (0..NOBODY).zip(tags) {
            let Ok(entry) = self.find(*tag) else {
                continue;
            };
            let other = std::mem::replace(&mut self.candidates[entry], candidate);
            let is_only = other == NOBODY;
            if let Some(keep) = keep.get_mut(other as usize) {
                *keep = true;
            }
            match keep.get_mut(candidate as usize) {
                Some(keep) => *keep = !is_only,
                None => rest.push(*tag),
            }
        }
        (keep, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_found_unless_two_have_the_same_tag() {
        let table = || Overtaken::new(&[11, 12, 13, 14 + 64, 14, 15]);
        let tags = [10, 11, 12, 13, 12, 14, 15, 12, 0, 14 + 64];
        let (keep, rest) = table().look_for(&tags, 6);
        assert_eq!(keep, [true, false, true, false, true, false]);
        assert_eq!(rest, [15, 12, 14 + 64]);
        let (keep, rest) = table().look_for(&tags, 10);
        assert_eq!(
            keep,
            [
                true, false, true, false, true, false, false, true, true, false
            ]
        );
        assert!(rest.is_empty());
    }
}
