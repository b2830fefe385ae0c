//! How many different keys come out of an urn. Computed in whole numbers, so that it is the same on every machine.

/// The number 1 as a fraction of 64 bits.
const ONE: u128 = 1 << 64;
/// Keys in the largest urn, for each draw: hardly any key comes twice.
const MOST_KEYS_PER_DRAW: u64 = 1024;

/// Keys, each of which goes back into the urn after it was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Urn {
    keys: u64,
}

impl Urn {
    /// The smallest urn out of which `draws` bring as many different keys.
    pub(super) fn with(distinct: u64, draws: u64) -> Self {
        let (mut fewest, mut most) = (distinct.max(1), draws.max(1) * MOST_KEYS_PER_DRAW);
        while fewest < most {
            let keys = fewest.midpoint(most);
            if (Self { keys }).distinct(draws) < distinct {
                fewest = keys + 1;
            } else {
                most = keys;
            }
        }
        Self { keys: most }
    }

    pub(super) fn keys(self) -> u64 {
        self.keys
    }

    /// How many different keys to expect after this many draws, rounded down.
    pub(super) fn distinct(self, draws: u64) -> u64 {
        let missed_by_one = ONE - ONE.div_ceil(u128::from(self.keys));
        let missed_by_all = power(missed_by_one, draws);
        let distinct = (u128::from(self.keys) * (ONE - missed_by_all)) >> 64;
        u64::try_from(distinct).unwrap_or(self.keys) // never more than the keys
    }
}

/// A fraction of 64 bits, below 1, to the power of `exponent`.
fn power(mut fraction: u128, mut exponent: u64) -> u128 {
    let mut result = ONE;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = (result * fraction) >> 64;
        }
        fraction = (fraction * fraction) >> 64;
        exponent /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_keys_are_never_drawn() {
        // 400,000 × (1 − e⁻⁵), and 1,000,000 × (1 − e⁻¹)
        assert_eq!(Urn { keys: 400_000 }.distinct(2_000_000), 397_304);
        assert_eq!(Urn { keys: 1_000_000 }.distinct(1_000_000), 632_120);
        assert_eq!(Urn { keys: 1 }.distinct(1), 1);
    }

    #[test]
    fn an_urn_is_as_large_as_it_must_be() {
        for distinct in [1, 20_000, 397_318, 1_200_000, 1_900_000] {
            let urn = Urn::with(distinct, 2_000_000);
            assert!(urn.distinct(2_000_000) >= distinct, "{urn:?}");
            let smaller = Urn { keys: urn.keys - 1 };
            assert!(
                urn.keys == 1 || smaller.distinct(2_000_000) < distinct,
                "{urn:?}"
            );
        }
    }
}
