//! A shuffled order of `0..len` that takes no memory: each number's position is computed.

use super::dice::Dice;

/// Odd, so that multiplication by it is invertible modulo a power of two. Its bits are those of the golden ratio.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
/// Rounds, each with its own key. After three, neighbors can end up anywhere.
const ROUNDS: u64 = 3;

/// A bijection of `0..len`.
#[derive(Debug, Clone)]
pub(super) struct Permutation {
    len: u64,
    mask: u64,
    shift: u32,
    keys: Vec<u64>,
}

impl Permutation {
    pub(super) fn new(len: u64, dice: Dice) -> Self {
        let mask = len.next_power_of_two() - 1;
        Self {
            len,
            mask,
            shift: (mask.count_ones() / 2).max(1),
            keys: (0..ROUNDS).map(|round| dice.roll(round)).collect(),
        }
    }

    /// The number at `index`, which is below `len`.
    pub(super) fn at(&self, index: u64) -> u64 {
        debug_assert!(
            index < self.len,
            "the loop ends only if it starts below len"
        );
        let mut number = self.scramble(index);
        while number >= self.len {
            number = self.scramble(number);
        }
        number
    }

    /// A bijection of the numbers up to the mask: each step is invertible.
    fn scramble(&self, index: u64) -> u64 {
        self.keys.iter().fold(index, |number, key| {
            let product = number.wrapping_add(*key).wrapping_mul(MULTIPLIER) & self.mask;
            product ^ (product >> self.shift)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_once() {
        for len in [1, 2, 3, 7, 8, 9, 1000, 1023, 1025] {
            let permutation = Permutation::new(len, Dice::new(len, "test"));
            let mut numbers: Vec<u64> = (0..len).map(|index| permutation.at(index)).collect();
            numbers.sort_unstable();
            assert!(numbers.into_iter().eq(0..len), "{len}");
        }
    }
}
