//! A session with all privileges, which stays open while settings keep others out.

use postgres::{Client, SimpleQueryMessage};
use r2d2_mysql::mysql::prelude::Queryable;
use r2d2_mysql::mysql::{Conn, Row};

/// A session on a server that only one test uses.
pub enum Admin {
    MariaDb(Box<Conn>),
    Postgres(Box<Client>),
}

impl Admin {
    /// Runs one statement. Returns the server's message if it fails.
    pub fn try_execute(&mut self, statement: &str) -> Result<(), String> {
        match self {
            Self::MariaDb(conn) => conn
                .query_drop(statement)
                .map_err(|cause| cause.to_string()),
            Self::Postgres(client) => client.batch_execute(statement).map_err(|cause| {
                let said = cause.as_db_error().map(ToString::to_string);
                said.unwrap_or_else(|| cause.to_string())
            }),
        }
    }

    pub fn execute(&mut self, statement: &str) {
        let done = self.try_execute(statement);
        done.unwrap_or_else(|cause| panic!("{statement}: {cause}"));
    }

    /// The rows of a query. Cells are text, and NULL is an empty text.
    pub fn rows(&mut self, query: &str) -> Vec<Vec<String>> {
        match self {
            Self::MariaDb(conn) => {
                let rows: Vec<Row> = conn.query(query).expect("a query");
                let cells = |row: &Row| (0..row.len()).map(|at| cell(row, at)).collect();
                rows.iter().map(cells).collect()
            }
            Self::Postgres(client) => {
                let messages = client.simple_query(query).expect("a query");
                let row = |message| match message {
                    SimpleQueryMessage::Row(row) => {
                        let cells = (0..row.len()).map(|at| row.get(at).unwrap_or_default());
                        Some(cells.map(str::to_owned).collect())
                    }
                    _ => None,
                };
                messages.into_iter().filter_map(row).collect()
            }
        }
    }
}

fn cell(row: &Row, at: usize) -> String {
    let text = row.get_opt::<Option<String>, _>(at);
    text.and_then(Result::ok).flatten().unwrap_or_default()
}
