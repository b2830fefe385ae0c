//! MariaDB: the session variables in `information_schema.SYSTEM_VARIABLES`, changed with SET GLOBAL and with `init_connect`.

use super::{Exceptions, Walk, exception};
use crate::harness::{Admin, System};

/// Two tables with different engines, one with system versioning, one with partitions, and a view; a view with the results of
/// functions; views whose rows have no order.
pub(super) fn statements() -> Vec<String> {
    const COLUMNS: &str = "n INT NOT NULL, s VARCHAR(60), d DATE, dt DATETIME(6), ts TIMESTAMP(6) NULL, f FLOAT, g DOUBLE, \
         m DECIMAL(20,4), b BLOB, tm TIME(6), e ENUM('a','b'), i BIT(9)";
    const NAMES: &str = "n, s, d, dt, ts, f, g, m, b, tm, e, i";
    let mut statements = vec![
        "SET NAMES utf8mb4, sql_mode = '', time_zone = '+00:00'".to_owned(),
        format!("CREATE TABLE t (id BIGINT PRIMARY KEY, {COLUMNS}, KEY (n), KEY (s))"),
        format!("CREATE TABLE k (id BIGINT NOT NULL, {COLUMNS}, KEY (n), KEY (id)) ENGINE=MyISAM"),
        format!("CREATE TABLE h (id BIGINT PRIMARY KEY, {COLUMNS}, KEY (n)) WITH SYSTEM VERSIONING"),
        format!("CREATE TABLE p (id BIGINT NOT NULL, {COLUMNS}, KEY (n)) PARTITION BY HASH (n) PARTITIONS 3"),
        "INSERT INTO t SELECT seq, 40 - seq, CONCAT('Aé😀', seq % 7), '2024-01-01' + INTERVAL seq * 9 DAY, \
         '2024-01-01 01:02:03.000004' + INTERVAL seq * 9 HOUR, '2024-03-30 01:02:03.000004' + INTERVAL seq HOUR, \
         seq / 3, seq / 7, seq * 1.0003, UNHEX('00ff'), '12:01:02.5', 'b', 300 FROM seq_1_to_30"
            .to_owned(),
    ];
    for (table, first) in [("k", 100), ("h", 200), ("p", 300)] {
        statements.push(format!(
            "INSERT INTO {table} SELECT id + {first}, {NAMES} FROM t ORDER BY n"
        ));
    }
    let more = [
        "SET timestamp = UNIX_TIMESTAMP() + 10",
        "UPDATE h SET n = n + 1000",
        "DELETE FROM h WHERE id > 220",
        "SET timestamp = DEFAULT",
        "CREATE VIEW v AS SELECT id + 400 AS id, n, s, d, dt, ts, f, g, m, b, tm, e, i FROM t WHERE n > 15",
        "CREATE VIEW x AS SELECT id, id / 7 AS division, m / 7 AS other_division, WEEK(d) AS week, DAYNAME(d) AS day, \
         DATE_FORMAT(d, '%M %W %X') AS month, (SELECT GROUP_CONCAT(o.s ORDER BY o.id SEPARATOR '') FROM t o) AS list, \
         HEX(AES_ENCRYPT(s, 'k')) AS secret, s REGEXP 'A.' AS matches, AVG(g) OVER (ORDER BY id) AS mean, \
         IF(s = 'aé😀1', 1, 0) AS alike, NOW() > '2020-01-01' AS is_late, CONVERT(s USING utf8) AS narrow, \
         CAST(ts AS CHAR) AS moment, FORMAT(m, 2) AS money, REPEAT(s, 20) AS long_text, \
         (WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r WHERE id < 1500) SELECT COUNT(*) FROM r) AS steps \
         FROM t",
        "CREATE VIEW join1 AS SELECT o.id * 1000 + t.id AS id, t.s FROM t JOIN k o ON o.n % 5 = t.n % 5",
        "CREATE VIEW join2 AS SELECT o.id * 100000 + t.id AS id, t.s FROM t JOIN k o ON o.n = t.n \
         WHERE o.n IN (SELECT n FROM p) AND (t.n > 5 OR t.s = 'x')",
        "ANALYZE TABLE t, k, h, p",
    ];
    statements.extend(more.map(str::to_owned));
    statements
}

