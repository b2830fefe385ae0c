//! Folders written by the module `batch`, and then damaged.
#![allow(clippy::unwrap_used)] // a test ends where it fails

use super::*;
use crate::batch::{Encoding, Format, InMemory, Layout, Rows, write_batches};
use crate::publish::{ManifestColumn, ManifestTable};
use arrow::array::{
    ArrayRef, BinaryArray, Date32Array, Date32Builder, Decimal128Array, DurationMicrosecondArray,
    Int64Array, ListBuilder, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use std::fs;
use std::num::NonZeroUsize;
use std::sync::Arc;
use tempfile::TempDir;

/// Batches of 10, 10 and 5.
const ROWS: u32 = 25;

/// Every format, and every compression that this module decompresses itself.
const ENCODINGS: [(Format, &str); 9] = [
    (Format::Parquet, "zstd"),
    (Format::Arrow, "lz4"),
    (Format::Csv, "none"),
    (Format::Csv, "gzip"),
    (Format::Csv, "zstd"),
    (Format::Ndjson, "none"),
    (Format::Ndjson, "gzip"),
    (Format::Ndjson, "zstd"),
    (Format::Pickle, "none"),
];

/// A published folder.
struct Published {
    parent: TempDir,
    manifest: Manifest,
}

impl Published {
    fn new(format: Format, compression: &str) -> Self {
        Self::with_key(format, compression, &["id", "no"], |row| {
            format!("key \"{}\"", row / 2)
        })
    }

    /// `id` makes the values of the key column `id`. `no` is the row's parity. The other columns don't distinguish rows.
    fn with_key(format: Format, compression: &str, key: &[&str], id: fn(u32) -> String) -> Self {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("batches");
        fs::create_dir(&folder).unwrap();
        let batch = batch(id);
        let rows = Rows {
            schema: batch.schema(),
            batches: std::slice::from_ref(&batch),
            survivors: &(0..ROWS).collect::<Vec<_>>(),
        };
        let layout = Layout {
            encoding: Encoding::new(format, Some(compression)).unwrap(),
            batch_rows: NonZeroUsize::new(10).unwrap(),
            prefix: "p".into(),
            distinct_column: None,
            shard: None,
        };
        let mut manifest = empty_manifest();
        manifest.files =
            write_batches(&InMemory::new(&rows), &layout, &folder, &|_| (), &|| Ok(())).unwrap();
        manifest.job.format = format.name().into();
        manifest.job.compression = compression.into();
        manifest.job.key = key.iter().map(ToString::to_string).collect();
        manifest.columns = columns(&batch);
        let published = Self { parent, manifest };
        published.add_up()
    }

    fn add_up(mut self) -> Self {
        let rows = self.manifest.files.iter().map(|file| file.rows).sum();
        self.manifest.tables = vec![table(rows)];
        let totals = &mut self.manifest.totals;
        totals.rows_read = rows + 3;
        totals.new = rows;
        totals.duplicates = 3;
        totals.files = self.manifest.files.len() as u64;
        totals.bytes = self.manifest.files.iter().map(|file| file.bytes).sum();
        self
    }

    fn folder(&self) -> PathBuf {
        self.parent.path().join("batches")
    }

    fn file(&self, index: usize) -> PathBuf {
        self.folder().join(&self.manifest.files[index].name)
    }

    /// Replaces a file, and updates the manifest to match.
    fn put(&mut self, index: usize, bytes: &[u8]) {
        fs::write(self.file(index), bytes).unwrap();
        let file = &mut self.manifest.files[index];
        file.bytes = bytes.len() as u64;
        file.sha256 = crate::checksum::sha256(bytes);
        self.manifest.totals.bytes = self.manifest.files.iter().map(|file| file.bytes).sum();
    }

    fn verify(&self) -> Result<Verified> {
        let json = serde_json::to_vec(&self.manifest).unwrap();
        fs::write(manifest_path(&self.folder()), json).unwrap();
        verify(&self.folder(), &|| Ok(()))
    }

    /// The lines that list the faults.
    fn faults(&self) -> Vec<String> {
        let error = self.verify().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Fault);
        let message = error.to_string();
        message
            .lines()
            .skip(1)
            .map(|line| line.trim().to_owned())
            .collect()
    }
}

