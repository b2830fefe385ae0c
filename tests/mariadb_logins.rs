//! How MariaDB authenticates users, with passwords, TLS and sockets, for both extractors.

use crate::harness::{
    Case, ENCODED_PASSWORD, Firstseen, MariaDb, PASSWORD, System, Table, TlsCase, secured_mariadb,
    tls_cases,
};
use r2d2_mysql::mysql::prelude::Queryable;
use std::fs;
use std::path::PathBuf;

const EXTRACTORS: [&str; 2] = ["wire", "connectorx"];
const IS_ENCRYPTED: &str = "(SELECT VARIABLE_VALUE <> '' FROM information_schema.SESSION_STATUS \
     WHERE VARIABLE_NAME = 'SSL_CIPHER')";

#[test]
fn tls_is_as_strict_as_sslmode_says() {
    let (case, server, database) = secured();
    for TlsCase {
        query,
        host,
        encrypted,
    } in tls_cases(server.folder())
    {
        for extractor in EXTRACTORS {
            let url = server.url_of("reader", host, &database, &query);
            let what = format!("{extractor} {host} {query}");
            if let Ok(encrypted) = encrypted {
                reads(&case, extractor, &url, encrypted, &what);
            } else {
                let ran = job(&case, extractor, &url).fails_with(3);
                ran.says("certificate").never_says(PASSWORD);
            }
        }
    }
}

#[test]
fn without_a_mode_a_connection_is_encrypted_if_the_server_can() {
    let (case, server, database) = secured();
    for query in ["", "sslmode=prefer", "ssl-mode=PREFERRED"] {
        let url = server.url_of("reader", "127.0.0.1", &database, query);
        reads(&case, "wire", &url, true, query);
    }
    let url = server.url_of("reader", "127.0.0.1", &database, "");
    reads(&case, "connectorx", &url, false, "as the README says");
}

#[test]
fn a_user_who_must_encrypt_is_let_in_by_tls_alone() {
    let (case, server, database) = secured();
    for extractor in EXTRACTORS {
        let url = |mode| server.url_of("encrypted", "127.0.0.1", &database, mode);
        reads(&case, extractor, &url("sslmode=require"), true, extractor);
        let ran = job(&case, extractor, &url("sslmode=disable")).fails_with(3);
        ran.says("1045").never_says(PASSWORD);
    }
}

#[test]
fn a_socket_needs_no_tls_and_a_user_without_a_password_none() {
    let (case, server, database) = secured();
    for extractor in EXTRACTORS {
        let query = format!("socket={}", server.socket());
        let url = server.url_of("reader", "localhost", &database, &query);
        reads(&case, extractor, &url, false, extractor);
        let bare = url.replace(&format!("reader:{ENCODED_PASSWORD}"), "bare");
        reads(&case, extractor, &bare, false, extractor);
    }
}

#[test]
fn an_authentication_that_is_not_known_is_named() {
    let (case, server, database) = secured();
    let url = server.url_of("old", "127.0.0.1", &database, "");
    for extractor in ["auto", "wire"] {
        let ran = job(&case, extractor, &url).fails_with(3);
        ran.says("mysql_old_password").never_says(PASSWORD);
    }
}

#[test]
fn both_extractors_write_the_same_files() {
    let rows = (0..3000).map(|id| id % 1700);
    let case = Case::with(System::MariaDb, &[Table::notes("t1").ids(rows)]);
    let files = |extractor| {
        let job = [
            "--tables",
            "t1",
            "--key",
            "id",
            "--batch-rows",
            "100",
            "--force",
        ];
        case.run()
            .args(job)
            .args(["--extractor", extractor])
            .succeeds();
        assert_eq!(case.manifest()["job"]["extractor"], extractor);
        let folder = fs::read_dir(case.path("batches")).expect("batches");
        let mut files: Vec<PathBuf> = folder.map(|file| file.expect("a file").path()).collect();
        files.sort();
        let read = |file: &PathBuf| (file.clone(), fs::read(file).expect("a batch"));
        files.iter().map(read).collect::<Vec<_>>()
    };
    let wire = files("wire");
    assert_eq!(wire.len(), 17);
    assert!(wire == files("connectorx"));
}

/// Runs a job that reads the three rows, over an encrypted connection or not.
fn reads(case: &Case, extractor: &str, url: &str, encrypted: bool, what: &str) {
    let filter = if encrypted {
        IS_ENCRYPTED.to_owned()
    } else {
        format!("NOT {IS_ENCRYPTED}")
    };
    let ran = job(case, extractor, url)
        .args(["--where", &filter])
        .succeeds();
    let ran = ran.never_says(PASSWORD);
    ran.check(case.manifest()["totals"]["new"] == 3, what);
}

/// A folder, and a database on the secured server with a table `t` that has three rows.
fn secured() -> (Case, &'static MariaDb, String) {
    let server = secured_mariadb();
    let database = server.fresh_database();
    let mut conn = server.connect_to(&database);
    for statement in [
        "CREATE TABLE t (id INT PRIMARY KEY)",
        "INSERT INTO t VALUES (1), (2), (3)",
    ] {
        conn.query_drop(statement).expect("a table");
    }
    (Case::on(System::Sqlite), server, database)
}

fn job(case: &Case, extractor: &str, url: &str) -> Firstseen {
    let job = ["run", "--tables", "t", "--key", "id", "--force"];
    let job = case.command().args(job).args(["--extractor", extractor]);
    job.env("FIRSTSEEN_SOURCE", url)
}
