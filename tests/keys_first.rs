//! Tables whose keys are read first: the same bytes as when they are read whole, whatever the database finds a row by, and in
//! the state in which the keys were read.

use crate::harness::{
    Case, Dice, Fault, NullKeys, PASSWORD, Proxy, Ran, Row, Spot, System, Table, Value, Way,
    keep_first, postgres, secured_mariadb, tell, typed,
};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::time::Duration;

/// How a table is made: what follows its name, with `{}` for the columns that all tables have.
pub type Making = (&'static str, &'static [&'static str]);

const COLUMNS: &str = "k VARCHAR(40), d DATE, n BIGINT, note VARCHAR(300)";

/// Tables by every kind of locator. `id` is an ascending number, and `tag` a text that distinguishes rows.
pub fn makings(system: System) -> &'static [Making] {
    match system {
        System::Sqlite => &[
            ("(id INT, tag TEXT, {})", &[]),
            ("(id INTEGER PRIMARY KEY, tag TEXT, {})", &[]),
            ("(id INT, tag TEXT, {}, rowid TEXT, oid INT)", &[]),
            (
                "(id INT NOT NULL PRIMARY KEY, tag TEXT, {}) WITHOUT ROWID",
                &[],
            ),
            (
                "(id INT, tag TEXT NOT NULL PRIMARY KEY COLLATE NOCASE, {}) WITHOUT ROWID",
                &[],
            ),
            (
                "(id INT, tag TEXT, {}, PRIMARY KEY (tag, id)) WITHOUT ROWID",
                &[],
            ),
        ],
        System::MariaDb => &[
            ("(id INT PRIMARY KEY, tag VARCHAR(40), {})", &[]),
            ("(id INT, tag VARCHAR(40) PRIMARY KEY, {})", &[]),
            (
                "(id INT, tag CHAR(40) CHARACTER SET latin1 NOT NULL, {}, UNIQUE (tag))",
                &[],
            ),
            (
                "(id INT, tag VARCHAR(40), p DECIMAL(20,4) DEFAULT (id + 0.25), {}, PRIMARY KEY (p, tag))",
                &[],
            ),
            (
                "(id INT, tag VARCHAR(40), x DOUBLE NOT NULL DEFAULT (id / 3), {}, UNIQUE (x), PRIMARY KEY (id))",
                &[],
            ),
            (
                "(id INT, tag VARCHAR(40), b VARBINARY(80) NOT NULL DEFAULT (tag), u BIGINT UNSIGNED NOT NULL DEFAULT (id), \
                 {}, UNIQUE (u, b))",
                &[],
            ),
        ],
        System::Postgres => &[
            ("(id INT, tag TEXT, {})", &[]),
            ("(id INT PRIMARY KEY, tag TEXT, {})", &[]),
            (
                "(id INT, tag TEXT, {}) PARTITION BY RANGE (id)",
                &[
                    "CREATE TABLE {name}_a PARTITION OF {name} FOR VALUES FROM (MINVALUE) TO (50)",
                    "CREATE TABLE {name}_b PARTITION OF {name} FOR VALUES FROM (50) TO (MAXVALUE)",
                ],
            ),
            (
                "(id INT, tag TEXT, {})",
                &["CREATE TABLE {name}_child () INHERITS ({name})"],
            ),
        ],
    }
}

#[test]
fn the_bytes_are_those_of_whole_rows_on_sqlite() {
    has_the_bytes_of_whole_rows(System::Sqlite, 90);
}

#[test]
fn the_bytes_are_those_of_whole_rows_on_mariadb() {
    has_the_bytes_of_whole_rows(System::MariaDb, 36);
}

#[test]
fn the_bytes_are_those_of_whole_rows_on_postgresql() {
    has_the_bytes_of_whole_rows(System::Postgres, 32);
}

fn has_the_bytes_of_whole_rows(system: System, cases: u64) {
    let base = std::env::var("FIRSTSEEN_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    for seed in base.map_or(0..cases, |seed| seed..seed + 1) {
        println!("FIRSTSEEN_TEST_SEED={seed} on {system:?}"); // shown if this test fails
        check_random_job(system, seed);
    }
}

fn check_random_job(system: System, seed: u64) {
    let mut dice = Dice::new(seed);
    let case = Case::on(system);
    let count = 1 + dice.below(4);
    let distinct = *dice.pick(&[3, 40, 400]);
    let mut tables = Vec::new();
    for ordinal in 0..count {
        // Each kind of locator in turn.
        let making = usize::try_from(seed).expect("a small seed") + ordinal;
        let makings = makings(system);
        let rows = random_rows(&mut dice, distinct);
        make(
            &case,
            &format!("t{ordinal}"),
            makings[making % makings.len()],
            &rows,
        );
        tables.push(rows);
    }
    let null_keys = *dice.pick(&[NullKeys::Drop, NullKeys::Keep]);
    let orders: [&[&str]; 4] = [
        &[],
        &["--order-by", "id"],
        &["--order-by", "n desc,id"],
        &["--partition-on", "id", "--partitions", "3"],
    ];
    // Only columns with an index can split a table.
    let order = orders[dice.below(3)];
    let key = *dice.pick(&["k", "d", "k,n", "n,k"]);
    let filters: [&[&str]; 3] = [&[], &[], &["--where", "n % 3 <> 1 OR n IS NULL"]];
    let filter = filters[dice.below(3)];
    let format = *dice.pick(&["parquet", "arrow", "csv", "ndjson", "pickle"]);
    let run = |read: &str| -> Ran {
        let mut dice = Dice::new(seed ^ u64::from(read == "whole"));
        let workers = (1 + dice.below(6)).to_string();
        case.run()
            .args(["--tables", &format!("t0..t{}", count - 1)])
            .args(["--columns", "id,tag,k,d,n,note", "--key", key])
            .args(["--null-keys", &format!("{null_keys:?}").to_lowercase()])
            .args(["--workers", &workers, "--batch-rows", "17"])
            .args(["--format", format, "--read", read, "--force"])
            .args(order)
            .args(filter)
            .args(if dice.one_in(2) {
                &["--exact"][..]
            } else {
                &[]
            })
            .succeeds()
    };
    run("whole");
    let (whole, whole_tables) = outcome(&case);
    let ran = run("keys-first");
    let (found, found_tables) = outcome(&case);
    ran.check(found == whole, format!("the same files: {whole}\n{found}"));
    ran.check(
        found_tables == whole_tables,
        format!("the same counts: {whole_tables}\n{found_tables}"),
    );
    if order == ["--order-by", "id"] && filter.is_empty() && format == "parquet" {
        agrees_with_the_oracle(&case, &ran, &tables, key, null_keys);
    }
}

/// The files, and the counts of each table.
fn outcome(case: &Case) -> (serde_json::Value, String) {
    let manifest = case.manifest();
    let tables = manifest["tables"].as_array().expect("tables");
    let mut counts = String::new();
    for table in tables {
        let of = |name: &str| table[name].to_string();
        let _ = write!(
            counts,
            "{} {} {} {} {}; ",
            table["table"],
            of("rows_read"),
            of("new"),
            of("duplicates"),
            of("null_drops")
        );
    }
    (manifest["files"].clone(), counts)
}

fn agrees_with_the_oracle(
    case: &Case,
    ran: &Ran,
    tables: &[Vec<Row>],
    key: &str,
    null_keys: NullKeys,
) {
    let places: Vec<usize> = key
        .split(',')
        .map(|name| {
            ["id", "tag", "k", "d", "n"]
                .iter()
                .position(|it| *it == name)
        })
        .map(|place| place.expect("a column"))
        .collect();
    let expected = keep_first(tables, &places, null_keys);
    let kept: Vec<Option<String>> = typed(&expected).iter().map(|row| row[5].clone()).collect();
    // An empty folder has no schema that could be read.
    let found: Vec<Option<String>> = if kept.is_empty() {
        Vec::new()
    } else {
        case.rows().iter().map(|row| row[5].clone()).collect()
    };
    ran.check(found == kept, format!("expected {kept:?}\nfound {found:?}"));
}

/// Rows in ascending order of `id`, whose last column says which row of which table it is.
pub fn random_rows(dice: &mut Dice, distinct: usize) -> Vec<Row> {
    let count = *dice.pick(&[0, 1, 16, 17, 18, 150, 300]);
    let table = dice.next() % 1000;
    let tags = ["a", "Ä", "é'", "x\\", "日", ""];
    let row = |(number, dice): (usize, &mut Dice)| -> Row {
        let number = i64::try_from(number).expect("few rows");
        let or_null = |dice: &mut Dice, value: Value| {
            if dice.one_in(9) { Value::Null } else { value }
        };
        let key = dice.below(distinct);
        let letter = if dice.one_in(2) { "k" } else { "K" };
        vec![
            Value::Int(number),
            // The same letters in every character set of the tables.
            Value::Text(format!("{}{number:05}", dice.pick(&tags[..2]))),
            or_null(dice, Value::Text(format!("{letter}{key}"))),
            or_null(dice, Value::Date(format!("2000-01-{:02}", 1 + key % 28))),
            or_null(dice, Value::Int(i64::try_from(key / 2).expect("small"))),
            Value::Text(format!(
                "table {table} row {number} {}",
                "x".repeat(dice.below(200))
            )),
        ]
    };
    let mut rows = Vec::new();
    for number in 0..count {
        rows.push(row((number, dice)));
    }
    rows
}

pub fn make(case: &Case, name: &str, (making, more): Making, rows: &[Row]) {
    let system = case.database.system();
    let quoted = system.quote(name);
    let mut statements = vec![format!(
        "CREATE TABLE {quoted} {}",
        making.replace("{}", COLUMNS)
    )];
    statements.extend(more.iter().map(|sql| sql.replace("{name}", name)));
    let columns = "id, tag, k, d, n, note";
    for (number, row) in rows.iter().enumerate() {
        let has_child = more.first().is_some_and(|sql| sql.contains("INHERITS"));
        let into = if has_child && number >= rows.len() / 2 {
            system.quote(&format!("{name}_child"))
        } else {
            quoted.clone()
        };
        let cells: Vec<String> = row.iter().map(|value| value.sql(system)).collect();
        statements.push(format!(
            "INSERT INTO {into} ({columns}) VALUES ({})",
            cells.join(",")
        ));
    }
    case.database.execute_all(&statements);
}

/// While the last table's keys are still being read, the other tables' rows are updated, deleted, moved and vacuumed.
#[test]
fn rows_that_change_between_the_phases_are_fetched_as_they_were() {
    for system in System::ALL {
        let making = match system {
            System::Sqlite => "(id INTEGER PRIMARY KEY, k INT, note TEXT)",
            System::MariaDb | System::Postgres => "(id INT PRIMARY KEY, k INT, note VARCHAR(200))",
        };
        let case = Case::on(system);
        let mut statements = Vec::new();
        for table in ["t1", "t2", "wait"] {
            statements.push(format!("CREATE TABLE {table} {making}"));
            let rows = (1..=400).map(|id| format!("({id}, {}, '{table} {id}')", id % 300));
            let rows = rows.collect::<Vec<_>>().join(",");
            statements.push(format!("INSERT INTO {table} VALUES {rows}"));
        }
        case.database.execute_all(&statements);
        // In WAL mode, with a writer that stays.
        let _writer = (system == System::Sqlite).then(|| {
            case.set_journal_mode("wal");
            let writer = rusqlite::Connection::open(case.path("source.sqlite"));
            let writer = writer.expect("a SQLite file");
            writer
                .execute_batch("PRAGMA user_version = 7")
                .expect("a write");
            writer
        });
        case.write("job.toml", job_that_waits(system));
        let run = |read: &str| case.run().args(["job.toml", "--read", read, "--force"]);
        run("whole").succeeds();
        let (whole, _) = outcome(&case);
        let mut running = run("keys-first").start();
        std::thread::sleep(Duration::from_millis(900));
        assert!(running.runs(), "{system:?}: the last table is still read");
        let changes = [
            "UPDATE t1 SET note = 'changed', k = k + 1000".to_owned(),
            "DELETE FROM t2 WHERE id % 2 = 0".to_owned(),
            "INSERT INTO t2 VALUES (2, 7, 'again'), (1000, 7, 'new')".to_owned(),
            "UPDATE t1 SET id = id + 5000 WHERE id < 50".to_owned(),
        ];
        case.database.execute_all(&changes);
        if system == System::Postgres {
            // Each outside of a transaction.
            let mut admin = postgres().connect_to(case.database.name());
            admin.batch_execute("VACUUM t1").expect("a vacuum");
            admin.batch_execute("VACUUM t2").expect("a vacuum");
        }
        assert!(running.runs(), "{system:?}: the last table is still read");
        let ran = running.end().exits_with(0);
        let (found, _) = outcome(&case);
        ran.check(
            found == whole,
            format!("the rows as they were: {whole}\n{found}"),
        );
    }
}

/// A job whose last table takes some seconds.
fn job_that_waits(system: System) -> String {
    let slow = match system {
        System::MariaDb => "SLEEP(IF(id = 400, 5, 0)) = 0",
        System::Postgres => "CASE WHEN id = 400 THEN pg_sleep(5)::text = '' ELSE true END",
        System::Sqlite => {
            "CASE WHEN id = 400 THEN (WITH RECURSIVE c(n) AS (SELECT id - id UNION ALL SELECT n + 1 FROM c \
             WHERE n < 40000000) SELECT count(*) FROM c) > 0 ELSE 1 END"
        }
    };
    let tables = ["t1", "t2", "wait"].map(|name| {
        let filter = if name == "wait" { slow } else { "id > 0" };
        format!("[[table]]\nname = '{name}'\nwhere = \"{filter}\"\n")
    });
    format!(
        "key = ['k']\nworkers = 3\nbatch_rows = 64\n{}",
        tables.concat()
    )
}

/// A database on a server without a binary log, and a source by a user who may not lock it: nothing proves a snapshot.
fn without_proof() -> (Case, String) {
    let case = Case::at(secured_mariadb());
    let name = case.database.name();
    let user = format!("reads_{name}");
    case.database.execute_all(&[
        format!("CREATE USER {user}@'%' IDENTIFIED BY '{PASSWORD}'"),
        format!("GRANT SELECT ON `{name}`.* TO {user}@'%'"),
    ]);
    let source = case.database.url_of(&user);
    (case, source)
}

/// A session may have nothing to fetch, and rest before another worker has begun.
#[test]
fn no_session_without_one_state_is_left_out() {
    let (case, source) = without_proof();
    for table in 1..=16 {
        case.database.execute_all(&[
            format!("CREATE TABLE t{table} (id INT PRIMARY KEY, k INT)"),
            format!("INSERT INTO t{table} SELECT seq, seq + {table} * 100 FROM seq_1_to_40"),
        ]);
    }
    let job = [
        "--tables",
        "t1..t16",
        "--key",
        "k",
        "--workers",
        "16",
        "--force",
    ];
    case.run().args(job).args(["--read", "whole"]).succeeds();
    let (whole, _) = outcome(&case);
    for _ in 0..8 {
        let ran = case
            .command()
            .args(["run", "--source", &source])
            .args(job)
            .args(["--read", "keys-first"])
            .succeeds();
        ran.check(
            case.manifest()["snapshot"] == "none",
            "each session sees its own state",
        );
        assert_eq!(outcome(&case).0, whole);
    }
}

#[test]
fn without_one_state_each_session_fetches_the_rows_whose_keys_it_read() {
    let (case, source) = without_proof();
    // Nobody can prove a snapshot of tables one of which keeps no earlier states.
    case.database
        .execute("CREATE TABLE old (id INT PRIMARY KEY, k INT, note VARCHAR(40)) ENGINE=MyISAM");
    case.database
        .execute("INSERT INTO old VALUES (1, 1, 'old')");
    let mut names = vec!["old".to_owned()];
    for table in 0..6 {
        let name = format!("t{table}");
        case.database.execute(&format!(
            "CREATE TABLE {name} (id INT PRIMARY KEY, k INT, note VARCHAR(40))"
        ));
        let rows = (1..=200).map(|id| format!("({id}, {}, '{name} {id}')", id + table * 100));
        let rows = rows.collect::<Vec<_>>().join(",");
        case.database
            .execute(&format!("INSERT INTO {name} VALUES {rows}"));
        names.push(name);
    }
    case.write(
        "job.toml",
        format!(
            "key = ['k']\nbatch_rows = 30\nworkers = 3\ntables = '{}'\n",
            names.join(",")
        ),
    );
    let keys_first = ["job.toml", "--read", "keys-first", "--force"];
    case.run()
        .args(keys_first)
        .fails_with(4)
        .says("table old")
        .says("MyISAM")
        .says("use --read auto");
    let of_others = names[1..].join(",");
    case.run()
        .args(["job.toml", "--read", "whole", "--force"])
        .args(["--tables", &of_others])
        .succeeds();
    let (whole, _) = outcome(&case);
    let ran = case
        .command()
        .args(["run", "--source", &source])
        .args(keys_first)
        .args(["--tables", &of_others])
        .succeeds();
    let manifest = case.manifest();
    ran.check(
        manifest["snapshot"] == "none",
        "each session sees its own state",
    );
    ran.check(
        manifest["tables"][0]["read"] == "keys-first",
        "the keys are read first",
    );
    assert_eq!(outcome(&case).0, whole);
}

#[test]
fn what_can_not_be_read_by_its_keys_first_is_refused_with_the_reason() {
    for (system, table, reason) in [
        (
            System::Sqlite,
            "CREATE VIEW v AS SELECT * FROM t",
            "it is a view",
        ),
        (
            System::MariaDb,
            "CREATE VIEW v AS SELECT * FROM t",
            "it is a view",
        ),
        (
            System::Postgres,
            "CREATE VIEW v AS SELECT * FROM t",
            "it is a view",
        ),
        (
            System::MariaDb,
            "CREATE TABLE v (id BIGINT, note VARCHAR(60))",
            "it has no primary key",
        ),
        (
            System::MariaDb,
            "CREATE TABLE v (id BIGINT, note VARCHAR(60), x DOUBLE PRIMARY KEY)",
            "it has no primary key",
        ),
        (
            System::Sqlite,
            "CREATE TABLE v (id BIGINT, note VARCHAR(60), x REAL PRIMARY KEY) WITHOUT ROWID",
            "its key has a type that can't be written exactly",
        ),
    ] {
        let case = Case::with(system, &[Table::notes("t").ids([1, 2])]);
        case.database.execute(table);
        let job = |read: &str| {
            let flags = ["--tables", "v", "--columns", "id,note", "--key", "id"];
            case.run().args(flags).args(["--read", read, "--force"])
        };
        job("keys-first").fails_with(4).says("table v").says(reason);
        assert!(!case.path("batches").exists());
        job("auto").succeeds();
        assert_eq!(case.manifest()["tables"][0]["read"], "whole");
    }
}

#[test]
fn flags_without_a_transaction_can_not_be_combined_with_keys_first() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1])]);
    case.run()
        .args([
            "--tables",
            "t",
            "--key",
            "id",
            "--read",
            "keys-first",
            "--snapshot",
            "off",
        ])
        .fails_with(2)
        .says("--read keys-first can't be combined with --snapshot off");
}

