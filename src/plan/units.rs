//! A table's units: their names, queries and order.

use super::order::{Order, order};
use super::partition::{Parts, Range};
use super::query::TableQuery;
use super::{Chosen, PlannedColumn, PlannedTable, Unit, columns, in_table, query};
use crate::Result;
use crate::job::Job;
use crate::source::{CatalogSession, Dialect, Named, Query};
use crate::unit::UnitName;
use std::collections::BTreeSet;

/// A table's query and its order, which the database has accepted.
pub(super) struct OrderedQuery {
    query: TableQuery,
    order: Order,
}

impl OrderedQuery {
    fn sql(&self) -> String {
        self.query.sql(None, self.order.sql().as_deref())
    }
}

pub(super) fn ordered_query(
    job: &Job,
    catalog: &mut CatalogSession,
    chosen: &Chosen,
    columns: &[PlannedColumn],
) -> Result<OrderedQuery> {
    let dialect = catalog.dialect;
    let select = columns::select_list(dialect, catalog.facts.extractor, chosen, columns)?;
    let query = TableQuery::new(dialect, chosen, select, query::filters(job, chosen));
    let stored = query.as_stored(dialect, chosen);
    let order = order(job, catalog, chosen, &stored);
    let order = order.map_err(|error| in_table(error, &chosen.name))?;
    let query = if order.is_stored() { stored } else { query };
    let ordered = OrderedQuery { query, order };
    catalog
        .ask(|it| it.check(&ordered.sql()))
        .map_err(|error| in_table(error, &chosen.name))?;
    Ok(ordered)
}

/// The table, and the queries that lock everything its query reads.
pub(super) fn named(chosen: &Chosen, ordered: &OrderedQuery) -> Named {
    Named {
        table: chosen.name.clone(),
        from: ordered.query.from().to_owned(),
        conditions: ordered.query.filters().to_vec(),
    }
}

/// The conditions of all queries, without repetitions.
pub(super) fn filters(queries: &[OrderedQuery]) -> Vec<String> {
    let all = queries.iter().flat_map(|ordered| ordered.query.filters());
    let all: BTreeSet<&String> = all.collect();
    all.into_iter().cloned().collect()
}

pub(super) fn planned_table(chosen: &Chosen, query: &OrderedQuery, parts: &Parts) -> PlannedTable {
    PlannedTable {
        name: chosen.name.clone(),
        sql: query.sql(),
        unversioned: chosen.table.unversioned.clone(),
        order: query.order.words(),
        units: parts.ranges.len(),
        estimated_rows: parts.estimated_rows,
    }
}

pub(super) fn units_of(
    dialect: &Dialect,
    chosen: &Chosen,
    ordered: &OrderedQuery,
    parts: &Parts,
) -> Vec<Unit> {
    let OrderedQuery { query, order } = ordered;
    let count = parts.ranges.len();
    let of_part = |rows: u64| rows / u64::try_from(count).unwrap_or(1).max(1);
    let units = UnitName::all(&chosen.name, count).zip(&parts.ranges);
    let unit = |(name, range): (UnitName, &Range)| {
        let order_by = if range.has_nulls() {
            order.sql()
        } else {
            order.sql_of_values()
        };
        let condition = range.condition(dialect, chosen);
        Unit {
            name,
            query: Query {
                count_sql: query.count_sql(condition.clone()),
                sql: query.sql(condition, order_by.as_deref()),
                stored_order: order.is_stored(),
                row_id: chosen.table.row_id.is_some(),
            },
            estimated_rows: parts.estimated_rows.map(of_part),
        }
    };
    units.map(unit).collect()
}
