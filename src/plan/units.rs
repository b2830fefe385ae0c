//! A table's units: their names, queries and order.

use super::fetch::Fetch;
use super::order::{Order, order};
use super::partition::{Parts, Range};
use super::query::TableQuery;
use super::reads::{Known, Reads};
use super::{Chosen, PlannedColumn, PlannedTable, Unit, columns, in_table, query};
use crate::Result;
use crate::job::Job;
use crate::source::{CatalogSession, Dialect, Named, Query, StoredOrder};
use crate::unit::UnitName;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A table's query and its order, which the database has accepted.
pub(super) struct OrderedQuery {
    query: TableQuery,
    order: Order,
}

impl OrderedQuery {
    fn sql(&self) -> String {
        self.query.sql(None, self.order.sql().as_deref())
    }

    /// The same, once the database has accepted it.
    fn checked(self, catalog: &mut CatalogSession, chosen: &Chosen) -> Result<Self> {
        let accepted = catalog.ask(|it| it.check(&self.sql()));
        accepted.map_err(|error| in_table(error, &chosen.name))?;
        Ok(self)
    }

    /// Why the rows have no defined order, if they don't.
    pub fn unordered(&self) -> Option<String> {
        self.order.undefined().map(str::to_owned)
    }
}

/// The query of a table's keys and locators, and how its rows are fetched afterwards.
pub(super) struct KeysQuery {
    ordered: OrderedQuery,
    fetch: Arc<Fetch>,
}

/// Makes the query of a table's keys if they are read first. Its rows come in the same order as those of `whole`; ties that
/// this leaves undefined are broken by the locator. If they might not, the table is read whole after all.
pub(super) fn keys_query(
    catalog: &mut CatalogSession,
    known: &Known<'_>,
    whole: &OrderedQuery,
    reads: Reads,
) -> Result<(Reads, Option<KeysQuery>)> {
    let (chosen, dialect) = (known.chosen, catalog.dialect);
    let (true, Ok(locator)) = (reads.keys_first, &chosen.table.locator) else {
        return Ok((reads, None));
    };
    let key: Vec<PlannedColumn> = known.key_columns().cloned().collect();
    let list = |columns: &[PlannedColumn]| -> Result<String> {
        let list = columns::select_list(dialect, known.extractor, chosen, columns)?;
        if chosen.table.row_id.is_some() {
            // Every query of such a table ends with the row's id, which is its locator.
            return Ok(list);
        }
        Ok(format!("{list}, {}", locator.select()))
    };
    let query = whole.query.with_select(chosen, dialect, list(&key)?);
    let rows = whole
        .query
        .with_select(chosen, dialect, list(known.columns)?);
    let order = whole.order.with_ties_by(locator);
    let ordered = OrderedQuery { query, order }.checked(catalog, chosen)?;
    if whole.order.is_stored() && !keeps_order(catalog, chosen, &ordered)? {
        let why = "its keys might come in another order than its rows";
        return Ok((Reads::whole(why), None));
    }
    let in_order = whole.query.filters().is_empty() && ordered.order.is_that_of(locator);
    let fetch = Fetch::new(
        rows,
        locator.clone(),
        in_order,
        chosen.table.row_id.is_some(),
    );
    let fetch = Arc::new(fetch);
    Ok((reads, Some(KeysQuery { ordered, fetch })))
}

/// Whether the query of the keys alone also returns the rows in stored order.
fn keeps_order(catalog: &mut CatalogSession, chosen: &Chosen, keys: &OrderedQuery) -> Result<bool> {
    let stored = catalog.ask(|it| it.stored_order(&chosen.name, &keys.query.sql(None, None)));
    let stored = stored.map_err(|error| in_table(error, &chosen.name))?;
    Ok(stored == StoredOrder::Kept)
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
    OrderedQuery { query, order }.checked(catalog, chosen)
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

pub(super) fn planned_table(
    (chosen, parts): (&Chosen, &Parts),
    query: &OrderedQuery,
    reads: Reads,
    unversioned: Option<String>,
) -> PlannedTable {
    PlannedTable {
        name: chosen.name.clone(),
        sql: query.sql(),
        unversioned,
        reads,
        order: query.order.words(),
        units: parts.ranges.len(),
        estimated_rows: parts.estimated_rows,
    }
}

pub(super) fn units_of(
    dialect: &Dialect,
    chosen: &Chosen,
    (whole, keys): (&OrderedQuery, Option<KeysQuery>),
    parts: &Parts,
) -> Vec<Unit> {
    let fetch = keys.as_ref().map(|keys| Arc::clone(&keys.fetch));
    let OrderedQuery { query, order } = keys.as_ref().map_or(whole, |keys| &keys.ordered);
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
            fetch: fetch.clone(),
            range: range.clone(),
            estimated_rows: parts.estimated_rows.map(of_part),
        }
    };
    units.map(unit).collect()
}
