//! The units that have been read so far.

use super::ReadUnit;
use crate::distinct::FirstSeen;
use crate::{Error, Proceed};

/// The units that have been read so far, in unit order.
pub(super) struct Done {
    units: Vec<Option<ReadUnit>>,
    /// How many units, from the first one on, have been read and looked through: nothing can overtake their candidates.
    settled: usize,
}

impl Done {
    pub fn new(units: usize) -> Self {
        Self {
            units: (0..units).map(|_| None).collect(),
            settled: 0,
        }
    }

    pub fn add(&mut self, unit: u32, read: ReadUnit) {
        self.units[unit as usize] = Some(read);
    }

    /// Drops candidates that earlier units have overtaken. Only the first `begun` units can have been read. Fails
    /// with the unit's ordinal.
    pub fn drop_overtaken(
        &mut self,
        begun: u32,
        first_seen: Option<&FirstSeen>,
        proceed: Proceed<'_>,
    ) -> Result<(), (u32, Error)> {
        let Some(first_seen) = first_seen else {
            return Ok(());
        };
        let begun = (0..begun).zip(&mut self.units).skip(self.settled);
        for (unit, read) in begun {
            if let Some(read) = read {
                let dropped = read.rows.drop_overtaken(unit, first_seen, proceed);
                dropped.map_err(|error| (unit, error))?;
            }
        }
        for (unit, read) in (0..).zip(&mut self.units).skip(self.settled) {
            let Some(read) = read else { break };
            read.rows.forget_keys(unit, first_seen);
            self.settled += 1;
        }
        Ok(())
    }

    /// All units, or `None` if one is missing.
    pub fn all(self) -> Option<Vec<ReadUnit>> {
        self.units.into_iter().collect()
    }
}
