//! PostgreSQL: the settings in `pg_settings` that a role can have, changed with ALTER ROLE and ALTER DATABASE.

use super::{Exceptions, Walk, exception};
use crate::harness::System;

/// A table, a table with partitions, and a view; a view with the results of functions and casts; a table with an index on
/// words; views whose rows have no order.
pub(super) fn statements() -> Vec<String> {
    let statements = [
        "SET TimeZone = 'UTC'",
        "CREATE TABLE t (id bigint PRIMARY KEY, n int NOT NULL, s text, c char(9), d date, dt timestamp, ts timestamptz, \
         tm time, iv interval, f real, g double precision, m numeric(20,4), u numeric, b bytea, bo boolean, ar float8[], \
         tx text[], j jsonb, x xml, r int4range, ip inet)",
        "INSERT INTO t SELECT i, 300 - i, 'Aé😀' || i % 7, 'x', date '2024-01-01' + i, \
         timestamp '2024-01-01 01:02:03.000004' + i * interval '9 hours', \
         timestamptz '2024-03-30 01:02:03.000004+00' + i * interval '1 hour', '12:01:02.5', \
         i * interval '1 day 3 hours -4 seconds', i / 3.0, i / 7.0, i * 1.0003, i / 13.0, '\\x00ff', i % 2 = 0, \
         array[i / 3.0::float8, null], array['NULL', null, 'a\"b'], '{\"a\": 1.50}', '<a>1</a>', int4range(1, i + 1), \
         '10.0.0.1/8' FROM generate_series(1, 200) i",
        "CREATE INDEX ON t (n)",
        "CREATE INDEX ON t (s)",
        "CREATE TABLE q (LIKE t) PARTITION BY RANGE (n)",
        "CREATE TABLE q2 PARTITION OF q FOR VALUES FROM (150) TO (400)",
        "CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (150)",
        "INSERT INTO q SELECT id + 1000, n, s, c, d, dt, ts, tm, iv, f, g, m, u, b, bo, ar, tx, j, x, r, ip FROM t",
        "CREATE INDEX ON q (n)",
        "CREATE VIEW v AS SELECT id + 2000 AS id, n, s, c, d, dt, ts, tm, iv, f, g, m, u, b, bo, ar, tx, j, x, r, ip \
         FROM t WHERE n > 290 OR s < 'Aé😀1'",
        "CREATE TABLE gi (id int PRIMARY KEY, a int[], w text)",
        "INSERT INTO gi SELECT i, array[i % 3, i], 'running dogs ' || i FROM generate_series(1, 3000) i",
        "CREATE INDEX ON gi USING gin (a)",
        "CREATE VIEW x AS SELECT id, ts::text AS ts, d::text AS d, iv::text AS iv, b::text AS b, g::text AS g, \
         to_char(dt, 'TMDay TMMonth') AS day, to_char(u, 'L9G999D99') AS money, to_char(ts, 'TZ') AS zone, \
         xpath('/a', x)::text AS path, to_tsvector(s || ' running')::text AS words, '{1,NULL}'::text[]::text AS list, \
         quote_ident(s) AS quoted, quote_ident('abc') AS bare, ar::text AS ar, date_trunc('day', ts)::text AS midnight, \
         12.5::money::text AS price, '2024-01-01 12:00 EST'::timestamptz::text AS est, xmlelement(name a, b)::text AS element, \
         ('<a/><b/>'::xml IS DOCUMENT) AS is_document FROM t",
        "CREATE VIEW joined AS SELECT t.id * 1000 + q.n AS id, t.s FROM t JOIN q ON q.n % 40 = t.n % 40",
        "CREATE VIEW grouped AS SELECT -(n % 50)::bigint AS id, max(s) AS s FROM t GROUP BY 1",
        "ANALYZE",
    ];
    statements.map(str::to_owned).to_vec()
}

/// Jobs that read relations with a defined order, and relations without one by `--order-by`.
pub(super) const JOBS: &[&[&str]] = &[
    &["--tables", "t,q", "--key", "id"],
    &[
        "--tables",
        "t,q",
        "--key",
        "n",
        "--where",
        "ts > '2024-03-30 05:00:00' AND d < '2024-06-05' AND s <> 'it''s' AND to_char(dt, 'TMDay') <> 'Montag' AND n IN (SELECT n FROM q)",
    ],
    &[
        "--tables",
        "gi",
        "--key",
        "id",
        "--where",
        "a @> array[1] AND to_tsvector(w) @@ to_tsquery('running | dogs')",
    ],
    &["--tables", "x", "--key", "id"],
    &[
        "--tables",
        "joined,grouped,v",
        "--key",
        "id",
        "--order-by",
        "id",
    ],
];

