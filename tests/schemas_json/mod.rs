//! The JSON Schemas that `firstseen schema` prints, held against real documents by Python's jsonschema, which shares no code
//! with firstseen.

mod events;
mod jobs;
mod manifests;

use crate::harness::{Case, System, interpreter};
use serde_json::{Value as Json, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// A schema, as the program prints it.
struct Schema(Json);

impl Schema {
    fn of(document: &str) -> Self {
        let case = Case::on(System::Sqlite);
        let ran = case.command().args(["schema", document]).succeeds();
        Self(ran.json())
    }

    /// Expects each document to be valid, and to have no field that the schema doesn't describe.
    #[track_caller]
    fn describes(&self, documents: &[Json]) {
        self.finds_nothing(documents, true);
    }

    /// Expects each document to be valid. It can have fields that the schema doesn't describe.
    #[track_caller]
    fn accepts(&self, documents: &[Json]) {
        self.finds_nothing(documents, false);
    }

    #[track_caller]
    fn finds_nothing(&self, documents: &[Json], closed: bool) {
        assert!(!documents.is_empty());
        for (document, faults) in documents.iter().zip(self.faults(documents, closed)) {
            assert!(faults.is_empty(), "{faults:#?}\n{document:#}");
        }
    }

    /// Expects each document, which is described by what is wrong with it, to be invalid.
    #[track_caller]
    fn refuses(&self, documents: &[(String, Json)]) {
        assert!(!documents.is_empty());
        let (why, documents): (Vec<_>, Vec<_>) = documents.iter().cloned().unzip();
        let faults = self.faults(&documents, false);
        for ((why, document), faults) in why.iter().zip(&documents).zip(faults) {
            assert!(!faults.is_empty(), "{why}\n{document:#}");
        }
    }

    /// What is wrong with each document.
    fn faults(&self, documents: &[Json], closed: bool) -> Vec<Vec<String>> {
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/schemas_json/validate.py"
        );
        let mut python = Command::new(interpreter())
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let request = json!({"schema": self.0, "documents": documents, "closed": closed});
        let mut input = python.stdin.take().expect("a pipe");
        write!(input, "{request}").expect("Python takes the request");
        drop(input);
        let output = python.wait_with_output().expect("Python ends");
        serde_json::from_slice(&output.stdout).expect("Python answers")
    }
}

/// The same document with one fault, for each of its values: the value replaced by an object, which is never right.
fn with_wrong_values(document: &Json) -> Vec<(String, Json)> {
    let mut wrong = Vec::new();
    for path in paths(document) {
        let mut changed = document.clone();
        *changed.pointer_mut(&path).expect("a path") = json!({"wrong": true});
        wrong.push((format!("{path} is an object"), changed));
    }
    wrong
}

/// The same document without one of its fields, for each field that `is_required`.
fn with_missing_fields(document: &Json, is_required: impl Fn(&str) -> bool) -> Vec<(String, Json)> {
    let mut missing = Vec::new();
    for path in paths(document) {
        let (parent, name) = path.rsplit_once('/').expect("a path begins with a slash");
        let mut changed = document.clone();
        let parent = changed.pointer_mut(parent).expect("a parent");
        if let Some(object) = parent.as_object_mut().filter(|_| is_required(name)) {
            object.remove(name);
            missing.push((format!("{path} is missing"), changed));
        }
    }
    missing
}

/// JSON Pointers of all values in a document.
fn paths(document: &Json) -> Vec<String> {
    let inner: Vec<(String, &Json)> = match document {
        Json::Object(object) => object
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Json::Array(array) => array
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    let mut paths = Vec::new();
    for (name, value) in inner {
        paths.push(format!("/{name}"));
        paths.extend(
            self::paths(value)
                .iter()
                .map(|path| format!("/{name}{path}")),
        );
    }
    paths
}

#[test]
fn each_schema_has_a_name_with_its_version() {
    for document in ["manifest", "events", "job"] {
        let Schema(schema) = Schema::of(document);
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert_eq!(schema["$id"], format!("urn:firstseen:{document}:1"));
    }
}

#[test]
fn a_misspelled_document_is_refused_with_the_one_that_was_meant() {
    let case = Case::on(System::Sqlite);
    case.command()
        .args(["schema", "manifests"])
        .fails_with(2)
        .says("manifest");
}
