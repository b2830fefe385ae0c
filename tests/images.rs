//! The tables of docs/values.md: what the real binary writes for every type in every format, and what the databases' own Python
//! drivers return for the same rows.

mod document;
mod jobs;
mod table;

use crate::harness::{Case, System};
use document::section;
use table::Images;

/// Both return the same values.
const EXTRACTORS: [&str; 2] = ["wire", "connectorx"];

#[test]
fn every_type_of_mariadb_has_the_images_of_the_docs() {
    let images = Images::new(System::MariaDb, &section("MySQL and MariaDB"));
    for extractor in EXTRACTORS {
        jobs::check(&images, &["--extractor", extractor]);
    }
}

#[test]
fn every_type_of_postgresql_has_the_images_of_the_docs() {
    let images = Images::new(System::Postgres, &section("PostgreSQL"));
    for extractor in EXTRACTORS {
        jobs::check(&images, &["--extractor", extractor]);
    }
}

#[test]
fn postgresqls_numerics_read_as_decimals_have_the_images_of_the_docs() {
    let section = section("PostgreSQL with `--numeric 65,30`");
    let images = Images::new(System::Postgres, &section);
    for extractor in EXTRACTORS {
        let flags = ["--numeric", "65,30", "--extractor", extractor];
        jobs::check(&images, &flags);
    }
}

#[test]
fn every_type_of_sqlite_has_the_images_of_the_docs() {
    let images = Images::new(System::Sqlite, &section("SQLite"));
    jobs::check(&images, &[]);
}

#[test]
fn every_type_of_sqlite_read_as_text_has_the_images_of_the_docs() {
    let section = section("SQLite with `--sqlite-types text`");
    let images = Images::new(System::Sqlite, &section);
    jobs::check(&images, &["--sqlite-types", "text"]);
}

#[test]
fn a_type_without_an_image_is_refused_with_a_cast_that_works() {
    let section = section("Refused types");
    for (system, name) in [
        (System::MariaDb, "MariaDB"),
        (System::Postgres, "PostgreSQL"),
        (System::Sqlite, "SQLite"),
    ] {
        let case = Case::on(system);
        if system == System::Postgres {
            case.database.execute_all(&section.setup);
        }
        let refused = section.refused();
        for row in refused.iter().filter(|row| row.database == name) {
            let (sql_type, literal, instead) = (&row.sql_type, &row.literal, &row.instead);
            case.database.execute_all(&[
                "DROP VIEW IF EXISTS v".to_owned(),
                "DROP TABLE IF EXISTS t".to_owned(),
                format!("CREATE TABLE t (id INTEGER, value {sql_type})"),
                format!("INSERT INTO t VALUES (1, {literal})"),
                format!("CREATE VIEW v AS SELECT id, {instead} AS value FROM t"),
            ]);
            let job = ["--key", "id", "--force", "--tables"];
            let refused = case.run().args(job).arg("t").fails_with(4);
            refused.says(&format!("read a view that has {instead} instead"));
            case.run().args(job).arg("v").succeeds();
            let text = case.rows().swap_remove(0).swap_remove(1);
            assert_eq!(text, Some(format!("s:{}", row.text)), "{sql_type}");
        }
    }
}
