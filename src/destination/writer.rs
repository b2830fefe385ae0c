//! A unit's rows on their way from ConnectorX into record batches: filtered, kept.

use super::UnitRows;
use super::carrier::{Carried, Form};
use super::column::Column;
use super::control::Control;
use super::convert::{Misfit, is_dated};
use super::gate::{Gate, Passed};
use super::misfit::{MisfitAt, SentRow};
use super::selection::Filter;
use super::staging::Staging;
use crate::job::InvalidDates;
use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Rows of a finished record batch.
const BATCH_ROWS: usize = 32 * 1024;
/// Bytes at which a record batch is finished early.
const BATCH_BYTES: usize = 4 << 20;

/// Takes a unit's cells in row order and keeps the candidates.
pub(super) struct UnitWriter {
    unit: u32,
    schema: SchemaRef,
    filter: Filter,
    control: Arc<Control>,
    selection: Selection,
    kept: Vec<Column>,
    /// Bytes of the cells that came from the source for the rows kept.
    kept_bytes: usize,
    executed: bool,
    next_column: usize,
    /// Columns of lists whose elements may be made NULL.
    dated_lists: Vec<usize>,
    rows: UnitRows,
}

/// Where the candidates are selected.
enum Selection {
    /// Here, among the rows that ConnectorX's stock sources send.
    Here(Box<Staging>),
    /// At the source: only candidates come.
    AtSource {
        form: Form,
        passed: Arc<Passed>,
        /// Candidates of the announced chunk that are complete.
        complete: usize,
    },
}

