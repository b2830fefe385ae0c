//! What every session says first.

use super::client::Client;
use crate::Result;
use crate::job::Waits;

/// Bytes that a sort compares of a value: more than the longest key of an index, 3,072.
pub(super) const MAX_SORT_LENGTH: u32 = 4096;

/// How long the server waits for a reader that stalls: a laptop may sleep, and a job may be stopped by hand.
const WRITE_TIMEOUT_SECS: u32 = 3600;

/// As the big dump tools do. `sql_mode` also decides how a `--where` is read; the zone decides what it selects of a
/// TIMESTAMP.
pub(super) fn settings(waits: &Waits) -> Vec<String> {
    let lock_secs = waits.lock.as_secs();
    vec![
        "SET NAMES utf8mb4".to_owned(),
        "SET SESSION sql_mode = ''".to_owned(),
        "SET SESSION time_zone = '+00:00'".to_owned(),
        format!("SET SESSION net_write_timeout = {WRITE_TIMEOUT_SECS}"),
        format!("SET SESSION lock_wait_timeout = {lock_secs}"),
        format!("SET SESSION max_sort_length = {MAX_SORT_LENGTH}"),
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ".to_owned(),
        "SET SESSION TRANSACTION READ ONLY".to_owned(),
    ]
}

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
