//! What every transaction of ours says first: what it would otherwise inherit of the server, the database or the role, and what
//! changes, cuts, orders or spells what a query gives, has a value of ours. A value, never DEFAULT or RESET, which give the
//! inherited one.

use super::access::Access;
use crate::source::Query;

/// A setting, and its value as SHOW shows it. It is set where the server has it with another value. Setting and
/// value have no backslash: how one is read is inherited, too, until this was read.
type Setting = (&'static str, &'static str);

/// How values are spelled where they travel as text, and how a filter or a view spells and reads them. Arrays may travel
/// as text, in which floating-point numbers must read back.
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

/// Which rows come.
const WHOLE: &[Setting] = &[
    // An index that is searched up to a limit gives a part of what it has.
    ("gin_fuzzy_search_limit", "0"),
    // It forbids views.
    ("restrict_nonsystem_relation_kind", ""),
    // They pass over pages that are damaged. A superuser may give them to a role, which may not give them up: then no
    // session begins.
    ("zero_damaged_pages", "off"),
    ("ignore_checksum_failure", "off"),
];

/// In which order they come. A scan must begin at the table's start and come from one process, or its rows are not in the
/// order of the table. Costs and memory fit the planner to the machine, and are left: they change no value, and the plan
/// says of an order that depends on them that it is undefined.
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

/// How long the session lives, and its statements: time limits count the time in which the reader stalls, and the
/// catalogue's session says nothing while rows are read.
const ALIVE: &[Setting] = &[
    ("transaction_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("idle_session_timeout", "0"),
    ("tcp_user_timeout", "0"),
    // It would also end a session for an error that the server itself expects and catches.
    ("exit_on_error", "off"),
];

/// What a transaction is begun by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Begins<'a> {
    /// Each query sees what was committed before it.
    Afresh,
    /// All queries see one state: that of the first of them, or one that another session exported.
    OneState(Option<&'a str>),
}

/// Begins a transaction and makes the settings in it, all in one message, whose one row begins with the
/// server's process and means nothing else. The settings end with
/// the transaction: what a pooler hands on to others has none of them. The time limit goes before all else, and a state is
/// taken over before the first query.
pub(super) fn opening(access: &Access, begins: Begins<'_>) -> String {
    let (level, import) = match begins {
        Begins::Afresh => ("READ COMMITTED", String::new()),
        Begins::OneState(None) => ("REPEATABLE READ", String::new()),
        Begins::OneState(Some(exported)) => (
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

/// A setting that the server doesn't know has no value that differs.
fn set((name, value): &Setting) -> String {
    format!(
        "CASE WHEN current_setting('{name}', true) <> '{value}' THEN set_config('{name}', '{value}', true) END"
    )
}

/// A scan of an index would give the index's order; a sequential or bitmap scan gives the table's.
pub(super) const STORED_ORDER: &str =
    "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off";
pub(super) const ANY_ORDER: &str =
    "SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on";

/// What a session says before a query.
pub(super) fn scans(query: &Query) -> &'static str {
    if query.stored_order {
        STORED_ORDER
    } else {
        ANY_ORDER
    }
}
