//! A server that is killed, stopped or configured against slow readers: the job fails cleanly before its deadline, or is
//! complete.

use crate::harness::{Case, Firstseen, Lonely, Ran, System, Table, tell, typed};
use rustix::process::Signal;
use std::thread::sleep;
use std::time::{Duration, Instant};

const SERVERS: [System; 2] = [System::MariaDb, System::Postgres];

/// How long it takes until a started job is reading.
const WARM_UP: Duration = Duration::from_millis(700);

/// A server that only this test uses, with a table, and a folder for the output.
struct Alone {
    server: Lonely,
    case: Case,
    table: Table,
}

impl Alone {
    fn with(system: System, rows: i64) -> Self {
        let table = Table::notes("t").ids(1..=rows);
        let server = Lonely::start(system);
        server.execute_all(&table.statements(system));
        Self {
            server,
            case: Case::on(System::Sqlite),
            table,
        }
    }

    fn job(&self, more: &[&str]) -> Firstseen {
        self.job_of("t").args(more)
    }

    fn job_of(&self, table: &str) -> Firstseen {
        self.case
            .command()
            .env("FIRSTSEEN_SOURCE", self.server.url())
            .args(["run", "--tables", table, "--key", "id", "--force"])
    }

    fn is_complete(&self, ran: &Ran) {
        ran.check(
            self.case.rows() == typed(&self.table.rows),
            "all rows are there",
        );
    }

    fn fails_cleanly(&self, ran: Ran) {
        let ran = ran.exits_with(3).never_says("panicked");
        ran.check(self.case.entries().is_empty(), "nothing is left");
    }

    /// A filter that takes several milliseconds per row.
    fn slow(&self) -> &'static str {
        match self.server.system() {
            System::MariaDb => "SLEEP(0.005) = 0",
            _ => "pg_sleep(0.005)::text = ''",
        }
    }
}

#[test]
fn a_server_that_is_killed_while_it_sends_fails_the_job() {
    for system in SERVERS {
        for signal in [Signal::KILL, Signal::QUIT] {
            if (system, signal) == (System::MariaDb, Signal::QUIT) {
                continue; // it has no separate immediate shutdown
            }
            let alone = Alone::with(system, 2000);
            let mut running = alone.job(&["--where", alone.slow()]).start();
            sleep(WARM_UP);
            assert!(running.runs(), "it reads");
            let begun = Instant::now();
            alone.server.signal(signal);
            let ran = running.end();
            let waited = begun.elapsed();
            ran.check(
                waited < Duration::from_secs(12),
                format!("it ends {waited:?} after its server"),
            );
            alone.fails_cleanly(ran);
        }
    }
}

#[test]
fn a_server_that_is_stopped_ends_the_job_by_its_deadline_and_keeps_no_session() {
    for system in SERVERS {
        let alone = Alone::with(system, 2000);
        let mut running = alone
            .job(&["--where", alone.slow(), "--read-timeout-secs", "1"])
            .start();
        sleep(WARM_UP);
        assert!(running.runs(), "it reads");
        alone.server.signal(Signal::STOP);
        let begun = Instant::now();
        let ran = running.end();
        let waited = begun.elapsed();
        ran.check(
            waited < Duration::from_secs(8),
            format!("it ends {waited:?} after its server stopped"),
        );
        alone.fails_cleanly(ran);
        alone.server.signal(Signal::CONT);
        // The server continues with its slow rows until it has some to send.
        let gone = (0..300).any(|_| {
            sleep(Duration::from_millis(100));
            alone.server.sessions() == 0
        });
        assert!(gone, "{system:?}: a session is left");
    }
}

/// Rows of 200 bytes, more than the sockets' buffers hold, so that the server waits for the job.
const WIDE_ROWS: i64 = 200_000;

#[test]
fn a_job_that_is_stopped_for_longer_than_the_server_waits_for_readers_is_complete() {
    let alone = Alone::with(System::MariaDb, 0);
    let insert = format!("INSERT INTO u SELECT seq, REPEAT('x', 200) FROM seq_1_to_{WIDE_ROWS}");
    alone.server.execute_all(&[
        "CREATE TABLE u (id BIGINT, note VARCHAR(200))".to_owned(),
        insert,
        "SET GLOBAL net_write_timeout = 1".to_owned(),
    ]);
    let mut reading = 0;
    for after in [40, 80, 120, 160, 200, 240] {
        let running = alone.job_of("u").start();
        sleep(Duration::from_millis(after));
        running.try_signal(Signal::STOP);
        sleep(Duration::from_millis(2500));
        reading += alone.server.sending_sessions();
        running.try_signal(Signal::CONT);
        let ran = running.end().exits_with(0);
        ran.check(
            alone.case.manifest()["totals"]["new"] == WIDE_ROWS,
            "all rows are there",
        );
    }
    tell(&format!(
        "stopped at 6 moments, {reading} times while the server waited for its reader"
    ));
    assert!(reading > 0);
}

#[test]
fn time_limits_of_the_server_are_lifted() {
    for system in SERVERS {
        let alone = Alone::with(system, 300);
        alone.server.execute_all(&match system {
            System::MariaDb => vec![
                "SET GLOBAL max_statement_time = 0.5".to_owned(),
                "SET GLOBAL idle_transaction_timeout = 1".to_owned(),
                "SET GLOBAL wait_timeout = 1".to_owned(),
            ],
            _ => vec![
                "ALTER SYSTEM SET statement_timeout = '500ms'".to_owned(),
                "ALTER SYSTEM SET idle_in_transaction_session_timeout = '700ms'".to_owned(),
                "SELECT pg_reload_conf()".to_owned(),
            ],
        });
        sleep(Duration::from_millis(300));
        let ran = alone.job(&["--where", alone.slow()]).succeeds();
        ran.check(
            ran.elapsed > Duration::from_secs(1),
            "it takes longer than the server allows",
        );
        alone.is_complete(&ran);
    }
}

#[test]
fn a_catalogue_session_that_is_ended_takes_no_row_away() {
    for system in SERVERS {
        let alone = Alone::with(system, 300);
        let mut running = alone.job(&["--where", alone.slow()]).start();
        sleep(WARM_UP);
        assert!(running.runs(), "it reads");
        assert!(
            alone.server.end_idle_sessions() > 0,
            "the catalog session is there"
        );
        let ran = running.end();
        if ran.code() == Some(0) {
            alone.is_complete(&ran);
        } else {
            alone.fails_cleanly(ran);
        }
    }
}
