//! What the plan, the log, the manifest and errors say about parts.

use super::{indexed, ints, parted, plan, table, units};
use crate::harness::{System, Type, Value};

#[test]
fn a_table_is_counted_once_and_its_parts_sum_up() {
    for system in System::ALL {
        let case = indexed(system, &[table("t", Type::BigInt, ints(0..90))]);
        let job = parted("3");
        let ran = case.run().args(job).succeeds();
        ran.check(
            ran.stdout.matches("\nt ").count() == 1,
            "the summary has the table once",
        );
        ran.check(
            ran.stderr.contains("running t, part 2 of 3: SELECT"),
            "the part's query",
        );
        ran.check(
            ran.stderr.matches("finished t").count() == 1,
            "the table ends once",
        );
        let ran = ran.says("finished t: 90 rows, ");
        let manifest = case.manifest();
        let table = &manifest["tables"][0];
        assert_eq!(manifest["tables"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            (&table["rows_read"], &table["new"], &table["duplicates"]),
            (&90.into(), &37.into(), &53.into())
        );
        assert_eq!(units(&manifest), [[30; 3]]);
        for (unit, range) in [(0, " < 30"), (1, " >= 30 AND "), (2, " >= 60 ORDER BY ")] {
            let sql = table["units"][unit]["sql"].as_str().expect("a query");
            ran.check(sql.contains(range), format!("{range} in {sql}"));
        }
        let whole = table["sql"].as_str().expect("a query");
        ran.check(!whole.contains("WHERE"), "the query of the whole table");
        assert_eq!(
            (
                &manifest["job"]["partition_on"],
                &manifest["job"]["partitions"]
            ),
            (&"c".into(), &"3".into())
        );
        case.verify().succeeds();
        let text = std::fs::read_to_string(case.path("batches.manifest.json")).expect("a manifest");
        let wrong = text.replacen("\"rows_read\": 30", "\"rows_read\": 31", 1);
        assert_ne!(text, wrong);
        case.write("batches.manifest.json", wrong);
        case.verify().fails_with(4).says("the sum over its units");
    }
}

#[test]
fn the_plan_shows_each_parts_query() {
    for system in System::ALL {
        let case = indexed(system, &[table("t", Type::BigInt, ints(0..90))]);
        let plan = |args: &[&str]| {
            plan(&case)
                .args(["--partition-on", "c", "--partitions", "3"])
                .args(args)
                .succeeds()
        };
        let shown = plan(&[]);
        shown.check(
            shown
                .stdout
                .lines()
                .any(|line| line.split_whitespace().eq(["t", "90", "3", "c,", "id"])),
            "the table once",
        );
        shown.check(
            shown.stdout.matches("\n  SELECT").count() == 3,
            "three queries",
        );
        let units = plan(&["--json"]).json()["units"].clone();
        assert_eq!(units[1]["part"], serde_json::json!({"number": 2, "of": 3}));
        assert_eq!(units[1]["estimated_rows"], 30);
    }
}

#[test]
fn an_error_names_the_part() {
    for system in System::ALL {
        let mut table = table("t", Type::BigInt, ints(0..90));
        table.rows[40][2] = Value::Null;
        let case = indexed(system, &[table]);
        let job = parted("3");
        case.run()
            .args(job)
            .fails_with(4)
            .says("where: table t, part 2 of 3, row ")
            .says("--null-keys");
    }
}
