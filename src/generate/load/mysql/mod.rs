//! MariaDB and MySQL: LOAD DATA LOCAL if the server allows it, otherwise INSERTs of many rows.
//!
//! These databases commit with every CREATE TABLE, so new tables are dropped again if something fails.

mod connect;
mod error;
mod send;

use super::loader::{Existing, Loader, create_statement};
use super::{LoadOrder, fill};
use crate::generate::content::Column;
use crate::generate::supply::Supply;
use crate::job::ServerUrl;
use crate::source::mysql::login::Login;
use crate::{Error, Result};
use error::translate;
use r2d2_mysql::mysql::Conn;
use r2d2_mysql::mysql::prelude::Queryable;
use send::LoadMethod;

/// All values are ASCII. In this character set, a CHAR column has the same width in every row.
const TABLE_OPTIONS: &str = "ENGINE=InnoDB DEFAULT CHARACTER SET ascii";

/// Creates the tables in the URL's database.
pub(super) fn load(server: &ServerUrl, order: &LoadOrder<'_>) -> Result<()> {
    let login = Login::parse(server)?;
    let mut connection = connect::connect(&login)?;
    let method = LoadMethod::of(&mut connection)?;
    let mut database = MySql {
        connection,
        method,
        created: Vec::new(),
    };
    fill(&mut database, order).map_err(|error| database.undo(&login, error))
}

struct MySql {
    connection: Conn,
    method: LoadMethod,
    created: Vec<String>,
}

impl MySql {
    /// Drops the new tables, on a new connection because the old one may be lost.
    fn undo(self, login: &Login, error: Error) -> Error {
        let Self {
            connection,
            created,
            ..
        } = self;
        drop(connection);
        if created.is_empty() {
            return error;
        }
        let dropped = connect::connect(login).and_then(|mut connection| {
            let statement = format!("DROP TABLE IF EXISTS `{}`", created.join("`, `"));
            connection.query_drop(statement).map_err(translate)
        });
        match dropped {
            Ok(()) => error,
            Err(_) => {
                error.advise("some of the tables are left incomplete: pass --force to replace them")
            }
        }
    }
}

/// The column with MySQL's name for its type. What standard SQL calls TIMESTAMP is a DATETIME; MySQL's own TIMESTAMP depends on
/// the session's time zone.
fn in_mysql(column: &Column) -> Column {
    match column.sql_type {
        "TIMESTAMP" => Column::new(column.name, "DATETIME(6)"),
        _ => *column,
    }
}

impl Loader for MySql {
    fn existing(&mut self, names: &[&str]) -> Result<Vec<Existing>> {
        let places = vec!["?"; names.len()].join(", ");
        let statement = format!(
            "SELECT table_name, table_type = 'BASE TABLE', @@lower_case_table_names <> 0 \
             FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN ({places}) ORDER BY table_name"
        );
        let found: Vec<(String, bool, bool)> = self
            .connection
            .exec(statement, names.to_vec())
            .map_err(translate)?;
        // The catalog ignores the case of names even if the server doesn't.
        let taken = found
            .into_iter()
            .filter(|(name, _, any_case)| *any_case || names.contains(&name.as_str()));
        let existing = |(name, is_base_table, _)| Existing {
            name,
            is_base_table,
        };
        Ok(taken.map(existing).collect())
    }

    fn drop(&mut self, table: &str) -> Result<()> {
        self.connection
            .query_drop(format!("DROP TABLE `{table}`"))
            .map_err(translate)
    }

    fn create(&mut self, table: &str, columns: &[Column]) -> Result<()> {
        let columns: Vec<Column> = columns.iter().map(in_mysql).collect();
        let statement = format!("{} {TABLE_OPTIONS}", create_statement(table, &columns, '`'));
        self.connection.query_drop(statement).map_err(translate)?;
        self.created.push(table.to_owned());
        Ok(())
    }

    fn fill(&mut self, supply: &Supply<'_>) -> Result<u64> {
        match self.method {
            LoadMethod::LoadData => send::load_data(&mut self.connection, supply),
            LoadMethod::Insert => send::insert(&mut self.connection, supply),
        }
    }
}