/// The row's number is that in its table, however the row is found.
#[test]
fn a_value_that_does_not_fit_is_named_by_its_row_in_the_table() {
    for system in [System::MariaDb, System::Postgres] {
        let case = Case::on(system);
        let bad = match system {
            System::MariaDb => "0000-00-00",
            _ => "infinity",
        };
        let rows = (1..=60).map(|id| {
            let date = if id == 37 { bad } else { "2000-01-01" };
            format!("({id}, {}, '{date}')", if id < 30 { 1 } else { id })
        });
        let rows = rows.collect::<Vec<_>>().join(",");
        case.database.execute_all(&[
            "CREATE TABLE t (id INT PRIMARY KEY, k INT, d DATE)".to_owned(),
            format!("INSERT INTO t VALUES {rows}"),
        ]);
        for read in ["whole", "keys-first"] {
            let job = |more: &[&str]| {
                let job = ["--tables", "t", "--key", "k", "--read", read, "--force"];
                case.run().args(job).args(more)
            };
            job(&[]).fails_with(4).says("row 37").says("column d");
            let ran = job(&["--invalid-dates", "null"]).succeeds();
            ran.check(
                case.manifest()["columns"][2]["nulled_dates"] == 1,
                format!("{read}: one date is counted"),
            );
        }
    }
}

