//! What every session says first: what it would otherwise inherit of the server or of `init_connect`, and what changes,
//! cuts, orders or spells what a query gives, has a value of ours. A value, never DEFAULT, which is the inherited one.

use super::super::TextRow;
use crate::job::Waits;

/// Bytes that a sort compares of a value: more than the longest key of an index, 3,072.
pub(super) const MAX_SORT_LENGTH: u32 = 4096;

/// How long the server waits for a reader that stalls: a laptop may sleep, and a job may be stopped by hand.
const WRITE_TIMEOUT_SECS: u32 = 3600;

/// Of every server, in one statement. The limits go before all else: they would cut the answers that follow, or refuse to
/// give them. `max_join_size` is of rows that are looked at; it switches big selects off. `sql_mode` also decides how a
/// `--where` is read; the zone decides what it selects of a TIMESTAMP; a timestamp of 0 lets the clock run. The collation is the one that the server's version gives to tables by itself: of two different ones a comparison
/// may be refused. (MariaDB passes over comments that address MySQL 5.7 to 9.9.)
pub(super) fn first(waits: &Waits) -> String {
    let lock_secs = waits.lock.as_secs();
    format!(
        "SET SESSION sql_select_limit = 18446744073709551615, SESSION max_join_size = 18446744073709551615, \
         SESSION sql_big_selects = 1, SESSION sql_mode = '', NAMES utf8mb4 COLLATE utf8mb4_general_ci \
         /*!80011 , SESSION collation_connection = utf8mb4_0900_ai_ci */ \
         /*M!110600 , SESSION collation_connection = utf8mb4_uca1400_ai_ci */, \
         SESSION time_zone = '+00:00', timestamp = 0, SESSION net_write_timeout = {WRITE_TIMEOUT_SECS}, \
         SESSION lock_wait_timeout = {lock_secs}, SESSION max_sort_length = {MAX_SORT_LENGTH}"
    )
}

/// A variable that not every server has, or that not everyone may set, and its value as SHOW VARIABLES shows it. It is set
/// where the server has it with another value.
type Setting = (&'static str, &'static str);

/// What leaves out rows or ends of values, or gives others in their place.
const WHOLE: &[Setting] = &[
    ("group_concat_max_len", "4294967295"),
    ("sql_safe_updates", "OFF"),
    // `id IS NULL` would find the row that was inserted last.
    ("sql_auto_is_null", "OFF"),
    // MariaDB's: a recursion that needs more ends there, with a warning.
    ("max_recursive_iterations", "4294967295"),
    ("standard_compliant_cte", "ON"),
    // MariaDB's: here alone DEFAULT is the value that stands for the present, and the only word for it.
    ("system_versioning_asof", "DEFAULT"),
    // Galera's: a node that lost its cluster gives what it had then.
    ("wsrep_dirty_reads", "OFF"),
    // MySQL's: a primary key of the server's own making gives the order.
    ("show_gipk_in_create_table_and_information_schema", "ON"),
    // MySQL's: another engine has another order, and no snapshot.
    ("use_secondary_engine", "OFF"),
    // It keeps answers, and gives them as long as their tables stay.
    ("query_cache_type", "OFF"),
];

/// What a function or an operator gives, in a filter or a view. The values are those of a server that nobody has set up.
const SPELLED: &[Setting] = &[
    ("div_precision_increment", "4"),
    ("default_week_format", "0"),
    ("lc_time_names", "en_US"),
    ("default_regex_flags", ""),
    ("block_encryption_mode", "aes-128-ecb"),
    ("windowing_use_high_precision", "ON"),
    // Among others: which hints `USE INDEX` stands for.
    ("old_mode", ""),
    ("default_collation_for_utf8mb4", "utf8mb4_0900_ai_ci"),
    // A comment in the names of types.
    ("show_old_temporals", "OFF"),
];

/// In which order a view gives its rows that orders none: by a range of an index as the index has it, by a join as its
/// common algorithm does. What else the planner goes by, costs, memory and its other switches, fits it to the machine and to
/// its faults, and is left: it changes no value, and the plan says of such an order that it is undefined.
const ORDERED: &[Setting] = &[("optimizer_switch", "mrr=off"), ("join_cache_level", "2")];

