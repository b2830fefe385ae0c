//! One shard: its rows from the keep-list to its batch files.

use super::Step;
use super::staged_rows::{Reading, StagedRows};
use super::state::InState;
use crate::batch::{BatchFile, Layout, ShardRows};
use crate::fetch::{HowFetched, Ways};
use crate::job::BatchOutput;
use crate::report::{Listener, peak_memory_bytes};
use crate::run::Writer;
use crate::source::Database;
use crate::stage::{Holds, KeepList, OfUnit, Place, ShardFolder, StageFolder, UnitManifest};
use crate::{Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

/// What a process writes shards with.
pub(super) struct Finisher<'a> {
    pub step: &'a Step<'a>,
    pub folder: &'a StageFolder,
    pub keep_list: &'a KeepList,
    pub units: &'a [UnitManifest],
    pub output: &'a BatchOutput,
    /// What rows are fetched with, once any have been.
    pub sessions: Option<Sessions>,
}

/// Sessions in the state in which keys were read.
pub(super) struct Sessions {
    pub state: InState,
    pub listener: Arc<dyn Listener>,
    pub database: Arc<dyn Database>,
}

/// Consecutive slices of a shard, of which either all have rows to fetch or none has.
struct Run {
    rows: Range<usize>,
    fetches: bool,
}

/// What is known about the rows of a shard that were written.
#[derive(Default)]
pub(super) struct Tally {
    ways: BTreeMap<u32, Ways>,
    nulled: Vec<u64>,
}

impl Tally {
    pub fn add(&mut self, fetched: &HowFetched) {
        for (unit, ways) in (0..).zip(&fetched.by_unit) {
            if ways.rows() > 0 {
                let of_unit: &mut Ways = self.ways.entry(unit).or_default();
                of_unit.located += ways.located;
                of_unit.scanned += ways.scanned;
            }
        }
        self.add_nulled(&fetched.nulled);
    }

    pub fn add_nulled(&mut self, more: &[u64]) {
        for (nulled, more) in self.nulled.iter_mut().zip(more) {
            *nulled += more;
        }
    }
}

impl Finisher<'_> {
    /// Writes a shard's batch files, and makes it count.
    pub fn shard(&mut self, shard: u32) -> Result<Vec<BatchFile>> {
        let begun = Instant::now();
        let plan = &self.step.plan.plan;
        let first = u64::from(shard) * plan.shard_rows.get() as u64;
        let places = self.keep_list.places(self.folder, shard, first)?;
        let batch_rows = plan.batch_rows.get();
        let target = ShardFolder::create(self.folder, shard)?;
        let mut tally = Tally {
            nulled: vec![0; plan.columns.len()],
            ..Tally::default()
        };
        let mut files = Vec::new();
        for run in self.runs(&places, batch_rows)? {
            let before = first + run.rows.start as u64;
            let places = places.get(run.rows.clone()).unwrap_or_default();
            let written = if run.fetches {
                self.fetch(places, before, &target, &mut tally)?
            } else {
                self.copy(places, before, &target, &mut tally)?
            };
            files.extend(written);
        }
        let units = places.chunk_by(|one, next| one.unit == next.unit);
        let units = units.filter_map(|group| {
            let unit = group.first()?.unit;
            let ways = tally.ways.get(&unit).copied().unwrap_or_default();
            Some(OfUnit {
                unit,
                rows: group.len() as u64,
                located: ways.located,
                scanned: ways.scanned,
            })
        });
        let made = (files.clone(), units.collect());
        let cost = (begun.elapsed().as_secs_f64(), peak_memory_bytes());
        self.folder.commit_shard(target, made, tally.nulled, cost)?;
        Ok(files)
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
        tally: &mut Tally,
    ) -> Result<Vec<BatchFile>> {
        let plan = &self.step.plan.plan;
        let reading = Reading::new((self.folder, plan), places, |unit| self.unit(unit))?;
        let rows = StagedRows::new(plan.schema()?, places.len(), reading);
        let written = self.writer(before, target).write_ready(&rows);
        let (files, nulled) = rows.end(written)?;
        tally.add_nulled(&nulled);
        Ok(files)
    }
}