/// A value of another storage class is found by SQLite's source itself.
#[test]
fn a_value_of_another_class_is_named_by_its_row_in_the_table() {
    let case = Case::on(System::Sqlite);
    case.database
        .execute("CREATE TABLE t (id INTEGER PRIMARY KEY, k INT, n INT)");
    for id in 1..=60 {
        let n = if id == 37 { "'text'" } else { "1" };
        let k = if id < 30 { 1 } else { id };
        let row = format!("INSERT INTO t VALUES ({}, {k}, {n})", id * 10);
        case.database.execute(&row);
    }
    for read in ["whole", "keys-first"] {
        case.run()
            .args(["--tables", "t", "--key", "k", "--read", read])
            .fails_with(4)
            .says("row 37 (rowid 370)")
            .says("column n");
    }
}

#[test]
fn wide_rows_are_read_by_their_keys_first_and_narrow_ones_whole() {
    for system in System::ALL {
        let case = Case::on(system);
        let wide: Vec<String> = (0..30).map(|n| format!("c{n} VARCHAR(60)")).collect();
        case.database.execute_all(&[
            format!(
                "CREATE TABLE wide (id INT PRIMARY KEY, k CHAR(32), {})",
                wide.join(", ")
            ),
            "CREATE TABLE narrow (id INT PRIMARY KEY, k CHAR(32), n INT)".to_owned(),
        ]);
        let plan = |table: &str| {
            case.command()
                .args(["plan", "--source", &case.database.url(), "--tables", table])
                .args(["--key", "k", "--json"])
                .succeeds()
                .json()
        };
        let (wide, narrow) = (plan("wide"), plan("narrow"));
        assert_eq!(narrow["units"][0]["read"], "whole", "{narrow}");
        // A table of which nothing is known to be small is read by its width.
        let is_known_empty = system == System::MariaDb || system == System::Postgres;
        let expected = if is_known_empty {
            ["whole", "keys-first"]
        } else {
            ["keys-first"; 2]
        };
        let read = wide["units"][0]["read"].as_str().unwrap_or_default();
        assert!(expected.contains(&read), "{system:?}: {wide}");
    }
}