/// How long the session lives, and its statements: time limits count the time in which the reader stalls, and the
/// catalogue's session says nothing while rows are read.
const ALIVE: &[Setting] = &[
    ("max_statement_time", "0"),
    ("max_execution_time", "0"),
    ("wait_timeout", "31536000"),
    ("idle_transaction_timeout", "0"),
    ("idle_readonly_transaction_timeout", "0"),
    // What ROLLBACK would begin or end besides.
    ("completion_type", "NO_CHAIN"),
    ("autocommit", "ON"),
    // The server would keep the whole result before it sends a row.
    ("sql_buffer_result", "OFF"),
];

/// MySQL and MariaDB each have one name or both.
const TRANSACTIONS: &[Setting] = &[
    ("tx_isolation", "REPEATABLE-READ"),
    ("transaction_isolation", "REPEATABLE-READ"),
    ("tx_read_only", "ON"),
    ("transaction_read_only", "ON"),
];

fn settings() -> impl Iterator<Item = &'static Setting> {
    [WHOLE, SPELLED, ORDERED, ALIVE, TRANSACTIONS]
        .into_iter()
        .flatten()
}

/// What a session has, after [`first`], of the settings that only some servers know.
pub(super) fn question() -> String {
    let names: Vec<String> = settings().map(|(name, _)| literal(name)).collect();
    let names = names.join(", ");
    format!("SHOW SESSION VARIABLES WHERE Variable_name IN ({names})")
}

/// One statement that sets all that is not as it should be, by the answer to the [`question`].
pub(super) fn others(inherited: &[TextRow]) -> Option<String> {
    let value = |wanted: &str| {
        let row = inherited.iter().find(|row| is(row.first(), wanted));
        row.and_then(|row| row.get(1)?.as_deref())
    };
    let differs = |(name, wanted): &&Setting| value(name).is_some_and(|found| !same(found, wanted));
    let set = |(name, wanted): &Setting| format!("SESSION {name} = {}", written(wanted));
    let assignments: Vec<String> = settings().filter(differs).map(set).collect();
    (!assignments.is_empty()).then(|| format!("SET {}", assignments.join(", ")))
}

fn is(cell: Option<&Option<String>>, name: &str) -> bool {
    matches!(cell, Some(Some(found)) if found.eq_ignore_ascii_case(name))
}

/// A duration is shown with decimals or without, and a switch among others.
fn same(found: &str, wanted: &str) -> bool {
    let is_zero =
        wanted == "0" && found.starts_with('0') && found.trim_matches(['0', '.']).is_empty();
    is_zero
        || found
            .split(',')
            .any(|found| found.eq_ignore_ascii_case(wanted))
}

/// A string literal. `sql_mode` is empty, so that a backslash escapes.
pub(super) fn literal(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\'', "\\'");
    format!("'{escaped}'")
}

fn written(value: &str) -> String {
    match value {
        "DEFAULT" => value.to_owned(),
        _ if value.starts_with(|first: char| first.is_ascii_digit()) => value.to_owned(),
        _ => literal(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(variables: &[(&str, &str)]) -> Vec<TextRow> {
        let row = |(name, value): &(&str, &str)| {
            vec![Some((*name).to_owned()), Some((*value).to_owned())]
        };
        variables.iter().map(row).collect()
    }

    #[test]
    fn only_what_the_server_has_with_another_value_is_set() {
        let mariadb = rows(&[
            ("sql_safe_updates", "ON"),
            ("lc_time_names", "de_DE"),
            ("max_statement_time", "0.000000"),
            ("system_versioning_asof", "2020-01-01 00:00:00.000000"),
            ("default_week_format", "3"),
            ("optimizer_switch", "index_merge=on,mrr=on"),
            ("tx_read_only", "ON"),
        ]);
        let statement = "SET SESSION sql_safe_updates = 'OFF', \
             SESSION system_versioning_asof = DEFAULT, SESSION default_week_format = 0, SESSION lc_time_names = 'en_US', \
             SESSION optimizer_switch = 'mrr=off'";
        assert_eq!(others(&mariadb).as_deref(), Some(statement));
        let mysql = [
            ("max_execution_time", "0"),
            ("optimizer_switch", "mrr=off,x=on"),
        ];
        assert_eq!(others(&rows(&mysql)), None);
    }
}
