//! Keys that occur more than once in a folder.

use super::Fault;
use super::keys::{Hash, NULL_KEY};
use crate::batch::BatchFile;
use rayon::prelude::*;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// A file and one of its rows, both from 0.
type Place = (usize, usize);

/// Returns one fault for each file that repeats keys. `keys` has the hashes of the rows of each file in `files`.
pub(super) fn check(files: &[BatchFile], keys: &[Vec<Hash>]) -> Vec<Fault> {
    let repeated = repeated(keys);
    if repeated.is_empty() {
        return Vec::new();
    }
    let mut first = HashMap::with_capacity(repeated.len());
    let file_faults = files
        .iter()
        .zip(keys)
        .enumerate()
        .map(|(index, (file, hashes))| {
            let mut repeats = Vec::new();
            for (row, hash) in hashes
                .iter()
                .enumerate()
                .filter(|(_, hash)| repeated.contains(hash))
            {
                match first.entry(*hash) {
                    Entry::Vacant(vacant) => drop(vacant.insert((index, row))),
                    Entry::Occupied(earlier) => repeats.push((row, *earlier.get())),
                }
            }
            fault(files, file, &repeats)
        });
    file_faults.flatten().collect()
}

fn repeated(keys: &[Vec<Hash>]) -> HashSet<Hash> {
    let mut all: Vec<Hash> = keys.iter().flatten().copied().collect();
    all.retain(|hash| *hash != NULL_KEY);
    all.par_sort_unstable();
    let pairs = all.iter().zip(all.iter().skip(1));
    pairs
        .filter(|(one, next)| one == next)
        .map(|(hash, _)| *hash)
        .collect()
}

fn fault(files: &[BatchFile], file: &BatchFile, repeats: &[(usize, Place)]) -> Option<Fault> {
    let (row, (earlier_file, earlier_row)) = *repeats.first()?;
    Some(Fault::RepeatedKeys {
        file: file.name.clone(),
        rows: repeats.len() as u64,
        first_row: row as u64 + 1,
        earlier_file: files.get(earlier_file)?.name.clone(),
        earlier_row: earlier_row as u64 + 1,
    })
}
