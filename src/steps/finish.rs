//! Writes the batch files of shards.

use super::staged_rows::{Reading, StagedRows};
use super::state::InState;
use super::{Selection, Step};
use crate::batch::{BatchFile, Layout, ShardRows};
use crate::fetch::{Candidates, HowFetched, Wanted, Ways, fetch_while};
use crate::job::{BatchOutput, Output};
use crate::plan::Plan;
use crate::report::{Listener, RedactingListener, peak_memory_bytes};
use crate::run::Writer;
use crate::source::{Database, database};
use crate::stage::{Holds, KeepList, OfUnit, Place, ShardFolder, StageFolder, UnitManifest};
use crate::{Error, ErrorKind, Result};
use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{DataType, Field, Schema};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

/// What a process has finished.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Finished {
    pub plan_hash: String,
    /// Shards that it has completed.
    pub shards: usize,
    /// Shards of its selection that were complete before.
    pub complete_before: usize,
    /// Shards of the result that aren't complete.
    pub missing: usize,
    /// Rows of its shards.
    pub rows: u64,
    pub files: u64,
    pub bytes: u64,
    pub elapsed_secs: f64,
    pub peak_memory_bytes: Option<u64>,
}

/// Finishes the selected shards that aren't complete.
pub(crate) fn finish(step: &Step<'_>, shards: Option<Selection>) -> Result<Finished> {
    let begun = Instant::now();
    let Step { plan, job, .. } = step;
    let Output::Batches(output) = &job.output else {
        return Err(Error::new(
            ErrorKind::Bug,
            "internal error: a plan without output",
        ));
    };
    let folder = StageFolder::open(step.stage, &plan.hash)?;
    let keep_list = folder.keep_list()?;
    let count = keep_list.checked_shards(plan.plan.shard_rows.get() as u64)?;
    let selected = Selection::of(shards, count as usize, "shard")?;
    let (complete, todo): (Vec<u32>, Vec<u32>) = selected
        .into_iter()
        .partition(|shard| folder.has_shard(*shard));
    let units = all_units(&folder, plan.plan.units.len())?;
    let mut finisher = Finisher {
        step,
        folder: &folder,
        keep_list: &keep_list,
        units: &units,
        output,
        sessions: None,
    };
    let mut done = Finished {
        plan_hash: plan.hash.clone(),
        shards: todo.len(),
        complete_before: complete.len(),
        ..Finished::default()
    };
    for shard in todo {
        let files = match finisher.shard(shard) {
            // Another process has completed it meanwhile, and has removed what this one was writing.
            Err(error) if error.kind() == ErrorKind::Output && folder.has_shard(shard) => {
                Vec::new()
            }
            files => files?,
        };
        done.files += files.len() as u64;
        done.rows += files.iter().map(|file| file.rows).sum::<u64>();
        done.bytes += files.iter().map(|file| file.bytes).sum::<u64>();
    }
    done.missing = (0..count).filter(|shard| !folder.has_shard(*shard)).count();
    done.elapsed_secs = begun.elapsed().as_secs_f64();
    done.peak_memory_bytes = peak_memory_bytes();
    Ok(done)
}

/// The manifests of all units, which must be complete.
pub(super) fn all_units(folder: &StageFolder, count: usize) -> Result<Vec<UnitManifest>> {
    let numbers = 0..u32::try_from(count).unwrap_or(u32::MAX);
    let mut units = Vec::with_capacity(count);
    let mut missing = Vec::new();
    for unit in numbers {
        match folder.unit_manifest_of(unit)? {
            Some(manifest) => units.push(manifest),
            None => missing.push(unit),
        }
    }
    let Some(first) = missing.first() else {
        return Ok(units);
    };
    let message = format!(
        "{} of {count} units aren't staged, the first of them is {first}",
        missing.len()
    );
    Err(Error::new(ErrorKind::Usage, message)
        .advise("stage them: firstseen stage plan.json --stage DIR, which skips what is complete"))
}

struct Finisher<'a> {
    step: &'a Step<'a>,
    folder: &'a StageFolder,
    keep_list: &'a KeepList,
    units: &'a [UnitManifest],
    output: &'a BatchOutput,
    /// What rows are fetched with, once any have been.
    sessions: Option<Sessions>,
}

struct Sessions {
    state: InState,
    listener: Arc<dyn Listener>,
    database: Arc<dyn Database>,
}

/// Consecutive slices of a shard, of which either all have rows to fetch or none has.
struct Run {
    rows: Range<usize>,
    fetches: bool,
}

/// What is known about the rows of a shard that were written.
#[derive(Default)]
struct Tally {
    ways: BTreeMap<u32, Ways>,
    nulled: Vec<u64>,
}

impl Tally {
    fn add(&mut self, fetched: &HowFetched) {
        for (unit, ways) in (0..).zip(&fetched.by_unit) {
            if ways.rows() > 0 {
                let of_unit: &mut Ways = self.ways.entry(unit).or_default();
                of_unit.located += ways.located;
                of_unit.scanned += ways.scanned;
            }
        }
        self.add_nulled(&fetched.nulled);
    }

    fn add_nulled(&mut self, more: &[u64]) {
        for (nulled, more) in self.nulled.iter_mut().zip(more) {
            *nulled += more;
        }
    }
}

