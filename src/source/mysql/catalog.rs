//! What MySQL and MariaDB say of their tables.

use super::super::{Catalog, Column, Extractor, NaturalOrder, Table};
use super::MAX_SORT_LENGTH;
use super::error::in_use;
use super::types::{ColumnType, image, is_long};
use crate::Result;
use r2d2::PooledConnection;
use r2d2_mysql::MySqlConnectionManager;
use r2d2_mysql::mysql::Row;
use r2d2_mysql::mysql::prelude::Queryable;

pub(super) struct MySqlCatalog {
    connection: PooledConnection<MySqlConnectionManager>,
}

/// A row of `information_schema.TABLES`: type, engine, estimated rows.
type TableRow = (String, Option<String>, Option<u64>);

const TABLE: &str = "SELECT TABLE_TYPE, ENGINE, TABLE_ROWS FROM information_schema.TABLES \
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?";
const COLUMNS: &str = "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, NUMERIC_PRECISION, NUMERIC_SCALE \
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION";
const PRIMARY_KEY: &str = "SELECT COLUMN_NAME FROM information_schema.STATISTICS \
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME = 'PRIMARY' ORDER BY SEQ_IN_INDEX";
const BASE_TABLES: &str = "SELECT TABLE_NAME FROM information_schema.TABLES \
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')";

impl MySqlCatalog {
    pub fn new(connection: PooledConnection<MySqlConnectionManager>) -> Self {
        Self { connection }
    }

    fn columns(&mut self, table: &str) -> Result<Vec<Column>> {
        let rows: Vec<Row> = self
            .connection
            .exec(COLUMNS, (table,))
            .map_err(|cause| in_use(&cause))?;
        Ok(rows.iter().map(column).collect())
    }
}

fn column(row: &Row) -> Column {
    let text = |index: usize| row.get::<String, _>(index).unwrap_or_default();
    let number = |index: usize| row.get::<Option<u64>, _>(index).flatten();
    let (name, full) = (text(1), text(2));
    let column_type = ColumnType {
        name: &name,
        full: &full,
        precision: number(4),
        scale: number(5),
    };
    Column {
        image: image(&column_type),
        name: text(0),
        nullable: text(3) == "YES",
        // The server strips the blanks of a CHAR before it sends it.
        padded_to: None,
        sorted_bytes: is_long(&name).then_some(MAX_SORT_LENGTH),
        sql_type: full,
    }
}

fn quote(identifier: &str) -> String {
    format!("`{}`", identifier.replace('`', "``"))
}

fn natural_order((kind, engine, _): &TableRow, primary_key: &[String]) -> NaturalOrder {
    let is_innodb = engine
        .as_deref()
        .is_some_and(|engine| engine.eq_ignore_ascii_case("innodb"));
    if kind.ends_with("VIEW") {
        NaturalOrder::Undefined
    } else if is_innodb && !primary_key.is_empty() {
        NaturalOrder::By(primary_key.to_vec())
    } else {
        NaturalOrder::Stored { place: &[] }
    }
}

impl Catalog for MySqlCatalog {
    fn version(&mut self) -> Result<String> {
        let version: Option<String> = self
            .connection
            .query_first("SELECT VERSION()")
            .map_err(|cause| in_use(&cause))?;
        let version = version.unwrap_or_default();
        let product = if version.contains("MariaDB") {
            "MariaDB"
        } else {
            "MySQL"
        };
        Ok(format!("{product} {version}"))
    }

    fn base_tables(&mut self) -> Result<Vec<String>> {
        self.connection
            .query(BASE_TABLES)
            .map_err(|cause| in_use(&cause))
    }

    fn table(&mut self, name: &str) -> Result<Option<Table>> {
        let row: Option<TableRow> = self
            .connection
            .exec_first(TABLE, (name,))
            .map_err(|cause| in_use(&cause))?;
        let Some(row) = row else {
            return Ok(None);
        };
        let primary_key: Vec<String> = self
            .connection
            .exec(PRIMARY_KEY, (name,))
            .map_err(|cause| in_use(&cause))?;
        Ok(Some(Table {
            columns: self.columns(name)?,
            natural_order: natural_order(&row, &primary_key),
            primary_key,
            row_id: None,
            estimated_rows: row.2,
        }))
    }

    fn check(&mut self, sql: &str) -> Result<()> {
        let statement = self.connection.prep(sql).map_err(|cause| in_use(&cause))?;
        self.connection
            .close(statement)
            .map_err(|cause| in_use(&cause))
    }

    fn extractor(&self) -> Extractor {
        Extractor::ConnectorX
    }

    fn quote(&self, identifier: &str) -> String {
        quote(identifier)
    }

    fn table_reference(&self, table: &str, stored_order: bool) -> String {
        // Without an index a covering one can't change the order in which the rows come.
        let hint = if stored_order { " USE INDEX ()" } else { "" };
        format!("{}{hint}", quote(table))
    }
}
