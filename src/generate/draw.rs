//! Which entry appears at which position of a table.

use super::dice::Dice;
use super::permutation::Permutation;
use super::shape::TableShape;

/// The entries of one table, by position.
///
/// Each entry of the table gets one row; the remaining rows repeat entries at random. All rows are shuffled.
#[derive(Debug, Clone)]
pub(super) struct Draw {
    known: u64,
    new: u64,
    distinct: u64,
    order: Permutation,
    returning: Permutation,
    repeats: Dice,
}

impl Draw {
    pub(super) fn new(table: &TableShape, seed: u64) -> Self {
        let dice = |purpose: &str| Dice::new(seed, &format!("{purpose} of {}", table.name));
        Self {
            known: table.known,
            new: table.new,
            distinct: table.distinct(),
            order: Permutation::new(table.rows, dice("order")),
            returning: Permutation::new(table.known, dice("returning")),
            repeats: dice("repeats"),
        }
    }

    /// The entry at `position`, which is less than the table's number of rows.
    pub(super) fn entry(&self, position: u64) -> u64 {
        let slot = self.order.at(position);
        if slot < self.distinct {
            self.member(slot)
        } else {
            self.member(self.repeats.roll(slot) % self.distinct)
        }
    }

    fn member(&self, slot: u64) -> u64 {
        if slot < self.new {
            self.known + slot
        } else {
            self.returning.at(slot - self.new)
        }
    }
}
