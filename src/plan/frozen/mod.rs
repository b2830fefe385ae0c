//! The frozen plan: the plan as a file that all steps of a job take, in whatever process and on whatever machine they run.
//!
//! The file has the plan, and the SHA-256 of its canonical JSON (keys sorted, no spaces, UTF-8 unescaped), by which stages,
//! keep-lists and manifests name the plan that they belong to.

mod compare;
mod file;

use super::partition::Range;
use super::{FixedTable, Plan, PlannedColumn, Reads};
use crate::job::{Job, JobOptions, Output};
use crate::source::Relation;
use crate::unit::{Part, UnitName};
use crate::{Error, ErrorKind, Result, arrow_type};
use arrow::datatypes::{Field, Schema, SchemaRef};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::num::NonZeroUsize;
use std::sync::Arc;

/// Version of the file's format. It is raised when a reader of an older version would misread it.
const PLAN_VERSION: u32 = 1;

/// A plan, and the hash that names it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FrozenPlan {
    pub hash: String,
    pub plan: Frozen,
}

/// What all steps of a job have to agree on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Frozen {
    pub plan_version: u32,
    pub versions: FrozenVersions,
    /// The job's options, without a login.
    pub job: Map<String, Value>,
    pub columns: Vec<FrozenColumn>,
    pub key: Vec<String>,
    /// `error`, `drop` or `keep`.
    pub null_keys: String,
    /// Rows of every batch file except the last.
    pub batch_rows: NonZeroUsize,
    /// Rows of a unit among which the keep-list ranks the survivors.
    pub segment_rows: NonZeroUsize,
    /// Rows of the result that one shard of the keep-list has: a multiple of `batch_rows`.
    pub shard_rows: NonZeroUsize,
    /// Tables in the order of the result.
    pub tables: Vec<FrozenTable>,
    /// Their units, in the order of the result.
    pub units: Vec<FrozenUnit>,
    /// All relations that the queries read, at any depth, as far as the database reports them.
    relations: Vec<Relation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FrozenVersions {
    pub firstseen: String,
    pub database: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FrozenColumn {
    pub name: String,
    pub sql_type: String,
    /// As the manifest has it.
    pub arrow_type: String,
    pub nullable: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FrozenTable {
    pub name: String,
    /// The query for all its rows.
    pub sql: String,
    pub order: String,
    /// Why a transaction doesn't see its rows as they were when the transaction began, if it doesn't.
    unversioned: Option<String>,
    /// Whether its keys are to be read first, where the state that they were read in can still be had afterwards.
    keys_first: bool,
    read_why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FrozenUnit {
    pub table: String,
    /// Which part of the table; `None` for the whole table.
    pub part: Option<Part>,
    range: Range,
    pub estimated_rows: Option<u64>,
}

impl FrozenColumn {
    fn of(column: &PlannedColumn) -> Self {
        Self {
            name: column.name.clone(),
            sql_type: column.sql_type.clone(),
            arrow_type: arrow_type::name(&column.data_type),
            nullable: column.nullable,
        }
    }
}

impl FrozenTable {
    /// Why it is read as it is, if keys are read first where that was planned, or aren't.
    pub fn why(&self, keys_first: bool) -> String {
        if self.keys_first && !keys_first {
            let why =
                "its rows couldn't be fetched later from the state in which its keys were read";
            return why.to_owned();
        }
        self.read_why.clone()
    }
}

impl FrozenUnit {
    pub fn name(&self) -> UnitName {
        UnitName {
            table: self.table.clone(),
            part: self.part,
        }
    }
}

/// How the result is cut for the keep-list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub segment_rows: NonZeroUsize,
    /// Batch files of a shard.
    pub shard_files: NonZeroUsize,
}

impl Frozen {
    /// The plan of a job with these options.
    pub fn new(job: &Job, options: &JobOptions, plan: &Plan, sizes: Sizes) -> Result<Self> {
        let tables: Vec<_> = plan.tables.iter().map(|table| table.name.clone()).collect();
        let columns: Vec<_> = plan.columns.iter().map(|it| it.name.clone()).collect();
        let options = options.frozen(job, (&tables, &columns))?;
        let batch_rows = match &job.output {
            Output::Batches(output) => output.batch_rows,
            Output::Count => NonZeroUsize::MIN,
        };
        let columns = plan.columns.iter().map(FrozenColumn::of);
        let tables = plan.tables.iter().map(|table| FrozenTable {
            name: table.name.clone(),
            sql: table.sql.clone(),
            order: table.order.clone(),
            unversioned: table.unversioned.clone(),
            keys_first: table.reads.keys_first,
            read_why: table.reads.why.clone(),
        });
        let units = plan.units.iter().map(|unit| FrozenUnit {
            table: unit.name.table.clone(),
            part: unit.name.part,
            range: unit.range.clone(),
            estimated_rows: unit.estimated_rows,
        });
        Ok(Self {
            plan_version: PLAN_VERSION,
            versions: FrozenVersions {
                firstseen: env!("CARGO_PKG_VERSION").to_owned(),
                database: plan.database.clone(),
            },
            job: options,
            columns: columns.collect(),
            key: job.key.clone(),
            null_keys: job.null_keys.name().to_owned(),
            batch_rows,
            segment_rows: sizes.segment_rows,
            shard_rows: batch_rows.saturating_mul(sizes.shard_files),
            tables: tables.collect(),
            units: units.collect(),
            relations: plan.relations.clone(),
        })
    }

    /// What a plan of the same job must not decide again. Without `keys_first`, all tables are read whole.
    pub fn fixed(&self, keys_first: bool) -> Vec<FixedTable> {
        let tables = self.tables.iter().map(|table| FixedTable {
            name: table.name.clone(),
            ranges: self.ranges(&table.name),
            reads: Reads {
                keys_first: table.keys_first && keys_first,
                why: table.why(keys_first),
            },
        });
        tables.collect()
    }

    fn ranges(&self, table: &str) -> Vec<Range> {
        let units = self.units.iter().filter(|unit| unit.table == table);
        units.map(|unit| unit.range.clone()).collect()
    }

    /// The schema of the result.
    pub fn schema(&self) -> Result<SchemaRef> {
        let fields = self.columns.iter().map(|column| {
            let data_type = arrow_type::parse(&column.arrow_type).ok_or_else(|| {
                let message = format!("the plan has an unknown type, {}", column.arrow_type);
                Error::new(ErrorKind::JobFile, message).in_column(&column.name)
            })?;
            Ok(Field::new(&column.name, data_type, column.nullable))
        });
        Ok(Arc::new(Schema::new(fields.collect::<Result<Vec<_>>>()?)))
    }

    /// The column of a one-column key.
    pub fn only_key(&self) -> Option<usize> {
        let [key] = &self.key[..] else {
            return None;
        };
        self.columns.iter().position(|column| column.name == *key)
    }

    /// Each table with the ordinals of its units.
    pub fn tables_and_units(&self) -> impl Iterator<Item = (&FrozenTable, std::ops::Range<usize>)> {
        let mut first = 0;
        self.tables.iter().map(move |table| {
            let of_table = self.units.iter().skip(first);
            let count = of_table.take_while(|unit| unit.table == table.name).count();
            let units = first..first + count;
            first = units.end;
            (table, units)
        })
    }
}
