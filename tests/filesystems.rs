//! Publishing on common filesystems, and targets that are refused before any query.

use crate::harness::{Case, Firstseen, Mount, Spot, Strace, System, Table};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// A source that can't be reached: a job that ends with another error hasn't connected to it.
const UNREACHABLE: &str = "mysql://reader@127.0.0.1:1/none";

#[test]
fn publishes_and_replaces_on_ext4() {
    let case = case();
    let mount = Mount::ext4(&case.path("ext4"), &case.path("image"));
    publishes_and_replaces(&case, mount);
}

#[test]
fn publishes_and_replaces_on_tmpfs() {
    let case = case();
    let mount = Mount::tmpfs(&case.path("tmpfs"), "size=8m");
    publishes_and_replaces(&case, mount);
}

#[test]
fn publishes_and_replaces_on_overlayfs() {
    let case = case();
    fs::create_dir(case.path("lower")).expect("a folder");
    let mount = Mount::overlay(&case.path("overlay"), &case.path("lower"));
    publishes_and_replaces(&case, mount);
}

#[test]
fn an_empty_folder_of_a_lower_layer_is_used() {
    let case = case();
    fs::create_dir_all(case.path("lower/batches")).expect("a folder");
    let mount = Mount::overlay(&case.path("overlay"), &case.path("lower"));
    publishes_and_replaces(&case, mount);
}

#[test]
fn a_result_in_a_lower_layer_is_refused_before_any_query() {
    let case = case();
    let lower = Spot::at(case.path("lower"));
    lower.job(&case).succeeds();
    let Some(mount) = Mount::overlay(&case.path("overlay"), &case.path("lower")) else {
        return;
    };
    let spot = Spot::at(mount.folder());
    let before = spot.tree();
    unreachable(&case, &spot.out())
        .fails_with(5)
        .says("lower layer");
    assert_eq!(spot.tree(), before);
    // Follows the hint.
    fs::remove_dir_all(spot.out()).expect("a folder");
    spot.job(&case).succeeds();
    verify(&case, &spot).succeeds();
}

#[test]
fn publishes_where_the_kernel_or_the_filesystem_has_no_flags_of_rename() {
    for error in ["error=ENOSYS", "error=EINVAL"] {
        let case = case();
        let spot = Spot::at(case.path("spot"));
        for batch_rows in ["2", "3"] {
            let strace = Strace::listing(&case).inject("renameat2", error, None);
            strace
                .run(spot.job(&case).args(["--batch-rows", batch_rows]))
                .succeeds();
            let log = fs::read_to_string(strace.log()).expect("a log");
            assert!(log.contains("INJECTED"), "{log}");
            verify(&case, &spot).succeeds();
            assert_eq!(
                spot.listed_files()
                    .map(|files| files[0]["rows"].to_string()),
                Some(batch_rows.to_owned())
            );
        }
        assert!(!spot.path(".batches.firstseen").exists());
    }
}

#[test]
fn a_parent_that_cannot_be_written_is_refused_before_any_query() {
    let case = case();
    let Some(mount) = Mount::tmpfs(&case.path("tmpfs"), "size=8m") else {
        return;
    };
    let spot = Spot::at(mount.folder().join("spot"));
    mount.again("ro");
    unreachable(&case, &spot.out()).fails_with(5).says("--out");
    assert!(spot.tree().is_empty());
}

#[test]
fn a_mount_point_is_refused_before_any_query() {
    let case = case();
    let Some(mount) = Mount::tmpfs(&case.path("batches"), "size=8m") else {
        return;
    };
    unreachable(&case, mount.folder())
        .fails_with(6)
        .says("mount point");
    assert_eq!(case.entries(), ["batches", "source.sqlite"]);
    assert!(case.files().is_empty());
}

#[test]
fn what_is_not_ours_is_refused_before_any_query() {
    let case = case();
    case.write("file", "mine");
    fs::create_dir(case.path("folder")).expect("a folder");
    case.write("folder/notes.txt", "mine");
    symlink("folder", case.path("link")).expect("a link");
    let mixed = Spot::at(case.path("mixed"));
    mixed.job(&case).succeeds();
    fs::write(mixed.out().join("notes.txt"), "mine").expect("a file");
    let before = Spot::at(case.folder()).tree();
    for out in ["file", "folder", "link", "link/", "mixed/batches"] {
        unreachable(&case, &case.path(out)).fails_with(6);
    }
    assert_eq!(Spot::at(case.folder()).tree(), before);
}

fn case() -> Case {
    Case::with(System::Sqlite, &[Table::notes("t").ids(1..=6)])
}

fn unreachable(case: &Case, out: &Path) -> Firstseen {
    let job = [
        "run",
        "--source",
        UNREACHABLE,
        "--tables",
        "t",
        "--key",
        "id",
        "--force",
    ];
    case.command().args(job).arg("--out").arg(out)
}

fn verify(case: &Case, spot: &Spot) -> Firstseen {
    case.command().arg("verify").arg(spot.out())
}

fn publishes_and_replaces(case: &Case, mount: Option<Mount>) {
    let Some(mount) = mount else { return };
    let spot = Spot::at(mount.folder());
    let rows = |spot: &Spot| spot.listed_files().map(|files| files[0]["rows"].clone());
    for batch_rows in [2, 3] {
        let batches = ["--batch-rows".to_owned(), batch_rows.to_string()];
        spot.job(case).args(batches).succeeds();
        verify(case, &spot).succeeds();
        assert_eq!(rows(&spot), Some(batch_rows.into()));
    }
    assert!(!spot.path(".batches.firstseen").exists());
}
