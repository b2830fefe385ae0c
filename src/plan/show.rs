//! The plan as `firstseen plan` prints it.

use super::Plan;
use crate::arrow_type;
use crate::job::{Job, Output};
use crate::report::plain;
use crate::unit::Part;
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
    /// `null` for all of it.
    part: Option<Part>,
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
        let tables = plan.tables_and_units();
        let units = tables.flat_map(|(table, units)| {
            units.iter().map(|unit| PlanUnit {
                table: table.name.clone(),
                part: unit.name.part,
                estimated_rows: unit.estimated_rows,
                order: table.order.clone(),
                sql: unit.query.sql.clone(),
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
        writeln!(f, "key      {}", plain(&self.key.join(", ")))?;
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
                .map(|column| plain(text(column)).chars().count())
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
            let name = plain(name);
            writeln!(
                f,
                "  {name:name_width$}  {sql_type:type_width$}  {arrow_type}{nullable}"
            )?;
        }
        Ok(())
    }

    fn write_units(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\ntables, in the order of the result")?;
        for units in self.units.chunk_by(|one, next| one.table == next.table) {
            write_table(f, units)?;
        }
        Ok(())
    }
}

fn write_table(f: &mut fmt::Formatter<'_>, units: &[PlanUnit]) -> fmt::Result {
    let Some(PlanUnit { table, order, .. }) = units.first() else {
        return Ok(());
    };
    let estimate: Option<u64> = units.iter().map(|unit| unit.estimated_rows).sum();
    let rows = estimate.map_or("rows unknown".to_owned(), |rows| {
        format!("about {rows} rows")
    });
    let parts = if units.len() > 1 {
        format!(", in {} parts", units.len())
    } else {
        String::new()
    };
    let (table, order) = (plain(table), plain(order));
    writeln!(f, "  {table}: {rows}, order {order}{parts}")?;
    for unit in units {
        // A condition may have lines.
        let lines: Vec<_> = unit.sql.split('\n').map(plain).collect();
        writeln!(f, "    {}", lines.join("\n"))?;
    }
    Ok(())
}
