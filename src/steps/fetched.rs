//! Rows of a shard whose keys were staged: they are fetched from the state in which these were read.

use super::piece::{Finisher, Sessions, Written};
use super::staged_rows::Reading;
use super::state::InState;
use crate::fetch::{Candidates, Wanted, fetch_while};
use crate::plan::Plan;
use crate::report::RedactingListener;
use crate::source::database;
use crate::stage::{Holds, Place, ShardFolder, UnitManifest};
use crate::{Error, ErrorKind, Result};
use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{DataType, Field, Schema};
use std::sync::{Arc, PoisonError};

impl Finisher<'_> {
    /// Writes rows of which some were staged as keys: these are fetched.
    pub fn fetch(
        &self,
        places: &[Place],
        before: u64,
        target: &ShardFolder,
        so_far: &mut Written,
    ) -> Result<()> {
        let mut kept = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let sessions = match kept.take() {
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
        *kept = Some(sessions);
        so_far.files.extend(files);
        so_far.add_nulled(&nulled);
        so_far.add_fetched(&fetched);
        Ok(())
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
        let listener = RedactingListener::around(step.listener, &secrets);
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
