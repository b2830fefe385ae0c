//! What exists at the target, by what can be done with it.

use super::failure::{cannot, not_ours};
use super::manifest::Manifest;
use super::place::Place;
use crate::{Error, Result};
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What a publication finds at its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TargetState {
    /// Nothing, or an empty folder that no manifest belongs to.
    Vacant,
    /// A manifest whose files are all gone: their folder is missing or empty.
    ManifestAlone,
    /// A folder in which every file is listed in the manifest next to it. Some of the listed files can be missing, but not
    /// all. If the manifest lists none, the empty folder is the complete result.
    Published,
}

impl TargetState {
    /// Looks at the target, without changing anything. What isn't firstseen's is an error that names it.
    pub(super) fn of(place: &Place) -> Result<Self> {
        let names = names_in_folder(&place.out)?;
        let manifest = manifest_at(&place.manifest)?;
        match (names, manifest) {
            (None, None) => Ok(Self::Vacant),
            (None, Some(_)) => Ok(Self::ManifestAlone),
            (Some(names), None) => match names.first() {
                None => Ok(Self::Vacant),
                Some(name) => Err(no_manifest(place, name)),
            },
            (Some(names), Some(manifest)) => match first_unlisted(&names, &manifest) {
                None if names.is_empty() && !manifest.files.is_empty() => Ok(Self::ManifestAlone),
                None => Ok(Self::Published),
                Some(name) => Err(not_in_manifest(place, name)),
            },
        }
    }
}

/// The sorted names in the folder at `out`, or `None` if nothing is there. Anything except a folder of files is refused.
fn names_in_folder(out: &Path) -> Result<Option<Vec<OsString>>> {
    let Some(metadata) = look(out)? else {
        return Ok(None);
    };
    if !metadata.is_dir() {
        return Err(not_ours(out, format_args!("is {}", kind_of(&metadata))));
    }
    if is_mount_point(out, &metadata) {
        return Err(not_ours(out, "is a mount point, which can't be renamed")
            .advise("name a folder inside it with --out"));
    }
    let mut names = list_files(out)?;
    names.sort();
    Ok(Some(names))
}

fn list_files(out: &Path) -> Result<Vec<OsString>> {
    let unlistable = |cause: io::Error| match cause.kind() {
        io::ErrorKind::PermissionDenied => not_ours(out, "can't be listed").because(cause),
        _ => cannot(format_args!("list {}", out.display()), cause),
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(out).map_err(unlistable)? {
        let entry = entry.map_err(unlistable)?;
        let metadata = entry.metadata().map_err(unlistable)?;
        if !metadata.is_file() {
            let name = entry.file_name();
            let contains = format!(
                "contains {}, which is {}",
                name.display(),
                kind_of(&metadata)
            );
            return Err(not_ours(out, contains));
        }
        names.push(entry.file_name());
    }
    Ok(names)
}

fn manifest_at(path: &Path) -> Result<Option<Manifest>> {
    match look(path)? {
        None => Ok(None),
        Some(metadata) if metadata.is_file() => Manifest::read(path)
            .map(Some)
            .map_err(|fault| not_ours(path, "is not a readable manifest").because(fault)),
        Some(metadata) => Err(not_ours(path, format_args!("is {}", kind_of(&metadata)))),
    }
}

/// What exists at `path`. A symlink is not followed.
fn look(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cannot(format_args!("access {}", path.display()), cause)),
    }
}

/// The first name that the manifest doesn't list.
fn first_unlisted<'a>(names: &'a [OsString], manifest: &Manifest) -> Option<&'a OsString> {
    let listed: HashSet<&str> = manifest
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    names
        .iter()
        .find(|name| name.to_str().is_none_or(|name| !listed.contains(name)))
}

fn no_manifest(place: &Place, name: &OsString) -> Error {
    let manifest = place.manifest.display();
    not_ours(
        &place.out,
        format_args!("contains {} but has no manifest {manifest}", name.display()),
    )
}

fn not_in_manifest(place: &Place, name: &OsString) -> Error {
    let manifest = place.manifest.display();
    not_ours(
        &place.out,
        format_args!(
            "contains {}, which is not listed in {manifest}",
            name.display()
        ),
    )
}

fn kind_of(metadata: &Metadata) -> &'static str {
    match metadata.file_type() {
        kind if kind.is_symlink() => "a symlink",
        kind if kind.is_dir() => "a folder",
        kind if kind.is_file() => "a file",
        _ => "neither a file nor a folder",
    }
}

/// A mount of another filesystem is on another device than its parent. A bind mount of the same one is only visible from its
/// own attributes.
fn is_mount_point(folder: &Path, metadata: &Metadata) -> bool {
    let parent = fs::metadata(folder.join(".."));
    parent.is_ok_and(|parent| parent.dev() != metadata.dev()) || says_mount_root(folder)
}

#[cfg(target_os = "linux")]
fn says_mount_root(folder: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    statx(CWD, folder, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty())
        .is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(target_os = "linux"))]
fn says_mount_root(_folder: &Path) -> bool {
    false
}
