//! Consecutive rows of a shard: from the keep-list to their batch files.

use super::Step;
use super::staged_rows::{Reading, StagedRows};
use super::state::InState;
use crate::batch::{BatchFile, Layout, ShardRows};
use crate::fetch::HowFetched;
use crate::job::BatchOutput;
use crate::report::Listener;
use crate::run::Writer;
use crate::source::Database;
use crate::stage::{Holds, KeepList, OfUnit, Place, ShardFolder, StageFolder, UnitManifest};
use crate::{Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// Pieces that are written at the same time: rows are decoded one after the other, and while one piece begins or ends, the other
/// one has work for all cores.
pub(super) const AT_ONCE: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// What a process writes batch files with.
pub(super) struct Finisher<'a> {
    pub step: &'a Step<'a>,
    pub folder: &'a StageFolder,
    pub keep_list: &'a KeepList,
    pub units: &'a [UnitManifest],
    pub output: &'a BatchOutput,
    /// What rows are fetched with, once any have been: for one piece at a time.
    pub sessions: Mutex<Option<Sessions>>,
}

/// Sessions in the state in which keys were read.
pub(super) struct Sessions {
    pub state: InState,
    pub listener: Arc<dyn Listener>,
    pub database: Arc<dyn Database>,
}

/// Rows of a shard that fill batch files.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub shard: u32,
    /// Counted from 0 in the shard.
    pub rows: Range<u64>,
}

/// What was written of a piece.
#[derive(Default)]
pub(super) struct Written {
    pub files: Vec<BatchFile>,
    /// What the files have of each unit.
    pub units: BTreeMap<u32, OfUnit>,
    /// By column, invalid dates that became NULL.
    pub nulled: Vec<u64>,
    /// Its first and its last row.
    pub ends: Option<(Place, Place)>,
}

/// Consecutive slices of a piece, of which either all have rows to fetch or none has.
struct Run {
    rows: Range<usize>,
    fetches: bool,
}

impl Written {
    fn count(&mut self, places: &[Place]) {
        for group in places.chunk_by(|one, next| one.unit == next.unit) {
            if let Some(place) = group.first() {
                self.unit(place.unit).rows += group.len() as u64;
            }
        }
        self.ends = places.first().copied().zip(places.last().copied());
    }

    fn unit(&mut self, unit: u32) -> &mut OfUnit {
        let new = OfUnit {
            unit,
            ..OfUnit::default()
        };
        self.units.entry(unit).or_insert(new)
    }

    pub fn add_fetched(&mut self, fetched: &HowFetched) {
        for (unit, ways) in (0..).zip(&fetched.by_unit) {
            if ways.rows() > 0 {
                let of_unit = self.unit(unit);
                of_unit.located += ways.located;
                of_unit.scanned += ways.scanned;
            }
        }
        self.add_nulled(&fetched.nulled);
    }

    pub fn add_nulled(&mut self, more: &[u64]) {
        self.nulled.resize(self.nulled.len().max(more.len()), 0);
        for (nulled, more) in self.nulled.iter_mut().zip(more) {
            *nulled += more;
        }
    }

    /// Adds the files of the rows behind these, and what they have.
    pub fn append(&mut self, next: Self) {
        self.files.extend(next.files);
        for (unit, of_next) in next.units {
            let of_unit = self.unit(unit);
            of_unit.rows += of_next.rows;
            of_unit.located += of_next.located;
            of_unit.scanned += of_next.scanned;
        }
        self.add_nulled(&next.nulled);
    }
}

impl Finisher<'_> {
    /// Writes the batch files of a piece.
    pub fn write(&self, piece: &Piece, target: &ShardFolder) -> Result<Written> {
        let plan = &self.step.plan.plan;
        let first = u64::from(piece.shard) * plan.shard_rows.get() as u64;
        let of_shard = (piece.shard, first);
        let places = self
            .keep_list
            .places(self.folder, of_shard, piece.rows.clone())?;
        let mut written = Written {
            nulled: vec![0; plan.columns.len()],
            ..Written::default()
        };
        written.count(&places);
        for run in self.runs(&places, plan.batch_rows.get())? {
            let before = first + piece.rows.start + run.rows.start as u64;
            let places = places.get(run.rows).unwrap_or_default();
            if run.fetches {
                self.fetch(places, before, target, &mut written)?;
            } else {
                self.copy(places, before, target, &mut written)?;
            }
        }
        Ok(written)
    }

    pub fn unit(&self, unit: u32) -> Result<&UnitManifest> {
        self.units.get(unit as usize).ok_or_else(|| {
            let message =
                format!("the keep-list has a row of unit {unit}, which the plan doesn't have");
            Error::new(ErrorKind::Sums, message)
        })
    }

    fn runs(&self, places: &[Place], batch_rows: usize) -> Result<Vec<Run>> {
        let mut runs: Vec<Run> = Vec::new();
        for (slice, places) in places.chunks(batch_rows).enumerate() {
            let mut fetches = false;
            for group in places.chunk_by(|one, next| one.unit == next.unit) {
                let unit = group.first().map_or(0, |place| place.unit);
                fetches |= self.unit(unit)?.holds == Holds::Keys;
            }
            let first = slice * batch_rows;
            let end = first + places.len();
            match runs.last_mut() {
                Some(run) if run.fetches == fetches => run.rows.end = end,
                _ => runs.push(Run {
                    rows: first..end,
                    fetches,
                }),
            }
        }
        Ok(runs)
    }

    pub fn writer<'a>(&'a self, before: u64, target: &'a ShardFolder) -> Writer<'a> {
        Writer {
            layout: Layout {
                encoding: self.output.encoding,
                batch_rows: self.output.batch_rows,
                prefix: self.output.prefix.clone(),
                distinct_column: self.step.plan.plan.only_key(),
                shard: Some(ShardRows {
                    before,
                    of: self.keep_list.rows,
                }),
            },
            folder: target.path(),
            listener: self.step.listener.as_ref(),
            cancel: self.step.cancel,
        }
    }

    /// Writes rows that were staged whole.
    fn copy(
        &self,
        places: &[Place],
        before: u64,
        target: &ShardFolder,
        written: &mut Written,
    ) -> Result<()> {
        let plan = &self.step.plan.plan;
        let reading = Reading::new((self.folder, plan), places, |unit| self.unit(unit))?;
        let rows = StagedRows::new(plan.schema()?, places.len(), reading);
        let files = self.writer(before, target).write_ready(&rows, AT_ONCE);
        let (files, nulled) = rows.end(files)?;
        written.files.extend(files);
        written.add_nulled(&nulled);
        Ok(())
    }
}
