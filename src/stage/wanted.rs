//! The reader of a unit's parts: of its staged rows, those that are wanted.

use super::file::bug;
use super::folder::StageFolder;
use super::part::{NOTES, PartFile, ROW};
use super::unit::UnitManifest;
use crate::{Error, ErrorKind, Result};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::file::statistics::Statistics;
use std::collections::VecDeque;
use std::fs::File;
use std::path::PathBuf;

/// Rows that are decoded at once.
const BATCH_ROWS: usize = 8 * 1024;
/// If one row in fewer than this many is wanted, all rows of a row group are decoded: skipping between them takes longer.
const DENSE: usize = 32;

/// The wanted rows of a unit, in order. Only one row group is in memory.
///
/// A wanted row that isn't there is [`ErrorKind::Sums`], and a part that can't be read [`ErrorKind::Fault`].
pub(crate) struct WantedRows {
    units: PathBuf,
    parts: VecDeque<PartFile>,
    /// The numbers of the rows that aren't read yet, ascending.
    wanted: VecDeque<i64>,
    part: Option<Part>,
    group: Option<Group>,
}

/// A part that is being read.
struct Part {
    path: PathBuf,
    file: File,
    metadata: ArrowReaderMetadata,
    next_group: usize,
}

/// A row group that is being read.
struct Group {
    reader: ParquetRecordBatchReader,
    /// The numbers of the wanted rows in it that aren't decoded yet.
    rows: VecDeque<i64>,
}

/// Rows that follow each other, some of which are wanted.
pub(crate) struct Decoded {
    /// The columns of the struct that the parts have.
    pub values: RecordBatch,
    /// The rows of `values` that are wanted, ascending.
    pub picked: Vec<usize>,
    /// The wanted rows that have a note, by their number in the unit.
    pub notes: Vec<(i64, String)>,
}

impl WantedRows {
    /// The rows with these numbers, ascending, of a unit.
    pub fn new(
        stage: &StageFolder,
        unit: &UnitManifest,
        wanted: impl Iterator<Item = i64>,
    ) -> Self {
        Self {
            units: stage.units(),
            parts: unit.files.iter().cloned().collect(),
            wanted: wanted.collect(),
            part: None,
            group: None,
        }
    }

    /// The next rows; `None` if all were read.
    pub fn next(&mut self) -> Result<Option<Decoded>> {
        loop {
            if let Some(group) = &mut self.group {
                if let Some(batch) = group.reader.next() {
                    let batch = batch.map_err(|cause| self.broken().because(cause))?;
                    return self.decoded(&batch).map(Some);
                }
                if !group.rows.is_empty() {
                    return Err(missing(group.rows.front().copied()));
                }
                self.group = None;
            }
            let Some(first) = self.wanted.front().copied() else {
                return Ok(None);
            };
            self.next_group(first)?;
        }
    }

    fn decoded(&mut self, batch: &RecordBatch) -> Result<Decoded> {
        let numbers = batch.column_by_name(ROW);
        let numbers = numbers.and_then(|numbers| numbers.as_primitive_opt::<Int64Type>());
        let notes = batch.column_by_name(NOTES);
        let notes = notes.and_then(|notes| notes.as_string_opt::<i32>());
        let values = batch.columns().last();
        let values = values.and_then(|values| values.as_struct_opt());
        let (Some(numbers), Some(notes), Some(values)) = (numbers, notes, values) else {
            return Err(self.broken());
        };
        let group = self
            .group
            .as_mut()
            .ok_or_else(|| bug("no row group is read"))?;
        let mut decoded = Decoded {
            picked: Vec::with_capacity(batch.num_rows().min(group.rows.len())),
            notes: Vec::new(),
            values: values.into(),
        };
        for (index, number) in numbers.values().iter().enumerate() {
            match group.rows.front() {
                None => break,
                Some(wanted) if wanted < number => return Err(missing(Some(*wanted))),
                Some(wanted) if wanted > number => continue,
                Some(_) => {}
            }
            group.rows.pop_front();
            decoded.picked.push(index);
            if notes.is_valid(index) {
                let note = notes.value(index).to_owned();
                decoded.notes.push((*number, note));
            }
        }
        Ok(decoded)
    }

