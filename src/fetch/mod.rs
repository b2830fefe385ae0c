//! The second phase of units whose keys were read first: fetches the rows that survive, in the order of the result, while
//! others are written.
//!
//! In: each unit's candidates, which of them survive, and the sessions that read them. Out: slice after slice, the rows. Only a
//! few slices are in memory. Each fetched row is compared with its locator and its key: this module fails rather than return
//! a row that isn't the one that was chosen, or miss one.
//!
//! ```text
//! survivors ─▶ slices, in segments of one unit ─▶ pieces ─▶ queries ─▶ rows, placed by locator ─▶ slices
//!              segments                           segments  work       placing                     board
//! ```

mod board;
mod candidates;
mod placing;
mod segments;
mod work;

pub(crate) use candidates::Candidates;

use crate::batch::Supply;
use crate::cancel::Cancel;
use crate::destination::Control;
use crate::extract::work_off;
use crate::job::Job;
use crate::plan::Plan;
use crate::report::{Event, Listener};
use crate::snapshot::Opened;
use crate::{Error, ErrorKind, Result};
use board::Board;
use segments::Segments;
pub(crate) use segments::Ways;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use work::Fetching;

/// What survives, and where.
pub(crate) struct Wanted {
    pub plan: Arc<Plan>,
    /// By unit.
    pub candidates: Vec<Candidates>,
    /// Ascending indices into the candidates of all units, one unit after the other.
    pub survivors: Arc<Vec<u32>>,
    pub batch_rows: NonZeroUsize,
}

/// What was fetched.
pub(crate) struct HowFetched {
    /// By table.
    pub ways: Vec<Ways>,
    /// By unit.
    pub by_unit: Vec<Ways>,
    /// By column, invalid dates that became NULL.
    pub nulled: Vec<u64>,
}

/// The failure that stops the workers if the rows can't be written: no piece has this number.
const WRITER: u32 = u32::MAX;

/// Calls `write` with the rows that survive, most of which are fetched meanwhile. Confirms at the end that what was fetched is
/// what was planned.
pub(crate) fn fetch_while<T: Send>(
    (job, wanted): (&Job, Wanted),
    opened: Opened,
    (listener, cancel): (&Arc<dyn Listener>, &Cancel),
    write: impl FnOnce(&dyn Supply) -> Result<T>,
) -> Result<(T, HowFetched)> {
    let segments = Segments::new(&wanted)?;
    let columns = wanted.plan.columns.len();
    let by_unit = segments.ways(wanted.plan.units.len());
    let ways = by_table(&by_unit, &wanted.plan);
    announce(&wanted, &ways, listener.as_ref());
    let names = segments.names(&wanted.plan);
    let silence = job.waits.silence(&job.source);
    let control = Control::new(cancel.clone(), names, silence, Arc::clone(listener));
    let control = Arc::new(control.quiet());
    let board = Arc::new(Board::new(segments, wanted, Arc::clone(&control)));
    let work = Fetching::new(job, Arc::clone(&board), &opened, Arc::clone(&control));
    let fetch = || {
        let _over = Over(&board);
        work_off(work)?;
        board.check_complete()?;
        opened.end(cancel)
    };
    let (written, fetched) = thread::scope(|scope| {
        let fetching = thread::Builder::new().spawn_scoped(scope, fetch);
        let fetching = fetching.map_err(Error::no_thread)?;
        let written = write(board.as_ref());
        if let Err(error) = &written {
            control.fail(WRITER, error);
        }
        let fetched = fetching.join().unwrap_or_else(|_| Err(panicked()));
        Ok::<_, Error>((written, fetched))
    })?;
    // If the fetching failed, the writer's error is a consequence.
    let is_writers = control.failure().is_some_and(|(piece, _)| *piece == WRITER);
    match (written, fetched) {
        (Err(error), _) if is_writers => Err(error),
        (_, Err(error)) | (Err(error), Ok(())) => Err(error),
        (Ok(written), Ok(())) => {
            let nulled = board.nulled(columns);
            let how = HowFetched {
                ways,
                by_unit,
                nulled,
            };
            Ok((written, how))
        }
    }
}

/// How the rows of each table's units are fetched.
fn by_table(by_unit: &[Ways], plan: &Plan) -> Vec<Ways> {
    let mut units = by_unit.iter();
    let tables = plan.tables.iter().map(|table| {
        let units = units.by_ref().take(table.units);
        units.fold(Ways::default(), |sum, ways| Ways {
            located: sum.located + ways.located,
            scanned: sum.scanned + ways.scanned,
        })
    });
    tables.collect()
}

/// Reports how each table's rows are fetched.
fn announce(wanted: &Wanted, ways: &[Ways], listener: &dyn Listener) {
    let mut candidates = wanted.candidates.iter();
    for (table, ways) in wanted.plan.tables.iter().zip(ways) {
        let units = candidates.by_ref().take(table.units);
        let rows_read = units.map(|unit| unit.rows_read).sum();
        if ways.rows() > 0 {
            listener.on_event(&Event::FetchStarted {
                table: table.name.clone(),
                rows_read,
                rows: ways.rows(),
                located: ways.located,
            });
        }
    }
}

/// When dropped, also by a panic, the writer no longer waits for rows.
struct Over<'a>(&'a Board);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn panicked() -> Error {
    Error::new(ErrorKind::Bug, "internal error: fetching panicked")
}
