//! The destination: firstseen's end of ConnectorX. A unit's cells come in, and its candidates go out.
//!
//! In: one unit's cells in row order, in the source's types. Out: the rows that might be the first of their key, as record
//! batches typed by the plan and in the order in which they arrived, and the counts. This module drops a row only if the
//! first-seen filter or the job's rule for NULL keys says so, never rounds a value, and knows no database.

mod among;
mod candidates;
mod cell_type;
mod column;
mod control;
mod decoder;
mod fit;
mod gate;
mod keeper;
mod list;
mod misfit;
mod native;
mod nulled;
mod outlet;
mod overtaken;
mod rules;
mod selection;
mod shape;
mod staged;
mod unit_destination;
mod written_keys;

pub(crate) use among::{Among, Wants};
pub use cell_type::CellType;
pub(crate) use cell_type::days;
#[cfg(test)]
pub(crate) use column::Column;
pub(crate) use control::Control;
pub(crate) use decoder::{CellEncoding, Decoder};
pub(crate) use fit::{Fit, Misfit};
pub(crate) use gate::Gate;
pub(crate) use misfit::{MisfitAt, SentRow};
pub(crate) use native::{fixed, native};
pub(crate) use nulled::Nulled;
pub(crate) use outlet::{Exit, Notes, Outlet, Room};
pub(crate) use selection::Filter;
pub(crate) use shape::{Expected, Shape};
pub(crate) use unit_destination::Intake;
pub use unit_destination::{UnitDestination, UnitPartition};
pub(crate) use written_keys::WrittenRows;

use crate::distinct::KeyTag;
use crate::job::{InvalidDates, NullKeys};
use arrow::array::RecordBatch;

/// One unit's rows and counts. `read = candidates + filter_drops + null_drops`.
#[derive(Debug, Default)]
pub(crate) struct UnitRows {
    /// Candidates, in the order in which the database sent them.
    pub batches: Vec<RecordBatch>,
    /// Where they go, if they aren't kept in memory until all units have been read: what is in `batches` is held back.
    exit: Option<Exit>,
    /// Rows that the database sent.
    pub read: u64,
    /// Rows in `batches`, and those that have left.
    pub candidates: u64,
    /// Rows that the first-seen filter dropped, immediately or after they had been candidates.
    pub filter_drops: u64,
    /// Rows dropped because their key is NULL.
    pub null_drops: u64,
    /// The candidates' values that don't fit their columns, by candidate: refused if their row survives.
    pub misfits: Vec<MisfitAt>,
    /// The candidates' invalid dates that became NULL.
    pub nulled: Nulled,
    /// By candidate, also by those that are not in `batches` yet: how the filter names its key. Empty if no unit can overtake
    /// this one.
    tags: Vec<KeyTag>,
}
