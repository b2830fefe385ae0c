//! The plan: ordered units with their queries, and the one schema of the result.
//!
//! In: a job, and a connection that reads the catalog. Out: a [`Plan`] that every table matches, or an error that names
//! the table and column that doesn't. This module reads no table's rows, except those that the bounds of parts are drawn
//! from, and the few that show how wide SQLite's rows are.

mod beneath;
mod columns;
mod fetch;
mod fixed;
mod frozen;
mod key;
mod order;
mod partition;
mod planned;
mod query;
mod reads;
mod resolve;
mod show;
mod size;
#[cfg(test)]
mod tests;
mod units;

pub(crate) use fetch::Fetch;
pub(crate) use fixed::FixedTable;
pub(crate) use frozen::{Frozen, FrozenPlan, FrozenUnit, Sizes};
pub(crate) use planned::Planned;
pub(crate) use reads::Reads;
pub use show::PlanDocument;

use crate::job::Job;
use crate::source::{CatalogSession, Extractor, Named, Query, Relation, Table};
use crate::threads::cores;
use crate::unit::UnitName;
use crate::{Error, Result};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use partition::Range;
use reads::{Known, reads};
use std::sync::Arc;
use units::{filters, keys_query, named, ordered_query, planned_table, units_of};

/// What will be read, in which order, and as what.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The database's name and version.
    pub database: String,
    /// What reads the rows.
    pub extractor: Extractor,
    /// Columns of the result.
    pub columns: Vec<PlannedColumn>,
    /// Indices of the key columns, in the order of `--key`.
    pub key: Vec<usize>,
    /// Tables in the order of the result.
    pub tables: Vec<PlannedTable>,
    /// Their units, one or more of each, in the order of the result.
    pub units: Arc<[Unit]>,
    /// Each table with the queries that lock what is read of it.
    pub named: Vec<Named>,
    /// All relations that the queries read, at any depth, as far as the database reports them.
    pub relations: Vec<Relation>,
    /// Connections that read at the same time.
    pub workers: usize,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// A column of the result.
#[derive(Debug, Clone)]
pub(crate) struct PlannedColumn {
    pub name: String,
    /// The type's name in the first table.
    pub sql_type: String,
    pub data_type: DataType,
    /// Whether the column can be NULL in any table.
    pub nullable: bool,
}

/// A table that is read.
#[derive(Debug, Clone)]
pub(crate) struct PlannedTable {
    pub name: String,
    /// The query for all its rows.
    pub sql: String,
    /// Why a transaction doesn't see its rows as they were when the transaction began, if it doesn't.
    pub unversioned: Option<String>,
    /// What its rows are ordered by, in words.
    pub order: String,
    /// Whether its keys are read first, and why.
    pub reads: Reads,
    /// How many units it is split into.
    pub units: usize,
    pub estimated_rows: Option<u64>,
}

/// What one query reads: a table, or one part of it.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub name: UnitName,
    pub query: Query,
    /// If only the key and the locator are read at first, how the rows are fetched afterwards.
    pub fetch: Option<Arc<Fetch>>,
    /// Which of the table's rows it reads.
    range: Range,
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

    /// Each table with its units.
    pub fn tables_and_units(&self) -> impl Iterator<Item = (&PlannedTable, &[Unit])> {
        let mut rest = &*self.units;
        self.tables.iter().map(move |table| {
            let (units, later) = rest.split_at(table.units.min(rest.len()));
            rest = later;
            (table, units)
        })
    }

    /// The sum of the tables' estimates, if each has one.
    pub fn estimated_rows(&self) -> Option<u64> {
        self.tables.iter().map(|table| table.estimated_rows).sum()
    }
}

/// A table that the job reads.
struct Chosen {
    name: String,
    filter: Option<String>,
    table: Table,
}

/// Makes the plan of a job. What is `fixed` is not decided again.
fn plan(job: &Job, catalog: &mut CatalogSession, fixed: Option<&[FixedTable]>) -> Result<Plan> {
    let dialect = catalog.dialect;
    let database = catalog.ask(|it| it.version())?;
    let mut warnings = job.warnings.clone();
    let chosen = resolve::tables(job, catalog, &mut warnings)?;
    warnings.extend(catalog.facts.warnings.iter().cloned());
    let columns = columns::agree(job, dialect, &chosen, &mut warnings)?;
    let key = key::indices(job, dialect, &columns, &chosen)?;
    let wanted_workers = job.workers.unwrap_or_else(cores);
    let queries = chosen
        .iter()
        .map(|chosen| ordered_query(job, catalog, chosen, &columns))
        .collect::<Result<Vec<_>>>()?;
    let pairs = chosen.iter().zip(&queries);
    let named: Vec<Named> = pairs.map(|(chosen, query)| named(chosen, query)).collect();
    let relations = catalog.ask(|it| it.relations(&named))?;
    let calls = catalog.ask(|it| it.calls(&filters(&queries)))?;
    warnings.extend(beneath::warnings(&named, &relations, calls));
    let parts = match fixed {
        None => partition::parts(job, catalog, &chosen, wanted_workers)?,
        Some(fixed) => fixed::parts(fixed, &chosen)?,
    };
    let mut tables = Vec::new();
    let mut units = Vec::new();
    for ((chosen, query), parts) in chosen.iter().zip(&queries).zip(&parts) {
        let known = Known {
            chosen,
            columns: &columns,
            key: &key,
            extractor: catalog.facts.extractor,
            unordered: query.unordered(),
            unversioned: (chosen.table.unversioned.clone())
                .or_else(|| beneath::unversioned(tables.len(), &relations)),
        };
        let reads = match fixed {
            None => reads(job, &known)?,
            Some(fixed) => fixed::of(fixed, chosen)?.reads.clone(),
        };
        let (reads, keys) = keys_query(catalog, &known, query, reads)?;
        units.extend(units_of(dialect, chosen, (query, keys), parts));
        tables.push(planned_table(
            (chosen, parts),
            query,
            reads,
            known.unversioned,
        ));
    }
    Ok(Plan {
        database,
        extractor: catalog.facts.extractor,
        columns,
        key,
        workers: wanted_workers.get().min(units.len()),
        tables,
        units: units.into(),
        named,
        relations,
        warnings,
    })
}

fn in_table(error: Error, table: &str) -> Error {
    error.in_table(table)
}
