//! What an earlier plan of the same job has decided: it must not be decided again.

use super::partition::{Parts, Range};
use super::{Chosen, Reads, in_table};
use crate::{Error, ErrorKind, Result};

/// What is fixed about a table.
#[derive(Debug, Clone)]
pub(crate) struct FixedTable {
    pub name: String,
    /// The ranges that are its units.
    pub(super) ranges: Vec<Range>,
    /// Whether its keys are read first.
    pub reads: Reads,
}

/// The parts that are fixed for these tables.
pub(super) fn parts(fixed: &[FixedTable], chosen: &[Chosen]) -> Result<Vec<Parts>> {
    let parts = chosen.iter().map(|chosen| {
        let table = of(fixed, chosen)?;
        Ok(Parts {
            ranges: table.ranges.clone(),
            estimated_rows: chosen.table.estimated_rows,
        })
    });
    parts.collect()
}

/// What is fixed for a table.
pub(super) fn of<'a>(fixed: &'a [FixedTable], chosen: &Chosen) -> Result<&'a FixedTable> {
    let found = fixed.iter().find(|fixed| fixed.name == chosen.name);
    found.ok_or_else(|| {
        let error = Error::new(
            ErrorKind::Bug,
            "internal error: the frozen plan doesn't have the table",
        );
        in_table(error, &chosen.name)
    })
}
