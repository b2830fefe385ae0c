//! Two tables between which a writer moves amounts. A reader that sees one consistent snapshot of both always sees the same
//! sum.

use super::case::Case;
use super::database::System;
use super::servers::postgres;
use r2d2_mysql::mysql::prelude::Queryable;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// The tables' names.
pub const TABLES: [&str; 2] = ["left", "right"];

/// The first id. No other table in a test has ids this high.
pub const FIRST: i64 = 1_000_000;

/// The number of rows in each table.
const ROWS: i64 = 40;

/// The number of rows in both tables.
pub const ALL_ROWS: i64 = 2 * ROWS;

/// The sum of all amounts, at any moment.
pub const SUM: i64 = ALL_ROWS * 100;

/// Creates both in the case's database, with the columns `id` and `amount`.
pub fn create(case: &Case) {
    for (table, first) in TABLES.into_iter().zip([FIRST, FIRST + ROWS]) {
        let table = case.database.system().quote(table);
        let rows: Vec<String> = (first..first + ROWS)
            .map(|id| format!("({id},100)"))
            .collect();
        case.database.execute_all(&[
            format!("CREATE TABLE {table} (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL)"),
            format!("INSERT INTO {table} VALUES {}", rows.join(",")),
        ]);
    }
}

/// A writer that moves amounts from one table to the other, one transaction at a time.
pub struct Moves {
    stop: Arc<AtomicBool>,
    writer: thread::JoinHandle<u64>,
}

impl Moves {
    pub fn begin(case: &Case) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, mut transfer) = (Arc::clone(&stop), transfers(case));
        let writer = thread::spawn(move || {
            let mut moved = 0;
            while !stopped.load(Ordering::Relaxed) {
                let number = i64::try_from(moved).expect("a small number") % ROWS;
                moved += u64::from(transfer(number));
                // A server that is never idle would disturb other tests.
                thread::sleep(Duration::from_micros(200));
            }
            moved
        });
        Self { stop, writer }
    }

    /// Stops the writer. Returns how many transactions were committed.
    pub fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.writer.join().expect("the writer ends")
    }
}

/// Moves 7 from the left account with this number to the right one. Returns whether the transaction was committed.
fn transfers(case: &Case) -> Box<dyn FnMut(i64) -> bool + Send> {
    let name = || case.database.name();
    match case.database.system() {
        System::MariaDb => {
            let mut conn = case.database.mariadb().connect_to(name());
            Box::new(move |number| {
                conn.query_drop("BEGIN").expect("a transaction");
                for step in steps(number, System::MariaDb) {
                    conn.query_drop(step).expect("an update");
                }
                conn.query_drop("COMMIT").is_ok()
            })
        }
        System::Postgres => {
            let mut client = postgres().connect_to(name());
            Box::new(move |number| {
                let steps = steps(number, System::Postgres).join(";");
                let script = format!("BEGIN;{steps};COMMIT");
                client.batch_execute(&script).is_ok()
            })
        }
        System::Sqlite => {
            let path = case.path("source.sqlite");
            let conn = rusqlite::Connection::open(path).expect("a SQLite file");
            conn.busy_timeout(Duration::from_secs(5))
                .expect("a timeout");
            conn.pragma_update(None, "synchronous", "off")
                .expect("a setting");
            Box::new(move |number| {
                let steps = steps(number, System::Sqlite).join(";");
                let script = format!("BEGIN IMMEDIATE;{steps};COMMIT");
                let moved = conn.execute_batch(&script).is_ok();
                if !moved {
                    let _ = conn.execute_batch("ROLLBACK");
                }
                moved
            })
        }
    }
}

fn steps(number: i64, system: System) -> [String; 2] {
    let [left, right] = TABLES.map(|table| system.quote(table));
    let [from, to] = [FIRST + number, FIRST + ROWS + number];
    [
        format!("UPDATE {left} SET amount = amount - 7 WHERE id = {from}"),
        format!("UPDATE {right} SET amount = amount + 7 WHERE id = {to}"),
    ]
}
