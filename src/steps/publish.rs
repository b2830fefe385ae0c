//! Checks that a stage is complete and that its counts add up, and publishes its batch files with their manifest.

use super::Step;
use super::finish::all_units;
use crate::batch::BatchFile;
use crate::job::{BatchOutput, SnapshotChoice};
use crate::plan::Frozen;
use crate::publish::{
    Manifest, ManifestColumn, ManifestTable, NO_SNAPSHOT, RollForward, SCHEMA_VERSION, Staging,
    Target, Timings, Versions, roll_forward,
};
use crate::report::Event;
use crate::run::{
    Counts, JobRecord, TableCounts, TableRecord, differ, manifest_job, manifest_table, run_id,
    totals,
};
use crate::stage::{Holds, KeepList, OfUnit, ShardManifest, StageFolder, UnitManifest};
use crate::{Error, ErrorKind, Result};
use chrono::{SecondsFormat, Utc};
use std::time::{Duration, Instant};

/// Everything that a stage's manifests say.
struct Complete<'a> {
    plan: &'a Frozen,
    units: Vec<UnitManifest>,
    keep_list: KeepList,
    shards: Vec<ShardManifest>,
}

/// Publishes a stage's result. Then removes the stage, unless it is to be kept.
pub(crate) fn publish(step: &Step<'_>, keep_stage: bool) -> Result<Manifest> {
    let begun = Instant::now();
    let Step {
        plan, job, cancel, ..
    } = step;
    let output = step.output()?;
    let folder = StageFolder::open(step.stage, &plan.hash)?;
    let complete = Complete::of(&folder, &plan.plan)?;
    let snapshot = complete.snapshot();
    if snapshot == NO_SNAPSHOT && job.snapshot == SnapshotChoice::Require {
        let message = "--snapshot require: the units were not read from one consistent snapshot";
        return Err(Error::new(ErrorKind::Refused, message)
            .advise("discard the stage, start firstseen hold, and stage all units again"));
    }
    if roll_forward(&output.folder)? == RollForward::Completed {
        step.listener.on_event(&Event::Warning {
            message:
                "an earlier run was interrupted while publishing; its publication is now complete"
                    .to_owned(),
        });
    }
    let target = Target::check(&output.folder, output.force)?;
    let staging = Staging::create(&target)?;
    for shard in &complete.shards {
        for file in &shard.files {
            cancel.check()?;
            folder.place_file(shard, file, &staging.folder().join(&file.name))?;
        }
    }
    let manifest = complete.manifest(step, output, (snapshot, begun))?;
    staging.publish(&manifest, &|| cancel.check())?;
    step.listener.on_event(&Event::Published {
        folder: output.folder.clone(),
    });
    if !keep_stage {
        folder.discard()?;
    }
    Ok(manifest)
}

/// What happened to a unit's rows. Fails if they don't add up.
fn counted(unit: &UnitManifest, kept: OfUnit) -> Result<Counts> {
    let dropped = unit.filter_drops + unit.null_drops;
    let candidates = unit.rows_read.checked_sub(dropped);
    if candidates != Some(unit.candidates) || kept.rows > unit.candidates {
        let message = format!(
            "{} rows were read and {} staged, {dropped} were dropped before, and {} are kept",
            unit.rows_read, unit.candidates, kept.rows
        );
        return Err(differ(message).in_table(&unit.table));
    }
    Ok(Counts {
        read: unit.rows_read,
        new: kept.rows,
        filter_drops: unit.filter_drops,
        unique_drops: unit.candidates - kept.rows,
        null_drops: unit.null_drops,
        elapsed: Duration::try_from_secs_f64(unit.elapsed_secs).unwrap_or_default(),
    })
}

impl<'a> Complete<'a> {
    /// Fails if something isn't complete.
    fn of(folder: &StageFolder, plan: &'a Frozen) -> Result<Self> {
        let units = all_units(folder, plan.units.len())?;
        let keep_list = folder.keep_list()?;
        let count = keep_list.checked_shards(plan.shard_rows.get() as u64)?;
        let mut shards = Vec::new();
        let mut missing = Vec::new();
        for shard in 0..count {
            match folder.shard_manifest_of(shard)? {
                Some(manifest) => shards.push(manifest),
                None => missing.push(shard),
            }
        }
        if let Some(first) = missing.first() {
            let message = format!(
                "{} of {count} shards aren't finished, the first of them is {first}",
                missing.len()
            );
            return Err(Error::new(ErrorKind::Usage, message).advise(
                "finish them: firstseen finish plan.json --stage DIR, which skips what is complete",
            ));
        }
        Ok(Self {
            plan,
            units,
            keep_list,
            shards,
        })
    }

    /// How it was verified that all units were read from one consistent snapshot, or `none`.
    fn snapshot(&self) -> String {
        let Some(first) = self.units.first() else {
            return NO_SNAPSHOT.to_owned();
        };
        let is_one = self.units.iter().all(|unit| unit.state == first.state);
        if is_one {
            first.snapshot.clone()
        } else {
            NO_SNAPSHOT.to_owned()
        }
    }