#[test]
fn the_log_and_the_manifest_say_how_rows_are_fetched() {
    for system in System::ALL {
        let case = Case::on(system);
        for (table, first, step) in [("t1", 1, 1), ("t2", 1981, 20)] {
            let rows = (0..2000).map(|n| format!("({n}, {})", first + n / step * step));
            let rows = rows.collect::<Vec<_>>().join(",");
            case.database.execute_all(&[
                format!("CREATE TABLE {table} (id INT PRIMARY KEY, k INT)"),
                format!("INSERT INTO {table} VALUES {rows}"),
            ]);
        }
        let job = ["--tables", "t1,t2", "--key", "k", "--read", "keys-first"];
        let ran = case
            .run()
            .args(job)
            .args(["--log-format", "json"])
            .succeeds();
        let events = ran
            .stderr
            .lines()
            .map(|line| serde_json::from_str::<Json>(line).expect("an event"));
        let events: Vec<Json> = events
            .filter(|event| event["event"] == "fetch_started")
            .collect();
        let counts = |fields: [&str; 4], of: &Json| fields.map(|field| of[field].clone());
        let logged = events
            .iter()
            .map(|event| counts(["table", "rows_read", "rows", "located"], event));
        assert_eq!(
            logged.collect::<Vec<_>>(),
            [
                [json!("t1"), json!(2000), json!(2000), json!(0)],
                [json!("t2"), json!(2000), json!(99), json!(99)],
            ],
            "{system:?}: every row is new in t1, and every twentieth in t2"
        );
        let manifest = case.manifest();
        let tables = manifest["tables"].as_array().expect("two tables");
        let written = tables
            .iter()
            .map(|table| counts(["table", "new", "rows_located", "rows_scanned"], table));
        assert_eq!(
            written.collect::<Vec<_>>(),
            [
                [json!("t1"), json!(2000), json!(0), json!(2000)],
                [json!("t2"), json!(99), json!(99), json!(0)],
            ],
            "{system:?}"
        );
    }
}

