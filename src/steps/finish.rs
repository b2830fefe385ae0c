//! Writes the batch files of shards.

use super::piece::Finisher;
use super::shard::Shards;
use super::{Selection, Step};
use crate::report::peak_memory_bytes;
use crate::stage::{StageFolder, UnitManifest};
use crate::{Error, ErrorKind, Result};
use serde::Serialize;
use std::sync::Mutex;
use std::time::Instant;

/// What a process has finished.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Finished {
    pub plan_hash: String,
    /// Shards that it has completed.
    pub shards: usize,
    /// Shards of its selection that were complete before.
    pub complete_before: usize,
    /// Shards of the result that aren't complete.
    pub missing: usize,
    /// Rows of its shards.
    pub rows: u64,
    pub files: u64,
    pub bytes: u64,
    pub elapsed_secs: f64,
    pub peak_memory_bytes: Option<u64>,
}

/// Finishes the selected shards that aren't complete.
pub(crate) fn finish(step: &Step<'_>, shards: Option<Selection>) -> Result<Finished> {
    let begun = Instant::now();
    let Step { plan, .. } = step;
    let output = step.output()?;
    let folder = StageFolder::open(step.stage, &plan.hash)?;
    let keep_list = folder.keep_list()?;
    let count = keep_list.checked_shards(plan.plan.shard_rows.get() as u64)?;
    let selected = Selection::of(shards, count as usize, "shard")?;
    let (complete, todo): (Vec<u32>, Vec<u32>) = selected
        .into_iter()
        .partition(|shard| folder.has_shard(*shard));
    let units = all_units(&folder, plan.plan.units.len())?;
    let finisher = Finisher {
        step,
        folder: &folder,
        keep_list: &keep_list,
        units: &units,
        output,
        sessions: Mutex::default(),
    };
    let mut done = Finished {
        plan_hash: plan.hash.clone(),
        shards: todo.len(),
        complete_before: complete.len(),
        ..Finished::default()
    };
    for file in Shards::new(&finisher, &todo).finish()? {
        done.files += 1;
        done.rows += file.rows;
        done.bytes += file.bytes;
    }
    done.missing = (0..count).filter(|shard| !folder.has_shard(*shard)).count();
    done.elapsed_secs = begun.elapsed().as_secs_f64();
    done.peak_memory_bytes = peak_memory_bytes();
    Ok(done)
}

/// The manifests of all units, which must be complete.
pub(super) fn all_units(folder: &StageFolder, count: usize) -> Result<Vec<UnitManifest>> {
    let numbers = 0..u32::try_from(count).unwrap_or(u32::MAX);
    let mut units = Vec::with_capacity(count);
    let mut missing = Vec::new();
    for unit in numbers {
        match folder.unit_manifest_of(unit)? {
            Some(manifest) => units.push(manifest),
            None => missing.push(unit),
        }
    }
    let Some(first) = missing.first() else {
        return Ok(units);
    };
    let message = format!(
        "{} of {count} units aren't staged, the first of them is {first}",
        missing.len()
    );
    Err(Error::new(ErrorKind::Usage, message)
        .advise("stage them: firstseen stage plan.json --stage DIR, which skips what is complete"))
}