/// Settings that stay inherited or can't be set for a role, and why.
const LEFT: Exceptions = &[
    (
        "search_path",
        "determines the tables' schemas, and users rely on it to name one",
    ),
    ("max_stack_depth", "limited by the operating system"),
    ("transaction_deferrable", "exists only in a transaction"),
    ("transaction_isolation", "exists only in a transaction"),
    ("wal_consistency_checking", "must name resource managers"),
];

/// Settings with which no session can begin.
const FATAL: Exceptions = &[
    ("ignore_checksum_failure", "damaged pages"),
    ("local_preload_libraries", "preload_libraries"),
    ("session_preload_libraries", "preload_libraries"),
    ("zero_damaged_pages", "damaged pages"),
];

const SETTINGS: &str = "SELECT name, vartype, setting, coalesce(min_val, ''), coalesce(max_val, ''), \
     coalesce(array_to_string(enumvals, ','), '') FROM pg_settings WHERE context IN ('user', 'superuser') ORDER BY 1";

/// Other values in a setting's range.
fn values(setting: &[String]) -> Vec<String> {
    let [name, kind, value, least, most, choices] = setting else {
        panic!("{setting:?}");
    };
    let texts: Vec<&str> = match (name.as_str(), kind.as_str()) {
        ("DateStyle", _) => vec!["SQL, DMY", "German", "Postgres, MDY"],
        ("TimeZone", _) => vec!["Asia/Tokyo", "America/New_York"],
        ("client_encoding", _) => vec!["LATIN1", "SQL_ASCII", "EUC_JP"],
        ("default_text_search_config", _) => vec!["pg_catalog.english", "pg_catalog.german"],
        ("timezone_abbreviations", _) => vec!["Australia"],
        ("restrict_nonsystem_relation_kind", _) => vec!["view"],
        ("createrole_self_grant", _) => vec!["set"],
        ("lc_monetary" | "lc_numeric" | "lc_time" | "lc_messages", _) => vec!["C", "POSIX"],
        (_, "bool") => vec![if value == "on" { "off" } else { "on" }],
        (_, "enum") => choices.split(',').collect(),
        // A session that may be idle for only a millisecond ends before the client sends anything.
        (name, "integer") if name.ends_with("_timeout") => vec!["1000", most],
        (_, "integer" | "real") => vec![least, most, "1"],
        _ => vec!["x"],
    };
    let others = texts.into_iter().filter(|text| text != value);
    let most = if choices.is_empty() { 2 } else { usize::MAX };
    others.take(most).map(str::to_owned).collect()
}

fn walk(extractor: &'static str, of: Option<&str>, names: &[&str], least: usize) {
    let mut walk = Walk::on(System::Postgres, &statements(), JOBS, extractor);
    let mut admin = walk.server.admin();
    let database = format!("DATABASE {}", walk.server.database());
    let whose = of.unwrap_or(&database);
    for setting in admin.rows(SETTINGS) {
        let name = &setting[0];
        let is_left = exception(LEFT, name).is_some();
        if !names.is_empty() && !names.contains(&name.as_str()) {
            continue;
        }
        for value in values(&setting) {
            let statement = format!("ALTER {whose} SET {name} = '{value}'");
            match admin.try_execute(&statement) {
                Ok(()) if is_left => {}
                Ok(()) => walk.look(&statement, exception(FATAL, name)),
                // A number below the minimum isn't a valid value.
                Err(_) if is_left || value == "1" => {}
                Err(cause) => walk.faults.push(format!("{statement}: {cause}")),
            }
        }
        // Some can't be reset by name.
        admin.execute(&format!("ALTER {whose} RESET ALL"));
    }
    walk.end(least);
}

/// Settings that were found to change something, some of them only where they are unset.
const MATTER: [&str; 24] = [
    "DateStyle",
    "IntervalStyle",
    "TimeZone",
    "bytea_output",
    "client_encoding",
    "default_text_search_config",
    "default_transaction_isolation",
    "enable_hashagg",
    "enable_hashjoin",
    "enable_seqscan",
    "exit_on_error",
    "extra_float_digits",
    "gin_fuzzy_search_limit",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "lc_time",
    "lock_timeout",
    "quote_all_identifiers",
    "restrict_nonsystem_relation_kind",
    "statement_timeout",
    "timezone_abbreviations",
    "transaction_timeout",
    "xmlbinary",
    "xmloption",
];

#[test]
fn no_setting_of_a_role_changes_what_is_read() {
    walk("auto", Some("ROLE reader"), &[], 240);
}

#[test]
fn no_setting_of_a_database_changes_what_is_read() {
    walk("wire", None, &MATTER, 20);
}

#[test]
fn no_setting_of_a_role_changes_what_connectorx_reads() {
    walk("connectorx", Some("ROLE reader"), &MATTER, 20);
}
