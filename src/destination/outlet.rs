//! The outlet: where a unit's candidates go, if they aren't kept in memory until all units have been read.
//!
//! As long as an earlier unit is read, it might overtake candidates of later ones. These are held back in memory while there is
//! room for them, and those that were overtaken are dropped before the others go to the outlet.

use super::UnitRows;
use super::misfit::MisfitAt;
use super::nulled::Nulled;
use crate::distinct::{FirstSeen, KeyTag};
use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Takes a unit's candidates as soon as they fill a record batch and aren't held back.
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

/// Memory for candidates that are held back, of all units together.
#[derive(Debug)]
pub(crate) struct Room {
    free: AtomicUsize,
}

impl Room {
    pub fn new(bytes: usize) -> Self {
        Self {
            free: AtomicUsize::new(bytes),
        }
    }
}

/// A unit's part of the room.
#[derive(Debug)]
struct Share {
    room: Arc<Room>,
    bytes: usize,
}

impl Share {
    /// Makes the share so large. Returns whether there is room for it.
    fn resize(&mut self, bytes: usize) -> bool {
        let free = &self.room.free;
        if let Some(more) = bytes.checked_sub(self.bytes) {
            let take = |free: usize| free.checked_sub(more);
            let taken = free.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
            if taken.is_err() {
                return false;
            }
        } else {
            free.fetch_add(self.bytes - bytes, Ordering::Relaxed);
        }
        self.bytes = bytes;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.resize(0);
    }
}

/// The way of a unit's candidates to its outlet.
pub(crate) struct Exit {
    /// Until it is closed.
    outlet: Option<Box<dyn Outlet>>,
    /// Of the room, while candidates are held back: then none has left.
    share: Option<Share>,
    /// Candidates that have left.
    left: u64,
}

impl fmt::Debug for Exit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut exit = formatter.debug_struct("Exit");
        exit.field("share", &self.share).field("left", &self.left);
        exit.finish_non_exhaustive()
    }
}

impl Exit {
    /// With room, candidates are held back.
    pub fn new(outlet: Box<dyn Outlet>, room: Option<Arc<Room>>) -> Self {
        Self {
            outlet: Some(outlet),
            share: room.map(|room| Share { room, bytes: 0 }),
            left: 0,
        }
    }

    fn take(&mut self, batch: &RecordBatch, notes: Notes) -> Result<()> {
        self.left += batch.num_rows() as u64;
        match &mut self.outlet {
            Some(outlet) => outlet.take(batch, notes),
            None => Err(Error::new(
                ErrorKind::Bug,
                "internal error: candidates come after the last one",
            )),
        }
    }
}

impl UnitRows {
    /// Whether all candidates are in memory, so that any of them can be dropped.
    pub(super) fn are_all_held(&self) -> bool {
        let exit = self.exit.as_ref();
        exit.is_none_or(|exit| exit.share.is_some())
    }

    /// Whether candidates are held back although no unit can overtake them any more.
    pub(super) fn are_held_in_vain(&self, unit: u32, first_seen: &FirstSeen) -> bool {
        let exit = self.exit.as_ref();
        exit.is_some_and(|exit| exit.share.is_some()) && !first_seen.can_be_overtaken(unit)
    }

    /// Candidates in memory, and those that have left.
    pub(super) fn kept(&self) -> u64 {
        let held = self.batches.iter().map(|it| it.num_rows() as u64);
        held.sum::<u64>() + self.exit.as_ref().map_or(0, |exit| exit.left)
    }

    /// Adds a batch of candidates. Returns whether it stays in memory.
    pub(super) fn hold(&mut self, batch: RecordBatch) -> bool {
        let bytes = batch.get_array_memory_size() + batch.num_rows() * size_of::<KeyTag>();
        self.batches.push(batch);
        let Some(exit) = &mut self.exit else {
            return true;
        };
        let share = exit.share.as_mut();
        share.is_some_and(|share| share.resize(share.bytes + bytes))
    }

    /// Candidates were dropped: these bytes of them are left.
    pub(super) fn shrink(&mut self, bytes: usize) {
        if let Some(exit) = &mut self.exit
            && let Some(share) = &mut exit.share
        {
            // Copies of few rows are seldom larger.
            share.resize(bytes);
        }
    }

    /// The candidates in memory leave, and no more are held back.
    pub(super) fn let_out(&mut self) -> Result<()> {
        let Some(mut exit) = self.exit.take() else {
            return Ok(());
        };
        for batch in std::mem::take(&mut self.batches) {
            let end = exit.left + batch.num_rows() as u64;
            exit.take(&batch, self.take_notes(batch.num_rows(), end))?;
        }
        exit.share = None;
        self.exit = Some(exit);
        Ok(())
    }

    /// There are no more candidates: those that are held back leave, and the outlet is closed.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.let_out()?;
        let outlet = self.exit.as_mut().and_then(|exit| exit.outlet.take());
        outlet.map_or(Ok(()), |mut outlet| outlet.end())
    }

    /// Takes what was noted about the last candidates below `end`, so many of them.
    fn take_notes(&mut self, candidates: usize, end: u64) -> Notes {
        let first = end - candidates as u64;
        let below = self.misfits.partition_point(|it| it.candidate < end);
        let misfits = self.misfits.drain(..below).map(|misfit| MisfitAt {
            candidate: misfit.candidate - first,
            ..misfit
        });
        Notes {
            misfits: misfits.collect(),
            nulled: self.nulled.take_below(end),
        }
    }
}

#[cfg(test)]
mod tests;
