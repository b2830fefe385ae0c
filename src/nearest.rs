//! Which known name a misspelled name was meant to be.

use std::cmp::Ordering;

/// The least similarity of a name that may be meant: `visits_2019` and `visit_2019s`, but not `t8` and `visit`.
const LEAST_SIMILARITY: f64 = 0.8;

/// The known name nearest to `word`; of equally near names, the first. `None` only if no name is known.
///
/// A name that is one slip away is nearer than any other. The other names are compared by their beginnings and letters.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let nearness = |name: &str| {
        let (name, word) = (name.to_lowercase(), word.to_lowercase());
        Nearness {
            slips: slips(&name, &word).min(2),
            similarity: strsim::jaro_winkler(&name, &word),
        }
    };
    let known = known.into_iter().map(|name| (nearness(name), name));
    let nearest = known.reduce(
        |best, next| {
            if next.0.is_over(&best.0) { next } else { best }
        },
    );
    nearest.map(|(_, name)| name)
}

/// As [`nearest`], of the names that resemble `word`.
pub(crate) fn similar<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(word, known).filter(|name| is_similar(word, name))
}

fn is_similar(word: &str, name: &str) -> bool {
    let (word, name) = (word.to_lowercase(), name.to_lowercase());
    slips(&name, &word) <= 1 || strsim::jaro_winkler(&name, &word) >= LEAST_SIMILARITY
}

/// Whether the two differ, apart from case, by at most one letter that is missing, extra, wrong, or swapped with its
/// neighbor.
pub(crate) fn is_slip_of(word: &str, name: &str) -> bool {
    slips(&name.to_lowercase(), &word.to_lowercase()) <= 1
}

fn slips(name: &str, word: &str) -> usize {
    strsim::osa_distance(name, word)
}

struct Nearness {
    slips: usize,
    similarity: f64,
}

impl Nearness {
    fn is_over(&self, other: &Self) -> bool {
        let fewer_slips = other.slips.cmp(&self.slips);
        let similar = || self.similarity.total_cmp(&other.similarity);
        fewer_slips.then_with(similar) == Ordering::Greater
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 7] = [
        "source",
        "tables",
        "key",
        "check-counts",
        "partition-on",
        "partitions",
        "out",
    ];

    #[test]
    fn a_slip_is_nearer_than_any_similarity() {
        for (word, name) in [
            ("kye", "key"),
            ("eky", "key"),
            ("KEY", "key"),
            ("otu", "out"),
            ("tabels", "tables"),
            ("partitionn", "partitions"),
            ("partition-no", "partition-on"),
        ] {
            assert_eq!(nearest(word, KNOWN), Some(name), "{word}");
        }
    }

    #[test]
    fn names_with_the_same_beginning_are_near() {
        for (word, name) in [
            ("part", "partitions"),
            ("ouput", "out"),
            ("check", "check-counts"),
        ] {
            assert_eq!(nearest(word, KNOWN), Some(name), "{word}");
        }
        assert_eq!(nearest("anything", KNOWN.into_iter().take(0)), None);
    }

    #[test]
    fn two_slips_are_one_too_many() {
        assert!(is_slip_of("zstdd", "zstd") && is_slip_of("Zstd", "zstd"));
        assert!(!is_slip_of("zstddd", "zstd") && !is_slip_of("zip", "gzip2"));
    }
}
