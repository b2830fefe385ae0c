//! What SQLite says of its tables.

use super::super::{Catalog, Column, Extractor, NaturalOrder, Table};
use super::{translated, types};
use crate::Result;
use crate::job::SqliteTypes;
use rusqlite::{Connection, OptionalExtension};

pub(super) struct SqliteCatalog {
    connection: Connection,
    types: SqliteTypes,
}

/// A row of `pragma_table_xinfo`.
struct Info {
    name: String,
    declared: String,
    not_null: bool,
    /// Place in the primary key, from 1; 0 if it is no part of it.
    key_place: u32,
}

impl SqliteCatalog {
    pub fn new(connection: Connection, types: SqliteTypes) -> Self {
        Self { connection, types }
    }

    fn infos(&self, table: &str) -> rusqlite::Result<Vec<Info>> {
        // hidden: 0 an ordinary column, 2 and 3 generated ones; 1 belongs to a virtual table's inside.
        let sql = "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid";
        let mut statement = self.connection.prepare(sql)?;
        let infos = statement.query_map([table], |row| {
            Ok(Info {
                name: row.get(0)?,
                declared: row.get(1)?,
                not_null: row.get(2)?,
                key_place: row.get(3)?,
            })
        })?;
        infos.collect()
    }

    fn kind(&self, table: &str) -> rusqlite::Result<Option<(String, bool)>> {
        let sql = "SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?1";
        let kind = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        self.connection.query_row(sql, [table], kind).optional()
    }

    fn described(&self, table: &str) -> rusqlite::Result<Option<Table>> {
        let Some((kind, without_rowid)) = self.kind(table)? else {
            return Ok(None);
        };
        let infos = self.infos(table)?;
        let primary_key = primary_key(&infos);
        let row_id = rowid_name(&infos).filter(|_| kind == "table" && !without_rowid);
        let natural_order = match kind.as_str() {
            "view" => NaturalOrder::Undefined,
            _ if without_rowid => NaturalOrder::By(primary_key.clone()),
            _ => row_id.map_or(NaturalOrder::Stored { place: &[] }, |rowid| {
                NaturalOrder::By(vec![rowid.to_owned()])
            }),
        };
        let estimated_rows = if kind == "view" {
            None
        } else {
            self.estimate(table)?
        };
        Ok(Some(Table {
            columns: infos
                .into_iter()
                .map(|info| column(info, self.types))
                .collect(),
            row_id,
            primary_key,
            natural_order,
            estimated_rows,
        }))
    }

    /// `ANALYZE`'s count, where it was run: the first number of any of the table's lines.
    fn estimate(&self, table: &str) -> rusqlite::Result<Option<u64>> {
        let has_statistics = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'";
        if self
            .connection
            .query_row(has_statistics, [], |row| row.get::<_, i64>(0))?
            == 0
        {
            return Ok(None);
        }
        let sql = "SELECT stat FROM sqlite_stat1 WHERE tbl = ?1";
        let stat = self
            .connection
            .query_row(sql, [table], |row| row.get::<_, String>(0))
            .optional()?;
        Ok(stat.and_then(|stat| stat.split(' ').next()?.parse().ok()))
    }
}

fn primary_key(infos: &[Info]) -> Vec<String> {
    let mut parts: Vec<_> = infos.iter().filter(|info| info.key_place > 0).collect();
    parts.sort_by_key(|info| info.key_place);
    parts.into_iter().map(|info| info.name.clone()).collect()
}

/// A name of the rowid that no column hides.
fn rowid_name(infos: &[Info]) -> Option<&'static str> {
    let hidden = |name: &str| {
        infos
            .iter()
            .any(|info| info.name.eq_ignore_ascii_case(name))
    };
    ["rowid", "_rowid_", "oid"]
        .into_iter()
        .find(|name| !hidden(name))
}

fn column(info: Info, types: SqliteTypes) -> Column {
    let image = types::image(&info.declared, types);
    Column {
        name: info.name,
        sql_type: info.declared,
        nullable: !info.not_null,
        image,
        padded_to: None,
        sorted_bytes: None,
    }
}

fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

impl Catalog for SqliteCatalog {
    fn version(&mut self) -> Result<String> {
        Ok(format!("SQLite {}", rusqlite::version()))
    }

    fn base_tables(&mut self) -> Result<Vec<String>> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        let names = || -> rusqlite::Result<Vec<String>> {
            self.connection
                .prepare(sql)?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        names().map_err(|cause| translated(&cause))
    }

    fn table(&mut self, name: &str) -> Result<Option<Table>> {
        self.described(name).map_err(|cause| translated(&cause))
    }

    fn check(&mut self, sql: &str) -> Result<()> {
        self.connection
            .prepare(sql)
            .map(|_| ())
            .map_err(|cause| translated(&cause))
    }

    fn extractor(&self) -> Extractor {
        Extractor::Wire
    }

    fn float_as_text(&self) -> &'static str {
        // A cast alone rounds to 15 digits; printf alone gives a column without a type.
        "CAST(printf('%!.17g', {}) AS TEXT)"
    }

    fn quote(&self, identifier: &str) -> String {
        quote(identifier)
    }

    fn table_reference(&self, table: &str, _stored_order: bool) -> String {
        quote(table)
    }
}
