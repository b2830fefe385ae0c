//! SQLite files that a writer left incomplete, that were cut, or whose bytes were changed: the job reads exactly the rows that
//! SQLite itself reads, or fails cleanly.

use crate::harness::{Case, Dice, Firstseen, Mount, Ran, Spot, Strace, System, Table, tell};
use std::fs;
use std::path::Path;

/// Enough rows for pages of several kinds: leaves, an inner page, index pages.
const ROWS: i64 = 1500;

#[test]
fn a_cut_database_is_refused_unless_all_rows_are_there() {
    for journal in ["DELETE", "WAL"] {
        let case = filled(journal);
        let whole = fs::read(case.path("source.sqlite")).expect("a file");
        let page = 4096;
        let edges = (1..whole.len() / page).flat_map(|number| {
            let edge = number * page;
            [edge - 1, edge, edge + 1]
        });
        let lengths: Vec<usize> = [0, 1, 15, 16, 99, 100].into_iter().chain(edges).collect();
        let rows = read(&case.path("source.sqlite"));
        let mut complete = 0;
        for length in &lengths {
            case.write("source.sqlite", &whole[..*length]);
            let ran = job(&case).end();
            if ran.code() == Some(0) {
                // Only the index was damaged.
                complete += 1;
                ran.check(rows == Some(written(&case)), "all rows are there");
                fs::remove_dir_all(case.path("batches")).expect("the folder");
                fs::remove_file(case.path("batches.manifest.json")).expect("the manifest");
            } else {
                ran.check(
                    matches!(ran.code(), Some(3 | 4)),
                    format!("{journal}: cut after {length} bytes"),
                );
                leaves_nothing(&case, &ran);
            }
        }
        tell(&format!(
            "SQLite, {journal}: cut at {} places, {complete} times all rows are there, otherwise it is refused",
            lengths.len()
        ));
    }
}

#[test]
fn a_database_of_changed_bytes_gives_what_sqlite_reads_or_is_refused() {
    let case = filled("DELETE");
    let whole = fs::read(case.path("source.sqlite")).expect("a file");
    let (mut complete, mut refused) = (0, 0);
    for seed in 0..150 {
        let mut dice = Dice::new(seed);
        let mut bytes = whole.clone();
        for _ in 0..=dice.below(4) {
            let place = dice.below(bytes.len() - 16);
            let changed = &mut bytes[place..=place + dice.below(16)];
            changed.fill_with(|| u8::try_from(dice.below(256)).expect("a byte"));
        }
        case.write("source.sqlite", &bytes);
        let ran = job(&case).arg("--force").end().never_says("panicked");
        if ran.code() == Some(0) {
            complete += 1;
            let read = read(&case.path("source.sqlite"));
            ran.check(
                read == Some(written(&case)),
                format!("seed {seed}: what SQLite reads"),
            );
        } else {
            refused += 1;
            ran.check(
                matches!(ran.code(), Some(3 | 4)),
                format!("seed {seed}: it is refused"),
            );
        }
    }
    tell(&format!(
        "SQLite: 150 files with changed bytes, {refused} refused, {complete} read as SQLite reads them"
    ));
    assert!(complete > 0 && refused > 0);
}

#[test]
fn a_transaction_that_a_dead_writer_left_is_not_read() {
    for was_in_wal_mode in [false, true] {
        dead_writer(was_in_wal_mode);
    }
}

#[test]
fn an_empty_journal_is_nothing_that_a_writer_left() {
    let case = filled("WAL");
    case.write("source.sqlite-journal", "");
    let before = case.entries();
    job(&case).succeeds();
    let beside: Vec<_> = case
        .entries()
        .into_iter()
        .filter(|name| !name.starts_with("batches"))
        .collect();
    assert_eq!(beside, before, "nothing is written next to the file");
}

#[test]
fn a_journal_that_a_commit_removes_in_the_moment_in_which_a_reader_opens_it_is_none_that_was_left()
{
    let case = filled("DELETE");
    let journal = case.path("source.sqlite-journal");
    // There is nothing to roll back, as after a commit. Only a process that can open the journal can see that.
    case.write("source.sqlite-journal", [0; 512]);
    let strace = Strace::listing(&case).on([&journal]);
    let whole = strace.run(job(&case)).succeeds();
    let calls = strace.calls();
    let (_, opened) = calls
        .iter()
        .find(|(call, _)| call == "openat")
        .expect("the journal is opened");
    for moment in 1..=*opened {
        let removed = strace
            .clone()
            .inject("openat", "error=ENOENT", Some(moment));
        let ran = removed.run(job(&case).arg("--force")).succeeds();
        ran.never_says("warning");
    }
    whole.check(*opened > 3, format!("{opened} openings"));
}

