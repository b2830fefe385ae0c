//! The plan: ordered units with their queries, and the one schema of the result.
//!
//! In: a job and a connection to read the catalogue. Out: a [`Plan`] that every table fits, or an error that names the
//! table and column that doesn't. This room reads no row of any table.

mod columns;
mod order;
mod resolve;
mod show;

pub use show::PlanDocument;

use crate::job::Job;
use crate::source::{Catalog, Extractor, Query, Table};
use crate::{Error, Result};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

/// What will be read, in which order, and as what.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The database's name and version.
    pub database: String,
    /// Who reads the rows.
    pub extractor: Extractor,
    /// Columns of the result.
    pub columns: Vec<PlannedColumn>,
    /// Indices of the key columns, in the order of `--key`.
    pub key: Vec<usize>,
    /// Units in the order of the result.
    pub units: Arc<[Unit]>,
    /// Connections that read at the same time.
    pub workers: usize,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// A column of the result.
#[derive(Debug, Clone)]
pub(crate) struct PlannedColumn {
    pub name: String,
    /// The first table's own name of the type.
    pub sql_type: String,
    pub data_type: DataType,
    /// Whether any table's column may hold NULL.
    pub nullable: bool,
}

/// A table, or a range of one, that one query reads.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub table: String,
    pub query: Query,
    /// What its rows are ordered by, in words.
    pub order: String,
    pub estimated_rows: Option<u64>,
}

impl Plan {
    /// The schema of the result.
    pub fn schema(&self) -> SchemaRef {
        let field = |column: &PlannedColumn| {
            Field::new(&column.name, column.data_type.clone(), column.nullable)
        };
        Arc::new(Schema::new(
            self.columns.iter().map(field).collect::<Vec<_>>(),
        ))
    }

    /// The sum of the tables' estimates, where each has one.
    pub fn estimated_rows(&self) -> Option<u64> {
        self.units.iter().map(|unit| unit.estimated_rows).sum()
    }
}

/// A table that the job reads.
struct Chosen {
    name: String,
    filter: Option<String>,
    table: Table,
}

/// Makes the plan of a job.
pub(crate) fn plan(job: &Job, catalog: &mut dyn Catalog) -> Result<Plan> {
    let database = catalog.version()?;
    let chosen = resolve::tables(job, catalog)?;
    let mut warnings = job.warnings.clone();
    warnings.extend(catalog.warnings());
    let columns = columns::agree(job, catalog, &chosen, &mut warnings)?;
    let key = columns::key(job, catalog, &columns, &chosen)?;
    let units = chosen
        .iter()
        .map(|chosen| unit(job, catalog, chosen, &columns))
        .collect::<Result<Arc<[_]>>>()?;
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    let workers = job.workers.map_or(cores, Into::into).min(units.len());
    Ok(Plan {
        database,
        extractor: catalog.extractor(),
        columns,
        key,
        units,
        workers,
        warnings,
    })
}

/// The query of a table: columns named one by one and in the plan's order, each by the expression that loses nothing.
fn unit(
    job: &Job,
    catalog: &mut dyn Catalog,
    chosen: &Chosen,
    columns: &[PlannedColumn],
) -> Result<Unit> {
    let order = order::order(job, catalog, chosen)?;
    let mut select = columns::select_list(catalog, chosen, columns)?;
    if let Some(row_id) = chosen.table.row_id {
        select = format!("{select}, {}.{row_id}", catalog.quote(&chosen.name));
    }
    let from = catalog.table_reference(&chosen.name, order.is_stored());
    let filters: Vec<_> = [&job.filter, &chosen.filter]
        .into_iter()
        .flatten()
        .map(|filter| format!("({filter}\n)"))
        .collect();
    let mut sql = format!("SELECT {select} FROM {from}");
    if !filters.is_empty() {
        sql = format!("{sql} WHERE {}", filters.join(" AND "));
    }
    if let Some(by) = order.sql() {
        sql = format!("{sql} ORDER BY {by}");
    }
    catalog
        .check(&sql)
        .map_err(|error| in_table(error, &chosen.name))?;
    Ok(Unit {
        table: chosen.name.clone(),
        query: Query {
            sql,
            stored_order: order.is_stored(),
            row_id: chosen.table.row_id.is_some(),
        },
        order: order.words(),
        estimated_rows: chosen.table.estimated_rows,
    })
}

fn in_table(error: Error, table: &str) -> Error {
    error.within(format_args!("table {table}"))
}
