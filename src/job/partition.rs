//! `--partition-on` and `--partitions`: tables that are read in parts.

use super::usage::usage;
use super::{OrderBy, PartitionCount};
use crate::Result;
use std::num::NonZeroUsize;

/// As many parts as there can be workers.
const MAX_PARTITIONS: u64 = super::MAX_WORKERS;

/// How each table is read in parts: ranges of a column, in the column's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The column.
    pub column: String,
    /// How many parts.
    pub partitions: Partitions,
}

/// How many parts a table is read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partitions {
    /// As many as its rows and the workers suggest.
    Auto,
    /// This many, or fewer if the column has fewer values.
    AtMost(NonZeroUsize),
}

impl Partition {
    pub(super) fn parse(
        column: Option<String>,
        partitions: Option<&PartitionCount>,
        order_by: &OrderBy,
    ) -> Result<Option<Self>> {
        let Some(column) = column else {
            return match partitions {
                None => Ok(None),
                Some(_) => Err(usage("--partitions is given without --partition-on")
                    .advise("give --partition-on COLUMN too; the column needs an index")),
            };
        };
        if column.is_empty() {
            return Err(usage("--partition-on names an empty column")
                .advise("give the name of a column that has an index"));
        }
        check_order(&column, order_by)?;
        let partitions = partitions.map_or(Ok(Partitions::Auto), Partitions::parse)?;
        Ok(Some(Self { column, partitions }))
    }
}

impl Partitions {
    fn parse(count: &PartitionCount) -> Result<Self> {
        let count = match count {
            PartitionCount::Number(count) => Some(*count),
            PartitionCount::Text(text) if text.trim() == "auto" => return Ok(Self::Auto),
            PartitionCount::Text(text) => text.trim().parse().ok(),
        };
        let count = count.filter(|count| *count <= MAX_PARTITIONS);
        count
            .and_then(|count| usize::try_from(count).ok())
            .and_then(NonZeroUsize::new)
            .map(Self::AtMost)
            .ok_or_else(|| {
                usage("--partitions is neither auto nor a number in range")
                    .advise(format!("give auto, or a number from 1 to {MAX_PARTITIONS}"))
            })
    }

    /// The flag's value.
    pub fn name(self) -> String {
        match self {
            Self::Auto => "auto".to_owned(),
            Self::AtMost(count) => count.to_string(),
        }
    }
}

/// The parts follow each other in the order of the column, so the order of the rows must begin with it.
fn check_order(column: &str, order_by: &OrderBy) -> Result<()> {
    let OrderBy::Columns(columns) = order_by else {
        return Ok(());
    };
    match columns.first() {
        Some(first) if first.name == column && !first.descending => Ok(()),
        _ => Err(usage(format!(
            "--order-by doesn't begin with {column}, the column of --partition-on, in ascending order"
        ))
        .advise(format!(
            "write --order-by {column},… or leave --order-by out: tables that are read in parts are ordered by that \
             column first"
        ))),
    }
}
