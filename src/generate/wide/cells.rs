//! The cells of one column in one table.

use super::columns::Other;
use super::values::Values;
use crate::generate::dice::Dice;
use crate::generate::row::Row;

/// NULL is one of this many possibilities, chosen by ten bits that nothing else uses.
const NULL_CHOICES: u64 = 1 << NULL_BITS;
const NULL_BITS: u32 = 10;

/// A column's cells, which depend on the position alone.
pub(super) struct Cells {
    values: Values,
    /// This many of [`NULL_CHOICES`] cells are NULL.
    nulls: u64,
    dice: Dice,
    /// The few texts, which are the same in all tables.
    texts: Dice,
}

impl Cells {
    pub(super) fn new(other: &Other, table: &str, seed: u64) -> Self {
        let name = other.column.name;
        Self {
            values: other.values.clone(),
            nulls: other.null_percent * NULL_CHOICES / 100,
            dice: Dice::new(seed, &format!("{name} of {table}")),
            texts: Dice::new(seed, &format!("texts of {name}")),
        }
    }

    /// Adds the cell of the row at `position`.
    pub(super) fn push(&self, position: u64, days: &[String], row: &mut Row) {
        let roll = self.dice.roll(position);
        if roll % NULL_CHOICES < self.nulls {
            return row.push_null();
        }
        let choice = match self.values {
            Values::Few(count, _) => self.texts.roll((roll >> NULL_BITS) % count),
            _ => roll,
        };
        row.push_with(|text| self.values.write(choice >> NULL_BITS, days, text));
    }
}
