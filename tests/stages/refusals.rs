//! What doesn't fit is refused, with a remedy that helps.

use super::job::with_nulls;
use super::{Staging, wide};
use crate::harness::{Case, System, Table, Type, Value};
use std::fs;

const JOB: [&str; 6] = ["--tables", "t0,t1", "--key", "k", "--batch-rows", "50"];

fn staged(case: &Case) -> Staging<'_> {
    wide(case, 2, 100);
    let staging = Staging { case };
    staging.plan(&JOB);
    staging
}

#[test]
fn a_plan_that_was_altered_or_is_another_one_is_refused() {
    let case = Case::on(System::Sqlite);
    let staging = staged(&case);
    staging.stage(&[]);
    let plan = fs::read_to_string(case.path("plan.json")).expect("a plan");
    assert!(!plan.contains("password"));
    case.write(
        "plan.json",
        plan.replace("\"batch_rows\": 50", "\"batch_rows\": 60"),
    );
    staging
        .step("stage")
        .fails_with(2)
        .says("not the one that its hash names");
    case.write("plan.json", "{}");
    staging
        .step("stage")
        .fails_with(2)
        .says("can't parse the plan");
    // A plan of another job, written in its place.
    let url = case.database.url();
    let other = [
        "plan",
        "--source",
        &url,
        "--tables",
        "t0",
        "--key",
        "k",
        "--out",
        "plan.json",
    ];
    case.command().args(other).fails_with(6).says("--force");
    case.command().args(other).arg("--force").succeeds();
    staging
        .step("stage")
        .fails_with(4)
        .says("belongs to the plan");
    staging
        .step("finish")
        .fails_with(4)
        .says("belongs to the plan");
    staging
        .step("publish")
        .fails_with(4)
        .says("belongs to the plan");
    staging
        .step("discard")
        .fails_with(4)
        .says("belongs to the plan");
    case.write("plan.json", plan);
    staging.stage(&[]);
    staging.step("discard").succeeds();
    assert!(!staging.path("").exists());
    case.command()
        .args(["stage", "none.json", "--stage", "stage"])
        .fails_with(2)
        .says("can't read the plan");
}

#[test]
fn a_plan_is_only_for_files_and_its_sizes_only_for_it() {
    let case = Case::on(System::Sqlite);
    staged(&case);
    let plan = || {
        case.command()
            .args(["plan", "--source", &case.database.url()])
            .args(JOB)
    };
    plan()
        .args(["--count-only", "--out", "count.json"])
        .fails_with(2)
        .says("leave out --count-only");
    plan()
        .args(["--shard-files", "2", "--out", "batches"])
        .fails_with(2)
        .says("--out plan.json");
    plan()
        .args(["--out", "nowhere/plan.json"])
        .fails_with(5)
        .says("can't write nowhere/plan.json");
    // Without a file, --out is the folder that is shown.
    plan().args(["--out", "folder"]).succeeds();
    assert!(!case.path("folder").exists());
}

#[test]
fn a_database_that_has_changed_since_the_plan_is_refused() {
    for system in System::ALL {
        let case = Case::on(system);
        let staging = staged(&case);
        let renamed = match system {
            System::Sqlite => "ALTER TABLE t1 RENAME COLUMN note TO remark",
            System::MariaDb => "ALTER TABLE t1 MODIFY note VARCHAR(10000)",
            System::Postgres => "ALTER TABLE t1 ALTER note TYPE BYTEA USING note::bytea",
        };
        case.database.execute(renamed);
        staging
            .step("stage")
            .fails_with(if system == System::MariaDb { 0 } else { 4 });
        let case = Case::on(system);
        let staging = staged(&case);
        let keyed = match system {
            System::Sqlite => "CREATE TABLE u (id TEXT, k INT, note TEXT)",
            System::MariaDb | System::Postgres => {
                "CREATE TABLE u (id VARCHAR(9), k INT, note VARCHAR(400))"
            }
        };
        case.database
            .execute_all(&[keyed, "DROP TABLE t0", "ALTER TABLE u RENAME TO t0"]);
        staging.step("stage").fails_with(4);
        assert!(staging.complete().is_empty(), "{system:?}");
    }
}

