use super::super::Format;
use super::super::fixture::{Outcome, Random, all_types, batch};
use super::*;
use crate::ErrorKind;
use arrow::array::{Int64Array, StringArray, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use std::error::Error as StdError;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const NEVER: &(dyn Fn() -> bool + Sync) = &|| false;

fn layout(format: Format, compression: Option<&str>, batch_rows: usize) -> Result<Layout> {
    Ok(Layout {
        encoding: Encoding::new(format, compression)?,
        batch_rows: NonZeroUsize::new(batch_rows).unwrap_or(NonZeroUsize::MIN),
        prefix: "b".into(),
        distinct_column: None,
    })
}

fn numbers(count: u32) -> Result<(RecordBatch, Vec<u32>), Box<dyn StdError>> {
    let column = Int64Array::from_iter_values((0..count).map(i64::from));
    Ok((batch(vec![("n", Arc::new(column))])?, (0..count).collect()))
}

/// The text of the one file that holds all rows of `batch`.
fn text_of(batch: &RecordBatch, format: Format) -> Result<String, Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let survivors: Vec<u32> = (0..u32::try_from(batch.num_rows())?).collect();
    let rows = Rows {
        schema: batch.schema(),
        batches: &[batch.clone()],
        survivors: &survivors,
    };
    let files = write_batches(
        &rows,
        &layout(format, None, usize::MAX)?,
        folder.path(),
        &|_| (),
        NEVER,
    )?;
    let name = &files.first().ok_or("no file")?.name;
    Ok(std::fs::read_to_string(folder.path().join(name))?)
}

#[test]
fn csv_tells_null_from_empty_and_quotes_what_it_must() -> Outcome {
    let expected = concat!(
        "bool,i8,i16,i32,i64,u8,u16,u32,u64,f32,f64,d128,d256,text,bytes,date,ts,ts_utc,time,dur\n",
        "false,-128,-32768,-2147483648,-9223372036854775808,0,0,0,0,-3.4028235e38,-inf,-999999999999999999999999999999999999.99,-99999999999999999999999999999999999.999999999999999999999999999999,a,/wD+,0001-01-01,0001-01-01T00:00:00,0001-01-01T00:00:00Z,00:00:00,-2562047788:00:54.775808\n",
        "true,127,32767,2147483647,9223372036854775807,255,65535,4294967295,18446744073709551615,3.4028235e38,NaN,999999999999999999999999999999999999.99,99999999999999999999999999999999999.999999999999999999999999999999,é😀\u{7f}\u{2028},YWJjZA==,9999-12-31,9999-12-31T23:59:59.999999,9999-12-31T23:59:59.999999Z,23:59:59.999999,2562047788:00:54.775807\n",
        ",,,,,,,,,,,,,,,,,,,\n",
        "false,0,0,0,0,0,0,0,0,0.0,-0.0,0.00,0.000000000000000000000000000000,\"\",\"\",1970-01-01,1970-01-01T00:00:00,1970-01-01T00:00:00Z,00:00:00,00:00:00\n",
        "true,-1,256,65536,9007199254740993,1,1,1,9007199254740992,0.1,0.1,1.10,0.000000000000000000000000000001,\"a,\"\"b\"\"\r\n\t\\\0\u{1f}\",LCI=,2000-02-29,1969-12-31T23:59:59.999999,1969-12-31T23:59:59.999999Z,01:01:01,-838:59:59.000001\n",
    );
    assert_eq!(text_of(&all_types()?, Format::Csv)?, expected);
    Ok(())
}

