//! The way of the data, from a job to a publication: plan, open, read, decide, write, publish.
//!
//! Each stage takes what the one before it gives, by value, and says what it has to say to the listener. This room
//! joins them, times them, and makes sure that the counts add up; what a stage does is in its own room.

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
use decided::Decided;
use record::Clock;
use std::sync::Arc;

/// Makes the plan of a job and says what it is. Writes nothing, and reads no rows, but those that the bounds of parts are
/// drawn from.
pub fn show_plan(job: &Job, listener: &dyn Listener, cancel: &Cancel) -> Result<PlanDocument> {
    let database = database(&job.source, &job.reading, &job.waits)?;
    let planned = Planned::make(job, &database, false, cancel);
    let Planned { plan, catalog, .. } =
        planned.map_err(|error| error.without(&database.secrets()))?;
    plan.warn(listener);
    Ok(PlanDocument::new(job, &plan, catalog.dialect))
}

/// Runs a job: reads every table, keeps of each key the row that comes first in table order, and publishes the batch
/// files with their manifest, which is returned. With [`Output::Count`] nothing is written, and the manifest that is
/// returned lists no files.
///
/// The batch files are the same bytes whatever the workers and the speed of each table. Memory: the filter's index, the
/// candidates, and a few chunks a worker. The panic hook should be [`crate::hide_panics`]: a client library's panic may
/// hold a cell.
///
/// # Errors
/// On any error nothing is published and what stood at the target is as it was. See [`ErrorKind`](crate::ErrorKind).
pub fn run(job: &Job, listener: &Arc<dyn Listener>, cancel: &Cancel) -> Result<Manifest> {
    let clock = Clock::start();
    match &job.output {
        Output::Count => {
            let (decided, clock) = decide(job, None, listener, cancel, clock)?;
            Ok(decided.manifest(job, Vec::new(), &clock))
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
    tell_of_earlier_run(roll_forward(&output.folder)?, listener.as_ref());
    let target = Target::check(&output.folder, output.force)?;
    let room = Room::at(&target)?;
    let staging = Staging::create(&target)?;
    let (decided, mut clock) = decide(job, Some(room), listener, cancel, clock)?;
    let files = files::write(&decided, output, &staging, listener.as_ref(), cancel)?;
    clock.written();
    let manifest = decided.manifest(job, files, &clock);
    counts::check_files(&manifest)?;
    staging.publish(&manifest, &|| cancel.check())?;
    listener.on_event(&Event::Published {
        folder: output.folder.clone(),
    });
    Ok(manifest)
}

/// Plans, opens, reads and decides. No word of the database's, in events or errors, has a secret in it.
fn decide(
    job: &Job,
    room: Option<Room>,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
    mut clock: Clock,
) -> Result<(Decided, Clock)> {
    let database = database(&job.source, &job.reading, &job.waits)?;
    let secrets = database.secrets();
    let listener: Arc<dyn Listener> = Arc::new(RedactingListener {
        listener: Arc::clone(listener),
        secrets: secrets.clone(),
    });
    let decided = stages(job, room, &database, &listener, cancel, &mut clock);
    Ok((decided.map_err(|error| error.without(&secrets))?, clock))
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
    let planned = Planned::make(job, database, pins, cancel)?;
    planned.plan.announce(listener.as_ref());
    warn_of_room(&planned.plan, room, listener.as_ref());
    let opened = Opened::begin(planned, database, job.snapshot, listener, cancel)?;
    clock.planned();
    let read = read(job, opened, listener, cancel)?;
    clock.read();
    let decided = Decided::of(read, listener.as_ref(), cancel)?;
    clock.decided();
    Ok(decided)
}

fn tell_of_earlier_run(found: RollForward, listener: &dyn Listener) {
    let message = match found {
        RollForward::Completed => {
            "an earlier run died while it published: its publication is complete now"
        }
        RollForward::Swept => "an earlier run died before it published: what it left is removed",
        RollForward::Nothing | RollForward::InUse => return,
    };
    listener.on_event(&Event::Warning {
        message: message.to_owned(),
    });
}

/// No error: of a result with many duplicates, or compressed, a tenth may be left.
fn warn_of_room(plan: &Plan, room: Option<Room>, listener: &dyn Listener) {
    let Some(bytes) = plan.estimated_bytes() else {
        return;
    };
    if let Some(free) = room.and_then(|room| room.free_if_below(bytes)) {
        let (bytes, free) = (report::bytes(bytes), report::bytes(free));
        let message = format!(
            "if all rows were distinct they would take about {bytes} before compression, and the output's filesystem has {free} free"
        );
        listener.on_event(&Event::Warning { message });
    }
}