/// Two tables of 3,000 rows with long notes, of which every third is written.
fn long_notes(system: System) -> Case {
    let case = Case::on(system);
    for table in ["t1", "t2"] {
        let rows = (1..=3000).map(|id| {
            let note = format!("{table} {id} {}", "long ".repeat(60));
            format!("({id}, {}, '{note}')", id % 1000)
        });
        let rows = rows.collect::<Vec<_>>().join(",");
        case.database.execute_all(&[
            format!("CREATE TABLE {table} (id INT PRIMARY KEY, k INT, note VARCHAR(400))"),
            format!("INSERT INTO {table} VALUES {rows}"),
        ]);
    }
    case
}

fn through(case: &Case, proxy: &Proxy, more: &[&str]) -> Ran {
    let source = case.database.url_by(Way::Plain, proxy.port());
    let job = [
        "--tables",
        "t1,t2",
        "--key",
        "k",
        "--batch-rows",
        "90",
        "--force",
    ];
    case.command()
        .args(["run", "--source", &source, "--read", "keys-first"])
        .args(job)
        .args(more)
        .end()
}

#[test]
fn a_connection_that_is_cut_while_rows_are_fetched_gives_no_short_result() {
    for system in [System::MariaDb, System::Postgres] {
        let case = long_notes(system);
        let proxy = Proxy::with(case.database.port(), Fault::Cut(i64::MAX));
        through(&case, &proxy, &[]).exits_with(0);
        let (whole, _) = outcome(&case);
        let all = proxy.passed();
        let (mut failed, mut complete) = (0, 0);
        for step in 1..=24 {
            // Most of the bytes are those of the fetched rows.
            let proxy = Proxy::with(case.database.port(), Fault::Cut(all * step / 23));
            let before = Spot::at(case.folder()).tree();
            let ran = through(&case, &proxy, &["--retries", "0"]);
            if ran.code() == Some(0) {
                let (found, _) = outcome(&case);
                ran.check(found == whole, "all rows are there");
                complete += 1;
                continue;
            }
            let ran = ran.exits_with(3).never_says("panicked");
            let after = Spot::at(case.folder()).tree();
            ran.check(after == before, "nothing has changed");
            failed += 1;
        }
        tell(&format!(
            "{system:?}, keys first, cut: {failed} jobs failed cleanly, {complete} were complete"
        ));
        assert!(failed > 15 && complete > 0);
        assert_eq!(case.database.sessions_left(), 0);
    }
}

