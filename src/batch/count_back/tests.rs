use super::super::fixture::{Outcome, all_lists, all_types, layout, write_one};
use super::super::{ArrowCompression, Format};
use super::*;
use arrow::compute::concat_batches;
use std::fs::{self, OpenOptions};
use std::io;

/// Formats whose files record their number of rows.
const RECORDING: [(Format, &str); 5] = [
    (Format::Parquet, "zstd"),
    (Format::Parquet, "none"),
    (Format::Arrow, "none"),
    (Format::Arrow, "lz4"),
    (Format::Arrow, "zstd"),
];

fn written(path: &Path) -> io::Result<Written> {
    let bytes = fs::metadata(path)?.len();
    let sha256 = String::new();
    Ok(Written { bytes, sha256 })
}

#[test]
fn a_file_records_its_number_of_rows() -> Outcome {
    for part in [all_types()?, all_lists()?] {
        for copies in [1, 77] {
            let rows = concat_batches(part.schema_ref(), &vec![part.clone(); copies])?;
            for (format, compression) in RECORDING {
                let folder = tempfile::tempdir()?;
                let path = write_one(&rows, format, Some(compression), folder.path())?;
                let encoding = layout(format, Some(compression), 1)?.encoding;
                let expected = rows.num_rows() as u64;
                let recorded = count_back(&path, encoding, &written(&path)?, expected)?;
                assert_eq!(recorded, expected, "{format} {compression}");
                let differ = count_back(&path, encoding, &written(&path)?, expected + 1);
                let kind = differ.map_err(|error| error.kind()).err();
                assert_eq!(kind, Some(ErrorKind::Sums), "{format} {compression}");
            }
        }
    }
    Ok(())
}

#[test]
fn a_file_that_has_lost_bytes_is_an_output_error_in_every_format() -> Outcome {
    let rows = all_types()?;
    for format in Format::ALL {
        let folder = tempfile::tempdir()?;
        let path = write_one(&rows, format, None, folder.path())?;
        let whole = written(&path)?;
        OpenOptions::new()
            .write(true)
            .open(&path)?
            .set_len(whole.bytes - 1)?;
        let encoding = layout(format, None, 1)?.encoding;
        let kind = count_back(&path, encoding, &whole, 5).map_err(|error| error.kind());
        assert_eq!(kind.err(), Some(ErrorKind::Output), "{format}");
    }
    Ok(())
}

#[test]
fn an_invalid_footer_is_an_output_error() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("f");
    let arrow = Encoding::Arrow(ArrowCompression::None);
    let encodings = [arrow, layout(Format::Parquet, None, 1)?.encoding];
    for (encoding, magic) in encodings.into_iter().zip([b"ARROW1", b"\0\0PAR1"]) {
        for length in [0, 1, 4, 6, 10, 400] {
            let mut bytes = vec![0x7f; length];
            bytes.extend(magic);
            fs::write(&path, bytes)?;
            let kind =
                count_back(&path, encoding, &written(&path)?, 1).map_err(|error| error.kind());
            assert_eq!(kind.err(), Some(ErrorKind::Output), "{length} bytes");
        }
    }
    Ok(())
}
