//! Reads units, and writes each as parts of the stage.

use super::state::InState;
use super::{Selection, Step};
use crate::cancel::Cancel;
use crate::destination::Outlet;
use crate::extract::{self, Kept, ReadUnit, Stages};
use crate::job::SnapshotChoice;
use crate::plan::Plan;
use crate::publish::NO_SNAPSHOT;
use crate::report::{Listener, RedactingListener, peak_memory_bytes};
use crate::source::database;
use crate::stage::{Holds, PartWriter, Parts, StageFolder, UnitManifest};
use crate::{Error, ErrorKind, Result};
use arrow::datatypes::SchemaRef;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What a process has staged.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Staged {
    pub plan_hash: String,
    /// Units that it has completed.
    pub units: usize,
    /// Units of its selection that were complete before.
    pub complete_before: usize,
    /// Units of the plan that aren't complete.
    pub missing: usize,
    pub rows_read: u64,
    /// Rows in the parts of its units.
    pub candidates: u64,
    pub bytes: u64,
    /// How it was verified that all its units were read from one consistent snapshot, or `none`.
    pub snapshot: String,
    pub elapsed_secs: f64,
    pub peak_memory_bytes: Option<u64>,
}

/// Stages the selected units that aren't complete.
pub(crate) fn stage(step: &Step<'_>, units: Option<Selection>) -> Result<Staged> {
    let begun = Instant::now();
    let Step { plan, cancel, .. } = step;
    let count = plan.plan.units.len();
    let selected = Selection::of(units, count, "unit")?;
    let folder = StageFolder::create(step.stage, &plan.hash)?;
    let (complete, todo): (Vec<u32>, Vec<u32>) = selected
        .into_iter()
        .partition(|unit| folder.has_unit(*unit));
    let mut staged = Staged {
        plan_hash: plan.hash.clone(),
        units: todo.len(),
        complete_before: complete.len(),
        ..Staged::default()
    };
    if !todo.is_empty() {
        staged.snapshot = stage_all(step, &folder, &todo)?;
    }
    for unit in &todo {
        let manifest = folder.unit_manifest_of(*unit)?;
        let manifest = manifest.ok_or_else(|| {
            Error::new(
                ErrorKind::Bug,
                "internal error: a unit was read but isn't complete",
            )
        })?;
        staged.rows_read += manifest.rows_read;
        staged.candidates += manifest.candidates;
        staged.bytes += manifest.files.iter().map(|file| file.bytes).sum::<u64>();
    }
    let missing =
        (0..u32::try_from(count).unwrap_or(u32::MAX)).filter(|unit| !folder.has_unit(*unit));
    staged.missing = missing.count();
    cancel.check()?;
    staged.elapsed_secs = begun.elapsed().as_secs_f64();
    staged.peak_memory_bytes = peak_memory_bytes();
    Ok(staged)
}

/// Stages these units. Returns how it was verified that they were read from one consistent snapshot, or `none`.
fn stage_all(step: &Step<'_>, folder: &StageFolder, units: &[u32]) -> Result<String> {
    let Step { plan, job, .. } = step;
    let count = plan.plan.units.len();
    let database = database(&job.source, &job.reading, &job.waits)?;
    let secrets = database.secrets();
    let listener = RedactingListener::around(step.listener, &secrets);
    let held = folder.held()?;
    let is_required = job.snapshot == SnapshotChoice::Require;
    if held.is_none() && is_required && units.len() < count {
        return Err(no_one_state());
    }
    let mut snapshot = None;
    let mut left = units.to_vec();
    // Units that were read beside one that another process has completed meanwhile, from another state, are read once more.
    while !left.is_empty() {
        let read = InState::begin(step, (&database, &listener), held.clone(), left.len())
            .and_then(|state| {
                if is_required {
                    check_one_state(folder, count, &state.name)?;
                }
                read(step, folder, (left.clone(), state), &listener)
            })
            .map_err(|error| error.without(&secrets))?;
        snapshot = Some(snapshot.map_or(read, |_| NO_SNAPSHOT.to_owned()));
        left.retain(|unit| !folder.has_unit(*unit));
    }
    Ok(snapshot.unwrap_or_default())
}

/// Several processes each see a state of their own, unless one holds it for all.
fn no_one_state() -> Error {
    let message = "--snapshot require: several processes can read from one consistent snapshot only if another one holds it";
    Error::new(ErrorKind::Refused, message).advise(
        "start firstseen hold plan.json --stage DIR first, or stage all units in one process",
    )
}

