//! The names of units.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which part of a table a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// Counted from 1, in the order of the result.
    pub number: usize,
    /// How many parts the table has.
    pub of: usize,
}

/// A unit's table and, unless the unit is the whole table, its part: `ID2000, part 2 of 8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnitName {
    pub table: String,
    pub part: Option<Part>,
}

impl UnitName {
    /// The names of a table's units.
    pub fn all(table: &str, units: usize) -> impl Iterator<Item = Self> {
        (1..=units).map(move |number| Self {
            table: table.to_owned(),
            part: (units > 1).then_some(Part { number, of: units }),
        })
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table)?;
        match self.part {
            None => Ok(()),
            Some(Part { number, of }) => write!(f, ", part {number} of {of}"),
        }
    }
}
