//! The schema of the JSON log, and every line of real logs.

use super::{Schema, with_missing_fields, with_wrong_values};
use crate::harness::{Case, Ran, System, Table};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn the_schema_describes_every_line_of_real_logs_and_no_other() {
    let schema = Schema::of("events");
    let lines = real_lines();
    schema.describes(&lines);
    let by_event: BTreeMap<String, &Json> = lines.iter().map(|line| (event(line), line)).collect();
    let named: BTreeSet<String> = constants(&schema.0);
    assert_eq!(by_event.keys().cloned().collect::<BTreeSet<_>>(), named);
    let mut wrong = Vec::new();
    for line in by_event.values() {
        wrong.extend(with_wrong_values(line));
        wrong.extend(with_missing_fields(line, |_| true));
        let mut renamed = (*line).clone();
        renamed["event"] = json!("unheard_of");
        wrong.push(("an unknown event".to_owned(), renamed));
        let mut newer = (*line).clone();
        newer["schema_version"] = json!(2);
        wrong.push(("a newer version".to_owned(), newer));
    }
    schema.refuses(&wrong);
}

/// Lines of runs that succeed, warn and fail, in which every event occurs.
fn real_lines() -> Vec<Json> {
    let mut lines = Vec::new();
    for system in System::ALL {
        let case = Case::on(system);
        let create =
            |table: &str| format!("CREATE TABLE {table} (id BIGINT PRIMARY KEY, day DATE)");
        case.database.execute_all(&[create("t1"), create("t2")]);
        for id in 1..=20 {
            case.database
                .execute(&format!("INSERT INTO t1 VALUES ({id}, '2000-02-28')"));
        }
        case.database.execute_all(&invalid_date(system));
        let jobs: [&[&str]; 9] = [
            &["--tables", "t1,t2", "--invalid-dates", "null", "-v"],
            &[
                "--tables",
                "t1",
                "--read",
                "keys-first",
                "--invalid-dates",
                "null",
                "--force",
            ],
            &[
                "--tables",
                "t1",
                "--partition-on",
                "id",
                "--partitions",
                "3",
                "--force",
            ],
            &["--tables", "t1", "--count-only", "--snapshot", "off"],
            &[
                "--tables",
                "t1",
                "--key",
                "day",
                "--invalid-dates",
                "null",
                "--null-keys",
                "drop",
                "--force",
            ],
            // Failures: a date, a table, a folder, and a key.
            &["--tables", "t1,t2", "--force"],
            &["--tables", "t3"],
            &["--tables", "t1"],
            &["--tables", "t1", "--key", "none"],
        ];
        for job in jobs {
            let key = if job.contains(&"--key") {
                &[][..]
            } else {
                &["--key", "id"]
            };
            let ran = case
                .run()
                .args(["--log-format", "json"])
                .args(job)
                .args(key)
                .end();
            lines.extend(lines_of(&ran));
        }
    }
    lines.extend(slow());
    lines.extend(warned());
    lines
}

/// Adds a row whose date does not exist to t2.
fn invalid_date(system: System) -> Vec<String> {
    let (set, date) = match system {
        System::MariaDb => ("SET sql_mode = ''", "0000-00-00"),
        System::Postgres => ("SELECT 1", "infinity"),
        System::Sqlite => ("SELECT 1", "2000-02-30"),
    };
    vec![
        set.to_owned(),
        format!("INSERT INTO t2 VALUES (21, '{date}')"),
    ]
}

/// A job that reads for more than the five seconds between two lines of progress.
fn slow() -> Vec<Json> {
    let case = Case::with(System::MariaDb, &[Table::notes("t").ids(1..=20)]);
    let filter = ["--where", "SLEEP(0.3) = 0", "--extractor", "connectorx"];
    let job = ["--tables", "t", "--key", "id", "-v", "--log-format", "json"];
    lines_of(&case.run().args(job).args(filter).succeeds())
}

/// A job with a warning, which no server can be reached for.
fn warned() -> Vec<Json> {
    let case = Case::on(System::Sqlite);
    case.write(
        "job.toml",
        "source = 'sqlite://a.sqlite'\ntables = 't'\nkey = 'id'\n",
    );
    let run = case
        .command()
        .args(["run", "job.toml", "--log-format", "json"]);
    let url = "mysql://reader@127.0.0.1:9/lhid2005";
    lines_of(&run.env("FIRSTSEEN_SOURCE", url).fails_with(3))
}

fn lines_of(ran: &Ran) -> Vec<Json> {
    let lines = ran.stderr.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("JSON lines")
}

fn event(line: &Json) -> String {
    line["event"].as_str().expect("an event").to_owned()
}

/// The events that the schema describes.
fn constants(schema: &Json) -> BTreeSet<String> {
    let paths = super::paths(schema);
    let names = paths
        .iter()
        .filter(|path| path.ends_with("/event/const") || path.ends_with("FailedEvent/enum/0"));
    let names = names.filter_map(|path| schema.pointer(path)?.as_str());
    names.map(str::to_owned).collect()
}
