//! The units that have been read so far.

use super::ReadUnit;
use crate::distinct::FirstSeen;
use crate::{Error, Proceed};

/// The units that have been read so far, in unit order.
pub(super) struct Done {
    units: Vec<Option<ReadUnit>>,
    /// How many units, from the first one on, have been read: nothing can overtake their candidates.
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
        while let Some(Some(settled)) = self.units.get_mut(self.settled) {
            settled.rows.forget_keys();
            self.settled += 1;
        }
    }

    /// Drops candidates that units still being read have overtaken. Only the first `begun` units can have been read. Fails
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
        Ok(())
    }

    /// All units, or `None` if one is missing.
    pub fn all(self) -> Option<Vec<ReadUnit>> {
        self.units.into_iter().collect()
    }
}
