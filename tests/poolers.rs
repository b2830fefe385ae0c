//! With a pooler, every command works, or says in time what it needs, and no connection that goes back to the pool keeps
//! anything from firstseen.

use crate::harness::{Case, Pooler, Pooling, System, Table, postgres, typed};
use postgres::{Client, SimpleQueryMessage};
use rustix::process::Signal;
use std::time::Duration;

/// How long a job may take beyond its connect timeout.
const TO_SAY_SO: Duration = Duration::from_secs(5);
const CONNECT_SECS: u64 = 2;
const POOL: usize = 4;

/// The least number of the pool's connections that a command needs, and its arguments.
const COMMANDS: [(usize, &[&str]); 10] = [
    (1, &["plan"]),
    (1, &["plan", "--partition-on", "id", "--partitions", "3"]),
    (1, &["run", "--snapshot", "off"]),
    (1, &["run", "--snapshot", "off", "--count-only"]),
    (
        1,
        &["run", "--snapshot", "off", "--extractor", "connectorx"],
    ),
    (2, &["run"]),
    (2, &["run", "--snapshot", "require"]),
    (2, &["run", "--check-counts"]),
    (2, &["run", "--partition-on", "id", "--partitions", "3"]),
    (2, &["run", "--extractor", "connectorx"]),
];

#[test]
fn every_command_works_or_says_in_time_what_it_needs_and_leaves_nothing() {
    let (case, first) = case();
    for pooling in Pooling::ALL {
        for pool_size in [1, 2, 5] {
            let pooler = Pooler::start(case.database.name(), pooling, pool_size);
            for (needs, command) in COMMANDS {
                let told = format!("{pooling:?}, {pool_size}: {command:?}");
                let ran = by(&case, &pooler, command).end();
                if needs > pool_size {
                    let most = Duration::from_secs(CONNECT_SECS) + TO_SAY_SO;
                    ran.check(ran.elapsed < most, &told);
                    ran.exits_with(3).says("pooler").says("--workers");
                } else {
                    let ran = ran.exits_with(0);
                    if !command.contains(&"plan") && !command.contains(&"--count-only") {
                        let rows = case.rows().into_iter().map(|row| row[..2].to_vec());
                        ran.check(rows.eq(typed(&first.rows)), &told);
                    }
                }
                is_as_new(&case, &pooler, pool_size, &told);
            }
            let told = format!("{pooling:?}, {pool_size}: generate");
            let generate = ["generate", "--scale", "0.0001", "--force"];
            let generate = case.command().args(generate);
            generate.args(["--source", &pooler.url()]).succeeds();
            is_as_new(&case, &pooler, pool_size, &told);
        }
    }
}

#[test]
fn a_job_that_ends_early_leaves_nothing_in_the_pool() {
    let (case, _) = case();
    let slow = "pg_sleep(0.01)::text = ''";
    for pooling in Pooling::ALL {
        // The catalog connection, two workers, and a connection that cancels their queries.
        let pooler = Pooler::start(case.database.name(), pooling, POOL);
        for (command, code) in [
            (&["run", "--where", "nonsense("][..], 3),
            (&["plan", "--where", "nonsense("], 3),
            (&["run", "--where", "1 / (id - 3000) > -1"], 3),
            (&["run", "--key", "note", "--where", "id < 3000"], 0),
            (&["run", "--tables", "t1,t9"], 4),
        ] {
            let told = format!("{pooling:?}: {command:?}");
            by(&case, &pooler, command).end().exits_with(code);
            is_as_new(&case, &pooler, POOL, &told);
        }
        for extractor in ["wire", "connectorx"] {
            for signal in [Signal::INT, Signal::KILL] {
                let command = ["run", "--extractor", extractor, "--where", slow];
                let mut running = by(&case, &pooler, &command).start();
                std::thread::sleep(Duration::from_millis(700));
                assert!(running.runs());
                running.signal(signal);
                let ran = running.end();
                let told = format!("{pooling:?}: {extractor}, {signal:?}");
                ran.check(ran.elapsed < Duration::from_secs(5), &told);
                is_as_new(&case, &pooler, POOL, &told);
            }
        }
    }
}

/// Two tables with a column whose type clients look up, and the one of them that has all keys.
fn case() -> (Case, Table) {
    let tables = ["t1", "t2"].map(|name| Table::notes(name).ids(1..=4000));
    let case = Case::with(System::Postgres, &tables);
    case.database.execute_all(&[
        "CREATE TYPE mood AS ENUM ('glad')".to_owned(),
        "ALTER TABLE t1 ADD mood mood; ALTER TABLE t2 ADD mood mood".to_owned(),
        "ALTER TABLE t1 ADD PRIMARY KEY (id); ALTER TABLE t2 ADD PRIMARY KEY (id)".to_owned(),
    ]);
    let [first, _] = tables;
    (case, first)
}

fn by(case: &Case, pooler: &Pooler, command: &[&str]) -> crate::harness::Firstseen {
    let waits = CONNECT_SECS.to_string();
    let source = pooler.url();
    let mut with = vec!["--source", &source, "--connect-timeout-secs", &waits];
    for (flag, value) in [("--tables", "t1,t2"), ("--key", "id"), ("--workers", "2")] {
        if !command.contains(&flag) {
            with.extend([flag, value]);
        }
    }
    let force: &[&str] = if command[0] == "run" && !command.contains(&"--count-only") {
        &["--force"]
    } else {
        &[]
    };
    case.command().args(command).args(&with).args(force)
}

/// Checks that no connection in the pool is in a transaction or holds anything, and that all have the settings of an unused
/// connection.
fn is_as_new(case: &Case, pooler: &Pooler, pool_size: usize, told: &str) {
    let open = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND usename = 'reader' AND state <> 'idle'",
        case.database.name()
    );
    let left = (0..250).find(|_| {
        let left = case.database.count(&open);
        if left > 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
        left == 0
    });
    assert!(left.is_some(), "{told}: a transaction is left open");
    let mut direct = postgres().connect_as("reader", case.database.name());
    let new = settings(&mut direct);
    let mut clients: Vec<Client> = (0..pool_size).map(|_| pooler.client()).collect();
    for client in &mut clients {
        // Each client occupies one of the pool's connections.
        client.batch_execute("BEGIN").expect("a transaction");
        let left = rows(
            client,
            "SELECT 'statement ' || name FROM pg_prepared_statements WHERE name NOT LIKE 'PGBOUNCER%' UNION ALL SELECT 'cursor ' || name FROM pg_cursors \
             UNION ALL SELECT 'lock ' || objid FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'",
        );
        assert!(left.is_empty(), "{told}: {left:?}");
        assert_eq!(settings(client), new, "{told}");
    }
}

/// Settings that a client's own parameters change are left out, since the pooler itself sets them for the next client.
fn settings(client: &mut Client) -> Vec<String> {
    rows(
        client,
        "SELECT name || '=' || setting FROM pg_settings WHERE name NOT IN ('application_name', 'transaction_read_only', \
         'transaction_isolation', 'transaction_deferrable') ORDER BY 1",
    )
}

fn rows(client: &mut Client, query: &str) -> Vec<String> {
    let messages = client.simple_query(query).expect("a query");
    let row = |message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    messages.into_iter().filter_map(row).collect()
}
