//! `generate` creates the article's tables, and the job that reads them finds the same counts as a different way of counting.

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
