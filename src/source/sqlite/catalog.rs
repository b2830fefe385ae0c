//! What SQLite says about its tables.

use super::super::{Catalog, Column, Draw, NaturalOrder, Sharing, StoredOrder, Table, TextRow};
use super::dialect::DIALECT;
use super::indexes::{Indexes, Info, LOTTERY, rowid_name};
use super::journal::past_commits;
use super::locator;
use super::translated;
use super::types::{self, Types};
use crate::Result;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension};

/// Rows that are looked at to estimate how wide a table's rows are.
const SAMPLED_ROWS: u32 = 20;
/// Columns whose sizes are added up at once.
const COLUMNS_AT_ONCE: usize = 100;

pub(super) struct SqliteCatalog {
    connection: Connection,
    types: Types,
}

impl SqliteCatalog {
    pub fn new(connection: Connection, types: Types) -> Self {
        Self { connection, types }
    }

    fn infos(&self, table: &str) -> rusqlite::Result<Vec<Info>> {
        // hidden: 0 is an ordinary column, 2 and 3 are generated ones, 1 is a virtual table's internal one.
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

    /// Returns the names of the tables for which a condition on SQLite's table list is true, except SQLite's own.
    fn of_types(&self, condition: &str) -> Result<Vec<String>> {
        let sql = format!(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND {condition} AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        );
        let names = || -> rusqlite::Result<Vec<String>> {
            self.connection
                .prepare(&sql)?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        past_commits(names).map_err(|cause| translated(&cause))
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
        let has_row_id = matches!(kind.as_str(), "table" | "shadow") && !without_rowid;
        let row_id = rowid_name(&infos).filter(|_| has_row_id);
        let indexes = Indexes::of(&self.connection, table, &infos, row_id)?;
        let primary_key = indexes.primary_key(&infos, row_id, without_rowid);
        let natural_order = match kind.as_str() {
            "view" => NaturalOrder::Undefined,
            _ if without_rowid => NaturalOrder::By(primary_key.clone()),
            _ => row_id.map_or(NaturalOrder::StoredIfProved("as stored"), |rowid| {
                NaturalOrder::By(vec![rowid.to_owned()])
            }),
        };
        let estimated_rows = if kind == "view" {
            None
        } else {
            self.estimate(table)?
        };
        let never_null = |info: &Info| {
            let is_key = without_rowid && info.key_place > 0;
            info.not_null || is_key || indexes.row_id_column.as_ref() == Some(&info.name)
        };
        let columns: Vec<Column> = infos
            .iter()
            .map(|info| column(info, !never_null(info), &self.types))
            .collect();
        let locator = match (kind.as_str(), row_id) {
            ("table" | "shadow", Some(row_id)) => Ok(locator::by_row_id(table, row_id)),
            ("table" | "shadow", None) if without_rowid => {
                locator::by_key(table, &primary_key, &columns)
            }
            ("view", _) => Err("it is a view"),
            ("virtual", _) => Err("it is a virtual table"),
            _ => Err("columns hide every name of its rowid"),
        };
        let row_bytes = if kind == "table" {
            self.row_bytes(table, &infos)?
        } else {
            None
        };
        Ok(Some(Table {
            locator,
            row_bytes,
            draw: match row_id {
                Some(row_id) => Draw::Key {
                    column: row_id.to_owned(),
                    or_walk: LOTTERY,
                },
                None => Draw::by_key_or(LOTTERY, &columns, &indexes.list),
            },
            columns,
            indexes: indexes.list,
            row_id,
            primary_key,
            natural_order,
            estimated_rows,
            unversioned: None,
        }))
    }

    /// Returns the average size of the table's first rows, if it has any.
    fn row_bytes(&self, table: &str, infos: &[Info]) -> rusqlite::Result<Option<u64>> {
        let size = |info: &Info| {
            format!(
                "ifnull(length(CAST({} AS BLOB)), 0)",
                DIALECT.quote(&info.name)
            )
        };
        let mut total = 0;
        let mut rows = 0_u64;
        // SQLite limits the depth of an expression, and tables can have many columns.
        for infos in infos.chunks(COLUMNS_AT_ONCE) {
            let sizes: Vec<String> = infos.iter().map(size).collect();
            let sql = format!(
                "SELECT count(*), ifnull(sum(bytes), 0) FROM (SELECT {} AS bytes FROM {} LIMIT {SAMPLED_ROWS})",
                sizes.join(" + "),
                DIALECT.quote(table)
            );
            let found: (u64, u64) =
                (self.connection).query_row(&sql, (), |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows = found.0;
            total += found.1;
        }
        Ok(total.checked_div(rows))
    }

    /// Returns the row count from `ANALYZE`, if it was run: the first number in any of the table's lines.
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

fn column(info: &Info, nullable: bool, types: &Types) -> Column {
    Column {
        name: info.name.clone(),
        sql_type: info.declared.clone(),
        nullable,
        mapping: types.mapping(&info.name, &info.declared),
        bound: types::bound(&info.declared),
        padded_to: None,
        sorted_bytes: None,
    }
}

fn text(row: &rusqlite::Row<'_>, cell: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(cell)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            Some(String::from_utf8_lossy(text).into_owned())
        }
    })
}

impl Catalog for SqliteCatalog {
    fn version(&mut self) -> Result<String> {
        Ok(format!("SQLite {}", rusqlite::version()))
    }

