//! What every session says first.

use super::client::Client;
use crate::Result;

/// Bytes that a sort compares of a value: more than the longest key of an index, 3,072.
pub(super) const MAX_SORT_LENGTH: u32 = 4096;

/// As the big dump tools do. `sql_mode` also decides how a `--where` is read; the zone decides what it selects of a
/// TIMESTAMP. The write timeout is how long the server waits for a reader that stalls.
pub(super) const SETTINGS: [&str; 7] = [
    "SET NAMES utf8mb4",
    "SET SESSION sql_mode = ''",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION net_write_timeout = 3600",
    "SET SESSION lock_wait_timeout = 30",
    // MAX_SORT_LENGTH
    "SET SESSION max_sort_length = 4096",
    "SET SESSION TRANSACTION READ ONLY",
];

/// Limits on how long a statement may run, which count the time in which the reader stalls: MariaDB's, and MySQL's.
const TIME_LIMITS: &str =
    "SHOW VARIABLES WHERE Variable_name IN ('max_statement_time', 'max_execution_time')";

/// Lifts the time limits that the server has.
pub(super) fn lift_time_limits(client: &mut Client) -> Result<()> {
    for row in client.text_rows(TIME_LIMITS)? {
        if let Some(Some(name)) = row.first() {
            client.execute(&format!("SET SESSION {name} = 0"))?;
        }
    }
    Ok(())
}
