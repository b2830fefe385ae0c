//! Fixture tables, and the SQL that creates them in each database.

use super::database::System;
use super::value::Value;

/// Rows per INSERT: few statements, each below every server's packet limit.
const ROWS_PER_INSERT: usize = 1000;

/// A row, in the order of the table's columns.
pub type Row = Vec<Value>;

/// The type of a fixture's column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Char(u16),
    Varchar(u16),
    Date,
    SmallInt,
    Int,
    BigInt,
    UnsignedBigInt,
    Real,
    Double,
    /// With precision and scale.
    Decimal(u8, u8),
    /// In microseconds, without a time zone.
    Timestamp,
    /// In microseconds, in UTC.
    Instant,
    /// In seconds. In MariaDB, it can be negative and longer than a day.
    Time,
    Bytes,
    Bool,
}

impl Type {
    /// The type's name, if the database has the type.
    pub fn sql(self, system: System) -> Option<String> {
        use System::{MariaDb, Postgres};
        Some(match (self, system) {
            (Self::Char(width), _) => format!("CHAR({width})"),
            (Self::Varchar(width), _) => format!("VARCHAR({width})"),
            (Self::Decimal(precision, scale), MariaDb | Postgres) => {
                format!("DECIMAL({precision},{scale})")
            }
            _ => self.fixed_name(system)?.to_owned(),
        })
    }

    fn fixed_name(self, system: System) -> Option<&'static str> {
        use System::{MariaDb, Postgres, Sqlite};
        Some(match (self, system) {
            (Self::Date, _) => "DATE",
            (Self::SmallInt, _) => "SMALLINT",
            (Self::Int, _) => "INTEGER",
            (Self::BigInt, _) => "BIGINT",
            (Self::UnsignedBigInt, MariaDb) => "BIGINT UNSIGNED",
            (Self::Real, Postgres) => "REAL",
            (Self::Real, MariaDb) => "FLOAT",
            (Self::Double, _) => "DOUBLE PRECISION",
            (Self::Timestamp, Postgres) => "TIMESTAMP",
            (Self::Timestamp, MariaDb) => "DATETIME(6)",
            (Self::Timestamp, Sqlite) => "DATETIME",
            (Self::Instant, Postgres) => "TIMESTAMPTZ",
            (Self::Instant, MariaDb) => "TIMESTAMP(6) NULL",
            (Self::Time, MariaDb | Postgres) => "TIME",
            (Self::Bytes, Postgres) => "BYTEA",
            (Self::Bytes, _) => "BLOB",
            (Self::Bool, Postgres) => "BOOLEAN",
            _ => return None,
        })
    }
}

/// A fixture table.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: String,
    pub columns: Vec<(String, Type)>,
    pub rows: Vec<Row>,
}

impl Table {
    pub fn new(name: &str, columns: &[(&str, Type)]) -> Self {
        let columns = columns
            .iter()
            .map(|(name, kind)| ((*name).to_owned(), *kind))
            .collect();
        Self {
            name: name.to_owned(),
            columns,
            rows: Vec::new(),
        }
    }

    /// A table with the article's columns, `ID, ID_BIRTHDAY, ID_SEX, HASHIDV`.
    pub fn year(name: &str) -> Self {
        let columns = [
            ("ID", Type::Char(32)),
            ("ID_BIRTHDAY", Type::Date),
            ("ID_SEX", Type::Char(1)),
            ("HASHIDV", Type::Char(32)),
        ];
        Self::new(name, &columns)
    }

    /// A table with the columns `id` and `note`.
    pub fn notes(name: &str) -> Self {
        Self::new(name, &[("id", Type::BigInt), ("note", Type::Varchar(60))])
    }

    #[must_use]
    pub fn row<V: Into<Value>>(self, row: impl IntoIterator<Item = V>) -> Self {
        self.rows([row.into_iter().map(Into::into).collect()])
    }

    /// Adds a row with an integer and a text.
    #[must_use]
    pub fn row_of(self, id: i64, note: &str) -> Self {
        self.rows([vec![id.into(), note.into()]])
    }

    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// Adds rows to [`Table::notes`], with notes that contain the table's name.
    #[must_use]
    pub fn ids(self, ids: impl IntoIterator<Item = i64>) -> Self {
        let name = self.name.clone();
        self.rows(
            ids.into_iter()
                .map(|id| vec![id.into(), Value::Text(format!("{name} {id}"))]),
        )
    }

    /// The statements that create and fill the table.
    pub fn statements(&self, system: System) -> Vec<String> {
        let name = system.quote(&self.name);
        let mut statements = vec![format!(
            "CREATE TABLE {name} ({})",
            self.column_list(system)
        )];
        statements.extend(self.rows.chunks(ROWS_PER_INSERT).map(|rows| {
            let rows: Vec<String> = rows.iter().map(|row| tuple(row, system)).collect();
            format!("INSERT INTO {name} VALUES {}", rows.join(","))
        }));
        statements
    }

    fn column_list(&self, system: System) -> String {
        let column = |(name, kind): &(String, Type)| {
            let sql_type = kind
                .sql(system)
                .unwrap_or_else(|| panic!("{system:?} has no {kind:?}"));
            format!("{} {sql_type}", system.quote(name))
        };
        self.columns
            .iter()
            .map(column)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn tuple(row: &Row, system: System) -> String {
    let cells: Vec<String> = row.iter().map(|value| value.sql(system)).collect();
    format!("({})", cells.join(","))
}