/// Fails if a unit was staged from another state.
fn check_one_state(folder: &StageFolder, count: usize, state: &str) -> Result<()> {
    for unit in 0..u32::try_from(count).unwrap_or(u32::MAX) {
        let staged = folder.unit_manifest_of(unit)?;
        if staged.is_some_and(|staged| staged.state != state) {
            let message = format!(
                "--snapshot require: unit {unit} was staged from another state of the database"
            );
            return Err(Error::new(ErrorKind::Refused, message)
                .advise("discard the stage, start firstseen hold, and stage all units again"));
        }
    }
    Ok(())
}

fn read(
    step: &Step<'_>,
    folder: &StageFolder,
    (units, state): (Vec<u32>, InState),
    listener: &Arc<dyn Listener>,
) -> Result<String> {
    let Step { job, cancel, .. } = step;
    let state = Arc::new(state);
    let stages = UnitStages {
        folder: folder.clone(),
        plan: Arc::clone(&state.opened.plan),
        state: Arc::clone(&state),
        cancel: (*cancel).clone(),
        begun: Mutex::default(),
    };
    extract::stage(
        job,
        &state.opened,
        units,
        Arc::new(stages),
        (listener, cancel),
    )?;
    Ok(state.snapshot.clone())
}

/// Writes the units that are read to the stage.
struct UnitStages {
    folder: StageFolder,
    plan: Arc<Plan>,
    state: Arc<InState>,
    cancel: Cancel,
    /// The parts of units that aren't complete.
    begun: Mutex<HashMap<u32, Parts>>,
}

impl UnitStages {
    fn begun(&self) -> MutexGuard<'_, HashMap<u32, Parts>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The parts of a unit, which are removed when they are dropped before they are committed.
    fn take(&self, unit: u32) -> Option<Parts> {
        self.begun().remove(&unit)
    }

    /// What the parts of a unit hold, which of these columns are the key's, and the columns as the query sends them.
    fn shape(&self, unit: u32) -> Result<(Holds, Vec<usize>, SchemaRef)> {
        let planned = self.plan.units.get(unit as usize).ok_or_else(|| {
            Error::new(
                ErrorKind::Bug,
                "internal error: the plan doesn't have the unit",
            )
        })?;
        let schema = self.plan.schema();
        if planned.fetch.is_none() {
            return Ok((Holds::Rows, self.plan.key.clone(), schema));
        }
        let keys = schema.project(&self.plan.key).map_err(|cause| {
            Error::new(ErrorKind::Bug, "internal error: a key column is missing").because(cause)
        })?;
        Ok((
            Holds::Keys,
            (0..self.plan.key.len()).collect(),
            Arc::new(keys),
        ))
    }
}

impl Stages for UnitStages {
    fn outlet(&self, unit: u32) -> Result<Box<dyn Outlet>> {
        let (holds, key, sent) = self.shape(unit)?;
        let parts = Parts::of(&self.folder, unit)?;
        self.begun().insert(unit, parts.clone());
        Ok(Box::new(PartWriter::new(parts, unit, key, sent, holds)?))
    }

    fn discard(&self, unit: u32) {
        self.take(unit);
    }

    fn commit(&self, unit: u32, read: &ReadUnit) -> Result<Kept> {
        let parts = self.take(unit);
        let (Some(parts), Some(planned)) = (parts, self.plan.units.get(unit as usize)) else {
            return Err(Error::new(
                ErrorKind::Bug,
                "internal error: a unit was never begun",
            ));
        };
        self.state.confirm(&self.cancel, &self.folder)?;
        let (holds, ..) = self.shape(unit)?;
        let rows = &read.rows;
        // Its mark and its files are filled in when it is committed.
        let manifest = UnitManifest {
            unit,
            table: planned.name.table.clone(),
            part: planned.name.part,
            holds,
            rows_read: rows.read,
            candidates: rows.candidates,
            filter_drops: rows.filter_drops,
            null_drops: rows.null_drops,
            sql: planned.query.sql.clone(),
            extractor: self.plan.extractor.name().to_owned(),
            snapshot: self.state.snapshot.clone(),
            state: self.state.name.clone(),
            elapsed_secs: read.elapsed.as_secs_f64(),
            workers: self.plan.workers,
            ..UnitManifest::default()
        };
        let committed = self.folder.commit_unit(&parts, manifest);
        let kept = committed.map_err(|error| error.in_unit(&planned.name))?;
        // No two processes have a state in common unless another one holds it.
        Ok(if kept.state == self.state.name {
            Kept::AsRead
        } else {
            Kept::Other
        })
    }
}
