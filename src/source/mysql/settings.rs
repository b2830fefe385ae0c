//! What every session sets first. Whatever a session would inherit from the server or from `init_connect`, and changes,
//! cuts, orders or spells a query's result, is set to a fixed value: never to DEFAULT, which is the inherited value.

use super::super::TextRow;
use crate::job::Waits;

/// How many bytes of a value a sort compares: more than an index's longest key, 3,072.
pub(super) const MAX_SORT_LENGTH: u32 = 4096;

/// How long the server waits for a reader that stalls: a laptop can sleep, and a job can be stopped by hand.
const WRITE_TIMEOUT_SECS: u32 = 3600;

/// Returns the settings for every server, in one statement.
///
/// The limits come first, because they would cut or refuse the answers that follow. `max_join_size` limits the rows that are
/// examined, and setting it turns big selects off. `sql_mode` also decides how `--where` is parsed. The time zone decides
/// what it selects by a TIMESTAMP. The collation is the one that the server's version
/// gives tables by default, because a comparison of two different collations can be refused. (MariaDB ignores comments for
/// MySQL 5.7 to 9.9.)
pub(super) fn first(waits: &Waits) -> String {
    let lock_secs = waits.lock.as_secs();
    format!(
        "SET SESSION sql_select_limit = 18446744073709551615, SESSION max_join_size = 18446744073709551615, \
         SESSION sql_big_selects = 1, SESSION sql_mode = '', NAMES utf8mb4 COLLATE utf8mb4_general_ci \
         /*!80011 , SESSION collation_connection = utf8mb4_0900_ai_ci */ \
         /*M!110600 , SESSION collation_connection = utf8mb4_uca1400_ai_ci */, \
         SESSION time_zone = '+00:00', SESSION net_write_timeout = {WRITE_TIMEOUT_SECS}, \
         SESSION lock_wait_timeout = {lock_secs}, SESSION max_sort_length = {MAX_SORT_LENGTH}"
    )
}

/// A variable that not every server has, or not every user can set, and its value as SHOW VARIABLES shows it. It is set only
/// if the server has it with a different value.
type Setting = (&'static str, &'static str);

/// Settings that leave out rows or the ends of values, or return others instead.
const WHOLE: &[Setting] = &[
    ("group_concat_max_len", "4294967295"),
    ("sql_safe_updates", "OFF"),
    // With it, `id IS NULL` would find the row that was inserted last.
    ("sql_auto_is_null", "OFF"),
    // MariaDB: a recursion that needs more steps ends there, with a warning.
    ("max_recursive_iterations", "4294967295"),
    ("standard_compliant_cte", "ON"),
    // MariaDB: here alone, DEFAULT is a fixed value. It means the present, and is the only word for it.
    ("system_versioning_asof", "DEFAULT"),
    // Galera: a node that lost its cluster returns the rows that it had then.
    ("wsrep_dirty_reads", "OFF"),
    // MySQL: a primary key that the server generated decides the order.
    ("show_gipk_in_create_table_and_information_schema", "ON"),
    // MySQL: a secondary engine has a different order, and no snapshot.
    ("use_secondary_engine", "OFF"),
    // It returns stored results for as long as their tables don't change.
    ("query_cache_type", "OFF"),
];

/// Settings that decide what a function or an operator returns, in a filter or a view. The values are an unconfigured
/// server's.
const SPELLED: &[Setting] = &[
    ("div_precision_increment", "4"),
    ("default_week_format", "0"),
    ("lc_time_names", "en_US"),
    ("default_regex_flags", ""),
    ("block_encryption_mode", "aes-128-ecb"),
    ("windowing_use_high_precision", "ON"),
    // Decides, among other things, which hints `USE INDEX` stands for.
    ("old_mode", ""),
    ("default_collation_for_utf8mb4", "utf8mb4_0900_ai_ci"),
    // Adds a comment to type names.
    ("show_old_temporals", "OFF"),
];

/// Settings that decide the order of the rows of a view without `ORDER BY`: a range of an index comes in the index's order,
/// and a join in its common algorithm's. The rest of what the planner uses (costs, memory, its other switches) adapts it to
/// the machine and works around faults. It is left alone: it changes no value, and the plan reports such an order as
/// undefined.
const ORDERED: &[Setting] = &[("optimizer_switch", "mrr=off"), ("join_cache_level", "2")];

