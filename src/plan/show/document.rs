//! The plan as a document: what `firstseen plan --json` prints.

use crate::arrow_type;
use crate::job::{Job, OrderBy, Output, SnapshotChoice};
use crate::plan::Plan;
use crate::source::Dialect;
use crate::unit::Part;
use serde::Serialize;

/// Version of the document's shape. It grows when a reader of an older one would misread it.
const SCHEMA_VERSION: u32 = 1;

/// What `firstseen plan` prints: `Display` for people, `Serialize` for programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanDocument {
    pub(super) schema_version: u32,
    pub(super) source: String,
    pub(super) database: String,
    pub(super) extractor: String,
    pub(super) columns: Vec<PlanColumn>,
    pub(super) key: Vec<String>,
    pub(super) units: Vec<PlanUnit>,
    pub(super) workers: usize,
    /// Why rows come in their order: `auto`, or the flag that says so.
    #[serde(skip)]
    pub(super) ordered_by: String,
    pub(super) snapshot: &'static str,
    /// What the job locks, in words.
    pub(super) locks: Vec<&'static str>,
    pub(super) output: Option<PlanOutput>,
    pub(super) warnings: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PlanColumn {
    pub(super) name: String,
    pub(super) sql_type: String,
    pub(super) arrow_type: String,
    pub(super) nullable: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PlanUnit {
    pub(super) table: String,
    /// `null` for all of it.
    pub(super) part: Option<Part>,
    pub(super) estimated_rows: Option<u64>,
    pub(super) order: String,
    /// `whole` or `keys-first`.
    pub(super) read: &'static str,
    /// Why.
    pub(super) read_why: String,
    pub(super) sql: String,
    /// The query with `TABLE` for the table's name.
    #[serde(skip)]
    pub(super) template: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PlanOutput {
    pub(super) folder: String,
    pub(super) format: String,
    pub(super) compression: String,
    pub(super) batch_rows: usize,
    pub(super) prefix: String,
}

impl PlanDocument {
    pub(crate) fn new(job: &Job, plan: &Plan, dialect: &Dialect) -> Self {
        let columns = plan.columns.iter().map(|column| PlanColumn {
            name: column.name.clone(),
            sql_type: column.sql_type.clone(),
            arrow_type: arrow_type::name(&column.data_type),
            nullable: column.nullable,
        });
        let tables = plan.tables_and_units();
        let units = tables.flat_map(|(table, units)| {
            units.iter().map(|unit| PlanUnit {
                table: table.name.clone(),
                part: unit.name.part,
                estimated_rows: unit.estimated_rows,
                order: table.order.clone(),
                read: table.reads.name(),
                read_why: table.reads.why.clone(),
                sql: unit.query.sql.clone(),
                template: unit.query.sql.replace(&dialect.quote(&table.name), "TABLE"),
            })
        });
        Self {
            schema_version: SCHEMA_VERSION,
            source: job.source.redacted(),
            database: plan.database.clone(),
            extractor: plan.extractor.name().to_owned(),
            columns: columns.collect(),
            key: job.key.clone(),
            units: units.collect(),
            workers: plan.workers,
            ordered_by: ordered_by(job),
            snapshot: job.snapshot.name(),
            locks: locks(job.snapshot, dialect),
            output: output(&job.output),
            warnings: plan.warnings.clone(),
        }
    }
}

fn output(output: &Output) -> Option<PlanOutput> {
    match output {
        Output::Count => None,
        Output::Batches(batches) => Some(PlanOutput {
            folder: batches.folder.display().to_string(),
            format: batches.encoding.format_name().to_owned(),
            compression: batches.encoding.compression_name(),
            batch_rows: batches.batch_rows.get(),
            prefix: batches.prefix.clone(),
        }),
    }
}

fn ordered_by(job: &Job) -> String {
    match (&job.order_by, &job.partition) {
        (OrderBy::Columns(_), _) => {
            "as --order-by says; ties by primary key, if there is one".to_owned()
        }
        (OrderBy::Auto, Some(partition)) => {
            format!(
                "by --partition-on {}; ties by primary key",
                partition.column
            )
        }
        (OrderBy::Auto, None) => "each table's own (--order-by auto)".to_owned(),
    }
}

fn locks(snapshot: SnapshotChoice, dialect: &Dialect) -> Vec<&'static str> {
    match snapshot {
        SnapshotChoice::Off => vec![
            "none beyond each query: with --snapshot off, tables can be altered while the job runs",
        ],
        SnapshotChoice::Auto => vec![dialect.locks.held],
        SnapshotChoice::Require => vec![dialect.locks.held, dialect.locks.required],
    }
}
