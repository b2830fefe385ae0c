//! The outlet: where a unit's candidates go, if they aren't kept in memory until all units have been read.

use super::misfit::MisfitAt;
use super::nulled::Nulled;
use crate::Result;
use arrow::array::RecordBatch;

/// Takes a unit's candidates as soon as they fill a record batch.
pub(crate) trait Outlet: Send {
    /// Takes the next candidates.
    fn take(&mut self, candidates: &RecordBatch, notes: Notes) -> Result<()>;

    /// There are no more.
    fn end(&mut self) -> Result<()>;
}

/// What was noted about the candidates of a record batch, by their index in it.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Values that don't fit their columns: refused if their row survives.
    pub misfits: Vec<MisfitAt>,
    /// Invalid dates that became NULL.
    pub nulled: Nulled,
}
