//! The names of batch files.

use super::Encoding;
use crate::{Error, ErrorKind, Result};

/// Minimum number of digits of a row number in a name. It is the same for all results of up to 9,999,999 rows.
const MIN_DIGITS: usize = 7;

/// Maximum length of a prefix in bytes. With two numbers of 20 digits and an extension, a name stays below Linux's 255 bytes.
const MAX_PREFIX_BYTES: usize = 200;

/// Returns `PREFIX-FIRST-LAST.EXT` for the rows `first` to `last` of `total`, counted from 1.
///
/// The numbers have seven digits, or as many as `total` if it has more, so that names sort in the order of the rows.
pub fn file_name(prefix: &str, first: u64, last: u64, total: u64, encoding: Encoding) -> String {
    let digits = total.to_string().len().max(MIN_DIGITS);
    let stem = format!("{prefix}-{first:0digits$}-{last:0digits$}");
    match encoding.extension() {
        Some(extension) => format!("{stem}.{extension}"),
        None => stem,
    }
}

/// Checks that `--prefix` makes file names that stay in their folder and that readers of a folder don't skip.
///
/// Readers such as Spark and pyarrow skip files whose names begin with `.` or `_`.
pub fn check_prefix(prefix: &str) -> Result<()> {
    let fault = if prefix.is_empty() {
        "is empty"
    } else if prefix.len() > MAX_PREFIX_BYTES {
        "is longer than 200 bytes"
    } else if prefix.contains('/') {
        "contains a /"
    } else if prefix.contains(char::is_control) {
        "contains a control character"
    } else if prefix.starts_with(['.', '_', '-']) {
        "begins with a dot, an underscore or a hyphen"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Usage, format!("--prefix {fault}"))
        .advise("use letters, digits, - and _, beginning with a letter or a digit, as in --prefix person"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Format;

    fn name(first: u64, last: u64, total: u64) -> Option<String> {
        let encoding = Encoding::new(Format::Parquet, None).ok()?;
        Some(file_name("person", first, last, total, encoding))
    }

    #[test]
    fn numbers_have_more_than_seven_digits_if_the_total_does() {
        let cases = [
            (1, 10_000, 9_999_999, "person-0000001-0010000.parquet"),
            (1, 10_000, 10_000_000, "person-00000001-00010000.parquet"),
            (
                10_000_001,
                10_000_002,
                10_000_002,
                "person-10000001-10000002.parquet",
            ),
        ];
        for (first, last, total, expected) in cases {
            assert_eq!(name(first, last, total).as_deref(), Some(expected));
        }
    }

    #[test]
    fn the_extension_includes_the_compression_of_text_and_pickle_has_none() {
        let shown = |format, compression| {
            let encoding = Encoding::new(format, compression).ok()?;
            Some(file_name("p", 1, 2, 2, encoding))
        };
        for (format, compression, expected) in [
            (Format::Arrow, Some("lz4"), "p-0000001-0000002.arrow"),
            (Format::Csv, None, "p-0000001-0000002.csv"),
            (Format::Csv, Some("gzip"), "p-0000001-0000002.csv.gz"),
            (Format::Csv, Some("zstd:3"), "p-0000001-0000002.csv.zst"),
            (Format::Ndjson, None, "p-0000001-0000002.ndjson"),
            (Format::Ndjson, Some("gzip"), "p-0000001-0000002.ndjson.gz"),
            (Format::Ndjson, Some("zstd"), "p-0000001-0000002.ndjson.zst"),
            (Format::Pickle, None, "p-0000001-0000002"),
        ] {
            assert_eq!(shown(format, compression).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_prefix_that_leaves_the_folder_or_hides_the_file_is_refused() {
        let long = "x".repeat(201);
        for prefix in [
            "", "../up", "a/b", ".hidden", "_skipped", "-flag", "a\nb", "a\0", &long,
        ] {
            assert!(check_prefix(prefix).is_err(), "{prefix:?}");
        }
        for prefix in ["person", "bätch", "a b", "x.y"] {
            assert!(check_prefix(prefix).is_ok(), "{prefix:?}");
        }
    }
}
