//! The board on which workers put what they have fetched, and from which the writer takes slice after slice.

use super::Wanted;
use super::candidates::bug;
use super::placing::Fetched;
use super::segments::{Piece, Segment, Segments};
use crate::Result;
use crate::batch::{Pick, Picks, Supply};
use crate::cancel::POLL;
use crate::destination::{Control, Expected};
use arrow::array::{Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Slices that are fetched ahead of the one that the writer takes next.
const AHEAD_SLICES: usize = 2;

pub(super) struct Board {
    pub schema: SchemaRef,
    pub segments: Segments,
    pub wanted: Wanted,
    control: Arc<Control>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What was fetched and not yet taken, by piece.
    fetched: HashMap<usize, Fetched>,
    /// Pieces that were fetched.
    complete: usize,
    /// Slices that the writer has taken.
    taken: usize,
    /// Whether nothing more is fetched.
    is_over: bool,
    /// By column, invalid dates that became NULL.
    nulled: HashMap<usize, u64>,
    /// By column, bytes of a row that was fetched; empty at first.
    row_bytes: Arc<[usize]>,
}

impl Board {
    pub fn new(segments: Segments, wanted: Wanted, control: Arc<Control>) -> Self {
        Self {
            schema: wanted.plan.schema(),
            segments,
            wanted,
            control,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change, or for a moment.
    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> Result<MutexGuard<'a, State>> {
        self.control.check()?;
        let waited = self.changed.wait_timeout(state, POLL);
        Ok(waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    /// Waits until a piece may be fetched: the writer is not far behind.
    pub fn wait_for_room(&self, piece: &Piece) -> Result<()> {
        let mut state = self.state();
        while piece.slice > state.taken + AHEAD_SLICES {
            state = self.wait(state)?;
        }
        Ok(())
    }

    /// Puts a piece's rows on the board.
    pub fn put(&self, piece: usize, fetched: Fetched) {
        let mut state = self.state();
        for (column, values) in &fetched.nulled {
            *state.nulled.entry(*column).or_default() += values;
        }
        if let Some(batch) = fetched.batches.last() {
            state.row_bytes = row_bytes(batch);
        }
        state.fetched.insert(piece, fetched);
        state.complete += 1;
        self.changed.notify_all();
    }

    /// What to expect of so many rows that are fetched next.
    pub fn expected(&self, rows: usize) -> Expected {
        let row_bytes = Arc::clone(&self.state().row_bytes);
        Expected { rows, row_bytes }
    }

    /// Nothing more is fetched.
    pub fn end(&self) {
        self.state().is_over = true;
        self.changed.notify_all();
    }

    pub fn check_complete(&self) -> Result<()> {
        if self.state().complete == self.segments.pieces.len() {
            return Ok(());
        }
        Err(bug("a session ended before its rows were fetched"))
    }

    /// By column, how many invalid dates became NULL.
    pub fn nulled(&self, columns: usize) -> Vec<u64> {
        let state = self.state();
        let of = |column| state.nulled.get(&column).copied().unwrap_or(0);
        (0..columns).map(of).collect()
    }

    /// A piece's rows, as soon as they are there.
    fn take(&self, piece: usize) -> Result<Fetched> {
        let mut state = self.state();
        loop {
            if let Some(fetched) = state.fetched.remove(&piece) {
                return Ok(fetched);
            }
            if state.is_over {
                self.control.check()?;
                return Err(bug("rows weren't fetched"));
            }
            state = self.wait(state)?;
        }
    }

    /// The rows of a segment that are in memory.
    fn kept(&self, segment: &Segment) -> Result<Fetched> {
        let candidates = &self.wanted.candidates[segment.unit];
        let mut picks = self.wanted.picks(segment.unit, &segment.survivors)?;
        let (Some(first), Some(last)) = (picks.first().copied(), picks.last().copied()) else {
            return Err(bug("a segment is empty"));
        };
        for pick in &mut picks {
            pick.batch -= first.batch;
        }
        let batches = candidates.batches().get(first.batch..=last.batch);
        Ok(Fetched {
            batches: batches.unwrap_or_default().to_vec(),
            rows: picks,
            nulled: Vec::new(),
        })
    }
}

/// By column, bytes that a row takes, rounded up, since rows differ.
fn row_bytes(batch: &RecordBatch) -> Arc<[usize]> {
    let rows = batch.num_rows().max(1);
    let columns = batch.columns().iter();
    columns
        .map(|column| column.get_buffer_memory_size() / rows + 1)
        .collect()
}

impl Supply for Board {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn rows(&self) -> usize {
        self.wanted.survivors.len()
    }

    fn slice(&self, rows: Range<usize>) -> Result<Picks> {
        let slice = rows.start / self.wanted.batch_rows;
        let mut picks = Picks::default();
        let mut add = |part: Fetched| {
            let before = picks.batches.len();
            picks.batches.extend(part.batches);
            picks.rows.extend(part.rows.into_iter().map(|pick| Pick {
                batch: before + pick.batch,
                row: pick.row,
            }));
        };
        for segment in &self.segments.slices[slice] {
            if segment.pieces.is_empty() {
                add(self.kept(segment)?);
            }
            for piece in segment.pieces.clone() {
                add(self.take(piece)?);
            }
        }
        self.state().taken = slice + 1;
        self.changed.notify_all();
        Ok(picks)
    }
}