/// On PostgreSQL, another session can see the same snapshot. A MariaDB session can't be replaced.
#[test]
fn a_session_that_is_lost_while_rows_are_fetched_is_replaced_if_another_sees_the_same() {
    for system in [System::MariaDb, System::Postgres] {
        let case = long_notes(system);
        let proxy = Proxy::with(case.database.port(), Fault::Cut(i64::MAX));
        through(&case, &proxy, &["--workers", "1"]).exits_with(0);
        let (whole, _) = outcome(&case);
        // The worker's connection is the second, and has received most of the bytes.
        let fault = Fault::CutOne(1, proxy.passed() * 2 / 3);
        let proxy = Proxy::with(case.database.port(), fault);
        let ran = through(&case, &proxy, &["--workers", "1", "--retries", "3"]);
        if system == System::MariaDb {
            ran.exits_with(3).says("table t1").never_says("panicked");
            continue;
        }
        let ran = ran.exits_with(0).says("reconnecting (attempt 1 of 3)");
        let (found, _) = outcome(&case);
        ran.check(found == whole, "the same rows of the same snapshot");
    }
}

/// The queries that name rows by long keys are no longer than a database allows.
#[test]
fn rows_with_long_keys_are_named_a_few_at_a_time() {
    for system in [System::Sqlite, System::MariaDb] {
        let case = Case::on(system);
        let (binary, without_rowid) = match system {
            System::Sqlite => ("TEXT", " WITHOUT ROWID"),
            _ => ("VARCHAR(700)", ""),
        };
        let rows =
            (1..=2000).map(|id| format!("('{}{id}', {}, 'note {id}')", "l".repeat(690), id % 900));
        let rows = rows.collect::<Vec<_>>().join(",");
        case.database.execute_all(&[
            format!("CREATE TABLE t (id {binary} NOT NULL PRIMARY KEY, k INT, note VARCHAR(40)){without_rowid}"),
            format!("INSERT INTO t VALUES {rows}"),
        ]);
        let run = |read: &str| {
            let job = ["--tables", "t", "--key", "k", "--read", read, "--force"];
            case.run().args(job).succeeds();
            outcome(&case)
        };
        assert_eq!(run("keys-first"), run("whole"), "{system:?}");
    }
}

