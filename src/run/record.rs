//! The record of a run: its manifest, and the clock that times it.

use super::counts::{Counts, TableCounts};
use crate::arrow_type;
use crate::batch::BatchFile;
use crate::job::{Job, Output};
use crate::plan::{Plan, PlannedTable};
use crate::publish::{
    Manifest, ManifestColumn, ManifestJob, ManifestTable, ManifestUnit, NO_SNAPSHOT,
    SCHEMA_VERSION, Timings, Totals, Versions,
};
use crate::report::peak_memory_bytes;
use crate::snapshot::Snapshot;
use chrono::{DateTime, SecondsFormat, Utc};
use std::time::{Duration, Instant, SystemTime};

/// When a run finished each of its stages.
pub(super) struct Clock {
    started: SystemTime,
    begun: Instant,
    planned: Duration,
    read: Duration,
    decided: Duration,
    written: Duration,
}

impl Clock {
    pub fn start() -> Self {
        Self {
            started: SystemTime::now(),
            begun: Instant::now(),
            planned: Duration::ZERO,
            read: Duration::ZERO,
            decided: Duration::ZERO,
            written: Duration::ZERO,
        }
    }

    pub fn planned(&mut self) {
        self.planned = self.begun.elapsed();
    }

    pub fn read(&mut self) {
        self.read = self.begun.elapsed();
    }

    pub fn decided(&mut self) {
        self.decided = self.begun.elapsed();
    }

    pub fn written(&mut self) {
        self.written = self.begun.elapsed();
    }

    fn timings(&self) -> Timings {
        let between = |from: Duration, to: Duration| to.saturating_sub(from).as_secs_f64();
        Timings {
            plan_secs: self.planned.as_secs_f64(),
            read_secs: between(self.planned, self.read),
            distinct_secs: between(self.read, self.decided),
            write_secs: between(self.decided, self.written),
            total_secs: self.begun.elapsed().as_secs_f64(),
        }
    }
}

/// The manifest of a run whose files are written.
pub(super) fn manifest(
    job: &Job,
    (plan, snapshot): (&Plan, &Snapshot),
    (tables, nulled): (&[TableCounts], &[u64]),
    files: Vec<BatchFile>,
    clock: &Clock,
) -> Manifest {
    Manifest {
        schema_version: SCHEMA_VERSION,
        run_id: run_id(),
        started: DateTime::<Utc>::from(clock.started).to_rfc3339_opts(SecondsFormat::Millis, true),
        plan_hash: None,
        versions: Versions {
            firstseen: env!("CARGO_PKG_VERSION").to_owned(),
            database: plan.database.clone(),
        },
        job: manifest_job(
            job,
            JobRecord {
                extractor: plan.extractor.name().to_owned(),
                workers: plan.workers,
            },
        ),
        snapshot: snapshot.proof().unwrap_or(NO_SNAPSHOT).to_owned(),
        columns: columns(plan, nulled),
        tables: plan
            .tables_and_units()
            .zip(tables)
            .map(|((table, units), counts)| {
                let sqls = units.iter().map(|unit| unit.query.sql.as_str());
                manifest_table(table_record(table), sqls, counts)
            })
            .collect(),
        totals: totals(tables, &files),
        files,
        timings: clock.timings(),
        peak_memory_bytes: peak_memory_bytes(),
    }
}

fn table_record(table: &PlannedTable) -> TableRecord {
    TableRecord {
        name: table.name.clone(),
        sql: table.sql.clone(),
        order: table.order.clone(),
        read: table.reads.name().to_owned(),
        read_why: table.reads.why.clone(),
    }
}

/// What a manifest says about a table beyond its counts.
pub(crate) struct TableRecord {
    pub name: String,
    /// The query for all its rows.
    pub sql: String,
    pub order: String,
    /// `whole` or `keys-first`.
    pub read: String,
    pub read_why: String,
}

