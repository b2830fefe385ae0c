//! The SQL in the documentation runs on a fresh server, as an administrator, from a page's first block to its last.

use super::markdown::{Block, pages};
use crate::harness::{Case, Lonely, System};

#[test]
fn the_sql_of_the_documents_runs_on_mariadb() {
    run(System::MariaDb, "mariadb");
}

/// There is no MySQL here: what the documents show for it is what MariaDB knows, too.
#[test]
fn the_sql_of_the_documents_for_mysql_runs_on_mariadb() {
    run(System::MariaDb, "mysql");
}

#[test]
fn the_sql_of_the_documents_runs_on_postgresql() {
    run(System::Postgres, "postgresql");
}

#[test]
fn the_sql_of_the_documents_runs_on_sqlite() {
    for page in pages() {
        let blocks = page.blocks_of("sql");
        let mine: Vec<_> = blocks
            .iter()
            .filter(|block| block.more == "sqlite")
            .collect();
        if mine.is_empty() {
            continue;
        }
        let case = Case::on(System::Sqlite);
        case.database.execute_all(&tables(System::Sqlite));
        for block in mine {
            case.database.execute_all(&statements(block));
        }
    }
}

#[test]
fn every_sql_block_says_of_which_database_it_is() {
    const KNOWN: [&str; 4] = ["mariadb", "mysql", "postgresql", "sqlite"];
    for page in pages() {
        for Block { more, text, .. } in page.blocks_of("sql") {
            let place = page.path.display();
            assert!(KNOWN.contains(&more.as_str()), "{place}: {more:?}\n{text}");
        }
    }
}

/// Runs each page's blocks on a separate server that has the tables named in the examples.
fn run(system: System, name: &str) {
    let mut failed = Vec::new();
    for page in pages() {
        let mut blocks = page.blocks_of("sql");
        blocks.retain(|block| block.more == name);
        if blocks.is_empty() {
            continue;
        }
        let server = Lonely::start(system);
        let mut admin = server.admin();
        for statement in tables(system) {
            admin.execute(&statement);
        }
        for statement in blocks.iter().flat_map(statements) {
            if let Err(why) = admin.try_execute(&statement) {
                failed.push(format!("{}: {statement}\n  {why}", page.path.display()));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The tables in the examples, for pages that don't create their own.
fn tables(system: System) -> Vec<String> {
    let mut statements = Vec::new();
    // The harness's user has the documents' name.
    if system == System::MariaDb {
        statements.push("RENAME USER reader TO reader_of_tests".to_owned());
        statements.push("CREATE DATABASE IF NOT EXISTS lhid2005".to_owned());
        statements.push("USE lhid2005".to_owned());
    }
    if system == System::Postgres {
        statements.push("ALTER ROLE reader RENAME TO reader_of_tests".to_owned());
        statements.push("CREATE DATABASE lhid2005".to_owned());
    }
    let years = (2000..=2012).map(|year| {
        format!(
            "CREATE TABLE ID{year} (ID CHAR(32), ID_BIRTHDAY DATE, ID_SEX CHAR(1), HASHIDV CHAR(32))"
        )
    });
    statements.extend(years);
    statements
}

/// The statements of a block. Each ends with a semicolon at the end of a line.
fn statements(block: &Block) -> Vec<String> {
    let lines = block.text.lines();
    let code: Vec<_> = lines
        .filter(|line| !line.trim_start().starts_with("--"))
        .collect();
    let code = code.join("\n");
    let statements = code.split(";\n").chain(None);
    statements
        .map(|statement| statement.trim().trim_end_matches(';').to_owned())
        .filter(|statement| !statement.is_empty())
        .collect()
}
