use super::*;
use rusqlite::ErrorCode::{DatabaseCorrupt, SystemIoFailure};
use rusqlite::types::Value;
use std::fs;

const READ_ONLY: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY;

/// A folder with a database of several pages, its table and index mixed with others'.
fn database(page_bytes: u32, journal_mode: &str) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let writer = Connection::open(path(&folder)).unwrap();
    let pragmas = format!(
        "PRAGMA page_size = {page_bytes}; PRAGMA journal_mode = {journal_mode}; PRAGMA wal_autocheckpoint = 50;"
    );
    writer.execute_batch(&pragmas).unwrap();
    writer
        .execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT, wide BLOB);
             CREATE TABLE other (k TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;
             CREATE INDEX by_k ON t (k);",
        )
        .unwrap();
    fill(&writer, 0, 3000);
    (folder, writer)
}

fn path(folder: &tempfile::TempDir) -> std::path::PathBuf {
    folder.path().join("data.sqlite")
}

/// Some rows are longer than a page, whatever its size.
fn fill(writer: &Connection, first: u32, rows: u32) {
    let sql = format!(
        "WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {})
         INSERT INTO t SELECT n, 'k' || (n * 7919 % 10007), randomblob(CASE n % 500 WHEN 7 THEN 150000 ELSE n % 300 END) FROM s;
         INSERT INTO other SELECT k || id, id FROM t WHERE id >= {first} AND id % 3 = 0;",
        first + rows - 1
    );
    writer.execute_batch(&sql).unwrap();
}

fn rows(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
    statement.query_map((), row)?.collect()
}

const QUERIES: [&str; 6] = [
    "SELECT * FROM t",
    "SELECT k, id FROM t ORDER BY id DESC",
    "SELECT k FROM t ORDER BY k",
    "SELECT * FROM t WHERE id IN (5, 7, 9, 1200, 1201, 1202, 1203, 2500) OR id BETWEEN 400 AND 900",
    "SELECT * FROM other",
    "SELECT t.k, other.n, length(wide) FROM other JOIN t ON t.id = other.n",
];

fn read_pages(connection: &Connection) -> i32 {
    let (mut now, mut most) = (0, 0);
    // SAFETY: the connection is open, and both numbers can be written to.
    let code = unsafe {
        ffi::sqlite3_db_status(
            connection.handle(),
            ffi::SQLITE_DBSTATUS_CACHE_MISS,
            &raw mut now,
            &raw mut most,
            1,
        )
    };
    assert_eq!(code, ffi::SQLITE_OK);
    now
}

#[test]
fn the_same_rows_are_read_as_without_it() {
    for page_bytes in [512, 1024, 4096, 16_384, 65_536] {
        for journal_mode in ["DELETE", "WAL"] {
            let (folder, writer) = database(page_bytes, journal_mode);
            let reader = connect(&path(&folder), READ_ONLY).unwrap();
            for (first, change) in [
                (3000, "DELETE FROM t WHERE id % 7 < 3"),
                (4000, "UPDATE t SET k = k || '!' WHERE id % 5 = 0"),
                (5000, "DELETE FROM other; VACUUM"),
            ] {
                writer.execute_batch(change).unwrap();
                fill(&writer, first, 1000);
                for query in QUERIES {
                    let expected = rows(&writer, query).unwrap();
                    assert!(
                        rows(&reader, query).unwrap() == expected,
                        "{page_bytes} {journal_mode} {change}: {query}"
                    );
                }
            }
        }
    }
}

/// Other connections write, merge their log and make the file shorter meanwhile.
#[test]
fn a_transaction_sees_one_state() {
    let (folder, writer) = database(1024, "WAL");
    let reader = connect(&path(&folder), READ_ONLY).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let expected = rows(&reader, QUERIES[0]).unwrap();
    for id in 0..20 {
        let change = format!("DELETE FROM t WHERE id % 20 = {id}");
        writer.execute_batch(&change).unwrap();
        fill(&writer, 10_000 + id * 100, 100);
        writer
            .execute_batch("PRAGMA wal_checkpoint; PRAGMA incremental_vacuum")
            .ok();
        assert!(rows(&reader, QUERIES[0]).unwrap() == expected, "{id}");
    }
    reader.execute_batch("ROLLBACK").unwrap();
    let now = rows(&writer, QUERIES[0]).unwrap();
    assert!(rows(&reader, QUERIES[0]).unwrap() == now);
}

#[test]
fn a_table_is_read_without_a_read_for_each_page() {
    let (folder, writer) = database(4096, "DELETE");
    let pages: i32 = writer
        .query_row("PRAGMA page_count", (), |row| row.get(0))
        .unwrap();
    let reader = connect(&path(&folder), READ_ONLY).unwrap();
    let scan = "SELECT max(k), count(*) FROM t NOT INDEXED";
    rows(&reader, scan).unwrap();
    let reads = read_pages(&reader);
    assert!(reads < pages / 20, "{reads} of {pages} pages");
    assert!(
        rows(&reader, "SELECT id FROM t WHERE id IN (1, 700, 1400, 2100)")
            .unwrap()
            .len()
            == 4
    );
}

#[test]
fn a_file_that_ends_early_is_an_error() {
    let (folder, writer) = database(4096, "DELETE");
    drop(writer);
    let file = fs::File::options().write(true).open(path(&folder)).unwrap();
    let bytes = file.metadata().unwrap().len();
    let reader = connect(&path(&folder), READ_ONLY).unwrap();
    reader.execute_batch("BEGIN; SELECT 1 FROM t").unwrap();
    let mut statement = reader.prepare("SELECT id, wide FROM t").unwrap();
    let mut read = statement.query(()).unwrap();
    for _ in 0..100 {
        assert!(read.next().unwrap().is_some());
    }
    file.set_len(bytes / 2).unwrap();
    let failed = loop {
        match read.next() {
            Ok(Some(_)) => {}
            Ok(None) => break None,
            Err(error) => break error.sqlite_error_code(),
        }
    };
    assert!(
        matches!(failed, Some(DatabaseCorrupt | SystemIoFailure)),
        "{failed:?}"
    );
}
