//! The tables of flags in docs/flags.md match the program's help.

use super::markdown::page;
use crate::harness::{Case, System};
use std::fmt::Write;

/// The commands, and the headings of their tables.
const COMMANDS: [(&str, &str); 8] = [
    ("run", "## run and plan"),
    ("hold", "## hold"),
    ("stage", "## stage"),
    ("finish", "## finish"),
    ("publish", "## publish"),
    ("discard", "## discard"),
    ("verify", "## verify"),
    ("generate", "## generate"),
];

#[test]
fn the_tables_of_flags_are_those_of_the_help() {
    let case = Case::on(System::Sqlite);
    let text = page("docs/flags.md".into()).text;
    for (command, heading) in COMMANDS {
        let help = case.command().args([command, "-h"]).succeeds().stdout;
        let expected = tables(&help);
        let found = text
            .split(&format!("\n{heading}\n"))
            .nth(1)
            .and_then(|rest| rest.split("\n## ").next())
            .unwrap_or_else(|| panic!("docs/flags.md must have the heading {heading}"));
        let lines = |text: &str| -> Vec<String> {
            let rows = text.lines().filter(|line| line.starts_with(['|', '#']));
            rows.map(str::to_owned).collect()
        };
        assert_eq!(lines(found), lines(&expected), "\n{heading}\n{expected}");
    }
}

#[test]
fn the_table_of_commands_has_all_of_them() {
    let case = Case::on(System::Sqlite);
    let help = case.command().arg("-h").succeeds().stdout;
    let commands = help.split("Commands:\n").nth(1).expect("commands");
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let names = commands.filter_map(|line| line.split_whitespace().next());
    let text = page("docs/flags.md".into()).text;
    let rows = text.lines().filter_map(|row| {
        let command = row.strip_prefix("| `firstseen ")?;
        command.split([' ', '`']).next()
    });
    let documented: Vec<_> = rows.filter(|name| !name.starts_with('-')).collect();
    let names: Vec<_> = names.filter(|name| *name != "help").collect();
    assert_eq!(documented, names);
}

#[test]
fn plan_takes_the_flags_of_run_and_those_of_its_file() {
    let case = Case::on(System::Sqlite);
    let options = |command: &str| {
        let help = case.command().args([command, "-h"]).succeeds().stdout;
        tables(&help)
    };
    let plan = options("plan");
    let (shared, own) = plan
        .split_once("### Plan for several processes")
        .expect("flags of the plan's file");
    assert_eq!(shared, options("run"));
    let text = page("docs/flags.md".into()).text;
    let rows = |text: &str| -> Vec<String> {
        let rows = text.lines().filter(|line| line.starts_with("| `--"));
        rows.map(str::to_owned).collect()
    };
    let documented = text
        .split("\n## plan\n")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .expect("a section about plan");
    assert_eq!(rows(documented), rows(own));
}

/// A table of the flags under each heading of `-h`, except for `--help` itself.
fn tables(help: &str) -> String {
    let mut tables = String::new();
    for section in help.split("\n\n") {
        let Some((heading, flags)) = section.split_once(":\n") else {
            continue;
        };
        let rows: Vec<_> = flags.lines().filter_map(row).collect();
        if heading.starts_with("Usage") || rows.is_empty() {
            continue;
        }
        let header = "| flag | default | meaning |\n| --- | --- | --- |";
        let _ = writeln!(tables, "### {heading}\n{header}\n{}", rows.join("\n"));
    }
    tables
}

/// Turns `      --retries <N>   Retries … [default: 3]` into a row of a table.
fn row(line: &str) -> Option<String> {
    let (flag, meaning) = line.trim().split_once("  ")?;
    let (meaning, default) = match meaning.trim().split_once(" [default: ") {
        Some((meaning, default)) => (meaning, default.strip_suffix(']')?),
        None => (meaning.trim(), ""),
    };
    if !flag.starts_with('-') || flag.contains("--help") {
        return None;
    }
    let flag = flag
        .replace("[=<BOOL>]", "")
        .replace("...", "")
        .replace(['<', '>'], "")
        .replace(", ", "`, `")
        .replace('|', "\\|");
    let meaning = meaning.replace('|', "\\|");
    Some(format!("| `{flag}` | {default} | {meaning} |"))
}
