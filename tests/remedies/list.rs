//! Every hint in the sources has a test that follows it, or a reason why there can't be one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// One line per hint: the file, how the hint begins (or the expression for it, if it isn't a literal), and the test that
/// follows it, or a dash and the reason why there is none.
const LIST: &str = include_str!("list.txt");

fn list() -> Vec<[&'static str; 3]> {
    let parts = |line: &'static str| {
        let parts: Vec<_> = line.splitn(3, " | ").collect();
        parts.try_into().expect("three parts")
    };
    LIST.lines().map(parts).collect()
}

/// The number of characters that distinguish a hint from the others in its file.
const LENGTH: usize = 24;

#[test]
fn every_advice_of_the_sources_is_followed_or_has_a_reason_why_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = list();
    let mut unlisted = Vec::new();
    let mut met = BTreeSet::new();
    for (file, text) in texts(&root.join("src")) {
        for advice in advices(&text) {
            let places = 0..list.len();
            let fits =
                |place: &usize| list[*place][0] == file && advice.starts_with(list[*place][1]);
            let found = places
                .filter(fits)
                .max_by_key(|place| list[*place][1].len());
            match found {
                Some(place) => drop(met.insert(place)),
                None => unlisted.push(format!("{file}: {advice}")),
            }
        }
    }
    assert!(
        unlisted.is_empty(),
        "list the tests that follow these: {unlisted:#?}"
    );
    let gone = (0..list.len()).filter(|place| !met.contains(place));
    let gone: Vec<_> = gone.map(|place| list[place]).collect();
    assert!(gone.is_empty(), "no longer in the sources: {gone:#?}");
}

#[test]
fn every_test_that_the_list_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = texts(&root.join("tests"));
    for [_, begins, followed] in list() {
        if let Some(why) = followed.strip_prefix("- ") {
            assert!(!why.is_empty(), "{begins}");
            continue;
        }
        let (module, name) = followed.rsplit_once("::").expect("a module");
        let place = module.replace("::", "/");
        let is_there = |(file, text): &(String, String)| {
            (*file == format!("{place}.rs") || *file == format!("{place}/mod.rs"))
                && text.contains(&format!("#[test]\nfn {name}("))
        };
        assert!(tests.iter().any(is_there), "{followed}");
    }
}

/// The Rust files in a folder by relative path, without the tests at their ends.
fn texts(folder: &Path) -> Vec<(String, String)> {
    fn walk(folder: &Path, place: &str, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            let place = format!("{place}{name}");
            if path.is_dir() {
                walk(&path, &format!("{place}/"), found);
            } else if name.ends_with(".rs") && name != "tests.rs" && !place.contains("/tests/") {
                let text = fs::read_to_string(&path).expect("a text");
                let text = text
                    .split("#[cfg(test)]\nmod tests {")
                    .next()
                    .unwrap_or_default();
                found.push((place, text.to_owned()));
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    found
}

/// How each hint in a file begins: text without its quote, anything else as written.
fn advices(text: &str) -> Vec<String> {
    let begins = |rest: &str| {
        let words: Vec<&str> = rest.split_whitespace().take(20).collect();
        let words = words.join(" ");
        let text = words.trim_start_matches("format!(").trim_start();
        let text = text.strip_prefix('"').unwrap_or(&words);
        text.chars().take(LENGTH).collect()
    };
    let text = text.replace(".if_full(", ".advise(");
    text.split(".advise(").skip(1).map(begins).collect()
}
