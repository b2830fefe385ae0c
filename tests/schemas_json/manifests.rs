//! The manifest's schema, and manifests of every shape that a program has ever written.

use super::{Schema, with_missing_fields, with_wrong_values};
use crate::harness::{Case, System, Table};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Fields that older manifests don't have, and those that can be null.
const OPTIONAL: [&str; 14] = [
    "check_counts",
    "extractor",
    "nulled_dates",
    "partition_on",
    "partitions",
    "peak_memory_bytes",
    "plan_hash",
    "read",
    "read_why",
    "row_security",
    "rows_located",
    "rows_scanned",
    "units",
    "where",
];

#[test]
fn the_schema_describes_manifests_of_every_format_and_compression() {
    let case = case(System::Sqlite);
    let mut manifests = Vec::new();
    for (format, compression) in [
        ("parquet", "zstd:3"),
        ("parquet", "snappy"),
        ("arrow", "lz4"),
        ("csv", "gzip"),
        ("ndjson", "zstd"),
        ("pickle", "none"),
    ] {
        let flags = ["--format", format, "--compression", compression];
        manifests.push(manifest(&case, &flags));
    }
    Schema::of("manifest").describes(&manifests);
}

#[test]
fn the_schema_describes_manifests_of_every_database_and_kind_of_job() {
    let mut manifests = Vec::new();
    for system in System::ALL {
        let case = case(system);
        let jobs: [&[&str]; 9] = [
            &[],
            &["--null-keys", "keep", "--exact"],
            &["--order-by", "note desc,id", "--check-counts"],
            &[
                "--partition-on",
                "id",
                "--partitions",
                "3",
                "--tables",
                "parts",
            ],
            &[
                "--partition-on",
                "id",
                "--tables",
                "parts",
                "--where",
                "id > 3",
            ],
            &["--where", "1 = 0"],
            &[
                "--invalid-dates",
                "null",
                "--snapshot",
                "off",
                "--workers",
                "1",
            ],
            &["--batch-rows", "1000", "--prefix", "größe"],
            &["--columns", "id"],
        ];
        manifests.extend(jobs.map(|job| manifest(&case, job)));
    }
    Schema::of("manifest").describes(&manifests);
}

#[test]
fn the_schema_describes_what_count_only_prints() {
    let case = case(System::Sqlite);
    let flags = [
        "--tables",
        "t1,t2",
        "--key",
        "id",
        "--null-keys",
        "drop",
        "--count-only",
        "--json",
    ];
    let printed = case.run().args(flags).succeeds().json();
    assert_eq!(printed["files"], json!([]));
    Schema::of("manifest").describes(&[printed]);
}

#[test]
fn the_schema_refuses_wrong_manifests() {
    let manifest = manifest(
        &case(System::Sqlite),
        &["--partition-on", "id", "--tables", "parts"],
    );
    let mut wrong = with_wrong_values(&manifest);
    wrong.extend(with_missing_fields(&manifest, |name| {
        !OPTIONAL.contains(&name)
    }));
    for (pointer, value) in [
        ("/schema_version", json!(2)),
        ("/schema_version", json!(0)),
        ("/run_id", json!("7")),
        ("/totals/new", json!(-1)),
        ("/totals/new", json!(1.5)),
        ("/totals/new", json!("14")),
        ("/files/0/sha256", json!("")),
        ("/tables", json!({})),
    ] {
        let mut changed = manifest.clone();
        *changed.pointer_mut(pointer).expect("a path") = value.clone();
        wrong.push((format!("{pointer} is {value}"), changed));
    }
    wrong.push(("a list of manifests".to_owned(), json!([manifest])));
    Schema::of("manifest").refuses(&wrong);
}

#[test]
fn fields_of_a_newer_program_are_accepted() {
    let mut newer = manifest(&case(System::Sqlite), &[]);
    for pointer in ["", "/job", "/tables/0", "/files/0"] {
        newer.pointer_mut(pointer).expect("an object")["added"] = json!([1]);
    }
    Schema::of("manifest").accepts(&[newer]);
}

#[test]
fn manifests_of_every_earlier_shape_are_valid_and_verify() {
    let case = Case::on(System::Sqlite);
    let mut manifests = Vec::new();
    for path in earlier() {
        let name = name_of(&path);
        fs::copy(&path, case.path(&format!("{name}.manifest.json"))).expect("a copy");
        fs::create_dir(case.path(&name)).expect("a folder");
        for entry in fs::read_dir(path.with_file_name(&name)).expect("its folder") {
            let file = entry.expect("an entry");
            fs::copy(file.path(), case.path(&name).join(file.file_name())).expect("a copy");
        }
        case.command().args(["verify", &name]).succeeds();
        manifests.push(read(&path));
    }
    Schema::of("manifest").describes(&manifests);
}

/// Otherwise a manifest of an earlier shape could have been written again by a newer program.
#[test]
fn the_earlier_shapes_differ_from_each_other_and_from_todays() {
    let today = fields(&manifest(&case(System::Sqlite), &[]));
    let mut shapes: Vec<BTreeSet<String>> =
        earlier().iter().map(|path| fields(&read(path))).collect();
    assert_eq!(shapes.len(), 7);
    for shape in &shapes {
        assert!(shape.is_subset(&today), "{:?}", shape.difference(&today));
    }
    shapes.push(today);
    let distinct: BTreeSet<_> = shapes.iter().collect();
    assert_eq!(distinct.len(), shapes.len());
}

/// The manifests in `tests/manifests`, sorted. Its README says when programs wrote them.
fn earlier() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests");
    let entries = fs::read_dir(folder).expect("tests/manifests");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    paths.sort();
    paths
}

fn name_of(manifest: &Path) -> String {
    let name = manifest
        .file_name()
        .and_then(|name| name.to_str())
        .expect("UTF-8");
    name.strip_suffix(".manifest.json")
        .expect("a manifest's name")
        .to_owned()
}

fn read(path: &Path) -> Json {
    let text = fs::read_to_string(path).expect("a manifest");
    serde_json::from_str(&text).expect("JSON")
}

/// The names of all fields, each with its parents; those of the items of lists are taken together.
fn fields(document: &Json) -> BTreeSet<String> {
    let names = super::paths(document).into_iter().map(|path| {
        let steps = path
            .split('/')
            .filter(|step| step.parse::<usize>().is_err());
        steps.collect::<Vec<_>>().join("/")
    });
    names.collect()
}

/// Two tables with duplicates and a NULL key, and one that can be read in parts.
fn case(system: System) -> Case {
    let tables = ["t1", "t2"].map(|name| Table::notes(name).ids((1..=30).chain([5])));
    let case = Case::with(system, &tables);
    case.database.execute_all(&[
        "INSERT INTO t2 (id) VALUES (NULL)",
        "CREATE TABLE parts (id BIGINT NOT NULL PRIMARY KEY, note VARCHAR(60))",
        "INSERT INTO parts SELECT DISTINCT id, note FROM t1",
    ]);
    case
}

fn manifest(case: &Case, more: &[&str]) -> Json {
    let tables = if more.contains(&"--tables") {
        &[][..]
    } else {
        &["--tables", "t1,t2"]
    };
    let null_keys = if more.contains(&"--null-keys") {
        &[][..]
    } else {
        &["--null-keys", "drop"]
    };
    let job = ["--key", "id", "--force"];
    case.run()
        .args(job)
        .args(tables)
        .args(null_keys)
        .args(more)
        .succeeds();
    case.manifest()
}