    /// What the shards have of each unit.
    fn kept(&self) -> Result<Vec<OfUnit>> {
        let unit = |unit| OfUnit {
            unit,
            rows: 0,
            located: 0,
            scanned: 0,
        };
        let mut kept: Vec<OfUnit> = self.units.iter().map(|it| unit(it.unit)).collect();
        for more in self.shards.iter().flat_map(|shard| &shard.units) {
            let of_unit = kept.get_mut(more.unit as usize);
            let of_unit =
                of_unit.ok_or_else(|| differ(format!("there is no unit {}", more.unit)))?;
            of_unit.rows += more.rows;
            of_unit.located += more.located;
            of_unit.scanned += more.scanned;
        }
        Ok(kept)
    }

    fn manifest(
        &self,
        step: &Step<'_>,
        output: &BatchOutput,
        (snapshot, begun): (String, Instant),
    ) -> Result<Manifest> {
        let tables = self.counts(&self.kept()?)?;
        let files: Vec<BatchFile> = self
            .shards
            .iter()
            .flat_map(|shard| shard.files.clone())
            .collect();
        self.check_files(&files, output)?;
        let totals = totals(&tables, &files);
        let written: u64 = files.iter().map(|file| file.rows).sum();
        if totals.new != written || written != self.keep_list.rows {
            return Err(differ(format!(
                "{} rows are kept, {} are new, but {written} were written",
                self.keep_list.rows, totals.new
            )));
        }
        let read_secs = tables
            .iter()
            .map(|table| table.total.elapsed)
            .sum::<Duration>();
        let read_secs = read_secs.as_secs_f64();
        let finish_secs = self
            .shards
            .iter()
            .map(|shard| shard.elapsed_secs)
            .sum::<f64>();
        let publish_secs = begun.elapsed().as_secs_f64();
        let peaks = self
            .shards
            .iter()
            .filter_map(|shard| shard.peak_memory_bytes);
        let first = self.units.first();
        Ok(Manifest {
            schema_version: SCHEMA_VERSION,
            run_id: run_id(),
            started: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
            plan_hash: Some(step.plan.hash.clone()),
            versions: Versions {
                firstseen: self.plan.versions.firstseen.clone(),
                database: self.plan.versions.database.clone(),
            },
            job: manifest_job(
                step.job,
                JobRecord {
                    extractor: first.map(|unit| unit.extractor.clone()).unwrap_or_default(),
                    workers: self
                        .units
                        .iter()
                        .map(|unit| unit.workers)
                        .max()
                        .unwrap_or(0),
                },
            ),
            snapshot,
            columns: self.columns(),
            tables: self.tables(&tables),
            totals,
            files,
            timings: Timings {
                plan_secs: 0.0,
                read_secs,
                distinct_secs: self.keep_list.elapsed_secs,
                write_secs: finish_secs + publish_secs,
                total_secs: read_secs + self.keep_list.elapsed_secs + finish_secs + publish_secs,
            },
            peak_memory_bytes: peaks.max(),
        })
    }

    /// Fails unless the files follow each other, each with exactly the rows of a batch, except the last.
    fn check_files(&self, files: &[BatchFile], output: &BatchOutput) -> Result<()> {
        let rows = output.batch_rows.get() as u64;
        let mut before = 0;
        for file in files {
            let expected = rows.min(self.keep_list.rows.saturating_sub(before));
            let name = crate::batch::file_name(
                &output.prefix,
                before + 1,
                before + file.rows,
                self.keep_list.rows,
                output.encoding,
            );
            if file.rows != expected || file.name != name {
                return Err(differ(format!(
                    "the file {} is not the one after row {before}",
                    file.name
                )));
            }
            before += file.rows;
        }
        Ok(())
    }

    fn columns(&self) -> Vec<ManifestColumn> {
        let nulled = |column: usize| {
            let shards = self.shards.iter();
            shards.filter_map(|shard| shard.nulled.get(column)).sum()
        };
        let columns = self.plan.columns.iter().enumerate();
        let columns = columns.map(|(index, column)| ManifestColumn {
            name: column.name.clone(),
            sql_type: column.sql_type.clone(),
            arrow_type: column.arrow_type.clone(),
            nullable: column.nullable,
            nulled_dates: nulled(index),
        });
        columns.collect()
    }

    /// By table, what happened to its rows.
    fn counts(&self, kept: &[OfUnit]) -> Result<Vec<TableCounts>> {
        let tables = self.plan.tables_and_units().map(|(_, units)| {
            let kept = kept.get(units.clone()).unwrap_or_default();
            let staged = self.units.get(units).unwrap_or_default();
            let counts = staged.iter().zip(kept);
            let counts = counts.map(|(unit, kept)| counted(unit, *kept));
            let counts: Vec<Counts> = counts.collect::<Result<_>>()?;
            Ok(TableCounts {
                total: counts.iter().sum(),
                units: counts,
                located: kept.iter().map(|kept| kept.located).sum(),
                scanned: kept.iter().map(|kept| kept.scanned).sum(),
            })
        });
        tables.collect()
    }

    fn tables(&self, counts: &[TableCounts]) -> Vec<ManifestTable> {
        let tables = self.plan.tables_and_units().zip(counts);
        let tables = tables.map(|((table, units), counts)| {
            let staged = self.units.get(units).unwrap_or_default();
            let is_keys = staged.iter().any(|unit| unit.holds == Holds::Keys);
            let record = TableRecord {
                name: table.name.clone(),
                sql: table.sql.clone(),
                order: table.order.clone(),
                read: if is_keys { "keys-first" } else { "whole" }.to_owned(),
                read_why: table.why(is_keys),
            };
            manifest_table(record, staged.iter().map(|unit| unit.sql.as_str()), counts)
        });
        tables.collect()
    }
}
