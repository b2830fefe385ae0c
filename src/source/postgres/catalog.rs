//! What PostgreSQL says of its tables.

use super::super::{Catalog, Column, Extractor, NaturalOrder, Table};
use super::error::in_use;
use super::types::{ColumnType, image, padded_to};
use crate::Result;
use postgres::Row;
use r2d2::PooledConnection;

pub(super) struct PostgresCatalog {
    client: PooledConnection<super::Manager>,
}

/// Found as the session's `search_path` finds it; a partitioned table has its estimate in its partitions.
const TABLE: &str = "SELECT c.oid, c.relkind::text, \
       (SELECT sum(p.reltuples)::float8 FROM pg_class p WHERE (p.oid = c.oid AND c.relkind <> 'p') \
          OR p.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf AND c.relkind = 'p')) \
     FROM pg_class c WHERE c.oid = to_regclass(quote_ident($1)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";
const COLUMNS: &str = "WITH RECURSIVE chain AS ( \
       SELECT attnum, atttypid AS typid, atttypmod AS typmod FROM pg_attribute \
         WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped \
       UNION ALL \
       SELECT c.attnum, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE c.typmod END \
         FROM chain c JOIN pg_type t ON t.oid = c.typid WHERE t.typtype = 'd') \
     SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
            t.typname, t.typtype::text, t.typcategory::text, c.typmod \
       FROM chain c JOIN pg_type t ON t.oid = c.typid AND t.typtype <> 'd' \
       JOIN pg_attribute a ON a.attrelid = $1 AND a.attnum = c.attnum ORDER BY a.attnum";
const PRIMARY_KEY: &str = "SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, place), \
       pg_attribute a WHERE i.indrelid = $1 AND i.indisprimary AND a.attrelid = $1 AND a.attnum = k.attnum ORDER BY k.place";
const BASE_TABLES: &str = "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND pg_table_is_visible(c.oid) \
       AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'";

impl PostgresCatalog {
    pub fn new(client: PooledConnection<super::Manager>) -> Self {
        Self { client }
    }

    fn described(&mut self, name: &str) -> Result<Option<Table>, postgres::Error> {
        let Some(row) = self.client.query_opt(TABLE, &[&name])? else {
            return Ok(None);
        };
        let oid: u32 = row.get(0);
        let kind: String = row.get(1);
        let columns = self.client.query(COLUMNS, &[&oid])?;
        let primary_key = self.client.query(PRIMARY_KEY, &[&oid])?;
        Ok(Some(Table {
            columns: columns.iter().map(column).collect(),
            primary_key: primary_key.iter().map(|row| row.get(0)).collect(),
            row_id: None,
            natural_order: natural_order(&kind),
            estimated_rows: row.get::<_, Option<f64>>(2).and_then(estimate),
        }))
    }
}

/// Of a partitioned table, the place in a partition; the partitions follow each other by their ids.
fn natural_order(kind: &str) -> NaturalOrder {
    match kind {
        "v" | "f" => NaturalOrder::Undefined,
        "p" => NaturalOrder::Stored {
            place: &["tableoid", "ctid"],
        },
        _ => NaturalOrder::Stored { place: &["ctid"] },
    }
}

/// −1 means that the table was never analysed.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate, checked not to be negative"
)]
fn estimate(tuples: f64) -> Option<u64> {
    (tuples >= 0.0).then_some(tuples as u64)
}

fn column(row: &Row) -> Column {
    let (full, name, kind, category): (String, String, String, String) =
        (row.get(1), row.get(3), row.get(4), row.get(5));
    let column_type = ColumnType {
        name: &name,
        kind: &kind,
        category: &category,
        modifier: row.get(6),
        full: &full,
    };
    Column {
        name: row.get(0),
        image: image(&column_type),
        padded_to: padded_to(&column_type),
        sorted_bytes: None,
        nullable: !row.get::<_, bool>(2),
        sql_type: full,
    }
}

fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

impl Catalog for PostgresCatalog {
    fn version(&mut self) -> Result<String> {
        let row = self
            .client
            .query_one("SHOW server_version", &[])
            .map_err(|cause| in_use(&cause))?;
        Ok(format!("PostgreSQL {}", row.get::<_, String>(0)))
    }

    fn base_tables(&mut self) -> Result<Vec<String>> {
        let rows = self
            .client
            .query(BASE_TABLES, &[])
            .map_err(|cause| in_use(&cause))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn table(&mut self, name: &str) -> Result<Option<Table>> {
        self.described(name).map_err(|cause| in_use(&cause))
    }

    fn check(&mut self, sql: &str) -> Result<()> {
        self.client
            .prepare(sql)
            .map(drop)
            .map_err(|cause| in_use(&cause))
    }

    fn extractor(&self) -> Extractor {
        Extractor::ConnectorX
    }

    fn float_as_text(&self) -> &'static str {
        "CAST({} AS text)"
    }

    fn quote(&self, identifier: &str) -> String {
        quote(identifier)
    }

    fn table_reference(&self, table: &str, _stored_order: bool) -> String {
        quote(table)
    }
}
