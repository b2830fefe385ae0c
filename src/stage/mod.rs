//! The stage: the folder through which the steps of a job hand their results on, on one machine or on many.
//!
//! In: a unit's candidates, as they are read. Out: Parquet parts with each row's place and canonical key, from which an engine
//! computes the keep-list; then the rows that it keeps, shard after shard. Every step's result counts once its small manifest is
//! there, which is written last: what a process left that died before counts for nothing. This module never decides which
//! rows are kept, and never touches the output folder.
//!
//! ```text
//! STAGE/stage.json                    the hash of the plan that the stage belongs to
//! STAGE/snapshot.json, hold.lock      the state that `hold` keeps, and its lock
//! STAGE/units/0000007/…-0001.parquet  the parts of a unit
//! STAGE/units/0000007.json            its manifest, which lists them
//! STAGE/keep/…, keep.json             the keep-list, and its manifest
//! STAGE/files/0000002/…               the batch files of a shard
//! STAGE/files/0000002.json            its manifest
//! ```

mod discard;
mod file;
mod folder;
mod held;
mod keep_list;
mod notes;
mod part;
mod part_writer;
mod parts;
mod shard;
mod unit;
mod wanted;

pub(crate) use file::FULL;
pub(crate) use folder::StageFolder;
pub(crate) use held::{Hold, State};
pub(crate) use keep_list::{KeepList, Place, not_in_order};
pub(crate) use notes::RowNotes;
pub(crate) use part::Holds;
pub(crate) use part_writer::PartWriter;
pub(crate) use parts::Parts;
pub(crate) use shard::{OfUnit, ShardFolder, ShardManifest};
pub(crate) use unit::UnitManifest;
pub(crate) use wanted::WantedRows;
