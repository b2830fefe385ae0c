//! Names that need care in SQL, in file names and on a terminal.

mod columns;
mod escapes;
mod tables;

use crate::harness::{Case, Firstseen, Ran, System};

/// All three databases accept these as names of tables and columns.
const NAMES: &[&str] = &[
    "quo\"te",
    "two \"\" quotes\"",
    "back`tick``",
    "it's",
    "semi;colon; DROP TABLE other; --",
    "x\") FROM other; --",
    "x`) FROM other; -- x",
    "/* comment",
    "../../up",
    "/etc/passwd",
    "line\nfeed\r\ttab",
    "\u{1b}[31mred\u{7}",
    "select",
    "order by",
    "Größe",
    "表の名前",
    "back\\slash\\",
    "per%cent%s",
    "{} $1 ? :x @y",
    " leading",
    "dot.name",
    "a,b*?..z",
];
/// A table with one row that no job names. It shows whether a name was interpreted as SQL.
const OTHER: &str = "other";

fn extractors(system: System) -> &'static [&'static str] {
    match system {
        System::Sqlite => &["wire"],
        _ => &["wire", "connectorx"],
    }
}

/// A name, written as a TOML string.
fn toml(name: &str) -> String {
    let escaped = name.chars().map(|letter| match letter {
        '"' | '\\' => format!("\\{letter}"),
        control if control.is_control() => format!("\\u{:04X}", u32::from(control)),
        other => other.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// Checks that the job succeeds, and that no name breaks a log line or sends control characters to the terminal.
fn told_in_lines(job: Firstseen, system: System) -> Ran {
    let ran = job.arg("-vv").succeeds();
    for line in ran.stderr.lines() {
        let time = line.split_once('\t').map(|(time, _)| time.parse::<f64>());
        ran.check(
            matches!(time, Some(Ok(_))),
            format!("{system:?}: is a log line: {line:?}"),
        );
    }
    let said = ran.stderr.replace(['\t', '\n'], "") + &ran.stdout.replace('\n', "");
    ran.check(
        !said.contains(char::is_control),
        "no name sends control characters to the terminal",
    );
    ran
}

/// Checks that the table that no job named is unchanged, and that the folder contains what it should.
fn nothing_else_happened(case: &Case) {
    assert_eq!(case.database.count("SELECT COUNT(*) FROM other"), 1);
    let known = [
        "batches",
        "batches.manifest.json",
        "job.toml",
        "source.sqlite",
    ];
    let entries = case.entries();
    let unknown: Vec<_> = entries
        .iter()
        .filter(|name| !known.contains(&name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
