//! The manifest's totals and checksums, and what `verify` finds.

use crate::harness::{Case, Firstseen, System, Table};
use std::fs;
use std::path::Path;
use std::process::Command;

const FORMATS: [&str; 5] = ["parquet", "arrow", "csv", "ndjson", "pickle"];

#[test]
fn counts_add_up_for_every_table_and_every_file() {
    for exact in ["--exact=false", "--exact=true"] {
        let case = published(&[exact]);
        let manifest = case.manifest();
        let sum = |list: &str, name: &str| -> u64 {
            let items = manifest[list].as_array().expect("a list");
            items
                .iter()
                .map(|item| item[name].as_u64().expect("a count"))
                .sum()
        };
        for table in manifest["tables"].as_array().expect("a list") {
            let count = |name: &str| table[name].as_u64().expect("a count");
            assert_eq!(
                count("rows_read"),
                count("new") + count("duplicates") + count("null_drops"),
                "{table}"
            );
            assert_eq!(
                count("duplicates"),
                count("filter_drops") + count("unique_drops"),
                "{table}"
            );
        }
        for name in ["rows_read", "new", "duplicates", "null_drops"] {
            assert_eq!(manifest["totals"][name], sum("tables", name), "{name}");
        }
        assert_eq!(manifest["totals"]["new"], sum("files", "rows"));
        assert_eq!(manifest["totals"]["bytes"], sum("files", "bytes"));
        assert_eq!(manifest["totals"]["files"], case.files().len());
    }
}

#[test]
fn every_tables_part_is_told() {
    let case = published(&[]);
    let manifest = case.manifest();
    let part = |table: usize| {
        let table = &manifest["tables"][table];
        ["rows_read", "new", "duplicates", "null_drops"]
            .map(|name| table[name].as_u64().expect("a count"))
    };
    assert_eq!(
        [part(0), part(1), part(2)],
        [[31, 30, 1, 0], [0, 0, 0, 0], [22, 10, 11, 1]]
    );
}

#[test]
fn sha256sum_and_sizes_agree_with_the_manifest() {
    let case = published(&[]);
    for file in case.manifest()["files"].as_array().expect("a list") {
        let path = case
            .path("batches")
            .join(file["name"].as_str().expect("a name"));
        let output = Command::new("sha256sum")
            .arg(&path)
            .output()
            .expect("sha256sum runs");
        let sum = String::from_utf8(output.stdout).expect("text");
        assert_eq!(sum.split(' ').next(), file["sha256"].as_str());
        assert_eq!(
            fs::metadata(&path).expect("a file").len(),
            file["bytes"].as_u64().expect("a size")
        );
    }
}

#[test]
fn verify_is_content_with_what_run_published_in_every_format() {
    for format in FORMATS {
        let case = published(&["--format", format]);
        case.verify().succeeds();
    }
}

#[test]
fn a_moved_folder_with_its_manifest_still_verifies() {
    let case = published(&[]);
    fs::create_dir(case.path("archive")).expect("a folder");
    fs::rename(case.path("batches"), case.path("archive/kept")).expect("a move");
    fs::rename(
        case.path("batches.manifest.json"),
        case.path("archive/kept.manifest.json"),
    )
    .expect("a move");
    case.command().args(["verify", "archive/kept"]).succeeds();
}

#[test]
fn verify_names_a_file_with_a_flipped_byte() {
    for part in 0..8 {
        damaged(|path| {
            let mut bytes = fs::read(path).expect("a file");
            let at = bytes.len() * part / 8;
            bytes[at] ^= 1;
            fs::write(path, bytes).expect("a file");
        });
    }
}

#[test]
fn verify_names_a_file_that_is_cut() {
    for kept in [0, 1, 2] {
        damaged(|path| {
            let bytes = fs::read(path).expect("a file");
            let kept = [0, bytes.len() / 2, bytes.len() - 1][kept];
            fs::write(path, &bytes[..kept]).expect("a file");
        });
    }
}

#[test]
fn verify_names_a_file_that_is_missing() {
    damaged(|path| fs::remove_file(path).expect("a file"));
}

#[test]
fn verify_names_a_file_that_is_renamed() {
    damaged(|path| {
        let name = path.file_name().expect("a name").to_str().expect("UTF-8");
        fs::rename(path, path.with_file_name(format!("x{name}"))).expect("a file");
    });
}

#[test]
fn verify_names_a_file_that_is_added() {
    for format in FORMATS {
        let case = published(&["--format", format]);
        let name = format!("x{}", case.files()[1]);
        let [original, copy] =
            [&case.files()[1], &name].map(|name| case.path("batches").join(name));
        fs::copy(original, copy).expect("a file");
        names(case.verify(), &name);
    }
}

#[test]
fn verify_without_a_manifest_fails() {
    let case = published(&[]);
    fs::remove_file(case.path("batches.manifest.json")).expect("a manifest");
    case.verify().fails_with(4).says("manifest");
}

/// Publishes two tables with rows and one without, with duplicates within and across them, and a NULL key.
fn published(args: &[&str]) -> Case {
    let tables = [
        Table::notes("t1").ids((1..=30).chain([5])),
        Table::notes("t2"),
        Table::notes("t3")
            .ids((21..=40).chain([40]))
            .row([None::<i64>, None]),
    ];
    let case = Case::with(System::Sqlite, &tables);
    let job = [
        "--tables",
        "t1..t3",
        "--key",
        "id",
        "--null-keys",
        "drop",
        "--batch-rows",
        "15",
    ];
    case.run().args(job).args(args).succeeds();
    case
}

/// Damages the second file in each format. `verify` must report its name.
fn damaged(damage: impl Fn(&Path)) {
    for format in FORMATS {
        let case = published(&["--format", format]);
        let name = &case.files()[1];
        damage(&case.path("batches").join(name));
        names(case.verify(), name);
    }
}

fn names(verify: Firstseen, file: &str) {
    let ran = verify.fails_with(4);
    let said = ran.stdout.contains(file) || ran.stderr.contains(file);
    ran.check(said, format!("{file} is named"));
}
