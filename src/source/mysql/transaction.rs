//! The transaction in which a session reads all its units.

use super::super::{Named, TextRow, shared};
use super::connection::Connection;
use crate::Result;

/// MariaDB only. <https://mariadb.com/kb/en/enhancements-for-start-transaction-with-consistent-snapshot/>
const POSITION: &str =
    "SHOW STATUS WHERE Variable_name IN ('Binlog_snapshot_file', 'Binlog_snapshot_position')";

/// A plain START TRANSACTION would see what others commit before its first read.
const BEGIN: &str = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

/// Begins the transaction.
pub(super) fn begin(connection: &mut Connection) -> Result<()> {
    connection.execute(BEGIN)
}

/// Sessions with the same position see the same state of every transactional engine.
pub(super) fn witness(connection: &mut Connection) -> Result<Option<String>> {
    position(|sql| connection.text_rows(sql))
}

/// Returns the snapshot's position in the binary log: the log's file, and the offset in it. Without a log the file is empty,
/// and the offset is 0.
pub(super) fn position(rows: impl FnOnce(&str) -> Result<Vec<TextRow>>) -> Result<Option<String>> {
    let status = rows(POSITION)?;
    let values: Option<Vec<&str>> = status.iter().map(|row| row.get(1)?.as_deref()).collect();
    Ok(match values.as_deref() {
        Some([file, place]) if !file.is_empty() => Some(format!("{file}:{place}")),
        _ => None,
    })
}

/// Identifies a server among those that the same name or proxy leads to: the positions in their logs can be the same.
pub(super) const SERVER: &str = "SELECT CONCAT_WS(':', @@hostname, @@port, @@server_id)";

/// Returns an answer's only cell.
pub(super) fn cell(rows: &[TextRow]) -> Option<String> {
    rows.first()?.first()?.clone()
}

/// Takes the metadata lock of each table.
pub(super) fn pin(connection: &mut Connection, tables: &[Named]) -> Result<()> {
    for table in tables {
        connection.text_rows(&shared::pin(&table.from))?;
    }
    Ok(())
}
