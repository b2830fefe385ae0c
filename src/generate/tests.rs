//! The same seed generates the same rows in the same order, and no other table is touched.

use super::*;
use crate::{ErrorKind, Interrupt};
use rusqlite::Connection;
use std::path::Path;

struct Nobody;

impl Observer for Nobody {
    fn on_progress(&self, _table: &str, _rows_done: u64, _rows_total: u64) {}
    fn interrupt(&self) -> Option<Interrupt> {
        None
    }
}

struct Impatient;

impl Observer for Impatient {
    fn on_progress(&self, _table: &str, _rows_done: u64, _rows_total: u64) {}
    fn interrupt(&self) -> Option<Interrupt> {
        Some(Interrupt::Term)
    }
}

fn options(path: &Path) -> Options {
    Options {
        source: SourceUrl::Sqlite(path.to_owned()),
        tables: Tables::Registry {
            persons: None,
            with_key: false,
        },
        scale: "0.001".parse().expect("a scale"),
        seed: 7,
        force: false,
    }
}

/// The content of a table, as SQLite returns it.
fn contents(path: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).expect("a database");
    let mut statement = connection.prepare(sql).expect("a statement");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("text")
}

const ALL_OF_2000: &str =
    "SELECT ID || ID_BIRTHDAY || ID_SEX || HASHIDV FROM ID2000 ORDER BY rowid";

#[test]
fn the_seed_decides_the_rows_and_not_the_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let [first, again, other] = ["first", "again", "other"].map(|name| folder.path().join(name));
    let made = generate(&options(&first), &Nobody).expect("tables");
    generate(&options(&again), &Nobody).expect("tables");
    let others = Options {
        seed: 8,
        ..options(&other)
    };
    assert_eq!(generate(&others, &Nobody).expect("tables"), made);
    assert_eq!(contents(&first, ALL_OF_2000), contents(&again, ALL_OF_2000));
    assert_ne!(contents(&first, ALL_OF_2000), contents(&other, ALL_OF_2000));
}

#[test]
fn a_database_holds_what_was_promised() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("small.sqlite");
    let made = generate(
        &Options {
            tables: Tables::Registry {
                persons: None,
                with_key: true,
            },
            ..options(&path)
        },
        &Nobody,
    )
    .expect("tables");
    for table in &made.tables {
        let sql = format!(
            "SELECT count(*) || ' ' || count(DISTINCT HASHIDV) || ' ' || coalesce(max(SEQ), 0) FROM {}",
            table.table
        );
        assert_eq!(
            contents(&path, &sql),
            [format!("{} {} {}", table.rows, table.distinct, table.rows)]
        );
    }
    let mixed =
        "SELECT HASHIDV FROM ID2002 GROUP BY 1 HAVING count(DISTINCT ID || ID_BIRTHDAY) > 1";
    assert!(contents(&path, mixed).is_empty());
    let both_sexes = "SELECT HASHIDV FROM ID2002 GROUP BY 1 HAVING count(DISTINCT ID_SEX) > 1";
    assert!(!contents(&path, both_sexes).is_empty());
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        1
    );
}

#[test]
fn existing_tables_stay_unless_forced() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("taken.sqlite");
    let connection = Connection::open(&path).expect("a database");
    connection
        .execute_batch("CREATE TABLE id2003 (x); CREATE TABLE other (x)")
        .expect("tables");
    let refused = generate(&options(&path), &Nobody).expect_err("a taken name");
    assert_eq!(refused.kind(), ErrorKind::Exists);
    assert!(refused.to_string().contains("id2003"), "{refused}");
    let forced = Options {
        force: true,
        ..options(&path)
    };
    generate(&forced, &Nobody).expect("tables");
    let tables = "SELECT name FROM sqlite_schema ORDER BY rowid";
    assert_eq!(contents(&path, tables).len(), 14);
    connection
        .execute_batch("DROP TABLE ID2012; CREATE VIEW ID2012 AS SELECT 1")
        .expect("a view");
    let refused = generate(&forced, &Nobody).expect_err("a view");
    assert_eq!(refused.kind(), ErrorKind::Exists);
    assert_eq!(contents(&path, tables).len(), 14);
}

#[test]
fn an_interrupt_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let stopped =
        generate(&options(&folder.path().join("never")), &Impatient).expect_err("an interrupt");
    assert_eq!(stopped.kind(), ErrorKind::Interrupted(Interrupt::Term));
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        0
    );
}