fn batch(id: fn(u32) -> String) -> RecordBatch {
    let rows = || 0..ROWS;
    let columns: [(&str, ArrayRef); 7] = [
        (
            "id",
            Arc::new(StringArray::from_iter_values(rows().map(id))),
        ),
        (
            "no",
            Arc::new(
                rows()
                    .map(|row| Some(i64::from(row % 2) << 60))
                    .collect::<Int64Array>(),
            ),
        ),
        (
            "empty",
            Arc::new(
                rows()
                    .map(|row| (row % 3 > 0).then_some(""))
                    .collect::<StringArray>(),
            ),
        ),
        (
            "born",
            Arc::new(Date32Array::from_iter_values(rows().map(|_| -1))),
        ),
        (
            "sum",
            Arc::new(Decimal128Array::from_iter_values(rows().map(|_| -150))),
        ),
        (
            "raw",
            Arc::new(BinaryArray::from_iter_values(rows().map(|_| [0, 255]))),
        ),
        (
            "took",
            Arc::new(DurationMicrosecondArray::from_iter_values(
                rows().map(|_| -1),
            )),
        ),
    ];
    let at: ArrayRef = Arc::new(TimestampMicrosecondArray::from_iter_values(
        rows().map(|_| 0),
    ));
    let more = [("at", at), ("days", days())];
    RecordBatch::try_from_iter(columns.into_iter().chain(more)).unwrap()
}

/// A list of two elements, an empty one, and null.
fn days() -> ArrayRef {
    let mut days = ListBuilder::new(Date32Builder::new());
    for row in 0..ROWS {
        match row % 3 {
            0 => days.append_value([Some(-1), None]),
            1 => days.append_value([]),
            _ => days.append_null(),
        }
    }
    Arc::new(days.finish())
}

fn columns(batch: &RecordBatch) -> Vec<ManifestColumn> {
    let fields = batch.schema_ref().fields().iter();
    fields
        .map(|field| ManifestColumn {
            name: field.name().clone(),
            sql_type: String::new(),
            arrow_type: crate::arrow_type::name(field.data_type()),
            nullable: true,
            nulled_dates: 0,
        })
        .collect()
}

fn table(new: u64) -> ManifestTable {
    ManifestTable {
        table: "t".into(),
        sql: String::new(),
        read: "whole".to_owned(),
        read_why: String::new(),
        rows_located: 0,
        rows_scanned: 0,
        order: String::new(),
        rows_read: new + 3,
        new,
        duplicates: 3,
        filter_drops: 2,
        unique_drops: 1,
        null_drops: 0,
        elapsed_secs: 0.0,
        units: Vec::new(),
    }
}

fn empty_manifest() -> Manifest {
    serde_json::from_str(
        r#"{
            "schema_version": 1, "run_id": "", "started": "", "snapshot": "none",
            "versions": { "firstseen": "", "database": "" },
            "job": {
                "source": "", "key": [], "where": null, "order_by": [], "batch_rows": 10, "prefix": "p", "format": "",
                "compression": "", "null_keys": "error", "exact": false, "extractor": "wire", "workers": 1
            },
            "columns": [], "tables": [], "files": [],
            "totals": { "rows_read": 0, "new": 0, "duplicates": 0, "null_drops": 0, "files": 0, "bytes": 0 },
            "timings": { "plan_secs": 0, "read_secs": 0, "distinct_secs": 0, "write_secs": 0, "total_secs": 0 },
            "peak_memory_bytes": null
        }"#,
    )
    .unwrap()
}

#[test]
fn every_format_verifies_even_when_moved_with_its_manifest() {
    for (format, compression) in ENCODINGS {
        let published = Published::new(format, compression);
        let verified = published.verify().unwrap();
        assert_eq!(
            (verified.files, verified.rows),
            (3, 25),
            "{format} {compression}"
        );
        let elsewhere = tempfile::tempdir().unwrap();
        let moved = elsewhere.path().join("moved");
        fs::rename(published.folder(), &moved).unwrap();
        fs::rename(manifest_path(&published.folder()), manifest_path(&moved)).unwrap();
        assert!(verify(&moved, &|| Ok(())).is_ok(), "{format} {compression}");
    }
}

#[test]
fn a_repeated_key_is_found_in_every_format() {
    for (format, compression) in ENCODINGS {
        let published =
            Published::with_key(format, compression, &["id"], |row| (row % 24).to_string());
        let names: Vec<_> = published
            .manifest
            .files
            .iter()
            .map(|file| &file.name)
            .collect();
        let expected = format!(
            "{}: 1 row with a repeated key: row 5 has the key of row 1 in {}",
            names[2], names[0]
        );
        assert_eq!(published.faults(), [expected]);
    }
}

