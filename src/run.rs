//! The way of the data, from a job to a publication.

use crate::batch::{BatchFile, Layout, Rows, write_batches};
use crate::cancel::{Cancel, interruptible};
use crate::counts;
use crate::destination::{Control, Filter};
use crate::distinct::{FirstSeen, Survivors, survivors};
use crate::extract::{Extraction, ReadUnit, extract};
use crate::job::{BatchOutput, Job, Output, SnapshotChoice};
use crate::misfits;
use crate::nulled;
use crate::plan::{Plan, PlanDocument, plan};
use crate::publish::{Manifest, RollForward, Room, Staging, Target, roll_forward};
use crate::record::{self, Clock};
use crate::report::{self, Discreet, Event, Listener};
use crate::secret::struck;
use crate::snapshot::{Sessions, Snapshot};
use crate::source::{Database, Interrupt, Kept, Watched, database, farewell};
use crate::threads::{cores, pool};
use crate::watch::Watch;
use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

/// Threads that encode, for each core: while one waits for its file to be synced, another encodes.
const ENCODERS_PER_CORE: NonZeroUsize = NonZeroUsize::new(3).unwrap();

/// Makes the plan of a job and says what it is. Writes nothing, and reads no rows, but those that the bounds of parts are
/// drawn from.
pub fn show_plan(job: &Job, listener: &dyn Listener, cancel: &Cancel) -> Result<PlanDocument> {
    let database = database(&job.source, &job.reading, &job.waits)?;
    let planned = make_plan(job, &database, false, cancel);
    let Planned { plan, .. } = planned.map_err(|error| error.without(&database.secrets()))?;
    warn(&plan, listener);
    Ok(PlanDocument::new(job, &plan))
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
/// On any error nothing is published and what stood at the target is as it was. See [`ErrorKind`].
pub fn run(job: &Job, listener: &Arc<dyn Listener>, cancel: &Cancel) -> Result<Manifest> {
    match &job.output {
        Output::Count => {
            let found = find_distinct(job, None, listener, cancel, Clock::start())?;
            Ok(found.manifest(job, Vec::new()))
        }
        Output::Batches(output) => run_to_files(job, output, listener, cancel),
    }
}

fn run_to_files(
    job: &Job,
    output: &BatchOutput,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
) -> Result<Manifest> {
    let clock = Clock::start();
    tell_of_earlier_run(roll_forward(&output.folder)?, listener.as_ref());
    let target = Target::check(&output.folder, output.force)?;
    let room = Room::at(&target)?;
    let staging = Staging::create(&target)?;
    let mut found = find_distinct(job, Some(room), listener, cancel, clock)?;
    let files = write_files(&found, output, &staging, listener.as_ref(), cancel)?;
    found.clock.written();
    let manifest = found.manifest(job, files);
    counts::check_files(&manifest)?;
    staging.publish(&manifest, &|| cancel.check())?;
    listener.on_event(&Event::Published {
        folder: output.folder.clone(),
    });
    Ok(manifest)
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

/// The result of a job before it is written: candidates, and which of them survive.
struct Distinct {
    plan: Plan,
    snapshot: Snapshot,
    batches: Arc<Vec<RecordBatch>>,
    survivors: Survivors,
    tables: Vec<counts::TableCounts>,
    /// By column of the plan, values that are written as NULL since no calendar has them.
    nulled: Vec<u64>,
    clock: Clock,
}

impl Distinct {
    fn manifest(&self, job: &Job, files: Vec<BatchFile>) -> Manifest {
        let Self {
            plan,
            snapshot,
            tables,
            nulled,
            clock,
            ..
        } = self;
        record::manifest(job, (plan, snapshot), (tables, nulled), files, clock)
    }
}

fn find_distinct(
    job: &Job,
    room: Option<Room>,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
    clock: Clock,
) -> Result<Distinct> {
    let database = database(&job.source, &job.reading, &job.waits)?;
    let secrets = database.secrets();
    let listener: Arc<dyn Listener> = Arc::new(Discreet {
        listener: Arc::clone(listener),
        secrets: secrets.clone(),
    });
    read_distinct(job, room, database, &listener, cancel, clock)
        .map_err(|error| error.without(&secrets))
}

fn read_distinct(
    job: &Job,
    room: Option<Room>,
    database: Arc<dyn Database>,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
    mut clock: Clock,
) -> Result<Distinct> {
    let pins = job.snapshot != SnapshotChoice::Off;
    let planned = make_plan(job, &database, pins, cancel)?;
    announce(&planned.plan, listener.as_ref());
    warn_of_room(&planned.plan, room, listener.as_ref());
    let watch = Arc::clone(&planned.watch);
    let (plan, sessions) = open_sessions(job, database, planned, listener, cancel)?;
    let snapshot = sessions.snapshot().clone();
    tell_of_snapshot(&snapshot, listener.as_ref());
    clock.planned();
    let extraction = extraction(job, &plan, Arc::clone(&sessions), listener, cancel)?;
    let units = extract(extraction)?;
    confirm(sessions, &watch, cancel)?;
    clock.read();
    let (batches, units) = in_unit_order(units);
    let survivors = find_survivors(&batches, &plan, cancel)?;
    misfits::refuse(&units, &survivors, &plan)?;
    clock.found();
    let tables = counts::by_table(&plan, &units, &survivors)?;
    counts::announce(&plan, &tables, listener.as_ref());
    let nulled = nulled::count(&units, &survivors, &plan);
    nulled::announce(&plan, &nulled, listener.as_ref());
    Ok(Distinct {
        plan,
        snapshot,
        batches,
        survivors,
        tables,
        nulled,
        clock,
    })
}

/// A plan, and the connection on which it was made, with what tells that it waits for its server.
struct Planned {
    plan: Plan,
    catalog: Kept,
    watch: Arc<Watch>,
}

/// Ends a query that nobody waits for any more when it is dropped.
struct Farewell(Arc<dyn Interrupt>);

impl Drop for Farewell {
    fn drop(&mut self) {
        self.0.interrupt();
    }
}

fn make_plan(
    job: &Job,
    database: &Arc<dyn Database>,
    pins: bool,
    cancel: &Cancel,
) -> Result<Planned> {
    let (job, database) = (job.clone(), Arc::clone(database));
    let watch = Arc::new(Watch::new(job.waits.silence(&job.source)));
    let watched = Arc::clone(&watch);
    let secrets = database.secrets();
    let left_behind = Arc::new(OnceLock::new());
    let asking = Arc::clone(&left_behind);
    let planned = interruptible(
        cancel,
        || watch.check(),
        move || {
            let mut catalog = Kept::new(Watched::new(database.catalog(pins)?, watched));
            if let Some(interrupt) = catalog.get()?.interrupt() {
                let _ = asking.set(interrupt);
            }
            let plan = plan(&job, catalog.get()?)?;
            Ok((plan, catalog))
        },
    );
    let is_left = cancel.is_interrupted() || watch.check().is_err();
    if let (true, Some(interrupt)) = (is_left, left_behind.get()) {
        farewell(Farewell(Arc::clone(interrupt)));
    }
    let (mut plan, catalog) = planned?;
    for warning in &mut plan.warnings {
        *warning = struck(warning, &secrets);
    }
    Ok(Planned {
        plan,
        catalog,
        watch,
    })
}

fn open_sessions(
    job: &Job,
    database: Arc<dyn Database>,
    planned: Planned,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
) -> Result<(Plan, Arc<Sessions>)> {
    let Planned {
        plan,
        catalog,
        watch,
    } = planned;
    let (choice, listener) = (job.snapshot, Arc::clone(listener));
    interruptible(
        cancel,
        || watch.check(),
        move || {
            let sessions = Sessions::open(database, catalog, &plan, choice, listener.as_ref())?;
            Ok((plan, Arc::new(sessions)))
        },
    )
}

/// Once the last row was read: whether all that was read is what was planned. The sessions' pins end with it.
fn confirm(sessions: Arc<Sessions>, watch: &Arc<Watch>, cancel: &Cancel) -> Result<()> {
    interruptible(cancel, || watch.check(), move || sessions.confirm())
}

fn tell_of_snapshot(snapshot: &Snapshot, listener: &dyn Listener) {
    listener.on_event(&Event::SnapshotTaken {
        snapshot: snapshot.name.to_owned(),
        why_none: snapshot.why_none.clone(),
    });
}

fn warn(plan: &Plan, listener: &dyn Listener) {
    for message in &plan.warnings {
        listener.on_event(&Event::Warning {
            message: message.clone(),
        });
    }
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

fn announce(plan: &Plan, listener: &dyn Listener) {
    warn(plan, listener);
    listener.on_event(&Event::Planned {
        units: plan.units.len(),
        workers: plan.workers,
        estimated_rows: plan.estimated_rows(),
    });
}

fn extraction(
    job: &Job,
    plan: &Plan,
    sessions: Arc<Sessions>,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
) -> Result<Extraction> {
    let names = plan.units.iter().map(|unit| unit.name.clone()).collect();
    let first_seen = if job.exact {
        None
    } else {
        Some(Arc::new(FirstSeen::new(random_seed()?)))
    };
    Ok(Extraction {
        sessions,
        units: Arc::clone(&plan.units),
        schema: plan.schema(),
        filter: Filter {
            key: plan.key.clone(),
            null_keys: job.null_keys,
            invalid_dates: job.invalid_dates,
            first_seen,
        },
        check_counts: job.check_counts,
        retries: job.waits.retries(&job.source),
        control: Arc::new(Control::new(
            cancel.clone(),
            names,
            job.waits.silence(&job.source),
            Arc::clone(listener),
        )),
    })
}

fn random_seed() -> Result<u64> {
    getrandom::u64().map_err(|cause| {
        Error::new(ErrorKind::Bug, "the system gives no random numbers").because(cause.to_string())
    })
}

/// All candidates in the order of the result, and what was counted of each unit.
fn in_unit_order(mut units: Vec<ReadUnit>) -> (Arc<Vec<RecordBatch>>, Vec<ReadUnit>) {
    let batches = units
        .iter_mut()
        .flat_map(|unit| std::mem::take(&mut unit.rows.batches))
        .collect();
    (Arc::new(batches), units)
}

fn find_survivors(
    batches: &Arc<Vec<RecordBatch>>,
    plan: &Plan,
    cancel: &Cancel,
) -> Result<Survivors> {
    let (batches, key) = (Arc::clone(batches), plan.key.clone());
    interruptible(cancel, || Ok(()), move || survivors(&batches, &key))
}

/// Encodes in a pool of its own: the workers' pools have one thread each, and belong to their connections.
fn write_files(
    found: &Distinct,
    output: &BatchOutput,
    staging: &Staging,
    listener: &dyn Listener,
    cancel: &Cancel,
) -> Result<Vec<BatchFile>> {
    let BatchOutput {
        folder: _,
        force: _,
        batch_rows,
        prefix,
        encoding,
    } = output;
    let rows = Rows {
        schema: found.plan.schema(),
        batches: &found.batches,
        survivors: &found.survivors.places,
    };
    let layout = Layout {
        encoding: *encoding,
        batch_rows: *batch_rows,
        prefix: prefix.clone(),
        distinct_column: if let [column] = found.plan.key[..] {
            Some(column)
        } else {
            None
        },
    };
    listener.on_event(&Event::DistinctCounted {
        rows: found.survivors.places.len() as u64,
        files: found.survivors.places.len().div_ceil(batch_rows.get()),
    });
    let on_file = |file: &BatchFile| {
        listener.on_event(&Event::FileWritten {
            name: file.name.clone(),
            rows: file.rows,
            bytes: file.bytes,
        });
    };
    let pool = pool("encoder", cores().saturating_mul(ENCODERS_PER_CORE))?;
    let write = || {
        write_batches(&rows, &layout, staging.folder(), &on_file, &|| {
            cancel.check()
        })
    };
    pool.install(write)
}
