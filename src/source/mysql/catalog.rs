//! What MySQL and MariaDB say about their tables.

use super::super::shared::pin;
use super::super::{Catalog, Column, Draw, Named, NaturalOrder, Relation, Sharing, Table, TextRow};
use super::cells::{is_versioned, number, text};
use super::client::Client;
use super::dialect::DIALECT;
use super::filters;
use super::indexes::{self, IndexPart};
use super::locator;
use super::settings::MAX_SORT_LENGTH;
use super::settings::literal;
use super::transaction::{SERVER, cell, position};
use super::types::{ColumnType, bound, is_long, mapping};
use crate::Result;

pub(super) struct MySqlCatalog {
    client: Client,
    /// Whether tables are used before they are described, so that a metadata lock keeps them from being altered.
    pins: bool,
}

const TABLE: &str = "SELECT TABLE_TYPE, ENGINE, TABLE_ROWS, AVG_ROW_LENGTH FROM information_schema.TABLES \
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {}";
const COLUMNS: &str = "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, NUMERIC_PRECISION, NUMERIC_SCALE, \
       CHARACTER_SET_NAME \
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {} ORDER BY ORDINAL_POSITION";
const INDEXES: &str = "SELECT INDEX_NAME, COLUMN_NAME, NON_UNIQUE = 0, SUB_PART IS NULL AND INDEX_TYPE = 'BTREE' \
     FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {} ORDER BY INDEX_NAME, SEQ_IN_INDEX";
const BASE_TABLES: &str = "SELECT TABLE_NAME FROM information_schema.TABLES \
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')";

impl MySqlCatalog {
    pub fn new(mut client: Client, pins: bool) -> Result<Self> {
        if pins {
            // Pins last until the end of the transaction.
            client.execute("START TRANSACTION READ ONLY")?;
        }
        Ok(Self { client, pins })
    }

    /// Returns the rows of a query about a table. `{}` stands for the table's name.
    fn of_table(&mut self, query: &str, table: &str) -> Result<Vec<TextRow>> {
        self.client.text_rows(&query.replace("{}", &literal(table)))
    }

    /// Returns the first cell of each of a query's rows.
    fn first_cells(&mut self, query: &str) -> Result<Vec<String>> {
        let rows = self.client.text_rows(query)?;
        Ok(rows.iter().map(|row| text(row, 0)).collect())
    }
}

fn column(row: &TextRow) -> Column {
    let (name, full) = (text(row, 1), text(row, 2));
    let column_type = ColumnType {
        name: &name,
        full: &full,
        precision: number(row, 4),
        scale: number(row, 5),
    };
    Column {
        mapping: mapping(&column_type),
        name: text(row, 0),
        nullable: text(row, 3) == "YES",
        // The server strips a CHAR's trailing spaces before it sends it.
        padded_to: None,
        sorted_bytes: is_long(&name).then_some(MAX_SORT_LENGTH),
        bound: bound(&name),
        sql_type: full,
    }
}

fn part(row: &TextRow) -> IndexPart {
    IndexPart {
        index: text(row, 0),
        column: row.get(1).cloned().flatten(),
        unique: text(row, 2) == "1",
        whole: text(row, 3) == "1",
    }
}

/// Returns the order, from a row of `information_schema.TABLES`: type, engine, estimated rows.
fn natural_order(row: &TextRow, primary_key: &[String]) -> NaturalOrder {
    let is_innodb = text(row, 1).eq_ignore_ascii_case("innodb");
    if text(row, 0).ends_with("VIEW") {
        NaturalOrder::Undefined
    } else if is_innodb && !primary_key.is_empty() {
        NaturalOrder::By(primary_key.to_vec())
    } else {
        NaturalOrder::Stored
    }
}

/// Returns why a table isn't versioned, from a row of `information_schema.TABLES`. What a view reads is not known.
fn unversioned(row: &TextRow) -> Option<String> {
    let engine = text(row, 1);
    if text(row, 0).ends_with("VIEW") {
        Some("it is a view, whose tables might not keep earlier states of their rows".to_owned())
    } else if is_versioned(&engine) {
        None
    } else {
        Some(format!(
            "its engine {engine} doesn't keep earlier states of its rows"
        ))
    }
}

impl Catalog for MySqlCatalog {
    fn version(&mut self) -> Result<String> {
        let version = self.first_cells("SELECT VERSION()")?.concat();
        let product = if version.contains("MariaDB") {
            "MariaDB"
        } else {
            "MySQL"
        };
        Ok(format!("{product} {version}"))
    }

    fn base_tables(&mut self) -> Result<Vec<String>> {
        self.first_cells(BASE_TABLES)
    }

    fn table(&mut self, name: &str) -> Result<Option<Table>> {
        let mut rows = self.of_table(TABLE, name)?;
        if self.pins && !rows.is_empty() {
            self.client.text_rows(&pin(&DIALECT.quote(name)))?;
            rows = self.of_table(TABLE, name)?;
        }
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let rows_of_columns = self.of_table(COLUMNS, name)?;
        let columns: Vec<Column> = rows_of_columns.iter().map(column).collect();
        let character_sets: Vec<String> = rows_of_columns.iter().map(|row| text(row, 6)).collect();
        let parts: Vec<IndexPart> = self.of_table(INDEXES, name)?.iter().map(part).collect();
        let primary_key = indexes::primary_key(&parts);
        let indexes = indexes::leading(&parts);
        let locator = if text(row, 0).ends_with("VIEW") {
            Err("it is a view")
        } else {
            locator::locator(name, &columns, &character_sets, &parts)
        };
        Ok(Some(Table {
            locator,
            row_bytes: number(row, 3),
            draw: Draw::by_key_or(indexes::LOTTERY, &columns, &indexes),
            columns,
            indexes,
            natural_order: natural_order(row, &primary_key),
            primary_key,
            row_id: None,
            estimated_rows: number(row, 2),
            unversioned: unversioned(row),
        }))
    }

    fn check(&mut self, sql: &str) -> Result<()> {
        self.client.check(sql)
    }

    /// The plan has a row for each table that is read.
    fn reads_alone(&mut self, sql: &str) -> Result<bool> {
        let plan = self.client.text_rows(&format!("EXPLAIN {sql}"))?;
        Ok(plan.len() == 1 && plan.iter().all(|row| row.len() > 1))
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<TextRow>> {
        self.client.text_rows(sql)
    }

    fn relations(&mut self, named: &[Named]) -> Result<Vec<Relation>> {
        filters::relations(&mut self.client, named, self.pins)
    }

    fn calls(&mut self, conditions: &[String]) -> Result<Option<String>> {
        filters::calls(&mut self.client, conditions)
    }

    fn server(&mut self) -> Result<Option<String>> {
        Ok(cell(&self.client.text_rows(SERVER)?))
    }

    fn sharing(&mut self) -> Result<Sharing> {
        // Only MariaDB reports its snapshot's position in the binary log to a session.
        let position = position(|sql| self.client.text_rows(sql))?;
        Ok(if position.is_some() {
            Sharing::Witnessed
        } else {
            Sharing::Unproved("the server has no binary log that reports a snapshot's position")
        })
    }
}
