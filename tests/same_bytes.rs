//! The batch files have the same bytes, whatever the number of workers, the speed of each table, and the machine that built
//! firstseen.

use crate::harness::{Case, Dice, System, Table, native};
use std::fmt::Write as _;
use std::process::Command;

/// The number of runs for each system, each with other workers and delays.
const RUNS: u64 = 100;

/// The largest number of tables, the same as the largest number of workers.
const TABLES: usize = 16;

#[test]
fn sqlite_gives_the_same_bytes_however_slow_its_tables_are() {
    gives_the_same_bytes(System::Sqlite);
}

#[test]
fn mariadb_gives_the_same_bytes_however_slow_its_tables_are() {
    gives_the_same_bytes(System::MariaDb);
}

#[test]
fn postgresql_gives_the_same_bytes_however_slow_its_tables_are() {
    gives_the_same_bytes(System::Postgres);
}

/// With a compressor of the system, the bytes would depend on the system.
#[test]
fn the_binary_takes_nothing_but_the_c_library_from_the_system() {
    let ldd = Command::new("ldd")
        .arg(native())
        .output()
        .expect("ldd runs");
    let libraries = String::from_utf8(ldd.stdout).expect("text");
    assert!(libraries.contains("libc.so"), "{libraries}");
    for library in libraries.lines() {
        let is_of_c = [
            "linux-vdso",
            "libc.so",
            "libm.so",
            "libdl.so",
            "libpthread.so",
            "libgcc_s.so",
            "ld-linux",
        ]
        .iter()
        .any(|name| library.contains(name));
        assert!(is_of_c, "{library}");
    }
}

/// Every table has every key, each in another order, so that an early table that is read late would be noticed.
fn gives_the_same_bytes(system: System) {
    let ids = |ordinal: i64| (0..151).map(move |row| row * (ordinal + 3) % 151);
    let tables: Vec<Table> = (0_i64..)
        .take(TABLES)
        .map(|ordinal| Table::notes(&format!("t{ordinal}")).ids(ids(ordinal)))
        .collect();
    let case = Case::with(system, &tables);
    let mut expected = None;
    for seed in 0..RUNS {
        let mut dice = Dice::new(seed);
        case.write("job.toml", job_with_delays(&mut dice, system));
        let workers = (1 + dice.below(TABLES)).to_string();
        let exact = if dice.one_in(2) {
            "--exact=true"
        } else {
            "--exact=false"
        };
        let ran = case
            .run()
            .args(["job.toml", "--workers", &workers, exact, "--force"])
            .succeeds();
        let files = case.manifest()["files"].clone();
        ran.check(
            files.as_array().is_some_and(|files| files.len() > 3),
            "several files",
        );
        let expected = expected.get_or_insert_with(|| files.clone());
        ran.check(
            files == *expected,
            format!("seed {seed}: {files}\nexpected {expected}"),
        );
    }
}

/// A job whose tables wait a little at different rows: each filter is true and slow.
fn job_with_delays(dice: &mut Dice, system: System) -> String {
    let mut job = "key = ['id']\nbatch_rows = 40\n".to_owned();
    for ordinal in 0..TABLES {
        let millis = if dice.one_in(2) {
            0
        } else {
            1 + dice.below(12)
        };
        let filter = slow_filter(system, dice.below(97), millis);
        let _ = write!(
            job,
            "[[table]]\nname = 't{ordinal}'\nwhere = \"{filter}\"\n"
        );
    }
    job
}

/// A filter that is true for every row, and waits at each row whose id has this remainder modulo 97.
fn slow_filter(system: System, remainder: usize, millis: usize) -> String {
    let here = format!("id % 97 = {remainder}");
    match system {
        System::MariaDb => format!("SLEEP(IF({here}, {millis} / 1000, 0)) = 0"),
        System::Postgres => {
            format!("CASE WHEN {here} THEN pg_sleep({millis} / 1000.0)::text = '' ELSE true END")
        }
        // SQLite can't sleep, so it counts about 10,000 numbers per millisecond.
        System::Sqlite => format!(
            "CASE WHEN {here} THEN (WITH RECURSIVE c(n) AS (SELECT id - id UNION ALL SELECT n + 1 FROM c \
             WHERE n < {millis} * 5000) SELECT count(*) FROM c) > 0 ELSE 1 END"
        ),
    }
}
