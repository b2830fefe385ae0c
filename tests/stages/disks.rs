//! Disks that are full: a step fails cleanly, and goes on once there is space.

use super::Staging;
use crate::harness::{Case, Mount, System, tell};

#[test]
fn steps_on_a_disk_that_becomes_full_go_on_once_there_is_space() {
    let case = Case::on(System::Sqlite);
    for table in ["t0", "t1", "t2"] {
        case.database.execute_all(&[
            &format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, k INT, note TEXT)"),
            &format!(
                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000) \
                 INSERT INTO {table} SELECT n, n * 7 % 5000, hex(randomblob(400)) FROM c"
            ),
        ]);
    }
    let staging = Staging { case: &case };
    let job = ["--tables", "t0..t2", "--key", "k", "--batch-rows", "50"];
    let job = [&job[..], &["--read", "whole", "--format", "csv"]].concat();
    let expected = staging.in_one_process(&job);
    staging.plan(&[&job[..], &["--shard-files", "5"]].concat());
    let Some(mount) = Mount::tmpfs(&case.path("stage"), "size=16k") else {
        return;
    };
    let mut kib = 16;
    for step in ["stage", "finish"] {
        let mut failed = 0;
        loop {
            let ran = staging.step(step).end();
            if ran.code() == Some(0) {
                break;
            }
            ran.check(ran.code() == Some(5), "the disk is full");
            ran.says("free some space").never_says("internal");
            failed += 1;
            kib += 48;
            mount.again(&format!("size={kib}k"));
        }
        assert!(failed > 3, "{failed} failed");
        tell(&format!(
            "{step} failed {failed} times on a full disk, and went on"
        ));
        if step == "stage" {
            kib += 64;
            mount.again(&format!("size={kib}k"));
            staging.keep();
        }
    }
    staging.publish();
    assert_eq!(staging.outcome(), expected);
    let left = std::fs::read_dir(mount.folder()).expect("the mount point stays");
    assert_eq!(left.count(), 0, "the stage is gone");
}