#[test]
fn a_table_whose_order_or_type_is_another_one_is_named() {
    let case = Case::on(System::MariaDb);
    let staging = staged(&case);
    case.database
        .execute("ALTER TABLE t1 DROP PRIMARY KEY, ADD PRIMARY KEY (k, id)");
    staging
        .step("stage")
        .fails_with(4)
        .says("the database is no longer as it was planned")
        .says("t1");
    let case = Case::on(System::Postgres);
    let staging = staged(&case);
    case.database.execute("ALTER TABLE t0 ALTER k TYPE BIGINT");
    case.database.execute("ALTER TABLE t1 ALTER k TYPE BIGINT");
    let refused = staging.step("stage").fails_with(4);
    refused
        .says("k")
        .says("the type is now")
        .says("write a new plan");
    let url = case.database.url();
    let again = case.command().args(["plan", "--source", &url]).args(JOB);
    again.args(["--out", "plan.json", "--force"]).succeeds();
    staging.step("stage").fails_with(4);
    fs::remove_dir_all(staging.path("")).expect("the stage is removed");
    staging.stage(&[]);
}

#[test]
fn what_is_missing_is_named_with_the_command_that_makes_it() {
    let case = Case::on(System::Sqlite);
    let staging = staged(&case);
    staging.step("finish").fails_with(2).says("is not a stage");
    staging
        .step("stage")
        .args(["--units", "1..2"])
        .fails_with(2)
        .says("the units are 0..1");
    staging.step("stage").args(["--units", "b"]).fails_with(2);
    staging.stage(&["--units", "1"]);
    staging
        .step("finish")
        .fails_with(2)
        .says("firstseen.duckdb");
    staging.stage(&[]);
    staging.keep();
    fs::rename(staging.path("units/0000000.json"), staging.path("hidden")).expect("a file");
    staging
        .step("finish")
        .fails_with(2)
        .says("1 of 2 units aren't staged");
    fs::rename(staging.path("hidden"), staging.path("units/0000000.json")).expect("a file");
    staging
        .step("publish")
        .fails_with(2)
        .says("1 of 1 shards aren't finished");
    staging
        .step("finish")
        .args(["--shards", "1"])
        .fails_with(2)
        .says("the shards are 0..0");
    staging.finish(&[]);
    staging.publish();
}

#[test]
fn a_folder_that_is_no_stage_is_left_alone() {
    let case = Case::on(System::Sqlite);
    let staging = staged(&case);
    fs::create_dir(case.path("stage")).expect("a folder");
    case.write("stage/mine.txt", "mine");
    staging
        .step("stage")
        .fails_with(6)
        .says("is not empty, and not a stage");
    staging.step("discard").fails_with(2).says("is not a stage");
    fs::remove_file(case.path("stage/mine.txt")).expect("a file");
    staging.stage(&[]);
    case.write("stage/mine.txt", "mine");
    staging.step("discard").succeeds();
    assert_eq!(
        fs::read_dir(case.path("stage")).expect("a folder").count(),
        1
    );
}

