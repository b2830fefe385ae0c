//! The keep-list: which staged rows survive, and where in the result, as an engine has computed it.

use super::file;
use super::folder::{Mark, StageFolder};
use crate::{Error, ErrorKind, Result};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;
use std::fs::File;
use std::path::{Path, PathBuf};

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

    /// The places of a shard's rows, in the order of the result, which begin at the position `first`.
    pub fn places(&self, stage: &StageFolder, shard: u32, first: u64) -> Result<Vec<Place>> {
        let of_shard = self.shards.get(shard as usize);
        let of_shard = of_shard.ok_or_else(|| wrong("a shard is missing"))?;
        let mut places = Vec::with_capacity(usize::try_from(of_shard.rows).unwrap_or(0));
        for name in &of_shard.files {
            add_places(&stage.keep().join(name), first, &mut places)?;
        }
        let ascends = places.is_sorted_by(|one, next| one < next);
        if places.len() as u64 == of_shard.rows && ascends {
            return Ok(places);
        }
        Err(wrong(&format!(
            "shard {shard} doesn't have each position once, in order"
        )))
    }
}

/// Adds the places of a file's rows. The shard's positions begin at `first`.
fn add_places(path: &Path, first: u64, places: &mut Vec<Place>) -> Result<()> {
    let unreadable = |cause: Box<dyn std::error::Error + Send + Sync>| {
        let message = format!("can't read the keep-list's file {}", path.display());
        Error::new(ErrorKind::Fault, message)
            .because(cause)
            .advise(AGAIN)
    };
    let file = File::open(path).map_err(|cause| unreadable(cause.into()))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file);
    let reader = reader.and_then(ParquetRecordBatchReaderBuilder::build);
    for batch in reader.map_err(|cause| unreadable(cause.into()))? {
        let batch = batch.map_err(|cause| unreadable(cause.into()))?;
        let [units, rows, positions] =
            ["unit", "row", "position"].map(|name| numbers(&batch, name));
        let (units, rows, positions) = (units?, rows?, positions?);
        for ((unit, row), position) in units.into_iter().zip(rows).zip(positions) {
            let expected = first + places.len() as u64;
            let unit = u32::try_from(unit).map_err(|_| wrong("a unit's ordinal is negative"))?;
            if u64::try_from(position) != Ok(expected) {
                return Err(wrong(&format!(
                    "the position {expected} is missing, or is not in order"
                )));
            }
            places.push(Place { unit, row });
        }
    }
    Ok(())
}

/// A column of whole numbers, of whatever width the engine has given it.
fn numbers(batch: &RecordBatch, name: &str) -> Result<Vec<i64>> {
    let column = batch
        .column_by_name(name)
        .ok_or_else(|| wrong("a column is missing"))?;
    let column = cast(column, &DataType::Int64)
        .map_err(|cause| wrong("a column isn't a number").because(cause))?;
    match column.as_primitive_opt::<Int64Type>() {
        Some(numbers) if numbers.null_count() == 0 => Ok(numbers.values().to_vec()),
        _ => Err(wrong("a number is NULL")),
    }
}

const AGAIN: &str =
    "remove the folder keep from the stage, and compute the keep-list again; nothing was published";

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::Sums, format!("the keep-list is wrong: {what}")).advise(AGAIN)
}
