//! Table names.

use super::{NAMES, OTHER, extractors, nothing_else_happened, told_in_lines, toml};
use crate::harness::{Case, System, Table};

#[test]
fn every_name_of_a_table_is_its_own() {
    for system in System::ALL {
        let case = with_awkward_tables(system);
        let entry = |name: &&str| format!("[[table]]\nname = {}\n", toml(name));
        let entries: Vec<String> = NAMES.iter().map(entry).collect();
        let entries = entries.concat();
        case.write("job.toml", format!("key = ['id']\n{entries}"));
        let expected: Vec<String> = NAMES.iter().map(|name| format!("note of {name}")).collect();
        for extractor in extractors(system) {
            let job = case
                .run()
                .args(["job.toml", "--extractor", extractor, "--force"]);
            let ran = told_in_lines(job, system);
            assert_eq!(case.notes(), expected, "{system:?}");
            let tables = case.manifest()["tables"].clone();
            let tables = tables.as_array().expect("tables").iter();
            let tables: Vec<_> = tables
                .map(|table| table["table"].as_str().expect("a name"))
                .collect();
            ran.check(tables == NAMES, format!("{tables:?}"));
        }
        case.verify().succeeds();
        nothing_else_happened(&case);
    }
}

#[test]
fn a_pattern_finds_every_name() {
    for system in System::ALL {
        let case = with_awkward_tables(system);
        let job = case.run().args(["--tables", "*", "--key", "id"]);
        told_in_lines(job, system);
        assert_eq!(case.notes().len(), NAMES.len() + 1, "{system:?}");
        let plan = case
            .command()
            .args(["plan", "--source", &case.database.url()]);
        let plan = plan.args(["--tables", "*", "--key", "id"]).succeeds();
        let steers = |letter: char| letter.is_control() && letter != '\n';
        plan.check(
            !plan.stdout.contains(steers),
            "the plan sends no control characters to the terminal",
        );
        nothing_else_happened(&case);
    }
}

#[test]
fn a_name_that_is_not_there_is_told_in_one_line() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes(OTHER).ids([1])]);
        for name in NAMES {
            case.write(
                "job.toml",
                format!("key = 'id'\n[[table]]\nname = {}\n", toml(name)),
            );
            let ran = case.run().arg("job.toml").fails_with(4);
            let error = ran
                .stderr
                .lines()
                .find(|line| line.starts_with("firstseen: "));
            let plain: String = name
                .chars()
                .filter(|letter| !letter.is_control())
                .take(4)
                .collect();
            ran.check(
                error.is_some_and(|line| line.contains(&plain)),
                "the error names it",
            );
            ran.check(
                !ran.stderr.replace('\n', "").contains(char::is_control),
                "the error sends no control characters to the terminal",
            );
        }
        nothing_else_happened(&case);
    }
}

/// A table with one row for each name, and one more table.
fn with_awkward_tables(system: System) -> Case {
    let table =
        |(id, name): (i64, &&str)| Table::notes(name).row_of(id, &format!("note of {name}"));
    let mut tables: Vec<Table> = (2..).zip(NAMES).map(table).collect();
    tables.push(Table::notes(OTHER).ids([1]));
    Case::with(system, &tables)
}
