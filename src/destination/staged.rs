//! The writer for ConnectorX's own sources: stages rows until their keys are looked up together, then keeps or forgets them.

use super::UnitRows;
use super::cell_type::{Carry, CellType};
use super::column::Column;
use super::control::Control;
use super::decoder::Decoder;
use super::fit::Misfit;
use super::keeper::{Keeper, bytes};
use super::misfit::{MisfitAt, SentRow};
use super::outlet::Exit;
use super::rules::Rules;
use super::selection::Selector;
use crate::Result;
use std::sync::Arc;

/// Rows that are staged before their keys are looked up together.
const STAGED_ROWS: usize = 256;
/// Bytes at which staged rows are looked up early: cells may be large.
const STAGED_BYTES: usize = 1 << 20;

/// Takes all of a unit's cells in row order, and selects and keeps the candidates among its rows.
pub(super) struct StagedWriter {
    unit: u32,
    rules: Rules,
    control: Arc<Control>,
    /// By column; set by `allocate`.
    decoders: Vec<Decoder>,
    keeper: Keeper,
    selector: Selector,
    columns: Vec<Column>,
    next_column: usize,
    /// In all staged rows: which of them are candidates is known later.
    misfits: Vec<MisfitAt>,
    /// In all staged rows: the row, the column, and how many invalid dates became NULL.
    nulled: Vec<(u64, usize, usize)>,
    dated_lists: Vec<usize>,
    /// Rows whose keys were looked up.
    rows_before: u64,
}

impl StagedWriter {
    pub fn new(unit: u32, rules: Rules, control: Arc<Control>, exit: Option<Exit>) -> Self {
        Self {
            unit,
            control,
            decoders: Vec::new(),
            keeper: Keeper::new(unit, &rules, exit),
            selector: Selector::new(unit, rules.filter.clone()),
            columns: rules.columns(),
            next_column: 0,
            misfits: Vec::new(),
            nulled: Vec::new(),
            dated_lists: rules.dated_lists(),
            rows_before: 0,
            rules,
        }
    }

    pub fn allocate(&mut self, cell_types: &[CellType]) {
        self.decoders = self.rules.decoders(cell_types);
    }

    /// Announces this many rows.
    pub fn announce(&mut self, rows: usize) {
        self.keeper.rows.read += rows as u64;
    }

    /// Takes the next value, `None` for NULL.
    pub fn put(&mut self, value: Option<&impl Carry>) -> Result<()> {
        let column = self.next_column;
        let to = &mut self.columns[column];
        let put = match value {
            Some(value) => value.with_cell(|cell| to.push(&self.decoders[column], cell)),
            None => self.rules.put_null(column, to),
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

    fn take_misfit(&mut self, column: usize, misfit: Misfit) -> Result<()> {
        let row = self.row();
        let to = &mut self.columns[column];
        if self.rules.nulls(column, misfit) {
            to.push_null();
            self.nulled.push((row.number, column, 1));
            return Ok(());
        }
        let at = self.rules.misfit(row, column, misfit, 0);
        if self.rules.needs(column, misfit) {
            return Err(at.refused(self.rules.schema()));
        }
        to.push_placeholder();
        self.misfits.push(at);
        Ok(())
    }

    fn row_is_complete(&mut self) -> Result<()> {
        self.next_column = 0;
        let number = self.row().number;
        if let (true, Some(numbers)) = (self.rules.shape.is_numbered(), self.columns.last_mut()) {
            numbers.push_number(number);
        }
        // The last column has its cell already.
        let row = self.row().number - 1;
        for column in &self.dated_lists {
            let values = self.columns[*column].take_nulled();
            if values > 0 {
                self.nulled.push((row, *column, values));
            }
        }
        if self.staged() >= STAGED_ROWS || bytes(&self.columns) >= STAGED_BYTES {
            self.look_up()?;
        }
        Ok(())
    }

    /// Completely staged rows.
    fn staged(&self) -> usize {
        // A row's last cell goes to the last column.
        self.columns.last().map_or(0, Column::len)
    }

    /// The row that is being staged.
    fn row(&self) -> SentRow {
        SentRow {
            number: self.rows_before + self.staged() as u64 + 1,
            id: None,
        }
    }

    /// Decides which staged rows are candidates, keeps these, and forgets the others.
    fn look_up(&mut self) -> Result<()> {
        let drops = self.selector.select(&self.columns[..]);
        let drops = drops.map_err(|null| null.refused(self.rules.schema(), self.rows_before))?;
        self.note_candidates();
        let rows = &mut self.keeper.rows;
        rows.filter_drops += drops.by_filter;
        rows.null_drops += drops.by_null_key;
        rows.candidates += self.selector.rows().len() as u64;
        rows.tags.extend_from_slice(self.selector.tags());
        self.rows_before += self.staged() as u64;
        // Offsets have 32 bits: a chunk of huge cells begins a new record batch.
        if i32::try_from(bytes(&self.keeper.columns) + bytes(&self.columns)).is_err() {
            self.keeper.finish_batch()?;
        }
        for (kept, staged) in self.keeper.columns.iter_mut().zip(&mut self.columns) {
            kept.extend_from(staged, self.selector.rows());
            staged.clear();
        }
        let UnitRows {
            read, candidates, ..
        } = self.keeper.rows;
        self.control.progress(self.unit, read, candidates);
        let kept_bytes = bytes(&self.keeper.columns);
        self.keeper.finish_full_batch(kept_bytes)?;
        self.keeper.drop_overtaken(&self.control)?;
        Ok(())
    }

    /// Moves the notes about staged rows to the candidates among them.
    fn note_candidates(&mut self) {
        let rows = &mut self.keeper.rows;
        let candidates = rows.candidates;
        let candidate = |row: u64| {
            let staged = row - self.rows_before - 1;
            let place = |row: &usize| (*row as u64).cmp(&staged);
            let candidate = self.selector.rows().binary_search_by(place).ok()?;
            Some(candidates + candidate as u64)
        };
        for misfit in self.misfits.drain(..) {
            if let Some(candidate) = candidate(misfit.row.number) {
                rows.misfits.push(MisfitAt {
                    candidate,
                    ..misfit
                });
            }
        }
        for (row, column, values) in self.nulled.drain(..) {
            if let Some(candidate) = candidate(row) {
                rows.nulled.add(column, candidate, values);
            }
        }
    }

    /// Whether the filter has been asked about any row. Staged rows can still be forgotten.
    pub fn has_rows(&self) -> bool {
        self.rows_before > 0
    }

    /// Where the next value belongs, for a source whose errors don't say it.
    pub fn place(&self) -> (SentRow, &str) {
        let column = self.rules.schema().field(self.next_column).name();
        (self.row(), column)
    }

    /// Looks up the rows that are still staged, and returns the unit's rows.
    pub fn finish(mut self) -> Result<UnitRows> {
        self.look_up()?;
        self.keeper.finish(self.rows_before)
    }
}