impl Finisher<'_> {
    fn shard(&mut self, shard: u32) -> Result<Vec<BatchFile>> {
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

    fn unit(&self, unit: u32) -> Result<&UnitManifest> {
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

    fn writer<'a>(&'a self, before: u64, target: &'a ShardFolder) -> Writer<'a> {
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

    /// Writes rows of which some were staged as keys: these are fetched.
    fn fetch(
        &mut self,
        places: &[Place],
        before: u64,
        target: &ShardFolder,
        tally: &mut Tally,
    ) -> Result<Vec<BatchFile>> {
        let sessions = match self.sessions.take() {
            Some(sessions) => sessions,
            None => self.begin()?,
        };
        let plan = Arc::clone(&sessions.state.opened.plan);
        let (candidates, nulled) = self.candidates(&plan, places)?;
        let survivors = 0..u32::try_from(places.len()).unwrap_or(u32::MAX);
        let wanted = Wanted {
            plan,
            candidates,
            survivors: Arc::new(survivors.collect()),
            batch_rows: self.output.batch_rows,
        };
        let writer = self.writer(before, target);
        let (opened, to) = (
            sessions.state.opened.clone(),
            (&sessions.listener, self.step.cancel),
        );
        let written = fetch_while((self.step.job, wanted), opened, to, |rows| {
            writer.write_fetched(rows)
        });
        let secrets = sessions.database.secrets();
        let (files, fetched) = written.map_err(|error| error.without(&secrets))?;
        sessions.state.confirm(self.step.cancel, self.folder)?;
        self.sessions = Some(sessions);
        tally.add_nulled(&nulled);
        tally.add(&fetched);
        Ok(files)
    }

    /// Begins sessions in the state in which the keys were read.
    fn begin(&self) -> Result<Sessions> {
        let step = self.step;
        let held = self.folder.held()?;
        let mut keys = self.units.iter().filter(|unit| unit.holds == Holds::Keys);
        let mut is_same = |state: &str| keys.all(|unit| unit.state == state);
        let held = held.filter(|held| is_same(&held.id));
        let held = held.ok_or_else(|| {
            let message = "rows are to be fetched whose keys were staged, but the process that held the state of the database has ended";
            Error::new(ErrorKind::Ended, message).advise(
                "discard the stage, and stage the plan again: under a new firstseen hold, or without one, which stages whole rows",
            )
        })?;
        let database = database(&step.job.source, &step.job.reading, &step.job.waits)?;
        let secrets = database.secrets();
        let listener: Arc<dyn Listener> = Arc::new(RedactingListener {
            listener: Arc::clone(step.listener),
            secrets: secrets.clone(),
        });
        let state = InState::begin(step, (&database, &listener), Some(held), usize::MAX);
        Ok(Sessions {
            state: state.map_err(|error| error.without(&secrets))?,
            listener,
            database,
        })
    }

    /// By unit, the rows at these places or their keys and locators, and by column, the invalid dates that became NULL.
    fn candidates(&self, plan: &Plan, places: &[Place]) -> Result<(Vec<Candidates>, Vec<u64>)> {
        let mut groups = places
            .chunk_by(|one, next| one.unit == next.unit)
            .peekable();
        let mut candidates = Vec::with_capacity(plan.units.len());
        let mut nulled = vec![0; plan.columns.len()];
        let mut first = 0;
        for (number, unit) in (0..).zip(plan.units.iter()) {
            let of_unit = groups.next_if(|group| group.first().is_some_and(|it| it.unit == number));
            let staged = self.unit(number)?;
            let batches = self.batches(of_unit.unwrap_or_default(), staged, &mut nulled)?;
            let fetch = match (staged.holds, &unit.fetch) {
                (Holds::Keys, Some(fetch)) => Some(Arc::clone(fetch)),
                (Holds::Rows, _) => None,
                (Holds::Keys, None) => {
                    let message = "internal error: keys were staged of a unit that is read whole";
                    return Err(Error::new(ErrorKind::Bug, message));
                }
            };
            let from = (0, staged.rows_read);
            let of_unit = Candidates::new(batches, first, fetch, plan.key.len(), from);
            first = of_unit.end();
            candidates.push(of_unit);
        }
        Ok((candidates, nulled))
    }

    fn batches(
        &self,
        places: &[Place],
        staged: &UnitManifest,
        nulled: &mut [u64],
    ) -> Result<Vec<RecordBatch>> {
        let plan = &self.step.plan.plan;
        let mut reading = Reading::new((self.folder, plan), places, |unit| self.unit(unit))?;
        let mut rows = places.iter().map(|place| place.row.unsigned_abs());
        let mut batches = Vec::new();
        while let Some((batch, picked)) = reading.next(usize::MAX)? {
            let batch = taken(&batch, &picked)?;
            let numbers = rows.by_ref().take(batch.num_rows()).collect();
            batches.push(match staged.holds {
                Holds::Rows => batch,
                Holds::Keys => numbered(&batch, numbers)?,
            });
        }
        // Those of rows that are fetched are counted then.
        if staged.holds == Holds::Rows {
            for (nulled, more) in nulled.iter_mut().zip(reading.nulled()) {
                *nulled += more;
            }
        }
        Ok(batches)
    }
}

/// These rows of a batch.
fn taken(batch: &RecordBatch, rows: &[usize]) -> Result<RecordBatch> {
    let indices = rows.iter().map(|row| *row as u64);
    let indices = UInt64Array::from_iter_values(indices);
    take_record_batch(batch, &indices).map_err(|cause| {
        Error::new(ErrorKind::Bug, "internal error: rows can't be taken").because(cause)
    })
}

/// The batch with its rows' numbers behind its columns.
fn numbered(batch: &RecordBatch, numbers: Vec<u64>) -> Result<RecordBatch> {
    let number = Arc::new(Field::new("row", DataType::UInt64, false));
    let fields = batch.schema_ref().fields().iter().cloned().chain([number]);
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let numbers: ArrayRef = Arc::new(UInt64Array::from(numbers));
    let columns = batch.columns().iter().cloned().chain([numbers]);
    RecordBatch::try_new(schema, columns.collect()).map_err(|cause| {
        Error::new(ErrorKind::Bug, "internal error: rows can't be numbered").because(cause)
    })
}