#[test]
fn ndjson_loses_no_digit_to_a_double() -> Outcome {
    let text = text_of(&all_types()?, Format::Ndjson)?;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines.first().copied(),
        Some(concat!(
            r#"{"bool":false,"i8":-128,"i16":-32768,"i32":-2147483648,"i64":"-9223372036854775808","u8":0,"u16":0,"u32":0,"u64":0,"f32":-3.4028235e38,"f64":"-Infinity","#,
            r#""d128":"-999999999999999999999999999999999999.99","d256":"-99999999999999999999999999999999999.999999999999999999999999999999","text":"a","bytes":"/wD+","#,
            r#""date":"0001-01-01","ts":"0001-01-01T00:00:00","ts_utc":"0001-01-01T00:00:00Z","time":"00:00:00","dur":"-2562047788:00:54.775808"}"#
        ))
    );
    let last: serde_json::Value = serde_json::from_str(lines.last().ok_or("no line")?)?;
    assert_eq!(last["text"], "a,\"b\"\r\n\t\\\0\u{1f}");
    assert_eq!(last["i64"], "9007199254740993");
    assert_eq!(last["u64"], 9_007_199_254_740_992_u64);
    assert!(
        lines
            .iter()
            .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok())
    );
    assert_eq!(lines.len(), 5);
    Ok(())
}

#[test]
fn compressed_text_is_the_same_text() -> Outcome {
    let (candidates, survivors) = numbers(50_000)?;
    let rows = Rows {
        schema: candidates.schema(),
        batches: &[candidates],
        survivors: &survivors,
    };
    let folder = tempfile::tempdir()?;
    let read = |compression| -> Result<Vec<u8>, Box<dyn StdError>> {
        let layout = layout(Format::Csv, Some(compression), 50_000)?;
        let files = write_batches(&rows, &layout, folder.path(), &|_| (), NEVER)?;
        Ok(std::fs::read(
            folder.path().join(&files.first().ok_or("no file")?.name),
        )?)
    };
    let plain = read("none")?;
    let mut unzipped = Vec::new();
    flate2::read::GzDecoder::new(&read("gzip")?[..]).read_to_end(&mut unzipped)?;
    assert_eq!(unzipped, plain);
    assert_eq!(zstd::decode_all(&read("zstd:3")?[..])?, plain);
    Ok(())
}

/// `rows` with other rows between them, cut into chunks of random length; and where the rows are now.
fn scatter(
    rows: &RecordBatch,
    random: &mut Random,
) -> Result<(Vec<RecordBatch>, Vec<u32>), Box<dyn StdError>> {
    let mut order = Vec::new();
    let mut survivors = Vec::new();
    for row in 0..u32::try_from(rows.num_rows())? {
        let strangers = random.below(3);
        order.extend(std::iter::repeat_n(
            u32::try_from(random.below(5))?,
            strangers,
        ));
        survivors.push(u32::try_from(order.len())?);
        order.push(row);
    }
    let all = take_record_batch(rows, &UInt32Array::from(order))?;
    let mut chunks = Vec::new();
    let mut start = 0;
    while start < all.num_rows() {
        let length = random.below(12).min(all.num_rows() - start);
        chunks.push(all.slice(start, length));
        start += length;
    }
    Ok((chunks, survivors))
}

#[test]
fn the_bytes_of_a_file_do_not_depend_on_chunks_or_strangers() -> Outcome {
    let part = all_types()?;
    let rows = concat_batches(part.schema_ref(), &vec![part.clone(); 8])?;
    for format in Format::ALL {
        let layout = layout(format, None, 7)?;
        let mut expected = None;
        for seed in 1..=20 {
            let (chunks, survivors) = scatter(&rows, &mut Random(seed))?;
            let scattered = Rows {
                schema: rows.schema(),
                batches: &chunks,
                survivors: &survivors,
            };
            let folder = tempfile::tempdir()?;
            let files = write_batches(&scattered, &layout, folder.path(), &|_| (), NEVER)?;
            assert_eq!(files.len(), 6);
            assert_eq!(
                &files,
                expected.get_or_insert(files.clone()),
                "{format}, seed {seed}"
            );
        }
    }
    Ok(())
}

