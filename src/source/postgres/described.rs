//! Descriptions of tables from the catalog: the queries, each for any number of tables, and how their results are read.

use super::super::{Column, Draw, Index, NaturalOrder, Table, TextRow};
use super::connection::{Attempt, Fault};
use super::locator::locator;
use super::types::{ColumnType, bound, mapping, padded_to};
use crate::job::Numeric;
use std::collections::HashMap;
use std::str::FromStr;

/// The first version that finds the rows between two positions without reading the whole table.
const SCANS_RANGES: u32 = 140_000;
/// Bytes of a page, unless the server was built with others. An estimate needs no more.
const PAGE_BYTES: u64 = 8192;

/// The tables with these names, as found through the session's `search_path`.
pub(super) fn found(names: &str) -> String {
    format!(
        "SELECT n.name FROM unnest({names}) AS n (name) \
           JOIN pg_class c ON c.oid = to_regclass(quote_ident(n.name)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    )
}

/// The kind, estimated rows and pages of tables. A partitioned table has its estimate in its partitions. The kind `h` stands
/// for a table with child tables.
pub(super) fn tables(names: &str) -> String {
    format!(
        "SELECT n.name, c.oid, \
           CASE WHEN c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid) THEN 'h' ELSE c.relkind::text END, \
           CASE WHEN c.relkind = 'p' THEN (SELECT sum(p.reltuples) FROM pg_partition_tree(c.oid) t \
               JOIN pg_class p ON p.oid = t.relid WHERE t.isleaf) ELSE c.reltuples END::float8, \
           COALESCE((SELECT sum(pg_relation_size(relid))::int8 FROM pg_partition_tree(c.oid)), pg_relation_size(c.oid)) \
             / current_setting('block_size')::int8, \
           current_setting('server_version_num')::int >= {SCANS_RANGES}, \
           c.relam IN (0, (SELECT oid FROM pg_am WHERE amname = 'heap')) \
         FROM unnest({names}) AS n (name) \
           JOIN pg_class c ON c.oid = to_regclass(quote_ident(n.name)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    )
}

/// Each column with the type at the end of its chain of domains and arrays, and the number of arrays in that chain. A type is
/// an array if it is the array type of its element: `int2vector` is not.
pub(super) fn columns(oids: &str) -> String {
    format!(
        "WITH RECURSIVE step AS ( \
           SELECT oid, typbasetype AS next, typtypmod AS typmod, 0 AS dimensions FROM pg_type WHERE typtype = 'd' \
           UNION ALL \
           SELECT typarray, oid, -1, 1 FROM pg_type WHERE typarray <> 0 \
         ), chain AS ( \
           SELECT attrelid, attnum, atttypid AS typid, atttypmod AS typmod, 0 AS dimensions FROM pg_attribute \
             WHERE attrelid = ANY ({oids}) AND attnum > 0 AND NOT attisdropped \
           UNION ALL \
           SELECT c.attrelid, c.attnum, s.next, CASE WHEN s.typmod >= 0 THEN s.typmod ELSE c.typmod END, \
               c.dimensions + s.dimensions \
             FROM chain c JOIN step s ON s.oid = c.typid) \
         SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
                t.typname, t.typtype, t.typcategory, c.typmod, c.dimensions \
           FROM chain c JOIN pg_type t ON t.oid = c.typid AND NOT EXISTS (SELECT FROM step s WHERE s.oid = t.oid) \
           JOIN pg_attribute a ON a.attrelid = c.attrelid AND a.attnum = c.attnum ORDER BY a.attrelid, a.attnum"
    )
}

pub(super) fn primary_keys(oids: &str) -> String {
    format!(
        "SELECT i.indrelid, a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, place), \
           pg_attribute a WHERE i.indrelid = ANY ({oids}) AND i.indisprimary \
           AND a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY i.indrelid, k.place"
    )
}

/// Indexes with the column's own collation and order. An index of a table with child tables doesn't cover their rows, which a
/// query also returns.
pub(super) fn indexes(oids: &str) -> String {
    format!(
        "SELECT i.indrelid, a.attname, i.indisunique AND i.indnkeyatts = 1 \
         FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam \
           JOIN pg_class c ON c.oid = i.indrelid \
           JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
           JOIN pg_opclass o ON o.oid = i.indclass[0] \
         WHERE i.indrelid = ANY ({oids}) AND m.amname = 'btree' AND i.indisvalid AND i.indpred IS NULL \
           AND i.indcollation[0] = a.attcollation AND o.opcdefault AND NOT (c.relkind = 'r' AND c.relhassubclass)"
    )
}

/// A text as a literal, whatever it contains and whatever `standard_conforming_strings` is.
pub(super) fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A list of texts as a literal.
pub(super) fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let literals: Vec<String> = texts.map(literal).collect();
    format!("ARRAY[{}]::text[]", literals.join(", "))
}

/// The rows of one query by the table's id, which is their first cell.
pub(super) fn by_table(rows: Vec<TextRow>) -> HashMap<String, Vec<TextRow>> {
    let mut by_table: HashMap<String, Vec<TextRow>> = HashMap::new();
    for row in rows {
        if let Some(Some(oid)) = row.first() {
            by_table.entry(oid.clone()).or_default().push(row);
        }
    }
    by_table
}

/// The results of all queries except the first, for one table.
pub(super) struct Details<'a> {
    pub columns: &'a [TextRow],
    pub primary_key: &'a [TextRow],
    pub indexes: &'a [TextRow],
}

