//! The plan as `firstseen plan` prints it.

use super::Plan;
use crate::arrow_type;
use crate::job::{Job, Output};
use serde::Serialize;
use std::fmt;

/// Version of the document's shape. It grows when a reader of an older one would misread it.
const SCHEMA_VERSION: u32 = 1;

/// What `firstseen plan` says: `Display` for people, `Serialize` for programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanDocument {
    schema_version: u32,
    source: String,
    database: String,
    extractor: String,
    columns: Vec<PlanColumn>,
    key: Vec<String>,
    units: Vec<PlanUnit>,
    workers: usize,
    output: Option<PlanOutput>,
    warnings: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct PlanColumn {
    name: String,
    sql_type: String,
    arrow_type: String,
    nullable: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct PlanUnit {
    table: String,
    estimated_rows: Option<u64>,
    order: String,
    sql: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct PlanOutput {
    folder: String,
    format: String,
    compression: String,
    batch_rows: usize,
    prefix: String,
}

impl PlanDocument {
    pub(crate) fn new(job: &Job, plan: &Plan) -> Self {
        let columns = plan.columns.iter().map(|column| PlanColumn {
            name: column.name.clone(),
            sql_type: column.sql_type.clone(),
            arrow_type: arrow_type::name(&column.data_type),
            nullable: column.nullable,
        });
        let units = plan.units.iter().map(|unit| PlanUnit {
            table: unit.table.clone(),
            estimated_rows: unit.estimated_rows,
            order: unit.order.clone(),
            sql: unit.query.sql.clone(),
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

impl fmt::Display for PlanDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "source   {} ({})", self.source, self.database)?;
        match &self.output {
            None => writeln!(f, "output   none: counts only")?,
            Some(output) => writeln!(
                f,
                "output   {}: {} ({}), {} rows a file, prefix {}",
                output.folder, output.format, output.compression, output.batch_rows, output.prefix
            )?,
        }
        writeln!(f, "key      {}", self.key.join(", "))?;
        writeln!(f, "workers  {}, extractor {}", self.workers, self.extractor)?;
        self.write_columns(f)?;
        self.write_units(f)
    }
}

impl PlanDocument {
    fn write_columns(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: fn(&PlanColumn) -> &String| {
            self.columns
                .iter()
                .map(|column| text(column).chars().count())
                .max()
        };
        let name_width = width(|column| &column.name).unwrap_or(0);
        let type_width = width(|column| &column.sql_type).unwrap_or(0);
        writeln!(f, "\ncolumns")?;
        for column in &self.columns {
            let nullable = if column.nullable { "" } else { " not null" };
            let PlanColumn {
                name,
                sql_type,
                arrow_type,
                ..
            } = column;
            writeln!(
                f,
                "  {name:name_width$}  {sql_type:type_width$}  {arrow_type}{nullable}"
            )?;
        }
        Ok(())
    }

    fn write_units(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\ntables, in the order of the result")?;
        for unit in &self.units {
            let rows = unit
                .estimated_rows
                .map_or("rows unknown".to_owned(), |rows| {
                    format!("about {rows} rows")
                });
            writeln!(
                f,
                "  {}: {rows}, order {}\n    {}",
                unit.table, unit.order, unit.sql
            )?;
        }
        Ok(())
    }
}
