//! What PostgreSQL says of its tables.

use super::super::shared::pin;
use super::super::{
    Bound, Catalog, Column, Draw, Extractor, Index, NaturalOrder, Sharing, Table, TextRow,
};
use super::error::in_use;
use super::stock::Manager;
use super::types::{ColumnType, bound, image, padded_to};
use crate::Result;
use crate::job::Numeric;
use postgres::types::ToSql;
use postgres::{Row, SimpleQueryMessage, Statement};
use r2d2::PooledConnection;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub(super) struct PostgresCatalog {
    /// It has said what [`first`] says.
    pub client: PooledConnection<Manager>,
    /// Queries about a table, each parsed and planned once for all tables.
    pub prepared: HashMap<&'static str, Statement>,
    pub extractor: Extractor,
    pub numeric: Option<Numeric>,
    /// Whether tables are locked before they are described, in the mode of a reader.
    pub pins: bool,
}

/// Otherwise the server would plan its catalogue's queries anew for the first tables.
const PLANS: &str = "SET plan_cache_mode = force_generic_plan";

const PINNING: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY";
/// One row, if there is a table of that name.
const EXISTS: &str = "SELECT 1 WHERE to_regclass(quote_ident($1)) IS NOT NULL";
/// Found as the session's `search_path` finds it; a partitioned table has its estimate in its partitions.
const TABLE: &str = "SELECT c.oid, c.relkind::text, \
       (SELECT sum(p.reltuples)::float8 FROM pg_class p WHERE (p.oid = c.oid AND c.relkind <> 'p') \
          OR p.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf AND c.relkind = 'p')), \
       COALESCE((SELECT sum(pg_relation_size(relid))::int8 FROM pg_partition_tree(c.oid)), pg_relation_size(c.oid)) \
         / current_setting('block_size')::int8 \
     FROM pg_class c WHERE c.oid = to_regclass(quote_ident($1)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";
/// Each column with the type at the end of its chain of domains and arrays, and how many arrays are in that chain. A type
/// is an array if its element's own array type it is: `int2vector` is none.
const COLUMNS: &str = "WITH RECURSIVE step AS ( \
       SELECT oid, typbasetype AS next, typtypmod AS typmod, 0 AS dimensions FROM pg_type WHERE typtype = 'd' \
       UNION ALL \
       SELECT typarray, oid, -1, 1 FROM pg_type WHERE typarray <> 0 \
     ), chain AS ( \
       SELECT attnum, atttypid AS typid, atttypmod AS typmod, 0 AS dimensions FROM pg_attribute \
         WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped \
       UNION ALL \
       SELECT c.attnum, s.next, CASE WHEN s.typmod >= 0 THEN s.typmod ELSE c.typmod END, c.dimensions + s.dimensions \
         FROM chain c JOIN step s ON s.oid = c.typid) \
     SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
            t.typname, t.typtype::text, t.typcategory::text, c.typmod, c.dimensions \
       FROM chain c JOIN pg_type t ON t.oid = c.typid AND NOT EXISTS (SELECT FROM step s WHERE s.oid = t.oid) \
       JOIN pg_attribute a ON a.attrelid = $1 AND a.attnum = c.attnum ORDER BY a.attnum";
const PRIMARY_KEY: &str = "SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, place), \
       pg_attribute a WHERE i.indrelid = $1 AND i.indisprimary AND a.attrelid = $1 AND a.attnum = k.attnum ORDER BY k.place";
/// Of the column's own collation and order. An index of a table with heirs doesn't know their rows, which a query gives too.
const INDEXES: &str = "SELECT a.attname, i.indisunique AND i.indnkeyatts = 1 \
     FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam \
       JOIN pg_class c ON c.oid = i.indrelid \
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
       JOIN pg_opclass o ON o.oid = i.indclass[0] \
     WHERE i.indrelid = $1 AND m.amname = 'btree' AND i.indisvalid AND i.indpred IS NULL \
       AND i.indcollation[0] = a.attcollation AND o.opcdefault AND NOT (c.relkind = 'r' AND c.relhassubclass)";
const BASE_TABLES: &str = "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND pg_table_is_visible(c.oid) \
       AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'";