/// Keys with which other tools have lost or repeated rows: bytes that end in zeros, sparse and negative numbers, text in mixed
/// case, with quotes, blanks and characters that a collation ignores.
fn odd_keys(system: System) -> Vec<(&'static str, Vec<String>)> {
    let quoted = |texts: &[&str]| texts.iter().map(|text| format!("'{text}'")).collect();
    let numbers = |numbers: &[&str]| numbers.iter().map(|number| (*number).to_owned()).collect();
    let far = [
        "-9223372036854775808",
        "-1",
        "0",
        "1",
        "10000",
        "9223372036854775807",
    ];
    let texts = [
        "", "A1", "a2", "B", "b3", "Z_", "aa%", "it''s", "x y", "x  y", "é", "日本", "😊",
    ];
    match system {
        System::Sqlite => vec![
            ("INTEGER PRIMARY KEY", numbers(&far)),
            ("TEXT NOT NULL PRIMARY KEY", quoted(&texts)),
        ],
        System::Postgres => vec![
            ("BIGINT PRIMARY KEY", numbers(&far)),
            ("TEXT PRIMARY KEY", quoted(&texts)),
        ],
        System::MariaDb => vec![
            ("BIGINT PRIMARY KEY", numbers(&far)),
            (
                "BIGINT UNSIGNED PRIMARY KEY",
                numbers(&["0", "7", "9223372036854775808", "18446744073709551615"]),
            ),
            ("INT(8) ZEROFILL PRIMARY KEY", numbers(&["0", "7", "42"])),
            (
                "DECIMAL(65,30) PRIMARY KEY",
                numbers(&["-1.5", "-0.000000000000000000000000000001", "0", "99999.25"]),
            ),
            (
                "BINARY(4) PRIMARY KEY",
                numbers(&["X'00'", "X'01'", "X'27005c00'", "X'ff000000'"]),
            ),
            (
                "VARBINARY(9) PRIMARY KEY",
                numbers(&["X''", "X'00'", "X'0000'", "X'61'", "X'6100'", "X'41'"]),
            ),
            (
                "VARCHAR(40) CHARACTER SET utf8mb4 PRIMARY KEY",
                quoted(&texts),
            ),
            (
                "VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY",
                quoted(&["a", "A", "a_", "b", "B", "c%"]),
            ),
            (
                "CHAR(20) CHARACTER SET latin1 PRIMARY KEY",
                quoted(&["", "a", "B", "é", "ü ", "\u{20ac}"]),
            ),
            (
                "DATETIME(6) PRIMARY KEY",
                quoted(&[
                    "0000-00-00",
                    "1000-01-01",
                    "2000-01-01 00:00:00.000001",
                    "9999-12-31",
                ]),
            ),
            (
                "DATE PRIMARY KEY",
                quoted(&["0000-00-00", "2000-02-00", "2000-02-29"]),
            ),
            ("YEAR PRIMARY KEY", numbers(&["0", "1901", "2155"])),
        ],
    }
}

