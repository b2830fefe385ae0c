use super::*;

/// The compressions that each format takes, and their names in the manifest.
const TAKEN: [(Format, &[(&str, &str)]); 5] = [
    (
        Format::Parquet,
        &[
            ("none", "none"),
            ("snappy", "snappy"),
            ("lz4", "lz4"),
            ("zstd", "zstd:1"),
            ("zstd:1", "zstd:1"),
            ("zstd:22", "zstd:22"),
        ],
    ),
    (
        Format::Arrow,
        &[("none", "none"), ("lz4", "lz4"), ("zstd", "zstd")],
    ),
    (
        Format::Csv,
        &[
            ("none", "none"),
            ("gzip", "gzip"),
            ("zstd", "zstd:1"),
            ("zstd:1", "zstd:1"),
            ("zstd:22", "zstd:22"),
        ],
    ),
    (
        Format::Ndjson,
        &[
            ("none", "none"),
            ("gzip", "gzip"),
            ("zstd", "zstd:1"),
            ("zstd:1", "zstd:1"),
            ("zstd:22", "zstd:22"),
        ],
    ),
    (Format::Pickle, &[("none", "none")]),
];
const WRITTEN: [&str; 12] = [
    "none", "snappy", "lz4", "gzip", "zstd", "zstd:1", "zstd:22", "zstd:0", "zstd:23", "zstd:",
    "ZSTD", "",
];

#[test]
fn a_format_takes_the_compressions_that_it_supports_and_refuses_others() {
    for (format, taken) in TAKEN {
        for written in WRITTEN {
            let name = taken
                .iter()
                .find(|(text, _)| *text == written)
                .map(|(_, name)| *name);
            match Encoding::new(format, Some(written)) {
                Ok(encoding) => {
                    assert_eq!(Some(encoding.compression_name().as_str()), name);
                    assert_eq!(encoding.format(), format);
                }
                Err(error) => {
                    assert_eq!(name, None, "{format} {written}");
                    assert_eq!(error.kind(), ErrorKind::Usage);
                    assert!(error.to_string().contains(&format!("--format {format}")));
                    assert!(
                        error
                            .to_string()
                            .contains(&format!("--compression {written}"))
                    );
                    assert!(error.advice().unwrap_or_default().contains("none"));
                }
            }
        }
    }
}

#[test]
fn only_parquet_is_compressed_by_default() {
    let names = Format::ALL.map(|format| {
        Encoding::new(format, None)
            .map(Encoding::compression_name)
            .ok()
    });
    assert_eq!(
        names,
        ["zstd:1", "none", "none", "none", "none"].map(|name| Some(name.to_owned()))
    );
}

#[test]
fn a_format_is_parsed_from_its_name() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse::<Format>().ok(), Some(format));
    }
    assert!("xlsx".parse::<Format>().is_err());
}