/// Jobs that read relations with a defined order, and relations without one by `--order-by`.
pub(super) const JOBS: &[&[&str]] = &[
    &["--tables", "t,k,h,p", "--key", "id"],
    &[
        "--tables",
        "t,k",
        "--key",
        "n",
        "--where",
        "WEEK(d) > 5 AND DAYNAME(d) <> 'Montag' AND ts > '2024-03-30 05:00:00' AND 'A' = 'a' AND id / 7 <> 3.5714 AND n IN (SELECT n FROM p)",
    ],
    &["--tables", "x", "--key", "id"],
    &[
        "--tables",
        "join1,join2,v",
        "--key",
        "id",
        "--order-by",
        "id",
    ],
];

/// Settings that stay inherited or can't be set globally, and why.
const LEFT: Exceptions = &[
    (
        "max_allowed_packet",
        "a session has the server's value, which determines the types of function results; longer results are NULL",
    ),
    (
        "innodb_ft_user_stopword_table",
        "must name an existing table",
    ),
    ("innodb_tmpdir", "must name an existing folder"),
    (
        "max_user_connections",
        "can't be changed if it was 0 at the start",
    ),
    ("session_track_system_variables", "must name variables"),
    ("sql_log_bin", "exists only in a session"),
    ("tcp_nodelay", "exists only in a session"),
    ("wsrep_on", "needs Galera's library"),
    ("wsrep_trx_fragment_size", "needs Galera's library"),
    ("wsrep_trx_fragment_unit", "needs Galera's library"),
];

/// Settings with which a session can't work at all.
const FATAL: Exceptions = &[
    ("max_session_mem_used", "max-session-mem-used"),
    ("sort_buffer_size", "too little memory"),
    ("tmp_disk_table_size", "too little memory"),
];

const VARIABLES: &str = "SELECT VARIABLE_NAME, VARIABLE_TYPE, IFNULL(GLOBAL_VALUE, ''), IFNULL(NUMERIC_MIN_VALUE, ''), \
     IFNULL(NUMERIC_MAX_VALUE, ''), IFNULL(ENUM_VALUE_LIST, '') \
     FROM information_schema.SYSTEM_VARIABLES WHERE VARIABLE_SCOPE = 'SESSION' ORDER BY 1";

/// Other values in a variable's range, as SET accepts them.
fn values(variable: &[String]) -> Vec<String> {
    let [name, kind, value, least, most, choices] = variable else {
        panic!("{variable:?}");
    };
    let quoted = |texts: &[&str]| texts.iter().map(|text| format!("'{text}'")).collect();
    let is_other = |text: &&str| !text.eq_ignore_ascii_case(value);
    match name.to_ascii_lowercase().as_str() {
        "time_zone" => quoted(&["+05:00", "-03:30"]),
        "lc_time_names" | "lc_messages" => quoted(&["de_DE", "ja_JP"]),
        "system_versioning_asof" => {
            vec!["NOW(6)".to_owned(), "NOW(6) - INTERVAL 1 YEAR".to_owned()]
        }
        // Only in MariaDB 11.
        "character_set_collations" => {
            quoted(&["utf8mb4=utf8mb4_bin", "utf8mb4=utf8mb4_thai_520_w2"])
        }
        "redirect_url" => quoted(&["mysql://127.0.0.1:1"]),
        name if name.starts_with("character_set") => quoted(&["latin1", "ascii"]),
        name if name.starts_with("collation") => quoted(&["latin1_bin", "utf8mb4_bin"]),
        name if name.ends_with("_engine") => quoted(&["MyISAM"]),
        "optimizer_trace" => quoted(&["enabled=on"]),
        "optimizer_switch" => value.split(',').map(flipped).collect(),
        _ if kind == "SET" || !choices.is_empty() => {
            quoted(&choices.split(',').filter(is_other).collect::<Vec<_>>())
        }
        _ if !least.is_empty() => [least.as_str(), most, "2"]
            .into_iter()
            .filter(is_other)
            .take(2)
            .map(str::to_owned)
            .collect(),
        _ => quoted(&["x"]),
    }
}

