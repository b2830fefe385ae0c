//! Values that could escape: a prefix from its folder, a folder from its parent, a condition from its query.

use super::{OTHER, nothing_else_happened, toml};
use crate::harness::{Case, System, Table};
use std::fs;

#[test]
fn a_prefix_or_a_folder_that_leaves_its_place_is_refused() {
    let case = Case::with(System::Sqlite, &[Table::notes("t").ids([1])]);
    let before = case.entries();
    let parent = case.folder().parent().expect("a parent").to_owned();
    for prefix in [
        "a/b",
        "../up",
        "/abs",
        "..",
        ".",
        "",
        "line\nfeed",
        "\u{1b}[31m",
        ".hidden",
        "_skipped",
        "-x",
    ] {
        let job = [
            &format!("--prefix={prefix}"),
            "--tables",
            "t",
            "--key",
            "id",
        ];
        case.run().args(job).fails_with(2).says("--prefix");
        case.write(
            "job.toml",
            format!("prefix = {}\ntables = 't'\nkey = 'id'\n", toml(prefix)),
        );
        case.run().arg("job.toml").fails_with(2).says("--prefix");
    }
    case.write(
        "job.toml",
        "prefix = \"a\\u0000b\"\ntables = 't'\nkey = 'id'\n",
    );
    case.run().arg("job.toml").fails_with(2).says("--prefix");
    for out in ["..", ".", "/", "a/.."] {
        let job = ["--out", out, "--tables", "t", "--key", "id"];
        case.run().args(job).fails_with(2).says("--out");
    }
    fs::remove_file(case.path("job.toml")).expect("the job file");
    assert_eq!(case.entries(), before);
    assert!(!parent.join("up-0000001-0000001.parquet").exists());
    for prefix in ["bätch", "a b", "x;y", "表", "a..b"] {
        let job = [
            "--prefix", prefix, "--tables", "t", "--key", "id", "--force",
        ];
        case.run().args(job).succeeds();
        assert_eq!(case.files(), [format!("{prefix}-0000001-0000001.parquet")]);
        case.verify().succeeds();
    }
}

#[test]
fn a_condition_is_the_users_own_sql_and_stays_a_condition_of_a_reading_session() {
    for system in System::ALL {
        let case = Case::with(
            system,
            &[Table::notes("t").ids([1, 2]), Table::notes(OTHER).ids([1])],
        );
        for condition in [
            "1 = 1; DROP TABLE other",
            "1 = 1); DROP TABLE other; --",
            "1 = 1)) TO STDOUT; DROP TABLE other; --",
            "1 = 1) UNION SELECT * FROM other; DELETE FROM other; --",
        ] {
            let job = ["--tables", "t", "--key", "id", "--where", condition];
            case.run().args(job).fails_with(3);
        }
        // A comment ends with its line, and what follows still applies.
        let job = ["--tables", "t", "--key", "id", "--where", "id = 2 -- not 1"];
        case.run().args(job).succeeds();
        assert_eq!(case.notes(), ["t 2"]);
        nothing_else_happened(&case);
    }
}
