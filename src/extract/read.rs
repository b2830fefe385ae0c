//! Everything that a job reads at first, for the stages that follow.

use super::commits::{Commits, Stages, Waiting};
use super::units::{Progress, Units};
use super::{ReadUnit, work_off};
use crate::cancel::Cancel;
use crate::destination::{Control, Filter, Room, Shape};
use crate::distinct::FirstSeen;
use crate::free_memory::give_back;
use crate::job::Job;
use crate::plan::{Plan, Unit};
use crate::report::Listener;
use crate::snapshot::{Opened, Snapshot};
use crate::{Error, ErrorKind, Result};
use arrow::datatypes::Schema;
use std::ops::Range;
use std::sync::Arc;

/// Keys that the filter of a process that stages units remembers: their slots take at most about 1 GB, or 1.7 GB while they grow.
/// Beyond them, fewer rows are dropped before they are staged, and the keep-list decides about more.
const MOST_KEYS: usize = 24_000_000;
/// Bytes of candidates that a process which stages units holds back, because an earlier unit might overtake them.
const HELD_BYTES: usize = 64 << 20;
/// Rows of units that may wait for others: what is read in a few seconds.
const MOST_WAITING_ROWS: u64 = 4_000_000;

/// What was read of every unit.
pub(crate) struct Read {
    pub plan: Arc<Plan>,
    pub snapshot: Snapshot,
    /// Each unit's candidates and counts, in unit order.
    pub units: Vec<ReadUnit>,
    /// The sessions, if rows are still to be fetched.
    pub opened: Option<Opened>,
}

/// Reads every unit. If nothing is to be fetched afterwards, confirms that what was read is what was planned.
pub(crate) fn read(
    job: &Job,
    opened: Opened,
    listener: &Arc<dyn Listener>,
    cancel: &Cancel,
) -> Result<Read> {
    let plan = Arc::clone(&opened.plan);
    let snapshot = opened.sessions.snapshot().clone();
    let all = 0..opened.plan.units.len();
    let first_seen = |seed: u64| FirstSeen::new(seed, all.len());
    let ordinals = ordinals(all.clone());
    let work = work(
        job,
        &opened,
        (ordinals, None),
        &first_seen,
        (listener, cancel),
    )?;
    let units = work_off(work)?.finish()?;
    // The workers' buffers and the filter are free now.
    give_back();
    let fetches = plan.units.iter().any(|unit| unit.fetch.is_some());
    let opened = if fetches {
        Some(opened)
    } else {
        opened.end(cancel)?;
        None
    };
    Ok(Read {
        plan,
        snapshot,
        units,
        opened,
    })
}

/// Reads these units, ascending, and keeps each in a stage. Of a unit whose rows were dropped for others that the stage doesn't
/// keep as they were read, nothing is kept.
pub(crate) fn stage(
    job: &Job,
    opened: &Opened,
    units: Vec<u32>,
    stages: Arc<dyn Stages>,
    (listener, cancel): (&Arc<dyn Listener>, &Cancel),
) -> Result<()> {
    let all = opened.plan.units.len();
    let first_seen = |seed: u64| FirstSeen::of_kept(seed, all, MOST_KEYS);
    let what = (units, Some(stages));
    work_off(work(job, opened, what, &first_seen, (listener, cancel))?).map(drop)
}

fn ordinals(units: Range<usize>) -> Vec<u32> {
    units.filter_map(|unit| u32::try_from(unit).ok()).collect()
}

fn work(
    job: &Job,
    opened: &Opened,
    (ordinals, stages): (Vec<u32>, Option<Arc<dyn Stages>>),
    first_seen: &dyn Fn(u64) -> FirstSeen,
    (listener, cancel): (&Arc<dyn Listener>, &Cancel),
) -> Result<Units> {
    let plan = &opened.plan;
    let names = plan.units.iter().map(|unit| unit.name.clone()).collect();
    let first_seen = if job.exact {
        None
    } else {
        Some(Arc::new(first_seen(random_seed()?)))
    };
    let silence = job.waits.silence(&job.source);
    let control = Control::new(cancel.clone(), names, silence, Arc::clone(listener));
    let is_staged = stages.is_some();
    let reads = plan.units.iter().map(|unit| asked(plan, unit, is_staged));
    Ok(Units {
        sessions: Arc::clone(&opened.sessions),
        planned: Arc::clone(&plan.units),
        ordinals,
        commits: stages.map(|stages| {
            let waiting = Waiting {
                units: opened.sessions.count(),
                rows: MOST_WAITING_ROWS,
            };
            Commits::new(stages, first_seen.clone(), waiting, Room::new(HELD_BYTES))
        }),
        asked: reads.collect::<Result<_>>()?,
        filter: Filter {
            key: Vec::new(),
            null_keys: job.null_keys,
            invalid_dates: job.invalid_dates,
            first_seen,
            among: None,
        },
        check_counts: job.check_counts,
        retries: job.waits.retries(&job.source),
        control: Arc::new(control),
        progress: Progress::new(plan.units.len()),
    })
}

/// What a unit's query returns, and which of these columns are the key's. Staged rows are numbered.
fn asked(plan: &Plan, unit: &Unit, is_staged: bool) -> Result<(Shape, Vec<usize>)> {
    let Some(fetch) = &unit.fetch else {
        let whole = Shape::of(plan.schema());
        let whole = if is_staged { whole.numbered() } else { whole };
        return Ok((whole, plan.key.clone()));
    };
    let keys = keys(plan)?;
    let shape = Shape::located(&keys, &fetch.locator.types()).numbered();
    Ok((shape, (0..plan.key.len()).collect()))
}

fn keys(plan: &Plan) -> Result<Schema> {
    plan.schema().project(&plan.key).map_err(|cause| {
        let message = "internal error: a key column isn't among the columns";
        Error::new(ErrorKind::Bug, message).because(cause)
    })
}

fn random_seed() -> Result<u64> {
    getrandom::u64().map_err(|cause| {
        Error::new(ErrorKind::Bug, "the system returned no random number")
            .because(cause.to_string())
    })
}
