//! Every link in the documentation leads somewhere.

use super::markdown::{Page, page, pages, root};
use std::path::{Path, PathBuf};

#[test]
fn links_lead_to_files_and_headings_that_exist() {
    let mut broken = Vec::new();
    for page in pages() {
        let inner = page
            .links()
            .into_iter()
            .filter(|link| !link.contains("://"));
        let failing = inner.filter(|link| !leads_somewhere(&page, link));
        broken.extend(failing.map(|link| format!("{}: {link}", page.path.display())));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_contents_page_names_every_page() {
    let contents = page("docs/README.md".into());
    let links = contents.links();
    for page in pages().iter().filter(|page| page.path.starts_with("docs")) {
        let name = page.path.file_name().expect("a name").to_string_lossy();
        let is_listed = links.iter().any(|link| *link == name);
        assert!(
            is_listed || name == "README.md",
            "docs/README.md doesn't list {name}"
        );
    }
}

fn leads_somewhere(from: &Page, link: &str) -> bool {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = if file.is_empty() {
        from.path.clone()
    } else {
        let folder = from.path.parent().unwrap_or(Path::new(""));
        normal(&folder.join(file))
    };
    if !root().join(&path).exists() {
        return false;
    }
    let is_page = path.extension().is_some_and(|extension| extension == "md");
    anchor.is_empty() || (is_page && page(path).anchors().iter().any(|known| known == anchor))
}

/// The path with its `..` resolved.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(normal.pop()),
            other => normal.push(other),
        }
    }
    normal
}