/// A table as its manifest describes it. `sqls` are the queries of its units.
pub(crate) fn manifest_table<'a>(
    table: TableRecord,
    sqls: impl Iterator<Item = &'a str>,
    counts: &TableCounts,
) -> ManifestTable {
    let TableCounts {
        total,
        units,
        located,
        scanned,
    } = counts;
    let units = sqls.zip(units);
    let units = units.map(|(sql, counts)| manifest_unit(&table, sql, counts));
    ManifestTable {
        units: units.collect(),
        table: table.name,
        sql: table.sql,
        order: table.order,
        read: table.read,
        read_why: table.read_why,
        rows_read: total.read,
        new: total.new,
        rows_located: *located,
        rows_scanned: *scanned,
        duplicates: total.duplicates(),
        filter_drops: total.filter_drops,
        unique_drops: total.unique_drops,
        null_drops: total.null_drops,
        elapsed_secs: total.elapsed.as_secs_f64(),
    }
}

fn manifest_unit(table: &TableRecord, sql: &str, counts: &Counts) -> ManifestUnit {
    ManifestUnit {
        sql: sql.to_owned(),
        order: table.order.clone(),
        rows_read: counts.read,
        new: counts.new,
        duplicates: counts.duplicates(),
        filter_drops: counts.filter_drops,
        unique_drops: counts.unique_drops,
        null_drops: counts.null_drops,
        elapsed_secs: counts.elapsed.as_secs_f64(),
    }
}

/// A random ID, 32 hexadecimal digits.
pub(crate) fn run_id() -> String {
    let mut bytes = [0; 16];
    // Without random numbers the id is all zeros: it only distinguishes runs, and nothing depends on it.
    let _ = getrandom::fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// What a manifest says about a job beyond its options.
pub(crate) struct JobRecord {
    /// What read the rows.
    pub extractor: String,
    /// Connections that read at the same time.
    pub workers: usize,
}

/// A job as its manifest describes it.
pub(crate) fn manifest_job(job: &Job, record: JobRecord) -> ManifestJob {
    let (batch_rows, prefix, format, compression) = match &job.output {
        Output::Count => (0, String::new(), "none".to_owned(), "none".to_owned()),
        Output::Batches(batches) => (
            batches.batch_rows.get() as u64,
            batches.prefix.clone(),
            batches.encoding.format_name().to_owned(),
            batches.encoding.compression_name(),
        ),
    };
    ManifestJob {
        source: job.source.redacted(),
        key: job.key.clone(),
        r#where: job.filter.clone(),
        order_by: job.order_by.items(),
        partition_on: job
            .partition
            .as_ref()
            .map(|partition| partition.column.clone()),
        partitions: job
            .partition
            .as_ref()
            .map(|partition| partition.partitions.name()),
        batch_rows,
        prefix,
        format,
        compression,
        null_keys: job.null_keys.name().to_owned(),
        exact: job.exact,
        check_counts: job.check_counts,
        row_security: job.reading.row_security,
        extractor: record.extractor,
        read: job.read.name().to_owned(),
        workers: record.workers,
    }
}

fn columns(plan: &Plan, nulled: &[u64]) -> Vec<ManifestColumn> {
    let columns = plan.columns.iter().zip(nulled);
    let columns = columns.map(|(column, nulled)| ManifestColumn {
        name: column.name.clone(),
        sql_type: column.sql_type.clone(),
        arrow_type: arrow_type::name(&column.data_type),
        nullable: column.nullable,
        nulled_dates: *nulled,
    });
    columns.collect()
}

/// The totals over all tables and files.
pub(crate) fn totals(tables: &[TableCounts], files: &[BatchFile]) -> Totals {
    let all: Counts = tables.iter().map(|table| &table.total).sum();
    Totals {
        rows_read: all.read,
        new: all.new,
        duplicates: all.duplicates(),
        null_drops: all.null_drops,
        files: files.len() as u64,
        bytes: files.iter().map(|file| file.bytes).sum(),
    }
}