    /// Begins the row group that has the first wanted row. The groups before it are skipped.
    fn next_group(&mut self, first: i64) -> Result<()> {
        while self.part.is_none() {
            let part = self.parts.pop_front().ok_or_else(|| missing(Some(first)))?;
            if first <= part.last_row {
                self.part = Some(self.open(&part)?);
            }
        }
        let Some(part) = &mut self.part else {
            return Ok(());
        };
        let group = part.next_group;
        part.next_group += 1;
        let Some(last) = part.last_row_of(group) else {
            self.part = None;
            return Ok(());
        };
        if first > last {
            return Ok(());
        }
        let end = self.wanted.partition_point(|row| *row <= last);
        let rows: VecDeque<i64> = self.wanted.drain(..end).collect();
        let begun = part.begin(group, rows);
        self.group = Some(begun.map_err(|cause| broken(&part.path).because(cause))?);
        Ok(())
    }

    fn open(&self, part: &PartFile) -> Result<Part> {
        let path = self.units.join(&part.name);
        let file = File::open(&path).map_err(|cause| broken(&path).because(cause))?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new());
        let metadata = metadata.map_err(|cause| broken(&path).because(cause))?;
        let rows = metadata.metadata().file_metadata().num_rows();
        if u64::try_from(rows) != Ok(part.rows) {
            return Err(broken(&path));
        }
        Ok(Part {
            path,
            file,
            metadata,
            next_group: 0,
        })
    }

    fn broken(&self) -> Error {
        match &self.part {
            Some(part) => broken(&part.path),
            None => bug("no part is read"),
        }
    }
}

type Parquet<T> = parquet::errors::Result<T>;

impl Part {
    /// The number of the last row of a row group; `None` if there is no such group.
    fn last_row_of(&self, group: usize) -> Option<i64> {
        let group = self.metadata.metadata().row_groups().get(group)?;
        let mut columns = group.columns().iter();
        let rows = columns.find(|column| column.column_path().string() == ROW)?;
        match rows.statistics() {
            Some(Statistics::Int64(statistics)) => statistics.max_opt().copied(),
            _ => None,
        }
    }

    fn builder(
        &self,
        group: usize,
        columns: &[&str],
    ) -> Parquet<ParquetRecordBatchReaderBuilder<File>> {
        let file = self.file.try_clone()?;
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        let builder = builder.with_projection(mask).with_row_groups(vec![group]);
        Ok(builder.with_batch_size(BATCH_ROWS))
    }

    /// Begins to decode a row group of which these rows are wanted. If they are few, the others aren't decoded.
    fn begin(&self, group: usize, rows: VecDeque<i64>) -> Parquet<Group> {
        let values = self.metadata.schema().fields().last();
        let values = values.map_or("", |values| values.name());
        let mut builder = self.builder(group, &[ROW, NOTES, values])?;
        let all = self.metadata.metadata().row_group(group).num_rows();
        let all = usize::try_from(all).unwrap_or(usize::MAX);
        if rows.len().saturating_mul(DENSE) < all {
            builder = builder.with_row_selection(self.selection(group, &rows)?);
        }
        let reader = builder.build()?;
        Ok(Group { reader, rows })
    }

    /// Which rows of a row group have these numbers.
    fn selection(&self, group: usize, rows: &VecDeque<i64>) -> Parquet<RowSelection> {
        let mut selectors: Vec<RowSelector> = Vec::new();
        let mut wanted = rows.iter().peekable();
        for batch in self.builder(group, &[ROW])?.build()? {
            let batch = batch?;
            let numbers = batch.column(0).as_primitive::<Int64Type>();
            for number in numbers.values() {
                let is_wanted = wanted.next_if_eq(&number).is_some();
                match selectors.last_mut() {
                    Some(last) if last.skip != is_wanted => last.row_count += 1,
                    _ if is_wanted => selectors.push(RowSelector::select(1)),
                    _ => selectors.push(RowSelector::skip(1)),
                }
            }
        }
        Ok(RowSelection::from(selectors))
    }
}

fn broken(path: &std::path::Path) -> Error {
    let message = format!(
        "the part {} of the stage can't be read, or is not the one that was written",
        path.display()
    );
    Error::new(ErrorKind::Fault, message)
        .advise("remove the stage with firstseen discard, and stage the plan again")
}

fn missing(row: Option<i64>) -> Error {
    let row = row.unwrap_or_default();
    let message = format!("the keep-list has row {row} of a unit, which wasn't staged");
    Error::new(ErrorKind::Sums, message)
        .advise("nothing was published; remove the keep-list's folder, keep, from the stage, and compute it again")
}
