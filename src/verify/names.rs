//! Whether the files of the manifest are the batches of a result: contiguous from row 1, all full except the last.

use super::Fault;
use crate::batch::{BatchFile, Encoding, file_name};
use crate::publish::Manifest;

/// Checks the names, their order, and the rows listed with them.
pub(super) fn check(manifest: &Manifest, encoding: Encoding) -> Vec<Fault> {
    let files = &manifest.files;
    let total = files
        .iter()
        .fold(0_u64, |sum, file| sum.saturating_add(file.rows));
    let mut faults = Vec::new();
    let mut before = 0_u64;
    for (index, file) in files.iter().enumerate() {
        let is_last = index + 1 == files.len();
        faults.extend(batch_rows(file, manifest.job.batch_rows, is_last));
        let last = before.saturating_add(file.rows);
        let first = before.saturating_add(1);
        let expected = file_name(&manifest.job.prefix, first, last, total, encoding);
        if file.name != expected {
            let file = file.name.clone();
            faults.push(Fault::Name { file, expected });
        }
        before = last;
    }
    faults
}

fn batch_rows(file: &BatchFile, batch_rows: u64, is_last: bool) -> Option<Fault> {
    let fits = if is_last {
        (1..=batch_rows).contains(&file.rows)
    } else {
        file.rows == batch_rows
    };
    (!fits).then(|| Fault::BatchRows {
        file: file.name.clone(),
        rows: file.rows,
        batch_rows,
    })
}