#[test]
fn a_null_key_is_a_fault_unless_the_job_keeps_them() {
    for (format, compression) in ENCODINGS {
        let mut published = Published::new(format, compression);
        published.manifest.job.key = vec!["empty".into(), "id".into(), "no".into()];
        let faults = published.faults();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(
            faults[0].ends_with(": 4 rows with a NULL key, first in row 1"),
            "{faults:?}"
        );
        published.manifest.job.null_keys = "keep".into();
        assert!(published.verify().is_ok(), "{format} {compression}");
    }
}

#[test]
fn all_faults_are_listed_together_and_name_their_files() {
    let mut published = Published::new(Format::Csv, "none");
    let mut bytes = fs::read(published.file(0)).unwrap();
    bytes[20] ^= 1;
    fs::write(published.file(0), bytes).unwrap();
    fs::write(published.file(1), "cut").unwrap();
    fs::remove_file(published.file(2)).unwrap();
    fs::write(published.folder().join("x\ny"), "").unwrap();
    published.manifest.totals.duplicates = 4;
    let size = published.manifest.files[1].bytes;
    assert_eq!(
        published.faults(),
        [
            "manifest: totals.duplicates is 4, but the sum over the tables is 3",
            r"x\ny: not in the manifest",
            "p-0000021-0000025.csv: missing",
            "p-0000001-0000010.csv: its SHA-256 differs from the manifest",
            &format!("p-0000011-0000020.csv: 3 bytes instead of {size}"),
        ]
    );
}

#[test]
fn names_and_rows_in_the_manifest_must_be_those_of_batches() {
    let mut published = Published::new(Format::Ndjson, "none");
    published.manifest.files.swap(0, 2);
    let faults = published.add_up().faults();
    assert_eq!(
        faults[0],
        "p-0000021-0000025.ndjson: listed with 5 rows, but a batch has 10"
    );
    assert_eq!(
        faults[1],
        "p-0000021-0000025.ndjson: according to its rows, its name should be p-0000001-0000005.ndjson"
    );
}

#[test]
fn the_content_of_a_file_is_checked_even_if_its_checksum_matches() {
    for (format, compression) in ENCODINGS {
        let mut published = Published::new(format, compression);
        let (first, last) = (
            fs::read(published.file(0)).unwrap(),
            fs::read(published.file(2)).unwrap(),
        );
        published.put(0, &last);
        let faults = published.faults();
        let name = &published.manifest.files[0].name;
        assert!(
            faults.contains(&format!("{name}: 5 rows instead of 10")),
            "{faults:?}"
        );
        for cut in (0..first.len()).step_by(7) {
            published.put(0, first.get(..cut).unwrap());
            assert!(
                !published.faults().is_empty(),
                "{format} {compression} cut to {cut} bytes"
            );
        }
    }
}

#[test]
fn a_flipped_byte_with_a_forged_checksum_is_a_fault_or_harmless() {
    // Arrow's reader allocates as much as a forged length says.
    let others = ENCODINGS
        .into_iter()
        .filter(|(format, _)| *format != Format::Arrow);
    for (format, compression) in others {
        let mut published = Published::new(format, compression);
        let whole = fs::read(published.file(0)).unwrap();
        for index in (0..whole.len()).step_by(3) {
            let mut bytes = whole.clone();
            bytes[index] ^= 0x81;
            published.put(0, &bytes);
            let kind = published.verify().err().map(|error| error.kind());
            assert!(
                matches!(kind, None | Some(ErrorKind::Fault)),
                "{format}: byte {index}: {kind:?}"
            );
        }
    }
}

#[test]
fn columns_must_be_those_of_the_manifest() {
    for (format, compression) in ENCODINGS {
        let mut published = Published::new(format, compression);
        published.manifest.columns.swap(3, 4);
        assert_eq!(published.faults().len(), 3, "{format} {compression}");
    }
}

#[test]
fn a_canceled_verification_is_not_a_fault() {
    let published = Published::new(Format::Pickle, "none");
    assert!(published.verify().is_ok());
    let stop = || Error::new(ErrorKind::Interrupted(crate::Interrupt::Hup), "stop");
    let error = verify(&published.folder(), &|| Err(stop())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted(crate::Interrupt::Hup));
}

#[test]
fn a_missing_folder_and_a_missing_manifest_have_different_errors() {
    let published = Published::new(Format::Csv, "none");
    let error = verify(&published.folder(), &|| Ok(())).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("batches.manifest.json is missing"),
        "{error}"
    );
    let error = verify(&published.folder().join("no"), &|| Ok(())).unwrap_err();
    assert!(error.to_string().ends_with("no is missing"), "{error}");
}
