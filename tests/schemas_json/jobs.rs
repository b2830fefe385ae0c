//! The job file's schema: what it accepts is what the program accepts.

use super::Schema;
use crate::docs::markdown::{pages, root};
use crate::harness::{Case, System};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fs;

/// A job file with every key except `tables` and those that only a server takes.
const EVERY_KEY: &str = "
source = 'sqlite://source.sqlite'
workers = 2
extractor = 'wire'
columns = ['id', 'note']
where = 'id > 0'
partition_on = 'id'
partitions = 4
invalid_dates = 'null'
sqlite_types = 'declared'
column_type = ['note=text']
read = 'whole'
key = 'id'
order_by = []
null_keys = 'drop'
exact = true
out = 'batches'
force = true
format = 'csv'
compression = 'gzip'
batch_rows = 5
prefix = 'person'
count_only = false
json = true
snapshot = 'auto'
check_counts = true
retries = 0
connect_timeout_secs = 1
read_timeout_secs = 86400
lock_wait_secs = 30
progress = 'never'
log_format = 'text'
quiet = false
verbose = true
[[table]]
name = 't'
where = 'id < 9'
[[table]]
name = 'u'
";

/// What the program and the schema refuse alike.
const WRONG: [&str; 31] = [
    "batchrows = 5",
    "password = 'x'",
    "batch_rows = 'many'",
    "batch_rows = -1",
    "batch_rows = 0",
    "batch_rows = 1.5",
    "key = 5",
    "columns = ['a', 5]",
    "where = true",
    "exact = 'yes'",
    "force = 1",
    "format = 'xlsx'",
    "format = 'Parquet'",
    "null_keys = 'maybe'",
    "snapshot = 'on'",
    "extractor = 'native'",
    "invalid_dates = 'keep'",
    "sqlite_types = 'any'",
    "progress = true",
    "log_format = 'xml'",
    "verbose = 2",
    "workers = 0",
    "workers = 1025",
    "retries = 101",
    "connect_timeout_secs = 0",
    "read_timeout_secs = 86401",
    "lock_wait_secs = 0",
    "out = ['a']",
    "password_file = 5",
    "[[table]]\nwhere = 'x'",
    "[[table]]\nname = 't'\nwere = 'x'",
];

#[test]
fn the_schema_has_every_key_and_accepts_a_job_file_with_all_of_them() {
    let case = case();
    case.write("job.toml", EVERY_KEY);
    case.command().args(["run", "job.toml"]).succeeds();
    let schema = Schema::of("job");
    let document = of_toml(EVERY_KEY);
    let keys = |object: &Json| -> BTreeSet<String> {
        object
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    };
    let elsewhere = [
        "tables",
        "password_file",
        "defaults_file",
        "numeric",
        "row_security",
    ];
    let mut found = keys(&document);
    found.extend(elsewhere.map(str::to_owned));
    assert_eq!(found, keys(&schema.0["properties"]));
    let help = case.command().args(["run", "-h"]).succeeds().stdout;
    for key in found.iter().filter(|key| *key != "table") {
        assert!(
            help.contains(&format!("--{}", key.replace('_', "-"))),
            "{key}"
        );
    }
    schema.describes(&[
        document,
        of_toml("numeric = '38,10'\nrow_security = true\ndefaults_file = 'my.cnf'"),
    ]);
}

#[test]
fn each_possible_value_of_the_schema_is_one_for_the_program() {
    let case = case();
    let Schema(schema) = Schema::of("job");
    let mut count = 0;
    for (key, described) in schema["properties"].as_object().expect("properties") {
        for value in choices(&schema, described) {
            let job = format!(
                "source = 'sqlite://source.sqlite'\ntables = 't'\nkey = 'id'\n{key} = '{value}'\n"
            );
            case.write("job.toml", &job);
            let ran = case.command().args(["plan", "job.toml"]).end();
            // ConnectorX's own source doesn't read SQLite.
            let is_known = ran.code() == Some(0) || value == "connectorx" && ran.code() == Some(2);
            ran.check(is_known, job);
            count += 1;
        }
    }
    assert!(count > 15, "{count} values");
}

#[test]
fn lists_can_be_lists_or_strings() {
    let mut documents = Vec::new();
    for key in ["tables", "columns", "key", "order_by", "column_type"] {
        documents.push(of_toml(&format!("{key} = 'a, b'")));
        documents.push(of_toml(&format!("{key} = ['a', 'b']")));
    }
    documents.extend(["partitions = 'auto'", "partitions = 8", "partitions = '8'"].map(of_toml));
    Schema::of("job").describes(&documents);
}

#[test]
fn the_schema_describes_the_job_files_of_the_documents_and_the_sample() {
    let mut documents = Vec::new();
    for page in pages() {
        documents.extend(
            page.blocks_of("toml")
                .iter()
                .map(|block| of_toml(&block.text)),
        );
    }
    assert!(documents.len() > 4, "{} job files", documents.len());
    let sample =
        fs::read_to_string(root().join("sample_data/job.toml")).expect("the sample's job file");
    documents.push(of_toml(&sample));
    Schema::of("job").describes(&documents);
}

#[test]
fn the_schema_and_the_program_refuse_the_same() {
    let case = case();
    let mut wrong = Vec::new();
    for text in WRONG {
        let job = format!("source = 'sqlite://source.sqlite'\n{text}\n");
        case.write("job.toml", &job);
        let more = ["--tables", "t"];
        let named = text.starts_with("key ") || text.starts_with("[[table]]");
        let more = if text.starts_with("[[table]]") {
            &[][..]
        } else {
            &more
        };
        let key = if named { &[][..] } else { &["--key", "id"] };
        case.command()
            .args(["plan", "job.toml"])
            .args(more)
            .args(key)
            .fails_with(2);
        wrong.push((text.to_owned(), of_toml(&job)));
    }
    Schema::of("job").refuses(&wrong);
}

fn case() -> Case {
    let case = Case::on(System::Sqlite);
    for table in ["t", "u"] {
        case.database.execute_all(&[
            format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, note TEXT)"),
            format!("INSERT INTO {table} VALUES (1, 'a'), (2, 'b'), (3, 'c')"),
        ]);
    }
    case
}

fn of_toml(text: &str) -> Json {
    let table: toml::Table = toml::from_str(text).expect("TOML");
    json!(table)
}

/// The possible values of a property that is a choice.
fn choices(schema: &Json, described: &Json) -> Vec<String> {
    let reference = described["anyOf"][0]["$ref"].as_str().unwrap_or_default();
    let definition = schema
        .pointer(reference.trim_start_matches('#'))
        .unwrap_or(&Json::Null);
    let options = definition["oneOf"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let values = options.iter().filter_map(|option| option["const"].as_str());
    values.map(str::to_owned).collect()
}
