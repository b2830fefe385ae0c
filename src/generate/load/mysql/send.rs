//! The two methods of sending rows.

use super::error::translate;
use crate::generate::load::loader::column_list;
use crate::generate::row::{write_line, write_values};
use crate::generate::supply::Supply;
use crate::{Error, ErrorKind, Result};
use r2d2_mysql::mysql::prelude::Queryable;
use r2d2_mysql::mysql::{Conn, LocalInfileHandler};
use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Pieces of text that may wait for the socket: about a megabyte.
const WAITING_PIECES: usize = 16;

/// How rows are loaded into this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoadMethod {
    LoadData,
    Insert,
}

impl LoadMethod {
    pub(super) fn of(connection: &mut Conn) -> Result<Self> {
        let allowed: Option<bool> = connection
            .query_first("SELECT @@GLOBAL.local_infile")
            .map_err(translate)?;
        Ok(if allowed == Some(true) {
            Self::LoadData
        } else {
            Self::Insert
        })
    }
}

/// One LOAD DATA LOCAL. The client's handler can't borrow anything, so another thread generates the rows.
///
/// An interrupt only ends the text early: an error in the handler would leave the connection in the middle of a
/// statement.
pub(super) fn load_data(connection: &mut Conn, supply: &Supply<'_>) -> Result<u64> {
    let (table, columns) = (supply.table.name(), column_list(supply.columns, '`'));
    let statement = format!(
        "LOAD DATA LOCAL INFILE 'firstseen' INTO TABLE `{table}` CHARACTER SET ascii ({columns})"
    );
    let (sender, receiver) = sync_channel(WAITING_PIECES);
    connection.set_local_infile_handler(Some(handler(receiver)));
    thread::scope(|scope| {
        let maker = scope.spawn(move || make(supply, &sender));
        let sent = connection.query_drop(statement).map_err(translate);
        connection.set_local_infile_handler(None); // ends the maker if the server didn't read its text
        let made = maker.join().unwrap_or_else(|_| Err(broken_maker()));
        sent.and(made)
    })?;
    rows_without_warning(connection)
}

fn handler(pieces: Receiver<Vec<u8>>) -> LocalInfileHandler {
    LocalInfileHandler::new(move |_, server| {
        pieces.iter().try_for_each(|piece| server.write_all(&piece))
    })
}

/// Generates the text until all of it is sent or the receiver is gone. In that case the statement's own error says why.
fn make(supply: &Supply<'_>, server: &SyncSender<Vec<u8>>) -> Result<()> {
    supply.pieces(write_line, |piece| {
        let unread = |_| Error::new(ErrorKind::Lost, "the server stopped reading");
        server.send(piece).map_err(unread)
    })
}

/// With LOCAL, the server turns data errors into warnings.
fn rows_without_warning(connection: &Conn) -> Result<u64> {
    match connection.warnings() {
        0 => Ok(connection.affected_rows()),
        warnings => Err(Error::new(
            ErrorKind::Refused,
            format!("LOAD DATA raised {warnings} warnings"),
        )),
    }
}

/// One transaction of INSERTs, each far smaller than any server's `max_allowed_packet`.
pub(super) fn insert(connection: &mut Conn, supply: &Supply<'_>) -> Result<u64> {
    let (table, columns) = (supply.table.name(), column_list(supply.columns, '`'));
    let start = format!("INSERT INTO `{table}` ({columns}) VALUES ");
    let mut rows = 0;
    connection
        .query_drop("START TRANSACTION")
        .map_err(translate)?;
    supply.pieces(write_values, |piece| {
        let values = piece.strip_suffix(b",").unwrap_or(&piece);
        let statement = [start.as_str(), &String::from_utf8_lossy(values)].concat(); // ASCII: nothing is lost
        connection.query_drop(statement).map_err(translate)?;
        rows += connection.affected_rows();
        Ok(())
    })?;
    connection.query_drop("COMMIT").map_err(translate)?;
    Ok(rows)
}

fn broken_maker() -> Error {
    Error::new(
        ErrorKind::Bug,
        "the thread that generates the rows ended without a result",
    )
}
