//! Databases that are not there, or are none.

use crate::harness::{Case, System};
use std::time::Duration;

#[test]
fn a_database_that_is_not_there_is_unreachable_soon() {
    let case = Case::on(System::Sqlite);
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port();
    for scheme in ["mysql", "postgresql"] {
        let source = format!("{scheme}://reader:x@127.0.0.1:{port}/t");
        let ran = case
            .command()
            .args(["run", "--source", &source, "--tables", "t", "--key", "id"])
            .fails_with(3);
        ran.check(ran.elapsed < Duration::from_secs(3), "it fails at once");
    }
    case.run()
        .args(["--tables", "t", "--key", "id"])
        .fails_with(3)
        .says("source.sqlite");
    assert!(
        case.entries().is_empty(),
        "a missing SQLite file is not created: {:?}",
        case.entries()
    );
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let case = Case::on(System::Sqlite);
    case.write(
        "source.sqlite",
        "Dear diary, today I became a database.".repeat(100),
    );
    case.run()
        .args(["--tables", "t", "--key", "id"])
        .fails_with(3)
        .says("source.sqlite");
}
