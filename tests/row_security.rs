//! Rows that PostgreSQL's policies hide from a user: the job is refused, or they are left out if that is requested.

use crate::harness::{Case, System};

/// A table with three rows, of which the tests' user sees one, and a view that shows all of them.
fn case() -> Case {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t (id BIGINT, note TEXT)",
        "INSERT INTO t VALUES (1, 'mine'), (2, 'yours'), (3, 'theirs')",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY own ON t USING (note = 'mine')",
        "CREATE VIEW v AS SELECT * FROM t",
        "CREATE TABLE open (id BIGINT, note TEXT)",
        "INSERT INTO open VALUES (4, 'ours')",
    ]);
    case
}

#[test]
fn a_table_whose_rows_a_policy_hides_is_refused_by_both_extractors() {
    let case = case();
    for extractor in ["wire", "connectorx"] {
        let filter = "id IN (SELECT id FROM t)";
        let through_filter = ["--tables", "open", "--where", filter];
        for job in [&["--tables", "open,t"][..], &through_filter] {
            let ran = case.run().args(job).args(["--key", "id"]);
            let ran = ran.args(["--extractor", extractor]).fails_with(3);
            ran.says("row-level security policy for table \"t\"")
                .says("--row-security")
                .says("BYPASSRLS");
            assert_eq!(case.entries(), [""; 0]);
        }
    }
}

#[test]
fn just_the_rows_that_policies_show_are_read_where_somebody_asks_for_them() {
    let case = case();
    for extractor in ["wire", "connectorx"] {
        let job = ["--tables", "open,t", "--key", "id", "--force"];
        let job = case.run().args(job).args(["--extractor", extractor]);
        job.arg("--row-security")
            .succeeds()
            .says("rows that policies hide");
        assert_eq!(case.notes(), ["ours", "mine"], "{extractor}");
        assert_eq!(case.manifest()["job"]["row_security"], true);
    }
    case.write(
        "job.toml",
        format!(
            "source = '{}'\ntables = 'open,t'\nkey = 'id'\nforce = true\nrow_security = true",
            case.database.url()
        ),
    );
    case.command().args(["run", "job.toml"]).succeeds();
    assert_eq!(case.notes(), ["ours", "mine"]);
    let undone = ["run", "job.toml", "--row-security=false"];
    case.command().args(undone).fails_with(3);
}

#[test]
fn policies_that_bind_nobody_who_reads_refuse_nothing() {
    let case = case();
    let job = ["--key", "id", "--force"];
    // A view reads its tables as its owner, who isn't subject to the policies of his own table.
    case.run().args(["--tables", "v"]).args(job).succeeds();
    assert_eq!(case.notes().len(), 3);
    assert_eq!(case.manifest()["job"]["row_security"], false);
    case.database
        .execute("ALTER TABLE t DISABLE ROW LEVEL SECURITY");
    case.run().args(["--tables", "t"]).args(job).succeeds();
    assert_eq!(case.notes().len(), 3);
}

#[test]
fn a_manifest_that_tells_nothing_of_row_security_is_verified() {
    let case = case();
    let job = ["--tables", "open", "--key", "id"];
    case.run().args(job).succeeds();
    let mut manifest = case.manifest();
    let job = manifest["job"].as_object_mut().expect("an object");
    job.remove("row_security").expect("it is listed");
    case.write("batches.manifest.json", manifest.to_string());
    case.verify().succeeds();
}

#[test]
fn other_databases_have_no_policies() {
    let case = Case::on(System::Sqlite);
    let job = ["--tables", "t", "--key", "id", "--row-security"];
    case.run()
        .args(job)
        .fails_with(2)
        .says("--row-security is for PostgreSQL");
}