/// Settings that decide how long the session and its statements can live. Time limits include the time that the reader
/// stalls, and the catalog's session is idle while rows are read.
const ALIVE: &[Setting] = &[
    ("max_statement_time", "0"),
    ("max_execution_time", "0"),
    ("wait_timeout", "31536000"),
    ("idle_transaction_timeout", "0"),
    ("idle_readonly_transaction_timeout", "0"),
    // What ROLLBACK would also begin or end.
    ("completion_type", "NO_CHAIN"),
    ("autocommit", "ON"),
    // With it, the server would store the whole result before it sends a row.
    ("sql_buffer_result", "OFF"),
];

/// MySQL and MariaDB each have one of the names, or both.
const TRANSACTIONS: &[Setting] = &[
    ("tx_isolation", "REPEATABLE-READ"),
    ("transaction_isolation", "REPEATABLE-READ"),
    ("tx_read_only", "ON"),
    ("transaction_read_only", "ON"),
];

/// MariaDB: unless this is NO, no ordinary session can set its `timestamp`, so none inherits a fixed one.
const SECURE_TIMESTAMP: &str = "secure_timestamp";

fn settings() -> impl Iterator<Item = &'static Setting> {
    [WHOLE, SPELLED, ORDERED, ALIVE, TRANSACTIONS]
        .into_iter()
        .flatten()
}

/// Returns the query for a session's values, after [`first`], of the settings that only some servers have.
pub(super) fn question() -> String {
    let names = settings().map(|(name, _)| *name).chain([SECURE_TIMESTAMP]);
    let names: Vec<String> = names.map(literal).collect();
    let names = names.join(", ");
    format!("SHOW SESSION VARIABLES WHERE Variable_name IN ({names})")
}

/// Returns one statement that sets everything that differs, according to the answer to the [`question`], and lets the clock
/// run: what a session shows as its `timestamp` doesn't tell whether it is fixed.
pub(super) fn others(inherited: &[TextRow]) -> Option<String> {
    let value = |wanted: &str| {
        let row = inherited.iter().find(|row| is(row.first(), wanted));
        row.and_then(|row| row.get(1)?.as_deref())
    };
    let differs = |(name, wanted): &&Setting| value(name).is_some_and(|found| !same(found, wanted));
    let set = |(name, wanted): &Setting| format!("SESSION {name} = {}", written(wanted));
    let may_fix_clock = value(SECURE_TIMESTAMP).is_none_or(|found| same(found, "NO"));
    let clock = may_fix_clock.then(|| "timestamp = 0".to_owned());
    let assignments: Vec<String> = settings().filter(differs).map(set).chain(clock).collect();
    (!assignments.is_empty()).then(|| format!("SET {}", assignments.join(", ")))
}

fn is(cell: Option<&Option<String>>, name: &str) -> bool {
    matches!(cell, Some(Some(found)) if found.eq_ignore_ascii_case(name))
}

/// Compares a shown value. A duration is shown with or without decimals, and a switch among others.
fn same(found: &str, wanted: &str) -> bool {
    let is_zero =
        wanted == "0" && found.starts_with('0') && found.trim_matches(['0', '.']).is_empty();
    is_zero
        || found
            .split(',')
            .any(|found| found.eq_ignore_ascii_case(wanted))
}

/// Returns a string literal. `sql_mode` is empty, so a backslash escapes.
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
    fn only_settings_with_a_different_value_are_set() {
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
             SESSION optimizer_switch = 'mrr=off', timestamp = 0";
        assert_eq!(others(&mariadb).as_deref(), Some(statement));
        let mysql = [
            ("max_execution_time", "0"),
            ("optimizer_switch", "mrr=off,x=on"),
        ];
        assert_eq!(others(&rows(&mysql)).as_deref(), Some("SET timestamp = 0"));
        assert_eq!(others(&rows(&[("secure_timestamp", "YES")])), None);
        let open = rows(&[("secure_timestamp", "NO")]);
        assert_eq!(others(&open).as_deref(), Some("SET timestamp = 0"));
    }
}