fn flipped(switch: &str) -> String {
    let (name, state) = switch.split_once('=').unwrap_or((switch, "on"));
    let state = if state == "on" { "off" } else { "on" };
    format!("'{name}={state}'")
}

/// Restores the value from before.
fn restored(admin: &mut Admin, variable: &[String]) {
    let (name, value) = (&variable[0], &variable[2]);
    let text = value.replace('\'', "''");
    let spelled = [format!("'{text}'"), value.clone(), "DEFAULT".to_owned()];
    let set = |value: &String| {
        admin
            .try_execute(&format!("SET GLOBAL {name} = {value}"))
            .is_ok()
    };
    assert!(spelled.iter().any(set), "{name} can't be restored");
}

#[test]
fn no_global_variable_of_mariadb_changes_what_is_read() {
    let mut walk = Walk::on(System::MariaDb, &statements(), JOBS, "auto");
    let mut admin = walk.server.admin();
    // The test's own session keeps the settings from when it began.
    admin.execute("SET SESSION sql_mode = ''");
    for variable in admin.rows(VARIABLES) {
        let name = variable[0].to_ascii_lowercase();
        if exception(LEFT, &name).is_some() {
            continue;
        }
        for value in values(&variable) {
            let setting = format!("SET GLOBAL {name} = {value}");
            match admin.try_execute(&setting) {
                Ok(()) => {
                    walk.look(&setting, exception(FATAL, &name));
                    restored(&mut admin, &variable);
                }
                Err(cause) => walk.faults.push(format!("{setting}: {cause}")),
            }
        }
    }
    walk.end(350);
}

/// Variables that exist only in a session, except those that describe the previous statement, and those that were found to
/// matter.
const BY_INIT_CONNECT: [&str; 25] = [
    "timestamp = 5",
    "insert_id = 7",
    "last_insert_id = 7",
    "rand_seed1 = 7, rand_seed2 = 7",
    "autocommit = 0",
    "character_set_results = NULL",
    "completion_type = CHAIN",
    "default_master_connection = 'x'",
    "default_regex_flags = 'DOTALL,EXTENDED'",
    "default_week_format = 7",
    "div_precision_increment = 9",
    "group_concat_max_len = 4",
    "join_cache_level = 8",
    "lc_time_names = 'de_DE'",
    "max_join_size = 1, sql_big_selects = 0",
    "max_recursive_iterations = 2",
    "old_mode = 'ZERO_DATE_TIME_CAST,IGNORE_INDEX_ONLY_FOR_JOIN'",
    "sql_mode = 'ORACLE'",
    "sql_select_limit = 4",
    "sql_select_limit = 0",
    "system_versioning_asof = NOW(6) - INTERVAL 1 YEAR",
    "time_zone = 'Europe/Berlin'",
    "tx_isolation = 'SERIALIZABLE'",
    "wait_timeout = 1",
    "ROLE NONE",
];

fn by_init_connect(extractor: &'static str) {
    let mut walk = Walk::on(System::MariaDb, &statements(), JOBS, extractor);
    let mut admin = walk.server.admin();
    for setting in BY_INIT_CONNECT {
        // Named time zones are in tables that nobody has filled.
        let setting = setting.replace("Europe/Berlin", "+02:00");
        let text = setting.replace('\'', "''");
        admin.execute(&format!("SET GLOBAL init_connect = 'SET {text}'"));
        walk.look(&setting, None);
    }
    walk.end(BY_INIT_CONNECT.len());
}

#[test]
fn no_init_connect_of_mariadb_changes_what_is_read() {
    by_init_connect("wire");
}

#[test]
fn no_init_connect_of_mariadb_changes_what_connectorx_reads() {
    by_init_connect("connectorx");
}
