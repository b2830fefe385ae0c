//! A folder in which jobs publish to `batches`, examined as a whole.

use super::case::Case;
use super::command::Firstseen;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything inside a folder by relative path: a file's bytes, or `None` for a folder.
pub type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A separate folder for a target and its staging folder.
pub struct Spot {
    folder: PathBuf,
}

impl Spot {
    /// Uses this folder, and creates it if it doesn't exist.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        fs::create_dir_all(&folder).expect("a folder");
        Self { folder }
    }

    pub fn out(&self) -> PathBuf {
        self.folder.join("batches")
    }

    /// `firstseen run` on the case's table `t`, which publishes here, replacing an earlier result.
    pub fn job(&self, case: &Case) -> Firstseen {
        let job = ["--tables", "t", "--key", "id", "--force"];
        case.run().args(job).arg("--out").arg(self.out())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// All paths that publishing touches, except for the batch files.
    pub fn publication_paths(&self) -> Vec<PathBuf> {
        let staging = self.folder.join(".batches.firstseen");
        let in_staging = [
            "lock",
            "batches",
            "manifest.json",
            "manifest.json.partial",
            "replaced",
            "replaced.manifest.json",
        ];
        let mut paths: Vec<_> = in_staging.map(|name| staging.join(name)).into();
        let manifest = self.folder.join("batches.manifest.json");
        paths.extend([self.folder.clone(), self.out(), manifest, staging]);
        paths
    }

    /// The path at which the new batch file `name` is written.
    pub fn staged(&self, name: &str) -> PathBuf {
        self.folder.join(".batches.firstseen/batches").join(name)
    }

    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        grow(&self.folder, Path::new(""), &mut tree);
        tree
    }

    /// Makes it a copy of `other`, including permissions.
    pub fn become_copy_of(&self, other: &Self) {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).expect("the test's own folder is removed");
        }
        let mut cp = Command::new("cp");
        let status = cp.arg("-a").args([&other.folder, &self.folder]).status();
        assert!(status.expect("cp runs").success());
    }

    /// The manifest, if there is one.
    pub fn manifest(&self) -> Option<serde_json::Value> {
        let text = fs::read_to_string(self.folder.join("batches.manifest.json")).ok()?;
        Some(serde_json::from_str(&text).expect("JSON"))
    }

    /// The manifest's list of files, if there is a manifest.
    pub fn listed_files(&self) -> Option<serde_json::Value> {
        self.manifest().map(|manifest| manifest["files"].clone())
    }

    /// The batch files, in the order of their names.
    pub fn batches(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.out()).expect("a folder");
        let mut paths: Vec<_> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        paths
    }

    /// The lines of the batch files, without the first `heads` lines of each.
    pub fn lines(&self, heads: usize) -> Vec<String> {
        let lines = |path: PathBuf| {
            let text = fs::read_to_string(path).expect("a batch file of text");
            let lines = text.lines().skip(heads).map(str::to_owned);
            lines.collect::<Vec<_>>()
        };
        self.batches().into_iter().flat_map(lines).collect()
    }
}

fn grow(root: &Path, below: &Path, tree: &mut Tree) {
    for entry in fs::read_dir(root.join(below)).expect("a folder") {
        let path = below.join(entry.expect("an entry").file_name());
        if root.join(&path).is_dir() {
            tree.insert(path.clone(), None);
            grow(root, &path, tree);
        } else {
            let bytes = fs::read(root.join(&path)).expect("a file");
            tree.insert(path, Some(bytes));
        }
    }
}
