use super::super::Format;
use super::super::fixture::{Outcome, all_lists, all_types, batch, write_one};
use arrow::array::{Int64Array, RecordBatch};
use std::error::Error as StdError;
use std::io::Read;
use std::sync::Arc;

/// The bytes of a file with all rows of `batch`.
fn bytes_of(
    batch: &RecordBatch,
    format: Format,
    compression: &str,
) -> Result<Vec<u8>, Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let file = write_one(batch, format, Some(compression), folder.path())?;
    Ok(std::fs::read(file)?)
}

#[test]
fn csv_distinguishes_null_from_empty_and_quotes_only_what_it_must() -> Outcome {
    let expected = concat!(
        "bool,i8,i16,i32,i64,u8,u16,u32,u64,f32,f64,d128,d256,text,bytes,date,ts,ts_utc,time,dur\n",
        "false,-128,-32768,-2147483648,-9223372036854775808,0,0,0,0,-3.4028235e38,-inf,-999999999999999999999999999999999999.99,-99999999999999999999999999999999999.999999999999999999999999999999,a,/wD+,0001-01-01,0001-01-01T00:00:00,0001-01-01T00:00:00Z,00:00:00,-2562047788:00:54.775808\n",
        "true,127,32767,2147483647,9223372036854775807,255,65535,4294967295,18446744073709551615,3.4028235e38,NaN,999999999999999999999999999999999999.99,99999999999999999999999999999999999.999999999999999999999999999999,é😀\u{7f}\u{2028},YWJjZA==,9999-12-31,9999-12-31T23:59:59.999999,9999-12-31T23:59:59.999999Z,23:59:59.999999,2562047788:00:54.775807\n",
        ",,,,,,,,,,,,,,,,,,,\n",
        "false,0,0,0,0,0,0,0,0,0.0,-0.0,0.00,0.000000000000000000000000000000,\"\",\"\",1970-01-01,1970-01-01T00:00:00,1970-01-01T00:00:00Z,00:00:00,00:00:00\n",
        "true,-1,256,65536,9007199254740993,1,1,1,9007199254740992,0.1,0.1,1.10,0.000000000000000000000000000001,\"a,\"\"b\"\"\r\n\t\\\0\u{1f}\",LCI=,2000-02-29,1969-12-31T23:59:59.999999,1969-12-31T23:59:59.999999Z,01:01:01,-838:59:59.000001\n",
    );
    let csv = bytes_of(&all_types()?, Format::Csv, "none")?;
    assert_eq!(String::from_utf8(csv)?, expected);
    Ok(())
}

#[test]
fn ndjson_loses_no_digit_to_a_double() -> Outcome {
    let text = String::from_utf8(bytes_of(&all_types()?, Format::Ndjson, "none")?)?;
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
fn lists_are_json_in_both_text_formats() -> Outcome {
    let lists = all_lists()?;
    let columns = ["i64", "f64", "text", "bytes", "date"].map(|name| lists.schema().index_of(name));
    let lists = lists.project(&columns.into_iter().collect::<Result<Vec<_>, _>>()?)?;
    let ndjson = String::from_utf8(bytes_of(&lists, Format::Ndjson, "none")?)?;
    let rows = [
        r#"["-9223372036854775808"] ["-Infinity"] ["a"] ["/wD+"] ["0001-01-01"]"#,
        "[\"9223372036854775807\",null,0] [\"NaN\",null,-0.0] [\"é😀\u{7f}\u{2028}\",null,\"\"] [\"YWJjZA==\",null,\"\"] [\"9999-12-31\",null,\"1970-01-01\"]",
        "null null null null null",
        "[] [] [] [] []",
        r#"["9007199254740993"] [0.1] ["a,\"b\"\r\n\t\\\u0000\u001f"] ["LCI="] ["2000-02-29"]"#,
    ];
    let cells = rows.map(|row| row.split(' ').collect::<Vec<_>>());
    let object = |row: &Vec<&str>| match row[..] {
        [i64, f64, text, bytes, date] => {
            format!(r#"{{"i64":{i64},"f64":{f64},"text":{text},"bytes":{bytes},"date":{date}}}"#)
        }
        _ => String::new(),
    };
    assert_eq!(
        ndjson.lines().collect::<Vec<_>>(),
        cells.each_ref().map(object)
    );
    let field = |cell: &&str| match *cell {
        "null" => String::new(),
        plain if !plain.contains(['"', ',']) => plain.to_owned(),
        list => format!("\"{}\"", list.replace('"', "\"\"")),
    };
    let line = |row: &Vec<&str>| row.iter().map(field).collect::<Vec<_>>().join(",");
    let csv = String::from_utf8(bytes_of(&lists, Format::Csv, "none")?)?;
    let lines: Vec<_> = csv.lines().skip(1).collect();
    assert_eq!(lines, cells.each_ref().map(line));
    Ok(())
}

#[test]
fn compressed_text_is_the_same_text() -> Outcome {
    let rows = batch(vec![(
        "n",
        Arc::new(Int64Array::from_iter_values(0..50_000)),
    )])?;
    let plain = bytes_of(&rows, Format::Csv, "none")?;
    let gzip = bytes_of(&rows, Format::Csv, "gzip")?;
    let mut unzipped = Vec::new();
    flate2::read::GzDecoder::new(&gzip[..]).read_to_end(&mut unzipped)?;
    assert_eq!(unzipped, plain);
    let zstd = bytes_of(&rows, Format::Csv, "zstd:3")?;
    assert_eq!(zstd::decode_all(&zstd[..])?, plain);
    Ok(())
}
