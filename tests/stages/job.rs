//! A job in one process, and the same job in steps.

use crate::harness::{
    Case, Firstseen, PASSWORD, Ran, Row, Running, System, Table, Type, Value, interpreter,
};
use serde_json::Value as Json;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// The steps of a job of a case, in its folder.
pub struct Staging<'a> {
    pub case: &'a Case,
}

impl Staging<'_> {
    /// A step, with the login that a plan doesn't have.
    pub fn step(&self, name: &str) -> Firstseen {
        self.case
            .command()
            .env("FIRSTSEEN_PASSWORD", PASSWORD)
            .args([name, "plan.json", "--stage", "stage"])
    }

    /// `firstseen plan … --out plan.json`.
    pub fn plan(&self, args: &[&str]) -> Ran {
        let url = self.case.database.url();
        let plan = self.case.command().args(["plan", "--source", &url]);
        plan.args(args).args(["--out", "plan.json"]).succeeds()
    }

    pub fn stage(&self, args: &[&str]) -> Ran {
        self.step("stage").args(args).succeeds()
    }

    /// Computes the keep-list.
    pub fn keep(&self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stages/keep_list.py");
        let output = Command::new(interpreter())
            .args(["-B", script, "plan.json", "stage"])
            .current_dir(self.case.folder())
            .output()
            .expect("Python starts");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    pub fn finish(&self, args: &[&str]) -> Ran {
        self.step("finish").args(args).succeeds()
    }

    pub fn publish(&self) -> Ran {
        self.step("publish").arg("--force").succeeds()
    }

    /// Starts a holder, and waits until it holds.
    pub fn hold(&self) -> Running {
        let path = self.path("snapshot.json");
        // A holder that was killed has left it.
        let _ = std::fs::remove_file(&path);
        let mut holder = self.step("hold").start();
        let begun = Instant::now();
        while !path.exists() {
            assert!(
                holder.runs() && begun.elapsed() < Duration::from_secs(30),
                "a state is held"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        holder
    }

    /// A path in the stage.
    pub fn path(&self, name: &str) -> PathBuf {
        self.case.path("stage").join(name)
    }

    /// Units that are complete.
    pub fn complete(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path("units")) else {
            return Vec::new();
        };
        let manifests = entries.flatten().filter(|entry| {
            let path = entry.path();
            path.extension()
                .is_some_and(|extension| extension == "json")
        });
        let names = manifests.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// The manifest of a unit.
    pub fn unit(&self, unit: usize) -> Json {
        let text =
            std::fs::read(self.path(&format!("units/{unit:07}.json"))).expect("a complete unit");
        serde_json::from_slice(&text).expect("JSON")
    }

    /// Runs the same job in one process, and returns its files and its tables' counts.
    pub fn in_one_process(&self, args: &[&str]) -> (Json, Json) {
        self.case.run().args(args).arg("--force").succeeds();
        self.outcome()
    }

    /// The published files, and each table's counts.
    pub fn outcome(&self) -> (Json, Json) {
        let manifest = self.case.manifest();
        let counts = manifest["tables"]
            .as_array()
            .expect("tables")
            .iter()
            .map(|table| {
                let of = |name: &str| table[name].clone();
                Json::Array(
                    [
                        "table",
                        "rows_read",
                        "new",
                        "duplicates",
                        "null_drops",
                        "order",
                        "sql",
                    ]
                    .map(of)
                    .to_vec(),
                )
            });
        (manifest["files"].clone(), counts.collect())
    }
}

/// Tables `t0`, `t1`, … whose rows are wide enough to read their keys first, with `id` as primary key and `k` as the job's key.
pub fn wide(case: &Case, tables: usize, rows: i64) {
    for table in 0..tables {
        let shift = i64::try_from(table).expect("few tables") * rows / 2;
        let row = |id: i64| -> Row {
            vec![
                Value::Int(id),
                Value::Int((id + shift) % (rows * 2)),
                Value::Text(format!("t{table} row {id} {}", "x".repeat(250))),
            ]
        };
        let name = format!("t{table}");
        let made = match case.database.system() {
            System::Sqlite => {
                format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, k INT, note TEXT)")
            }
            System::MariaDb | System::Postgres => {
                format!("CREATE TABLE {name} (id INT PRIMARY KEY, k INT, note VARCHAR(400))")
            }
        };
        case.database.execute(&made);
        let system = case.database.system();
        let values = (1..=rows).map(|id| {
            let cells: Vec<String> = row(id).iter().map(|value| value.sql(system)).collect();
            format!("({})", cells.join(","))
        });
        let values: Vec<String> = values.collect();
        for values in values.chunks(200) {
            case.database
                .execute(&format!("INSERT INTO {name} VALUES {}", values.join(",")));
        }
    }
}

/// A table of this name, with a column that is often NULL.
pub fn with_nulls(name: &str) -> Table {
    Table::new(name, &[("k", Type::Varchar(20)), ("n", Type::Int)])
}