    fn base_tables(&mut self) -> Result<Vec<String>> {
        self.of_types("type = 'table'")
    }

    /// A full-text index or an R-tree shows the rows of its own or other tables again, in its own form.
    fn set_apart(&mut self) -> Result<Vec<(String, &'static str)>> {
        let virtual_tables = self.of_types("type = 'virtual'")?;
        let shadow_tables = self.of_types("type = 'shadow'")?;
        let virtual_tables = virtual_tables
            .into_iter()
            .map(|name| (name, "virtual table"));
        let shadow_tables = shadow_tables
            .into_iter()
            .map(|name| (name, "part of a virtual table"));
        Ok(virtual_tables.chain(shadow_tables).collect())
    }

    fn table(&mut self, name: &str) -> Result<Option<Table>> {
        past_commits(|| self.described(name)).map_err(|cause| translated(&cause))
    }

    fn check(&mut self, sql: &str) -> Result<()> {
        let prepared = past_commits(|| self.connection.prepare(sql).map(|_| ()));
        prepared.map_err(|cause| translated(&cause))
    }

    /// The plan has a line for each loop, and for each query within the query. With OR it has a loop for each index.
    fn reads_alone(&mut self, sql: &str) -> Result<bool> {
        let plan = self.rows(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let line = |row: &TextRow| row.last().cloned().flatten().unwrap_or_default();
        let lines: Vec<String> = plan.iter().map(line).collect();
        let mut tables = Vec::new();
        for line in &lines {
            let loops = ["SCAN ", "SEARCH "].map(|kind| line.strip_prefix(kind));
            match loops.into_iter().flatten().next() {
                Some(table) => tables.push(table.split(" USING ").next()),
                None if line == "MULTI-INDEX OR" || line.starts_with("INDEX ") => {}
                None => return Ok(false),
            }
        }
        Ok(tables.windows(2).all(|pair| pair.first() == pair.last()))
    }

    /// An index would impose its own order.
    fn stored_order(&mut self, _table: &str, sql: &str) -> Result<StoredOrder> {
        let plan = self.rows(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let is_scan = |row: &TextRow| {
            let line = row.last().and_then(Option::as_deref).unwrap_or_default();
            line.starts_with("SCAN ") && !line.contains(" USING ")
        };
        Ok(if plan.len() == 1 && plan.iter().all(is_scan) {
            StoredOrder::Kept
        } else {
            StoredOrder::Undefined("an index, or a query in the filter")
        })
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<TextRow>> {
        let rows = || -> rusqlite::Result<Vec<TextRow>> {
            let mut statement = self.connection.prepare(sql)?;
            let cells = statement.column_count();
            let row = |row: &rusqlite::Row<'_>| (0..cells).map(|cell| text(row, cell)).collect();
            statement.query_map([], row)?.collect()
        };
        past_commits(rows).map_err(|cause| translated(&cause))
    }

    fn sharing(&mut self) -> Result<Sharing> {
        Ok(Sharing::Witnessed)
    }

    /// The number changes if another connection has committed since.
    fn witness(&mut self) -> Result<Option<String>> {
        let version = past_commits(|| {
            let version = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
            self.connection
                .pragma_query_value(None, "data_version", version)
        });
        version
            .map(|version| Some(version.to_string()))
            .map_err(|cause| translated(&cause))
    }
}
