//! The writer of candidates, the rows that passed the gate at the source.

use super::UnitRows;
use super::among::Wants;
use super::cell_type::CellType;
use super::control::Control;
use super::decoder::Decoder;
use super::fit::Misfit;
use super::gate::{Gate, Passed};
use super::keeper::Keeper;
use super::outlet::Exit;
use super::rules::Rules;
use crate::Result;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Chunks, of a few hundred rows each, after which it is looked at how many candidates were overtaken.
const LOOK_CHUNKS: u64 = 16;

/// Takes the candidates' cells in row order, and keeps them all.
pub(super) struct CandidateWriter {
    unit: u32,
    rules: Rules,
    control: Arc<Control>,
    /// By column; set by `allocate`.
    decoders: Vec<Decoder>,
    keeper: Keeper,
    /// Bytes of the cells since the last batch.
    kept_bytes: usize,
    next_column: usize,
    /// Chunks that were announced.
    chunks: u64,
    passed: Arc<Passed>,
    /// Candidates of the announced chunk that are complete.
    complete: usize,
    dated_lists: Vec<usize>,
}

impl CandidateWriter {
    pub fn new(unit: u32, rules: Rules, control: Arc<Control>, exit: Option<Exit>) -> Self {
        Self {
            unit,
            control,
            decoders: Vec::new(),
            keeper: Keeper::new(unit, &rules, exit),
            kept_bytes: 0,
            next_column: 0,
            chunks: 0,
            passed: Arc::default(),
            complete: 0,
            dated_lists: rules.dated_lists(),
            rules,
        }
    }

    /// The gate that the source asks about its rows.
    pub fn gate(&self) -> Gate {
        let Rules {
            shape,
            format,
            filter,
        } = self.rules.clone();
        let counted = (format, Arc::clone(&self.passed));
        let schema = Arc::clone(shape.sent());
        let control = Arc::clone(&self.control);
        Gate::new(self.unit, filter, schema, control, counted)
    }

    /// What tells which rows are wanted, if they are fetched again.
    pub fn wants(&self) -> Option<Wants> {
        self.rules.filter.among.clone().map(Wants::new)
    }

    pub fn allocate(&mut self, cell_types: &[CellType]) {
        self.decoders = self.rules.decoders(cell_types);
    }

    /// Announces the cells of the next chunk's candidates. Once in a while, drops candidates of the chunks before it that an
    /// earlier unit has overtaken.
    pub fn announce(&mut self) -> Result<()> {
        self.complete = 0;
        self.chunks += 1;
        self.passed.move_tags(&mut self.keeper.rows.tags);
        if self.chunks.is_multiple_of(LOOK_CHUNKS) && self.keeper.drop_overtaken(&self.control)? {
            self.kept_bytes = 0;
        }
        Ok(())
    }

    /// Takes the next cell, `None` for NULL.
    #[expect(
        clippy::inline_always,
        reason = "measured: a call for each cell of wide tables"
    )]
    #[inline(always)]
    pub fn put(&mut self, cell: Option<&[u8]>) -> Result<()> {
        let column = self.next_column;
        let put = match (self.keeper.columns.get_mut(column), cell) {
            (Some(to), Some(cell)) => {
                self.kept_bytes += cell.len();
                to.push(&self.decoders[column], cell)
            }
            (Some(to), None) => self.rules.put_null(column, to),
            // A locator, by which the gate has found the row.
            (None, _) => Ok(()),
        };
        if let Err(misfit) = put {
            self.take_misfit(column, misfit)?;
        }
        self.next_column += 1;
        if self.next_column == self.decoders.len() {
            self.row_is_complete()?;
        }
        Ok(())
    }

    /// Puts a placeholder for a value that doesn't fit: whether its row is written is known later. Fails if that is already
    /// known, or if the value is needed to decide it.
    #[cold]
    fn take_misfit(&mut self, column: usize, misfit: Misfit) -> Result<()> {
        let Keeper { columns, rows, .. } = &mut self.keeper;
        let to = &mut columns[column];
        if self.rules.nulls(column, misfit) {
            to.push_null();
            rows.nulled.add(column, rows.candidates, 1);
            return Ok(());
        }
        let row = self.passed.row(self.complete);
        let at = self.rules.misfit(row, column, misfit, rows.candidates);
        let filter = &self.rules.filter;
        let survives = self.unit == 0 && filter.first_seen.is_some();
        // Rows that are fetched have another number where their keys were read.
        if filter.among.is_none() && (survives || self.rules.needs(column, misfit)) {
            return Err(at.refused(self.rules.schema()));
        }
        to.push_placeholder();
        rows.misfits.push(at);
        Ok(())
    }

    /// Not inlined, since rows are rare compared with cells.
    #[inline(never)]
    fn row_is_complete(&mut self) -> Result<()> {
        let Keeper { columns, rows, .. } = &mut self.keeper;
        for column in &self.dated_lists {
            let values = columns[*column].take_nulled();
            if values > 0 {
                rows.nulled.add(*column, rows.candidates, values);
            }
        }
        if let (true, Some(numbers)) = (self.rules.shape.is_numbered(), columns.last_mut()) {
            numbers.push_number(self.passed.row(self.complete).number);
        }
        self.next_column = 0;
        self.complete += 1;
        rows.candidates += 1;
        if self.keeper.finish_full_batch(self.kept_bytes)? {
            self.kept_bytes = 0;
        }
        Ok(())
    }

    /// Whether the filter has been asked about any row.
    pub fn has_rows(&self) -> bool {
        self.passed.read.load(Ordering::Relaxed) > 0
    }

    /// The unit's rows, with the gate's counts.
    pub fn finish(mut self) -> Result<UnitRows> {
        let counted = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let rows = &mut self.keeper.rows;
        rows.read = counted(&self.passed.read);
        rows.filter_drops += counted(&self.passed.filter_drops);
        rows.null_drops = counted(&self.passed.null_drops);
        let looked_up = rows.candidates + rows.filter_drops + rows.null_drops;
        self.keeper.finish(looked_up)
    }
}