#[test]
fn a_stage_or_a_keep_list_that_is_damaged_is_refused() {
    let case = Case::on(System::Sqlite);
    let staging = staged(&case);
    staging.stage(&[]);
    staging.keep();
    let keep = staging.path("keep/keep.json");
    let good = fs::read_to_string(&keep).expect("a keep-list");
    let rows: serde_json::Value = serde_json::from_str(&good).expect("JSON");
    let more = rows["rows"].as_u64().expect("rows") + 1;
    fs::write(
        &keep,
        good.replace(
            &format!("\"rows\": {}", more - 1),
            &format!("\"rows\": {more}"),
        ),
    )
    .expect("a file");
    staging
        .step("finish")
        .fails_with(1)
        .says("the keep-list is wrong");
    fs::write(&keep, &good).expect("a file");
    let name = staging.unit(0)["files"][0]["name"]
        .as_str()
        .expect("a part")
        .to_owned();
    let part = staging.path("units").join(name);
    let bytes = fs::read(&part).expect("a part");
    fs::write(&part, &bytes[..bytes.len() / 2]).expect("a file");
    staging
        .step("finish")
        .fails_with(4)
        .says("can't be read, or is not the one that was written");
    fs::remove_file(&part).expect("a part");
    staging
        .step("finish")
        .fails_with(4)
        .says("firstseen discard");
    staging.step("discard").succeeds();
    staging.stage(&[]);
    staging.keep();
    staging.finish(&[]);
    let shard = fs::read_dir(staging.path("files/0000000"))
        .expect("a folder")
        .flatten()
        .next()
        .expect("an attempt");
    let file = fs::read_dir(shard.path())
        .expect("a folder")
        .flatten()
        .next()
        .expect("a file");
    fs::write(file.path(), "short").expect("a file");
    staging
        .step("publish")
        .fails_with(4)
        .says("is not the file that was written");
    assert!(!case.path("batches").exists());
    fs::remove_file(staging.path("files/0000000.json")).expect("a manifest");
    staging.finish(&[]);
    staging.publish();
}

#[test]
fn a_value_that_does_not_fit_is_refused_if_its_row_is_kept() {
    let case = Case::on(System::MariaDb);
    let table = |name: &str| Table::new(name, &[("k", Type::Int), ("d", Type::Date)]);
    for name in ["t0", "t1"] {
        case.database.create(&table(name));
    }
    case.database.execute_all(&[
        "SET sql_mode = ''",
        "INSERT INTO t0 VALUES (1, '2000-01-01')",
        "INSERT INTO t1 VALUES (1, '0000-00-00'), (2, '2000-01-02')",
    ]);
    let staging = Staging { case: &case };
    let args = ["--tables", "t0,t1", "--key", "k"];
    let expected = staging.in_one_process(&args);
    staging.plan(&args);
    // Both units are read side by side, so that the second one stages the duplicate.
    staging.stage(&["--units", "1"]);
    staging.stage(&[]);
    staging.keep();
    staging.finish(&[]);
    staging.publish();
    assert_eq!(
        staging.outcome(),
        expected,
        "the invalid date is a duplicate's"
    );
    case.database.execute("DELETE FROM t0");
    let local = case.run().args(args).arg("--force").fails_with(4);
    let told = |stderr: &str| -> String {
        let lines = stderr.lines();
        let lines = lines.skip_while(|line| !line.starts_with("firstseen:"));
        lines.collect::<Vec<_>>().join("\n")
    };
    staging.stage(&[]);
    staging.keep();
    let refused = staging.step("finish").fails_with(4);
    assert_eq!(told(&refused.stderr), told(&local.stderr));
    refused
        .says("t1")
        .says("row 1")
        .says("--invalid-dates null");
    staging.step("discard").succeeds();
    // Following the hint.
    let args = [&args[..], &["--invalid-dates", "null"]].concat();
    let expected = staging.in_one_process(&args);
    let nulled = case.manifest()["columns"][1]["nulled_dates"].clone();
    staging.plan(&[&args[..], &["--force"]].concat());
    staging.stage(&[]);
    staging.keep();
    staging.finish(&[]);
    staging.publish();
    assert_eq!(staging.outcome(), expected);
    assert_eq!(case.manifest()["columns"][1]["nulled_dates"], nulled);
    assert_eq!(nulled, 1);
}

#[test]
fn a_null_key_is_refused_as_by_a_job_in_one_process() {
    let case = Case::with(
        System::Sqlite,
        &[with_nulls("t0")
            .row([Value::Text("a".to_owned()), Value::Int(1)])
            .row([Value::Null, Value::Int(2)])],
    );
    let staging = Staging { case: &case };
    staging.plan(&["--tables", "t0", "--key", "k"]);
    staging
        .step("stage")
        .fails_with(4)
        .says("the key column k is NULL")
        .says("--null-keys");
    assert!(staging.complete().is_empty());
}
