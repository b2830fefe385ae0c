//! Markdown, as far as the tests of the documentation need it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A page of the documentation.
pub struct Page {
    /// The path, relative to the repository.
    pub path: PathBuf,
    pub text: String,
}

/// A fenced block: its language, what follows the language, and its lines.
pub struct Block {
    pub language: String,
    pub more: String,
    pub text: String,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The README, the pages of `docs/`, and the other documents that users and contributors read.
pub fn pages() -> Vec<Page> {
    let mut paths: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        .iter()
        .chain(&[
            "bench/README.md",
            "bench/results/figures.md",
            "sample_data/README.md",
        ])
        .map(PathBuf::from)
        .collect();
    let docs = fs::read_dir(root().join("docs")).expect("docs");
    let names = docs.map(|entry| entry.expect("an entry").file_name());
    paths.extend(names.map(|name| Path::new("docs").join(name)));
    paths.sort();
    paths.into_iter().map(page).collect()
}

pub fn page(path: PathBuf) -> Page {
    let text = fs::read_to_string(root().join(&path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Page { path, text }
}

impl Page {
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for line in self.text.lines() {
            match (line.trim_start().strip_prefix("```"), open.take()) {
                (Some(_), Some(block)) => blocks.push(block),
                (Some(info), None) => {
                    let (language, more) = info.split_once(' ').unwrap_or((info, ""));
                    open = Some(Block {
                        language: language.to_owned(),
                        more: more.to_owned(),
                        text: String::new(),
                    });
                }
                (None, Some(mut block)) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                    open = Some(block);
                }
                (None, None) => {}
            }
        }
        assert!(
            open.is_none(),
            "{}: a block isn't closed",
            self.path.display()
        );
        blocks
    }

    /// The blocks in a language.
    pub fn blocks_of(&self, language: &str) -> Vec<Block> {
        let mut blocks = self.blocks();
        blocks.retain(|block| block.language == language);
        blocks
    }

    /// The lines outside of code blocks.
    fn prose(&self) -> impl Iterator<Item = &str> {
        let mut is_inside = false;
        self.text.lines().filter(move |line| {
            let is_fence = line.trim_start().starts_with("```");
            is_inside ^= is_fence;
            !is_inside && !is_fence
        })
    }

    /// The targets of all links, except those inside code.
    pub fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        for line in self.prose() {
            let plain: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
            let targets = plain.split("](").skip(1);
            links.extend(targets.filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())));
        }
        links
    }

    /// What the `#` of a link can name: the headings, spelled as on GitHub and similar sites.
    pub fn anchors(&self) -> Vec<String> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let headings = self.prose().filter(|line| line.starts_with('#'));
        headings
            .map(|heading| {
                let anchor = anchor(heading.trim_start_matches('#').trim());
                let times = seen.entry(anchor.clone()).or_default();
                *times += 1;
                match *times - 1 {
                    0 => anchor,
                    again => format!("{anchor}-{again}"),
                }
            })
            .collect()
    }
}

fn anchor(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let kept = lower
        .chars()
        .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter))
        .map(|letter| if letter == ' ' { '-' } else { letter });
    kept.collect()
}
