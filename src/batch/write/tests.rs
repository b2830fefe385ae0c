use super::super::fixture::{
    Outcome, PROCEED, Random, all_lists, all_types, batch, layout, write_one,
};
use super::super::{Format, InMemory, Rows};
use super::*;
use crate::{Error, ErrorKind, Interrupt};
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use arrow::array::{ArrayRef, Int64Array, ListBuilder, StringArray, StringBuilder, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn numbers(count: u32) -> Result<(RecordBatch, Vec<u32>), Box<dyn StdError>> {
    let column = Int64Array::from_iter_values((0..count).map(i64::from));
    Ok((batch(vec![("n", Arc::new(column))])?, (0..count).collect()))
}

/// Returns `rows` with other rows between them, split into chunks of random length, and the new indices of the rows.
fn scatter(
    rows: &RecordBatch,
    random: &mut Random,
) -> Result<(Vec<RecordBatch>, Vec<u32>), Box<dyn StdError>> {
    let mut order = Vec::new();
    let mut survivors = Vec::new();
    for row in 0..u32::try_from(rows.num_rows())? {
        let others = random.below(3);
        order.extend(std::iter::repeat_n(u32::try_from(random.below(5))?, others));
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
fn the_bytes_of_a_file_do_not_depend_on_chunks_or_other_rows() -> Outcome {
    bytes_do_not_depend_on_chunks(&all_types()?)?;
    bytes_do_not_depend_on_chunks(&all_lists()?)
}

fn bytes_do_not_depend_on_chunks(part: &RecordBatch) -> Outcome {
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
            let files = write_batches(
                &InMemory::new(&scattered),
                &layout,
                folder.path(),
                &|_| (),
                PROCEED,
            )?;
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
fn every_file_except_the_last_is_full() -> Outcome {
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
        let on_file = |_: &BatchFile| {
            heard.fetch_add(1, Ordering::Relaxed);
        };
        let files = write_batches(
            &InMemory::new(&rows),
            &layout(Format::Parquet, None, 10)?,
            folder.path(),
            &on_file,
            PROCEED,
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
    let error = write_batches(
        &InMemory::new(&rows),
        &layout,
        folder.path(),
        &|_| (),
        PROCEED,
    )
    .err()
    .ok_or("written")?;
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.to_string().contains("b-0000001-0000010.csv"));
    assert!(StdError::source(&error).is_some_and(<dyn StdError>::is::<std::io::Error>));
    assert_eq!(std::fs::read_to_string(taken)?, "mine");
    Ok(())
}

#[cfg(target_os = "linux")] // /dev/full
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
        let picks = InMemory::new(&rows).locate(rows.survivors)?;
        let batch = canonical(&rows.schema, &picks)?;
        let mut sink = Sink::open(
            Path::new("/dev/full"),
            std::fs::OpenOptions::new().write(true),
        )?;
        let error = encode(batch, &layout, &mut sink, PROCEED)
            .and_then(|()| sink.finish())
            .err()
            .ok_or("written")?;
        assert_eq!(error.kind(), ErrorKind::Output, "{format}: {error:?}");
    }
    Ok(())
}

#[test]
fn a_canceled_job_stops_before_a_file_and_within_one() -> Outcome {
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
        let proceed = || {
            if asked.fetch_add(1, Ordering::Relaxed) < questions {
                return Ok(());
            }
            Err(Error::new(ErrorKind::Interrupted(Interrupt::Term), "stop"))
        };
        let folder = tempfile::tempdir()?;
        let error = write_batches(
            &InMemory::new(&rows),
            &layout(format, Some("none"), 100)?,
            folder.path(),
            &|_| (),
            &proceed,
        );
        let kind = error.map_err(|error| error.kind()).err();
        assert!(
            kind == Some(ErrorKind::Interrupted(Interrupt::Term)),
            "{format}: {kind:?}"
        );
    }
    Ok(())
}

#[test]
fn list_elements_have_a_dictionary_if_they_repeat() -> Outcome {
    let lists = |element: fn(u32) -> String| {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for row in 0..3000 {
            lists.append_value([Some(element(row)), None, Some(element(row + 3000))]);
        }
        Arc::new(lists.finish()) as ArrayRef
    };
    let candidates = batch(vec![
        ("repeating", lists(|row| format!("value {}", row % 2))),
        ("distinct", lists(|row| format!("value {row}"))),
    ])?;
    let folder = tempfile::tempdir()?;
    let file = write_one(&candidates, Format::Parquet, None, folder.path())?;
    let reader = SerializedFileReader::new(std::fs::File::open(file)?)?;
    let columns = reader.metadata().row_group(0).columns();
    let found: Vec<_> = columns
        .iter()
        .map(|column| {
            let has_dictionary = column.dictionary_page_offset().is_some();
            (column.column_path().string(), has_dictionary)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("repeating.list.item".to_owned(), true),
            ("distinct.list.item".to_owned(), false)
        ]
    );
    Ok(())
}

#[test]
fn pages_of_large_cells_stay_small() -> Outcome {
    let text =
        StringArray::from_iter_values((0..64).map(|row| format!("{row}{}", "x".repeat(1 << 18))));
    let candidates = batch(vec![("t", Arc::new(text))])?;
    let folder = tempfile::tempdir()?;
    let file = write_one(&candidates, Format::Parquet, Some("none"), folder.path())?;
    let reader = SerializedFileReader::new(std::fs::File::open(file)?)?;
    let pages = reader.get_row_group(0)?.get_column_page_reader(0)?;
    let sizes = pages
        .map(|page| page.map(|page| page.buffer().len()))
        .collect::<Result<Vec<_>, _>>()?;
    assert!(sizes.iter().all(|size| *size < 2 << 20), "{sizes:?}");
    Ok(())
}
