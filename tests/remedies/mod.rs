//! Each remedy that an error names leads out, and loses nothing that isn't counted: the failing command, what it says, and the
//! command as that says it.

mod connection;
mod flags;
mod list;
mod output;
mod tables;

use crate::harness::{Case, Ran, System, Table};

/// Rows of `t1` and of `t2`.
const ROWS: u64 = 50;

/// Two tables with a primary key.
fn case(system: System) -> Case {
    let case = Case::on(system);
    for name in ["t1", "t2"] {
        let create =
            format!("CREATE TABLE {name} (id BIGINT NOT NULL PRIMARY KEY, note VARCHAR(40))");
        let ids = 1..=i64::try_from(ROWS).expect("few");
        let fill = Table::notes(name).ids(ids).statements(system).split_off(1);
        case.database.execute_all(&[vec![create], fill].concat());
    }
    case
}

/// Before the name of a flag that a job lacks.
const LEFT_OUT: &str = "left out";

/// The flags of a job, in which those that `changed` names have other values, or none.
fn job<'a>(changed: &[&'a str]) -> Vec<&'a str> {
    let usual = [("--tables", "t1,t2"), ("--key", "id")];
    let mut flags: Vec<&str> = Vec::new();
    for (flag, value) in usual {
        if !changed.contains(&flag) {
            flags.extend([flag, value]);
        }
    }
    let mut changed = changed.iter();
    while let Some(flag) = changed.next() {
        if *flag == LEFT_OUT {
            changed.next();
        } else {
            flags.push(flag);
        }
    }
    flags
}

/// The job fails with a code and names a remedy; as that says it, it reads all rows.
#[track_caller]
fn leads_out(case: &Case, wrong: &[&str], code: i32, remedy: &str, right: &[&str]) -> Ran {
    let failed = case.run().args(job(wrong)).arg("--force");
    let failed = failed.fails_with(code).says(remedy);
    let ran = case.run().args(job(right)).args(["--force"]).succeeds();
    accounts_for_all(case, &ran);
    failed
}

/// Whether every row of the tables is in the result, or counted as one that isn't.
#[track_caller]
fn accounts_for_all(case: &Case, ran: &Ran) {
    let totals = &case.manifest()["totals"];
    let number = |name: &str| totals[name].as_u64().unwrap_or_default();
    let known = number("new") + number("duplicates") + number("null_drops");
    ran.check(
        number("rows_read") == known && known % ROWS == 0 && known > 0,
        format!("all rows are accounted for: {totals}"),
    );
}