impl UnitWriter {
    pub fn new(unit: u32, schema: SchemaRef, filter: Filter, control: Arc<Control>) -> Self {
        let dated_lists = match filter.invalid_dates {
            InvalidDates::Error => Vec::new(),
            InvalidDates::Null => dated_lists(&schema),
        };
        Self {
            unit,
            selection: Selection::Here(Box::new(Staging::new(unit, &schema, filter.clone()))),
            kept: columns(&schema, filter.invalid_dates),
            schema,
            filter,
            control,
            kept_bytes: 0,
            executed: false,
            next_column: 0,
            dated_lists,
            rows: UnitRows::default(),
        }
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub fn columns(&self) -> usize {
        self.kept.len()
    }

    /// From now on only candidates come: those that the gate lets through.
    pub fn select_at_source(&mut self, form: Form) -> Gate {
        let passed = Arc::new(Passed::default());
        self.selection = Selection::AtSource {
            form,
            passed: Arc::clone(&passed),
            complete: 0,
        };
        let (filter, schema) = (self.filter.clone(), Arc::clone(&self.schema));
        Gate::new(
            self.unit,
            filter,
            schema,
            Arc::clone(&self.control),
            (form, passed),
        )
    }

    /// Says that this many rows are about to come, or none: the database has executed the query.
    pub fn announce(&mut self, rows: usize) -> Result<()> {
        self.control.check()?;
        if let Some(watch) = self.control.watch(self.unit) {
            watch.sign();
        }
        if !self.executed {
            self.executed = true;
            self.control.executed(self.unit);
        }
        match &mut self.selection {
            Selection::Here(_) => self.rows.read += rows as u64,
            Selection::AtSource { complete, .. } => *complete = 0,
        }
        Ok(())
    }

    /// Takes the next value in row order.
    pub fn put(&mut self, value: Option<Carried<'_>>) -> Result<()> {
        let column = self.next_column;
        let may_be_null = self.schema.field(column).is_nullable();
        let target = &mut self.target().0[column];
        let put = match value {
            Some(value) => target.push(value),
            None if may_be_null => {
                target.push_null();
                Ok(())
            }
            None => Err(Misfit::Null),
        };
        self.is_put(column, put)
    }

    /// Takes the next value, in the source's form. Apart from [`put`](Self::put), so that it comes in two registers: measured,
    /// to write and read it as a [`Carried`] takes longer than all that is done with it.
    pub fn put_cell(&mut self, cell: &[u8]) -> Result<()> {
        let column = self.next_column;
        self.kept_bytes += cell.len();
        let form = self.form();
        let put = self.target().0[column].push(form.carried(cell));
        self.is_put(column, put)
    }

    /// The next value belongs to the next column.
    fn is_put(&mut self, column: usize, put: Result<(), Misfit>) -> Result<()> {
        put.or_else(|misfit| self.take_misfit(column, misfit))?;
        self.next_column += 1;
        if self.next_column == self.kept.len() {
            self.next_column = 0;
            self.row_is_complete()?;
        }
        Ok(())
    }

    /// The form of the source's cells; stock sources have none.
    fn form(&self) -> Form {
        match self.selection {
            Selection::Here(_) => Form::Text,
            Selection::AtSource { form, .. } => form,
        }
    }

    /// Where cells go, and which misfits were found among them.
    fn target(&mut self) -> (&mut [Column], &mut Vec<MisfitAt>) {
        match &mut self.selection {
            Selection::Here(staging) => (&mut staging.columns, &mut staging.misfits),
            Selection::AtSource { .. } => (&mut self.kept, &mut self.rows.misfits),
        }
    }

    /// Fills the place of a value that doesn't fit: whether its row is written is known later. An error where that is known
    /// already, or where the value is needed to know.
    fn take_misfit(&mut self, column: usize, misfit: Misfit) -> Result<()> {
        let is_date = is_dated(self.schema.field(column).data_type());
        if is_date && misfit == Misfit::NoDate && self.filter.invalid_dates == InvalidDates::Null {
            self.note_nulled(column, 1, false);
            self.target().0[column].push_null();
            return Ok(());
        }
        let at = MisfitAt {
            candidate: self.rows.candidates,
            row: self.row(),
            column,
            misfit,
            form: self.form(),
        };
        let is_first_unit = self.unit == 0 && matches!(self.selection, Selection::AtSource { .. });
        let is_needed = misfit == Misfit::OtherType || self.filter.key.contains(&column);
        if is_needed || is_first_unit && self.filter.first_seen.is_some() {
            return Err(at.refused(&self.schema));
        }
        let (columns, misfits) = self.target();
        columns[column].push_placeholder();
        misfits.push(at);
        Ok(())
    }

    /// Notes values of the row that is being put together, or was put together last.
    fn note_nulled(&mut self, column: usize, values: usize, is_complete: bool) {
        match &mut self.selection {
            Selection::Here(staging) => {
                let row = staging.row() - u64::from(is_complete);
                staging.nulled.push((row, column, values));
            }
            Selection::AtSource { .. } => {
                self.rows.nulled.add(column, self.rows.candidates, values);
            }
        }
    }

    fn row_is_complete(&mut self) -> Result<()> {
        for at in 0..self.dated_lists.len() {
            let column = self.dated_lists[at];
            let values = self.target().0[column].take_nulled();
            if values > 0 {
                self.note_nulled(column, values, true);
            }
        }
        match &mut self.selection {
            Selection::Here(staging) => {
                if staging.is_full() {
                    self.look_up()?;
                }
                Ok(())
            }
            Selection::AtSource { complete, .. } => {
                *complete += 1;
                self.rows.candidates += 1;
                self.finish_full_batch(self.kept_bytes)
            }
        }
    }

    /// Decides which staged rows are candidates, and keeps these.
    fn look_up(&mut self) -> Result<()> {
        let Selection::Here(staging) = &mut self.selection else {
            return Ok(());
        };
        staging.select(&mut self.rows)?;
        // Offsets are 32 bits: a chunk of huge cells begins a record batch of its own.
        if i32::try_from(bytes(&self.kept) + bytes(&staging.columns)).is_err() {
            finish_batch(&mut self.kept, &self.schema, &mut self.rows.batches)?;
        }
        staging.keep_candidates(&mut self.kept);
        let UnitRows {
            read, candidates, ..
        } = self.rows;
        self.control.progress(self.unit, read, candidates);
        self.finish_full_batch(bytes(&self.kept))
    }

    fn finish_full_batch(&mut self, kept_bytes: usize) -> Result<()> {
        let rows = self.kept.first().map_or(0, Column::len);
        if rows >= BATCH_ROWS || kept_bytes >= BATCH_BYTES {
            self.kept_bytes = 0;
            finish_batch(&mut self.kept, &self.schema, &mut self.rows.batches)?;
        }
        Ok(())
    }

    /// Whether any row has come. What is staged may still be forgotten; what the filter has seen may not.
    pub fn has_rows(&self) -> bool {
        match &self.selection {
            Selection::Here(staging) => staging.rows_before > 0,
            Selection::AtSource { passed, .. } => passed.read.load(Ordering::Relaxed) > 0,
        }
    }

    /// Looks up what is still staged and hands over the unit's rows.
    pub fn finish(mut self) -> Result<UnitRows> {
        self.look_up()?;
        finish_batch(&mut self.kept, &self.schema, &mut self.rows.batches)?;
        self.take_counts();
        self.check_counts()?;
        Ok(self.rows)
    }

    /// What the gate has counted is counted of the unit.
    fn take_counts(&mut self) {
        if let Selection::AtSource { passed, .. } = &self.selection {
            let counted = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
            self.rows.read = counted(&passed.read);
            self.rows.filter_drops = counted(&passed.filter_drops);
            self.rows.null_drops = counted(&passed.null_drops);
        }
    }

    fn check_counts(&self) -> Result<()> {
        let UnitRows {
            read,
            candidates,
            filter_drops,
            null_drops,
            ref batches,
            ..
        } = self.rows;
        let kept: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let came = match &self.selection {
            Selection::Here(staging) => staging.rows_before,
            Selection::AtSource { .. } => candidates + filter_drops + null_drops,
        };
        if came == read && kept as u64 == candidates {
            return Ok(());
        }
        let message = format!(
            "{read} rows were announced and {came} came; {candidates} are candidates and {kept} were kept"
        );
        Err(Error::new(ErrorKind::Sums, message))
    }

    /// Where the next cell of a stock source belongs, for its errors. A source of our own says itself where it failed.
    pub fn place(&self) -> Option<String> {
        let column = self.schema.field(self.next_column).name();
        matches!(self.selection, Selection::Here(_)).then(|| self.row().place(column))
    }

    /// The row that is being put together.
    fn row(&self) -> SentRow {
        match &self.selection {
            Selection::Here(staging) => SentRow {
                number: staging.row(),
                id: None,
            },
            Selection::AtSource {
                passed, complete, ..
            } => passed.row(*complete),
        }
    }
}

pub(super) fn columns(schema: &Schema, invalid_dates: InvalidDates) -> Vec<Column> {
    let fields = schema.fields().iter();
    let mut columns: Vec<_> = fields.map(|field| Column::new(field.data_type())).collect();
    if invalid_dates == InvalidDates::Null {
        columns.iter_mut().for_each(Column::null_invalid_dates);
    }
    columns
}

fn dated_lists(schema: &Schema) -> Vec<usize> {
    let columns = schema.fields().iter().enumerate();
    let is_dated_list = |data_type: &DataType| match data_type {
        DataType::List(element) => is_dated(element.data_type()),
        _ => false,
    };
    let columns = columns.filter(|(_, field)| is_dated_list(field.data_type()));
    columns.map(|(column, _)| column).collect()
}

pub(super) fn bytes(columns: &[Column]) -> usize {
    columns.iter().map(Column::value_bytes).sum()
}

fn finish_batch(
    columns: &mut [Column],
    schema: &SchemaRef,
    batches: &mut Vec<RecordBatch>,
) -> Result<()> {
    if columns.first().map_or(0, Column::len) == 0 {
        return Ok(());
    }
    let mut arrays = Vec::with_capacity(columns.len());
    for (column, field) in columns.iter_mut().zip(schema.fields()) {
        let array = column.finish().map_err(|cause| {
            let message = format!("column {} makes no array", field.name());
            Error::new(ErrorKind::Bug, message).because(cause)
        })?;
        arrays.push(array);
    }
    let batch = RecordBatch::try_new(Arc::clone(schema), arrays).map_err(|cause| {
        Error::new(ErrorKind::Bug, "the columns of a record batch don't fit").because(cause)
    })?;
    batches.push(batch);
    Ok(())
}
