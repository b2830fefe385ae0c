//! The keep-list: which staged rows survive, and where in the result, as an engine has computed it.

use super::file;
use super::folder::{Mark, StageFolder};
use crate::{Error, ErrorKind, Result};
use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Rows that are decoded at once.
const READ_ROWS: usize = 8 * 1024;

/// `keep/keep.json`: a keep-list that is complete.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct KeepList {
    #[serde(flatten)]
    mark: Mark,
    /// Rows of the result.
    pub rows: u64,
    pub shards: Vec<Shard>,
    /// What computing it took.
    #[serde(default)]
    pub elapsed_secs: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Shard {
    #[serde(rename = "shard")]
    number: u32,
    rows: u64,
    /// Paths in the folder `keep`, in the order of their positions.
    files: Vec<PathBuf>,
}

/// Where a row was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub unit: u32,
    /// Its number in the unit, from 1.
    pub row: i64,
}

impl StageFolder {
    /// The keep-list, which must be complete.
    pub fn keep_list(&self) -> Result<KeepList> {
        let path = self.keep().join("keep.json");
        let keep_list: Option<KeepList> = file::read(&path)?;
        let keep_list = keep_list.ok_or_else(|| {
            let message = format!("there is no keep-list in {}", self.path().display());
            Error::new(ErrorKind::Usage, message).advise(
                "compute it first: python -m firstseen.duckdb plan.json --stage DIR, or firstseen.spark",
            )
        })?;
        self.check_mark(&keep_list.mark, &path)?;
        Ok(keep_list)
    }
}

impl KeepList {
    /// How many shards there are. Fails if they don't add up to the whole result.
    pub fn checked_shards(&self, shard_rows: u64) -> Result<u32> {
        let count = self.rows.div_ceil(shard_rows);
        let expected = |shard: u64| shard_rows.min(self.rows - shard * shard_rows);
        let is_whole = self.shards.len() as u64 == count
            && (0..count).zip(&self.shards).all(|(number, shard)| {
                u64::from(shard.number) == number && shard.rows == expected(number)
            });
        match u32::try_from(count) {
            Ok(count) if is_whole => Ok(count),
            _ => Err(wrong("its shards don't add up to the whole result")),
        }
    }

    /// Rows of a shard.
    pub fn shard_rows(&self, shard: u32) -> u64 {
        self.shards.get(shard as usize).map_or(0, |it| it.rows)
    }

    /// The places of consecutive rows of a shard, counted from 0, in the order of the result. The shard's positions begin at
    /// `first`.
    pub fn places(
        &self,
        stage: &StageFolder,
        (shard, first): (u32, u64),
        rows: Range<u64>,
    ) -> Result<Vec<Place>> {
        let of_shard = self.shards.get(shard as usize);
        let of_shard = of_shard.ok_or_else(|| wrong("a shard is missing"))?;
        let wanted = rows.end - rows.start;
        let mut places = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0));
        let mut before = 0;
        for name in &of_shard.files {
            let path = stage.keep().join(name);
            let file = ListFile::open(&path)?;
            let end = before + file.rows;
            let of_file = rows.start.clamp(before, end)..rows.end.clamp(before, end);
            if !of_file.is_empty() {
                let of_file = of_file.start - before..of_file.end - before;
                file.add_places(of_file, first + rows.start, &mut places)?;
            }
            before = end;
        }
        let ascends = places.is_sorted_by(|one, next| one < next);
        if places.len() as u64 == wanted && before == of_shard.rows && ascends {
            return Ok(places);
        }
        Err(not_in_order(shard))
    }
}

/// The error for a shard's rows that aren't in the order of the result.
pub(crate) fn not_in_order(shard: u32) -> Error {
    wrong(&format!(
        "shard {shard} doesn't have each position once, in order"
    ))
}

/// A file of the keep-list.
struct ListFile<'a> {
    path: &'a Path,
    reader: ParquetRecordBatchReaderBuilder<File>,
    rows: u64,
}

impl<'a> ListFile<'a> {
    fn open(path: &'a Path) -> Result<Self> {
        let file = File::open(path).map_err(|cause| unreadable(path).because(cause))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file);
        let reader = reader.map_err(|cause| unreadable(path).because(cause))?;
        let rows = reader.metadata().file_metadata().num_rows();
        Ok(Self {
            path,
            reader,
            rows: u64::try_from(rows).unwrap_or(0),
        })
    }

    /// Adds the places of some rows. The positions of all places begin at `first`.
    fn add_places(self, rows: Range<u64>, first: u64, places: &mut Vec<Place>) -> Result<()> {
        let Self { path, reader, .. } = self;
        let [skipped, wanted] = [rows.start, rows.end - rows.start]
            .map(|rows| usize::try_from(rows).unwrap_or(usize::MAX));
        let reader = reader.with_batch_size(READ_ROWS);
        let reader = reader.with_offset(skipped).with_limit(wanted).build();
        for batch in reader.map_err(|cause| unreadable(path).because(cause))? {
            let batch = batch.map_err(|cause| unreadable(path).because(cause))?;
            let [units, rows, positions] =
                ["unit", "row", "position"].map(|name| numbers(&batch, name));
            let (units, rows, positions) = (units?, rows?, positions?);
            let expected = first + places.len() as u64;
            let mut in_order = (expected..).zip(positions.values());
            if let Some((expected, _)) =
                in_order.find(|(expected, position)| u64::try_from(**position) != Ok(*expected))
            {
                return Err(wrong(&format!(
                    "the position {expected} is missing, or is not in order"
                )));
            }
            for (unit, row) in units.values().iter().zip(rows.values()) {
                let unit =
                    u32::try_from(*unit).map_err(|_| wrong("a unit's ordinal is negative"))?;
                places.push(Place { unit, row: *row });
            }
        }
        Ok(())
    }
}

fn unreadable(path: &Path) -> Error {
    let message = format!("can't read the keep-list's file {}", path.display());
    Error::new(ErrorKind::Fault, message).advise(AGAIN)
}

/// A column of whole numbers, of whatever width the engine has given it.
fn numbers(batch: &RecordBatch, name: &str) -> Result<Int64Array> {
    let column = batch
        .column_by_name(name)
        .ok_or_else(|| wrong("a column is missing"))?;
    let column = cast(column, &DataType::Int64)
        .map_err(|cause| wrong("a column isn't a number").because(cause))?;
    match column.as_primitive_opt::<Int64Type>() {
        Some(numbers) if numbers.null_count() == 0 => Ok(numbers.clone()),
        _ => Err(wrong("a number is NULL")),
    }
}

const AGAIN: &str =
    "remove the folder keep from the stage, and compute the keep-list again; nothing was published";

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::Sums, format!("the keep-list is wrong: {what}")).advise(AGAIN)
}
