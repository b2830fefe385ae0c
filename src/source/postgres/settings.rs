//! The settings that every transaction makes first: each setting that could change, truncate, order or spell a query's result
//! and would be inherited from the server, the database or the role gets a fixed value. Never DEFAULT or RESET, which would
//! restore the inherited one.

use super::access::Access;
use crate::source::Query;

/// A setting, and its value as SHOW shows it. It is set if it exists on the server with another value. Names and values contain
/// no backslashes, because how these are read is also inherited until the settings are made.
type Setting = (&'static str, &'static str);

/// How values are written if they are sent as text, and how a filter or a view writes and reads them. Arrays can be sent as
/// text, in which floating-point numbers must round-trip.
const SPELLED: &[Setting] = &[
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "iso_8601"),
    ("client_encoding", "UTF8"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    ("xmlbinary", "base64"),
    ("xmloption", "content"),
    ("lc_monetary", "C"),
    ("lc_numeric", "C"),
    ("lc_time", "C"),
    ("timezone_abbreviations", "Default"),
    ("default_text_search_config", "pg_catalog.simple"),
    ("standard_conforming_strings", "on"),
    ("backslash_quote", "safe_encoding"),
    ("array_nulls", "on"),
    ("transform_null_equals", "off"),
    // In the names of types.
    ("quote_all_identifiers", "off"),
];

/// Which rows are returned.
const WHOLE: &[Setting] = &[
    // An index search with a limit returns only some of the matching rows.
    ("gin_fuzzy_search_limit", "0"),
    // It can forbid views.
    ("restrict_nonsystem_relation_kind", ""),
    // They skip damaged pages. A superuser can set them for a role that isn't allowed to turn them off: then no session
    // starts.
    ("zero_damaged_pages", "off"),
    ("ignore_checksum_failure", "off"),
];

/// In which order they are returned. A scan must begin at the table's start and run in one process, or its rows are not in the
/// table's order. Settings for costs and memory, which adapt the planner to the machine, stay inherited: they change no value,
/// and the plan calls an order that depends on them undefined.
const ORDERED: &[Setting] = &[
    ("synchronize_seqscans", "off"),
    ("max_parallel_workers_per_gather", "0"),
    ("enable_async_append", "on"),
    ("enable_bitmapscan", "on"),
    ("enable_hashagg", "on"),
    ("enable_hashjoin", "on"),
    ("enable_incremental_sort", "on"),
    ("enable_indexonlyscan", "on"),
    ("enable_indexscan", "on"),
    ("enable_material", "on"),
    ("enable_memoize", "on"),
    ("enable_mergejoin", "on"),
    ("enable_nestloop", "on"),
    ("enable_partition_pruning", "on"),
    ("enable_partitionwise_aggregate", "off"),
    ("enable_partitionwise_join", "off"),
    ("enable_seqscan", "on"),
    ("enable_sort", "on"),
    ("enable_tidscan", "on"),
];

/// How long the session and its statements live. Time limits include the time in which the reader stalls, and the catalog's
/// session is idle while rows are read.
const ALIVE: &[Setting] = &[
    ("transaction_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("idle_session_timeout", "0"),
    ("tcp_user_timeout", "0"),
    // It would end a session even for an error that the server expects and catches.
    ("exit_on_error", "off"),
];

/// The isolation level of a transaction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Isolation<'a> {
    /// Each query sees what was committed before it started.
    ReadCommitted,
    /// All queries see one snapshot: that of the first query, or one that another session exported.
    Snapshot(Option<&'a str>),
}

/// The statements that begin a transaction and make the settings in it, all in one message. Their only row begins with the
/// process id of the server; the rest of it is meaningless. The settings end with the transaction, so that a pooler passes
/// none of them on to others. The time limit is set before anything else, and a snapshot is imported before the first query.
pub(super) fn opening(access: &Access, isolation: Isolation<'_>) -> String {
    let (level, import) = match isolation {
        Isolation::ReadCommitted => ("READ COMMITTED", String::new()),
        Isolation::Snapshot(None) => ("REPEATABLE READ", String::new()),
        Isolation::Snapshot(Some(exported)) => (
            "REPEATABLE READ",
            format!("SET TRANSACTION SNAPSHOT '{exported}'; "),
        ),
    };
    let lock_millis = access.waits.lock.as_millis();
    // Off: the server refuses a query whose rows a policy would hide.
    let row_security = if access.row_security { "on" } else { "off" };
    let all = [SPELLED, WHOLE, ORDERED, ALIVE].into_iter().flatten();
    let all: Vec<String> = all.map(set).collect();
    let all = all.join(", ");
    format!(
        "BEGIN ISOLATION LEVEL {level} READ ONLY; SET LOCAL statement_timeout = 0; \
         SET LOCAL lock_timeout = {lock_millis}; SET LOCAL row_security = {row_security}; \
         {import}SELECT pg_backend_pid(), cardinality(ARRAY[{all}])"
    )
}

/// Sets a value that differs. A setting that the server doesn't have is left alone.
fn set((name, value): &Setting) -> String {
    format!(
        "CASE WHEN current_setting('{name}', true) <> '{value}' THEN set_config('{name}', '{value}', true) END"
    )
}

/// An index scan would return rows in the index's order. A sequential or bitmap scan returns them in the table's.
pub(super) const STORED_ORDER: &str =
    "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off";
pub(super) const ANY_ORDER: &str =
    "SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on";

/// The settings to make before a query.
pub(super) fn scans(query: &Query) -> &'static str {
    if query.stored_order {
        STORED_ORDER
    } else {
        ANY_ORDER
    }
}