/// A table, from its row and its details.
pub(super) fn table(
    row: &TextRow,
    details: &Details<'_>,
    numeric: Option<Numeric>,
) -> Attempt<Table> {
    let kind = text(row, 2)?;
    let pages = parsed::<u64>(row, 4).ok();
    let tuples = parsed::<f64>(row, 3).ok();
    // A table's constraints hold for its own rows but not for those of its child tables.
    let has_children = kind == "h";
    let columns = details.columns.iter().map(|row| {
        let column = column(row, numeric)?;
        Ok(Column {
            nullable: column.nullable || has_children,
            ..column
        })
    });
    let primary_key = details.primary_key.iter().filter(|_| !has_children);
    let primary_key = primary_key.map(|row| text(row, 1));
    Ok(Table {
        indexes: details.indexes.iter().map(index).collect::<Attempt<_>>()?,
        draw: Draw::Pages(pages.unwrap_or(0)),
        columns: columns.collect::<Attempt<_>>()?,
        primary_key: primary_key
            .map(|name| name.map(str::to_owned))
            .collect::<Attempt<_>>()?,
        row_id: None,
        natural_order: natural_order(kind),
        locator: if text(row, 6)? == TRUE {
            locator(text(row, 0)?, kind, text(row, 5)? == TRUE)
        } else {
            Err("it isn't stored as a heap, whose positions are known to stay")
        },
        row_bytes: tuples
            .and_then(estimate)
            .and_then(|rows| pages?.saturating_mul(PAGE_BYTES).checked_div(rows)),
        estimated_rows: tuples.and_then(estimate),
        unversioned: (kind == "f").then(|| "it is a foreign table".to_owned()),
    })
}

fn natural_order(kind: &str) -> NaturalOrder {
    match kind {
        "v" | "f" => NaturalOrder::Undefined,
        "p" => NaturalOrder::StoredIfProved("as stored, partition by partition"),
        "h" => NaturalOrder::StoredIfProved("as stored, child tables after their parent"),
        _ => NaturalOrder::Stored,
    }
}

/// −1 means that the table was never analyzed.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate, checked not to be negative"
)]
fn estimate(tuples: f64) -> Option<u64> {
    (tuples >= 0.0).then_some(tuples as u64)
}

fn index(row: &TextRow) -> Attempt<Index> {
    Ok(Index {
        column: text(row, 1)?.to_owned(),
        unique: text(row, 2)? == TRUE,
    })
}

fn column(row: &TextRow, numeric: Option<Numeric>) -> Attempt<Column> {
    let full = text(row, 2)?;
    let column_type = ColumnType {
        name: text(row, 4)?,
        kind: text(row, 5)?,
        category: text(row, 6)?,
        modifier: parsed(row, 7)?,
        dimensions: parsed(row, 8)?,
        full,
    };
    Ok(Column {
        name: text(row, 1)?.to_owned(),
        mapping: mapping(&column_type, numeric),
        padded_to: padded_to(&column_type),
        sorted_bytes: None,
        bound: bound(&column_type),
        nullable: text(row, 3)? != TRUE,
        sql_type: full.to_owned(),
    })
}

/// The boolean true as text.
const TRUE: &str = "t";
const MALFORMED: Fault = Fault::Protocol("a malformed row from its catalog");

/// A cell that is never NULL.
pub(super) fn text(row: &TextRow, cell: usize) -> Attempt<&str> {
    row.get(cell).and_then(Option::as_deref).ok_or(MALFORMED)
}

fn parsed<T: FromStr>(row: &TextRow, cell: usize) -> Attempt<T> {
    text(row, cell)?.parse().map_err(|_| MALFORMED)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_literal_preserves_any_name() {
        let names = [r"it's", r"\'; --", "a\"b"];
        assert_eq!(
            super::texts(names.into_iter()),
            r#"ARRAY[E'it''s', E'\\''; --', E'a"b']::text[]"#
        );
        assert_eq!(super::texts(std::iter::empty()), "ARRAY[]::text[]");
    }
}