#[test]
fn every_file_but_the_last_is_full() -> Outcome {
    for (count, expected) in [
        (0, &[][..]),
        (9, &[9]),
        (10, &[10]),
        (11, &[10, 1]),
        (30, &[10, 10, 10]),
    ] {
        let (candidates, survivors) = numbers(count)?;
        let rows = Rows {
            schema: candidates.schema(),
            batches: &[candidates],
            survivors: &survivors,
        };
        let folder = tempfile::tempdir()?;
        let heard = AtomicUsize::new(0);
        let on_file = |_: &BatchFile| drop(heard.fetch_add(1, Ordering::Relaxed));
        let files = write_batches(
            &rows,
            &layout(Format::Parquet, None, 10)?,
            folder.path(),
            &on_file,
            NEVER,
        )?;
        assert_eq!(
            files.iter().map(|file| file.rows).collect::<Vec<_>>(),
            expected
        );
        assert_eq!(heard.into_inner(), expected.len());
        assert_eq!(std::fs::read_dir(folder.path())?.count(), expected.len());
        assert!(files.is_sorted_by_key(|file| &file.name));
        for file in &files {
            let metadata = std::fs::metadata(folder.path().join(&file.name))?;
            assert_eq!(metadata.len(), file.bytes);
        }
    }
    Ok(())
}

#[test]
fn a_file_that_exists_is_named_and_kept() -> Outcome {
    let (candidates, survivors) = numbers(10)?;
    let rows = Rows {
        schema: candidates.schema(),
        batches: &[candidates],
        survivors: &survivors,
    };
    let folder = tempfile::tempdir()?;
    let taken = folder.path().join("b-0000001-0000010.csv");
    std::fs::write(&taken, "mine")?;
    let layout = layout(Format::Csv, None, 10)?;
    let error = write_batches(&rows, &layout, folder.path(), &|_| (), NEVER)
        .err()
        .ok_or("written")?;
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.to_string().contains("b-0000001-0000010.csv"));
    assert!(StdError::source(&error).is_some_and(|cause| cause.is::<std::io::Error>()));
    assert_eq!(std::fs::read_to_string(taken)?, "mine");
    Ok(())
}

#[test]
fn a_full_disk_is_an_output_error_in_every_format() -> Outcome {
    let (candidates, survivors) = numbers(100_000)?;
    let rows = Rows {
        schema: candidates.schema(),
        batches: &[candidates],
        survivors: &survivors,
    };
    for format in Format::ALL {
        let layout = layout(format, Some("none"), 100_000)?;
        let picks = Locator::new(&rows).locate(rows.survivors)?;
        let batch = canonical(&rows.schema, &picks)?;
        let sink = Sink::open(
            Path::new("/dev/full"),
            std::fs::OpenOptions::new().write(true),
        )?;
        let error = write_into(&batch, &layout, sink, Stop(NEVER))
            .err()
            .ok_or("written")?;
        assert_eq!(error.kind(), ErrorKind::Output, "{format}: {error:?}");
    }
    Ok(())
}

#[test]
fn a_cancelled_job_stops_before_a_file_and_within_one() -> Outcome {
    let text = StringArray::from_iter_values((0..100).map(|_| "x".repeat(10_000)));
    let candidates = batch(vec![("t", Arc::new(text))])?;
    let survivors: Vec<u32> = (0..100).collect();
    let rows = Rows {
        schema: candidates.schema(),
        batches: &[candidates],
        survivors: &survivors,
    };
    for (format, questions) in [
        (Format::Parquet, 0),
        (Format::Csv, 3),
        (Format::Ndjson, 3),
        (Format::Pickle, 3),
    ] {
        let asked = AtomicUsize::new(0);
        let cancelled = || asked.fetch_add(1, Ordering::Relaxed) >= questions;
        let folder = tempfile::tempdir()?;
        let error = write_batches(
            &rows,
            &layout(format, Some("none"), 100)?,
            folder.path(),
            &|_| (),
            &cancelled,
        );
        let kind = error.map_err(|error| error.kind()).err();
        assert!(
            matches!(kind, Some(ErrorKind::Interrupted(_))),
            "{format}: {kind:?}"
        );
    }
    Ok(())
}
