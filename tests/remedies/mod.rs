//! Each hint leads to success and loses nothing that isn't counted: tests run the failing command, check what it says, and run
//! the command as the hint says.

mod connection;
mod flags;
mod list;
mod output;
mod tables;

use crate::harness::{Case, Ran, System, Table};

/// The number of rows in each of `t1` and `t2`.
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

/// Precedes the name of a flag that the job lacks.
const LEFT_OUT: &str = "left out";

/// The flags of a job. Those that `changed` names have other values, or are left out.
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

/// Checks that the job fails with this code and hint, and that it reads all rows when the hint is followed.
#[track_caller]
fn leads_out(case: &Case, wrong: &[&str], code: i32, remedy: &str, right: &[&str]) -> Ran {
    let failed = case.run().args(job(wrong)).arg("--force");
    let failed = failed.fails_with(code).says(remedy);
    let ran = case.run().args(job(right)).args(["--force"]).succeeds();
    accounts_for_all(case, &ran);
    failed
}

/// Checks that every row of the tables is in the result, or counted as one that isn't.
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