/// A copy of a database that was open, in a read-only folder.
#[test]
fn a_log_without_its_index_is_told_where_the_index_can_not_be_made() {
    let case = filled("WAL");
    let writer = rusqlite::Connection::open(case.path("source.sqlite")).expect("a SQLite file");
    let insert = "INSERT INTO t (id, note) VALUES (9999, 'in the log')";
    writer.execute_batch(insert).expect("a row");
    let copied = case.path("copied");
    let Some(mount) = Mount::tmpfs(&copied, "size=4m") else {
        return;
    };
    for name in ["source.sqlite", "source.sqlite-wal"] {
        fs::copy(case.path(name), copied.join(name)).expect("a copy");
    }
    mount.again("ro");
    let job = |source: &str| {
        let job = ["run", "--source", source, "--tables", "t", "--key", "id"];
        case.command()
            .args(job)
            .args(["--format", "ndjson", "--force"])
    };
    job("sqlite://copied/source.sqlite")
        .fails_with(3)
        .says("source.sqlite-wal")
        .says("source.sqlite-shm is missing and can't be created")
        .says("copy the file together with its -wal file");
    // Follows the hint.
    for name in ["source.sqlite", "source.sqlite-wal"] {
        fs::copy(copied.join(name), case.path(&format!("own-{name}"))).expect("a copy");
    }
    job("sqlite://own-source.sqlite").succeeds();
    let found = written(&case);
    assert!(found.contains(&(9999, "in the log".to_owned())));
    // An empty log contains nothing.
    mount.again("rw");
    case.write("copied/source.sqlite-wal", "");
    mount.again("ro");
    job("sqlite://copied/source.sqlite").succeeds();
    drop(writer);
}

/// A writer that died while it changed a file. It might have just taken the file out of WAL mode: the header still says WAL
/// then.
fn dead_writer(was_in_wal_mode: bool) {
    let case = filled("DELETE");
    let path = case.path("source.sqlite");
    // A small cache spills into the file before the transaction ends.
    let writer = rusqlite::Connection::open(&path).expect("a SQLite file");
    writer
        .execute_batch("PRAGMA cache_size = 2; BEGIN; UPDATE t SET note = 'never'")
        .expect("a transaction");
    for (from, to) in [
        ("source.sqlite", "left.sqlite"),
        ("source.sqlite-journal", "left.sqlite-journal"),
    ] {
        fs::copy(case.path(from), case.path(to)).expect("a copy");
    }
    drop(writer);
    if was_in_wal_mode {
        let mut bytes = fs::read(case.path("left.sqlite")).expect("a file");
        bytes[18..20].copy_from_slice(&[2, 2]);
        case.write("left.sqlite", bytes);
    }
    let spilled = fs::read(case.path("left.sqlite")).expect("a file");
    assert!(
        spilled.windows(5).any(|bytes| bytes == b"never"),
        "the transaction is in the file"
    );
    let before = case.entries();
    let job = || {
        let job = [
            "run",
            "--source",
            "sqlite://left.sqlite",
            "--tables",
            "t",
            "--key",
            "id",
        ];
        case.command().args(job).args(["--format", "ndjson"])
    };
    let ran = job()
        .fails_with(3)
        .says("left.sqlite")
        .says("unfinished transaction");
    ran.check(
        case.entries() == before,
        "nothing is published, nothing rolled back",
    );
    // Follows the hint: opening the file for writing rolls the transaction back.
    assert_eq!(
        read(&case.path("left.sqlite")).map(|rows| rows.len()),
        usize::try_from(ROWS).ok()
    );
    job().succeeds();
    assert_eq!(Some(written(&case)), read(&path));
}

/// A case whose table has [`ROWS`] rows and an index.
fn filled(journal: &str) -> Case {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids(1..=ROWS)]);
    case.database.execute("CREATE INDEX by_note ON t (note)");
    case.set_journal_mode(journal);
    case
}

fn job(case: &Case) -> Firstseen {
    case.run()
        .args(["--tables", "t", "--key", "id", "--format", "ndjson"])
}

fn leaves_nothing(case: &Case, ran: &Ran) {
    ran.check(
        case.entries() == ["source.sqlite"],
        "nothing is published or left",
    );
}

/// What SQLite reads, with the first row for each id, unless it reports an error.
fn read(path: &Path) -> Option<Vec<(i64, String)>> {
    let conn = rusqlite::Connection::open(path).ok()?;
    let mut statement = conn.prepare("SELECT id, note FROM t ORDER BY rowid").ok()?;
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)));
    let rows: Vec<(i64, String)> = rows.ok()?.collect::<Result<_, _>>().ok()?;
    let mut seen = std::collections::HashSet::new();
    Some(rows.into_iter().filter(|row| seen.insert(row.0)).collect())
}

/// The rows in the batch files.
fn written(case: &Case) -> Vec<(i64, String)> {
    let row = |line: String| {
        let row: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let note = row["note"].as_str().expect("a text").to_owned();
        (row["id"].as_i64().expect("a number"), note)
    };
    let lines = Spot::at(case.folder()).lines(0).into_iter();
    lines.map(row).collect()
}
