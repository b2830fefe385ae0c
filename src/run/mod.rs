//! The stages of a run, from a job to a publication: plan, open, read, decide, write, publish.
//!
//! Each stage takes the result of the one before it by value, and reports to the listener. This module connects the stages,
//! times them, and makes sure that the counts add up. What a stage does is in its own module.

mod counts;
mod decided;
mod files;
mod nulled;
mod record;
mod refusals;

use crate::Result;
use crate::cancel::Cancel;
use crate::extract::read;
use crate::job::{BatchOutput, Job, Output, SnapshotChoice};
use crate::plan::{Plan, PlanDocument, Planned};
use crate::publish::{Manifest, RollForward, Room, Staging, Target, roll_forward};
use crate::report::{self, Event, Listener, RedactingListener};
use crate::snapshot::Opened;
use crate::source::{Database, database};
pub(crate) use counts::{Counts, TableCounts, differ};
use decided::Decided;
pub(crate) use files::Writer;
use record::Clock;
pub(crate) use record::{JobRecord, TableRecord, manifest_job, manifest_table, run_id, totals};
use std::sync::Arc;

/// Makes a job's plan and returns it as a document. Writes nothing, and reads no rows except those that the bounds of parts
/// are drawn from.
pub fn show_plan(job: &Job, listener: &dyn Listener, cancel: &Cancel) -> Result<PlanDocument> {
    planned(job, listener, cancel).map(|(document, _)| document)
}

/// Makes a job's plan, and the document that shows it.
pub(crate) fn planned(
    job: &Job,
    listener: &dyn Listener,
    cancel: &Cancel,
) -> Result<(PlanDocument, Plan)> {
    let database = database(&job.source, &job.reading, &job.waits)?;
    let planned = Planned::make(job, &database, (false, None), cancel);
    let Planned { plan, catalog, .. } =
        planned.map_err(|error| error.without(&database.secrets()))?;
    plan.warn(listener);
    let document = PlanDocument::new(job, &plan, catalog.dialect);
    Ok((document, plan))
}

/// Runs a job: reads every table, keeps for each key the row that comes first in table order, and publishes the batch files
/// with their manifest, which it returns. With [`Output::Count`], writes nothing and returns a manifest without files.
///
/// The batch files have the same bytes whatever the number of workers and the speed of each table. Memory: the filter's
/// index, the candidates, and a few chunks per worker. The panic hook should be [`crate::hide_panics`]: a client library's
/// panic might contain a cell's value.
///
/// # Errors
/// On any error, nothing is published and the output folder stays as it was. See [`ErrorKind`](crate::ErrorKind).
pub fn run(job: &Job, listener: &Arc<dyn Listener>, cancel: &Cancel) -> Result<Manifest> {
    let clock = Clock::start();
    match &job.output {
        Output::Count => {
            let then = |decided: Decided, _: &mut Clock, listener: &Arc<dyn Listener>| {
                decided.announce_nulled(listener.as_ref());
                Ok((decided, Vec::new()))
            };
            let ((decided, files), clock) = decide(job, None, (listener, cancel), clock, then)?;
            Ok(decided.manifest(job, files, &clock))
        }
        Output::Batches(output) => run_to_files(job, output, listener, cancel, clock),
    }
}

fn run_to_files(
    job: &Job,
    output: &BatchOutput,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
    clock: Clock,
) -> Result<Manifest> {
    warn_of_earlier_run(roll_forward(&output.folder)?, listener.as_ref());
    let target = Target::check(&output.folder, output.force)?;
    let room = Room::at(&target)?;
    let staging = Staging::create(&target)?;
    let then = |mut decided: Decided, clock: &mut Clock, listener: &Arc<dyn Listener>| {
        let to = (output, &staging);
        let files = files::write((job, &mut decided), to, listener, cancel)?;
        clock.written();
        Ok((decided, files))
    };
    let ((decided, files), clock) = decide(job, Some(room), (listener, cancel), clock, then)?;
    let manifest = decided.manifest(job, files, &clock);
    counts::check_files(&manifest)?;
    staging.publish(&manifest, &|| cancel.check())?;
    listener.on_event(&Event::Published {
        folder: output.folder.clone(),
    });
    Ok(manifest)
}

/// Plans, opens, reads and decides, and then does what may still need the database. Removes secrets from the database's texts
/// in events and errors.
fn decide<T>(
    job: &Job,
    room: Option<Room>,
    (listener, cancel): (&Arc<dyn Listener>, &Cancel),
    mut clock: Clock,
    then: impl FnOnce(Decided, &mut Clock, &Arc<dyn Listener>) -> Result<T>,
) -> Result<(T, Clock)> {
    let database = database(&job.source, &job.reading, &job.waits)?;
    let secrets = database.secrets();
    let listener = RedactingListener::around(listener, &secrets);
    let decided = stages(job, room, &database, &listener, cancel, &mut clock);
    let done = decided.and_then(|decided| then(decided, &mut clock, &listener));
    Ok((done.map_err(|error| error.without(&secrets))?, clock))
}

fn stages(
    job: &Job,
    room: Option<Room>,
    database: &Arc<dyn Database>,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
    clock: &mut Clock,
) -> Result<Decided> {
    let pins = job.snapshot != SnapshotChoice::Off;
    let planned = Planned::make(job, database, (pins, None), cancel)?;
    planned.plan.announce(listener.as_ref());
    warn_of_space(&planned.plan, room, listener.as_ref());
    let opened = Opened::begin(planned, database, (job.snapshot, None), listener, cancel)?;
    clock.planned();
    let read = read(job, opened, listener, cancel)?;
    clock.read();
    let decided = Decided::of(read, listener.as_ref(), cancel)?;
    clock.decided();
    Ok(decided)
}

fn warn_of_earlier_run(found: RollForward, listener: &dyn Listener) {
    let message = match found {
        RollForward::Completed => {
            "an earlier run was interrupted while publishing; its publication is now complete"
        }
        RollForward::Swept => {
            "an earlier run was interrupted before publishing; the files that it left were removed"
        }
        RollForward::Nothing | RollForward::InUse => return,
    };
    listener.on_event(&Event::Warning {
        message: message.to_owned(),
    });
}

/// A warning rather than an error: with many duplicates or compression, the result might be a tenth of the estimate.
fn warn_of_space(plan: &Plan, room: Option<Room>, listener: &dyn Listener) {
    let Some(bytes) = plan.estimated_bytes() else {
        return;
    };
    if let Some(free) = room.and_then(|room| room.free_if_below(bytes)) {
        let (bytes, free) = (report::bytes(bytes), report::bytes(free));
        let message = format!(
            "if all rows were distinct, they would take about {bytes} before compression, but the output's file system has only {free} free"
        );
        listener.on_event(&Event::Warning { message });
    }
}