/// What the catalogue's session says first. With `pins` every table is locked before it is described, until the connection's
/// end. The transaction is READ COMMITTED, so that the snapshot that it exports is younger than its locks: what was
/// truncated or altered before is seen as that, and after them nothing can be.
pub(super) fn first(pins: bool) -> String {
    if pins {
        format!("{PLANS}; {PINNING}")
    } else {
        PLANS.to_owned()
    }
}

impl PostgresCatalog {
    /// To parse a query locks its tables.
    fn pin(&mut self, name: &str) -> Result<(), postgres::Error> {
        if self.pins && self.of_table(EXISTS, &name)?.len() == 1 {
            self.client.prepare(&pin(&quote(name)))?;
        }
        Ok(())
    }

    /// The rows that one of the queries above gives of a table.
    fn of_table(
        &mut self,
        query: &'static str,
        table: &(dyn ToSql + Sync),
    ) -> Result<Vec<Row>, postgres::Error> {
        let statement = match self.prepared.entry(query) {
            Entry::Occupied(prepared) => prepared.into_mut(),
            Entry::Vacant(place) => place.insert(self.client.prepare(query)?),
        };
        self.client.query(&*statement, &[table])
    }

    fn described(&mut self, name: &str) -> Result<Option<Table>, postgres::Error> {
        self.pin(name)?;
        let tables = self.of_table(TABLE, &name)?;
        let Some(row) = tables.first() else {
            return Ok(None);
        };
        let oid: u32 = row.get(0);
        let kind: String = row.get(1);
        let columns = self.of_table(COLUMNS, &oid)?;
        let primary_key = self.of_table(PRIMARY_KEY, &oid)?;
        let indexes = self.of_table(INDEXES, &oid)?;
        let pages: Option<i64> = row.get(3);
        Ok(Some(Table {
            indexes: indexes.iter().map(index).collect(),
            draw: Draw::Pages(
                pages
                    .and_then(|pages| u64::try_from(pages).ok())
                    .unwrap_or(0),
            ),
            columns: columns
                .iter()
                .map(|row| column(row, self.numeric))
                .collect(),
            primary_key: primary_key.iter().map(|row| row.get(0)).collect(),
            row_id: None,
            natural_order: natural_order(&kind),
            estimated_rows: row.get::<_, Option<f64>>(2).and_then(estimate),
            unversioned: (kind == "f").then(|| "it is a foreign table".to_owned()),
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

fn index(row: &Row) -> Index {
    Index {
        column: row.get(0),
        unique: row.get(1),
    }
}

fn column(row: &Row, numeric: Option<Numeric>) -> Column {
    let (full, name, kind, category): (String, String, String, String) =
        (row.get(1), row.get(3), row.get(4), row.get(5));
    let column_type = ColumnType {
        name: &name,
        kind: &kind,
        category: &category,
        modifier: row.get(6),
        dimensions: row.get(7),
        full: &full,
    };
    Column {
        name: row.get(0),
        image: image(&column_type, numeric),
        padded_to: padded_to(&column_type),
        sorted_bytes: None,
        bound: bound(&column_type),
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

    fn rows(&mut self, sql: &str) -> Result<Vec<TextRow>> {
        let messages = self
            .client
            .simple_query(sql)
            .map_err(|cause| in_use(&cause))?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                let cells = (0..row.len()).map(|cell| row.get(cell).map(str::to_owned));
                Some(cells.collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }

    fn literal(&self, quoted: &str, bound: Bound) -> String {
        match bound {
            Bound::Number => format!("{quoted}::text"),
            Bound::Quoted => format!("quote_literal({quoted}::text)"),
        }
    }

    fn nulls_first(&self, descending: bool) -> &'static str {
        if descending {
            " NULLS LAST"
        } else {
            " NULLS FIRST"
        }
    }

    fn extractor(&self) -> Extractor {
        self.extractor
    }

    fn sharing(&mut self) -> Result<Sharing> {
        let row = self.client.query_one("SELECT pg_export_snapshot()", &[]);
        let row = row.map_err(|cause| in_use(&cause))?;
        Ok(Sharing::Exported(row.get(0)))
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
