//! Reading manifests, and the errors about those that can't be read.

use super::*;

#[test]
fn reads_back_what_was_written_with_a_final_newline() {
    let spot = Spot::new();
    let path = spot.parent.path().join("written.json");
    let manifest = manifest_of("r", &[("a.csv", "1\n")]);
    manifest.write(&path).unwrap();
    assert_eq!(Manifest::read(&path).unwrap(), manifest);
    assert!(fs::read_to_string(&path).unwrap().ends_with("\n}\n"));
}

#[test]
fn names_the_line_in_which_a_manifest_is_invalid() {
    let (kind, message) = read_error("{\n  \"schema_version\": 1,\n  \"run_id\": 7\n}\n");
    assert_eq!(kind, ErrorKind::Fault);
    assert!(message.contains("line 3"), "{message}");
}

#[test]
fn refuses_a_newer_schema_by_its_version() {
    let (kind, message) = read_error("{\"schema_version\": 2, \"shape\": \"unknown\"}");
    assert_eq!(kind, ErrorKind::Fault);
    assert!(message.contains("schema version 2"), "{message}");
}

#[test]
fn is_next_to_its_folder_however_the_folder_is_written() {
    for out in ["a/batches", "a/batches/", "a/batches/."] {
        let path = manifest_path(Path::new(out));
        assert_eq!(path, Path::new("a/batches.manifest.json"), "{out}");
    }
    let relative = manifest_path(Path::new("batches"));
    assert_eq!(relative, Path::new("batches.manifest.json"));
}

fn read_error(json: &str) -> (ErrorKind, String) {
    let spot = Spot::new();
    let path = spot.parent.path().join("broken.json");
    fs::write(&path, json).unwrap();
    let error = Manifest::read(&path).unwrap_err();
    (error.kind(), error.to_string())
}
