//! `generate` creates the article's tables, or wide ones, and the job that reads them finds the same counts as a different way
//! of counting.

use crate::harness::{Case, Firstseen, System};

#[test]
fn a_job_over_generated_tables_finds_as_many_records_as_the_database_counts() {
    for system in System::ALL {
        let case = Case::on(system);
        generate(&case, "0.001").succeeds();
        let ran = job(&case).succeeds();
        let totals = &case.manifest()["totals"];
        let hashes = (2000..=2012).map(|year| {
            format!(
                "SELECT {} AS h FROM {}",
                system.quote("HASHIDV"),
                table(system, year)
            )
        });
        let hashes = hashes.collect::<Vec<_>>().join(" UNION ALL ");
        let rows = case
            .database
            .count(&format!("SELECT COUNT(*) FROM ({hashes}) AS years"));
        let distinct = case.database.count(&format!(
            "SELECT COUNT(DISTINCT h) FROM ({hashes}) AS years"
        ));
        ran.check(totals["rows_read"] == rows, format!("{rows} rows"));
        ran.check(
            totals["new"] == distinct,
            format!("{distinct} distinct records"),
        );
        ran.check(
            distinct > 900 && rows > 10 * distinct,
            format!("{rows} rows, {distinct} distinct, at 1/1000"),
        );
        assert_eq!(
            case.database
                .count(&format!("SELECT COUNT(*) FROM {}", table(system, 2001))),
            0
        );
    }
}

#[test]
fn one_seed_makes_the_same_records_in_every_database() {
    let rows = System::ALL.map(|system| {
        let case = Case::on(system);
        generate(&case, "0.001").args(["--seed", "7"]).succeeds();
        job(&case).succeeds();
        case.rows()
    });
    assert!(rows[0] == rows[1], "SQLite and MariaDB differ");
    assert!(rows[0] == rows[2], "SQLite and PostgreSQL differ");
}

#[test]
fn existing_tables_are_replaced_only_with_force() {
    for system in System::ALL {
        let case = Case::on(system);
        let rows = || {
            case.database
                .count(&format!("SELECT COUNT(*) FROM {}", table(system, 2005)))
        };
        generate(&case, "0.001").succeeds();
        let before = rows();
        generate(&case, "0.002")
            .fails_with(6)
            .says("ID20")
            .says("--force");
        assert_eq!(rows(), before);
        generate(&case, "0.002")
            .args(["--force", "--with-key"])
            .succeeds();
        assert!(rows() > before);
    }
}

#[test]
fn a_job_over_wide_tables_finds_the_share_of_new_keys_that_was_asked_for() {
    for system in System::ALL {
        let case = Case::on(system);
        for (percent, survivors) in [("1", 50), ("60", 3000), ("95", 4750)] {
            generate(&case, "0.0025")
                .args(["--wide", "--force", "--survivors", percent])
                .succeeds();
            let ran = wide_job(&case).arg("--force").succeeds();
            let manifest = case.manifest();
            let totals = &manifest["totals"];
            ran.check(totals["rows_read"] == 5000, "5000 rows");
            ran.check(
                totals["new"] == survivors,
                format!("{survivors} of 5000 rows, {percent} percent"),
            );
            let columns = case.rows().first().map_or(0, Vec::len);
            assert_eq!(columns, 42);
        }
    }
}

#[test]
fn one_seed_makes_the_same_wide_records_in_every_database() {
    let rows = System::ALL.map(|system| {
        let case = Case::on(system);
        generate(&case, "0.001").args(["--wide"]).succeeds();
        wide_job(&case).succeeds();
        let plain = |row: Vec<_>| row.into_iter().map(without_type).collect::<Vec<_>>();
        case.rows().into_iter().map(plain).collect::<Vec<_>>()
    });
    assert_eq!(rows[0].len(), 400);
    assert!(rows[0] == rows[1], "SQLite and MariaDB differ");
    assert!(rows[0] == rows[2], "SQLite and PostgreSQL differ");
}

/// A cell without its kind, since SQLite has no decimals.
fn without_type(cell: Option<String>) -> Option<String> {
    let cell = cell?;
    let (kind, text) = cell.split_once(':').expect("a kind");
    match kind {
        "n" | "f" => Some(text.parse::<f64>().expect("a number").to_string()),
        _ => Some(text.to_owned()),
    }
}

#[test]
fn wide_tables_and_the_articles_are_in_one_database() {
    let case = Case::on(System::Sqlite);
    generate(&case, "0.001").succeeds();
    generate(&case, "0.001").args(["--wide"]).succeeds();
    generate(&case, "0.001")
        .args(["--wide"])
        .fails_with(6)
        .says("WIDE1 to WIDE5");
    generate(&case, "0.001")
        .args(["--wide", "--force"])
        .succeeds();
    job(&case).succeeds();
}

fn table(system: System, year: u32) -> String {
    system.quote(&format!("ID{year}"))
}

fn generate(case: &Case, scale: &str) -> Firstseen {
    let source = case.database.url();
    case.command()
        .args(["generate", "--source", &source, "--scale", scale])
}

fn job(case: &Case) -> Firstseen {
    case.run()
        .args(["--tables", "ID2000..ID2012", "--key", "HASHIDV"])
}

fn wide_job(case: &Case) -> Firstseen {
    case.run()
        .args(["--tables", "WIDE1..WIDE5", "--key", "HASHIDV"])
}