#[test]
fn rows_are_found_by_odd_keys() {
    for system in System::ALL {
        for (kind, keys) in odd_keys(system) {
            // Whether all rows are written or a few: by ranges, and by their keys.
            for every in [1, 3] {
                let case = Case::on(system);
                let without = if kind.starts_with("TEXT NOT NULL") {
                    " WITHOUT ROWID"
                } else {
                    ""
                };
                let rows = keys.iter().enumerate();
                let rows = rows.map(|(row, key)| format!("({key}, {}, 'row {row}')", row / every));
                let rows = rows.collect::<Vec<_>>().join(",");
                let create = format!("CREATE TABLE t (id {kind}, k INT, note TEXT){without}");
                let insert = format!("INSERT INTO t VALUES {rows}");
                if let System::MariaDb = system {
                    case.database.execute(&create);
                    case.database
                        .execute(&format!("SET STATEMENT sql_mode = '' FOR {insert}"));
                } else {
                    case.database.execute_all(&[create, insert]);
                }
                let run = |read: &str| {
                    let job = ["--tables", "t", "--columns", "k,note", "--key", "k"];
                    case.run()
                        .args(job)
                        .args(["--read", read, "--force", "--batch-rows", "3"])
                        .succeeds();
                    outcome(&case)
                };
                println!("{system:?} {kind}");
                assert_eq!(run("keys-first"), run("whole"), "{system:?} {kind}");
            }
        }
    }
}
