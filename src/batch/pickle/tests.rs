use super::super::Format;
use super::super::fixture::{Outcome, all_lists, all_types, batch, write_one};
use crate::ErrorKind;
use arrow::array::{
    ArrayRef, Date32Array, Int32Array, RecordBatch, StringArray, Time64MicrosecondArray,
    TimestampMicrosecondArray,
};
use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn pickled(rows: &RecordBatch, folder: &Path) -> crate::Result<PathBuf> {
    write_one(rows, Format::Pickle, None, folder)
}

/// Runs Python on a file and returns what it prints.
fn python(script: &str, file: &Path) -> Result<String, Box<dyn StdError>> {
    let script = format!(
        "import pickle, sys\nwith open(sys.argv[1], 'rb') as file: rows = pickle.load(file)\n{script}"
    );
    let output = Command::new("python3")
        .args(["-X", "utf8", "-c", &script])
        .arg(file)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8(output.stderr)?.into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

const EXPECTED: &str = r#"[False, -128, -32768, -2147483648, -9223372036854775808, 0, 0, 0, 0, -3.4028234663852886e+38, -inf, Decimal('-999999999999999999999999999999999999.99'), Decimal('-99999999999999999999999999999999999.999999999999999999999999999999'), 'a', b'\xff\x00\xfe', datetime.date(1, 1, 1), datetime.datetime(1, 1, 1, 0, 0), datetime.datetime(1, 1, 1, 0, 0), datetime.time(0, 0), datetime.timedelta(days=-106751992, seconds=71945, microseconds=224192)]
[True, 127, 32767, 2147483647, 9223372036854775807, 255, 65535, 4294967295, 18446744073709551615, 3.4028234663852886e+38, nan, Decimal('999999999999999999999999999999999999.99'), Decimal('99999999999999999999999999999999999.999999999999999999999999999999'), 'é😀\x7f\u2028', b'abcd', datetime.date(9999, 12, 31), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), datetime.time(23, 59, 59, 999999), datetime.timedelta(days=106751991, seconds=14454, microseconds=775807)]
[None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None]
[False, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, -0.0, Decimal('0.00'), Decimal('0E-30'), '', b'', datetime.date(1970, 1, 1), datetime.datetime(1970, 1, 1, 0, 0), datetime.datetime(1970, 1, 1, 0, 0), datetime.time(0, 0), datetime.timedelta(0)]
[True, -1, 256, 65536, 9007199254740993, 1, 1, 1, 9007199254740992, 0.10000000149011612, 0.1, Decimal('1.10'), Decimal('1E-30'), 'a,"b"\r\n\t\\\x00\x1f', b',"', datetime.date(2000, 2, 29), datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), datetime.time(1, 1, 1), datetime.timedelta(days=-35, seconds=3600, microseconds=999999)]
"#;

#[test]
fn python_loads_every_type_as_its_own_type() -> Outcome {
    let folder = tempfile::tempdir()?;
    let rows = all_types()?;
    let file = pickled(&rows, folder.path())?;
    let printed = python("for row in rows: print(list(row.values()))", &file)?;
    assert_eq!(printed, EXPECTED);
    let names: Vec<&str> = rows
        .schema_ref()
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert_eq!(
        python("print(*rows[0])", &file)?.trim_end(),
        names.join(" ")
    );
    Ok(())
}

/// Compares by `repr`, since NaN is not equal to itself.
const LISTS: &str = r"
with open(sys.argv[1] + '.values', 'rb') as file: values = pickle.load(file)
for name in values[0]:
    least, greatest, null, zero, plain = [row[name] for row in values]
    expected = [[least], [greatest, null, zero], None, [], [plain]]
    assert repr([row[name] for row in rows]) == repr(expected), name
print(len(values[0]))
";

#[test]
fn python_loads_lists_of_every_type() -> Outcome {
    let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
    let lists = pickled(&all_lists()?, folders[0].path())?;
    let values = pickled(&all_types()?, folders[1].path())?;
    std::fs::copy(values, lists.with_extension("values"))?;
    let columns = all_types()?.num_columns().to_string();
    assert_eq!(python(LISTS, &lists)?.trim_end(), columns);
    Ok(())
}

#[test]
fn python_loads_as_many_rows_as_were_written() -> Outcome {
    for count in [1, 999, 1000, 1001, 2000, 30_000] {
        let folder = tempfile::tempdir()?;
        let column: ArrayRef = Arc::new(Int32Array::from_iter_values(0..count));
        let file = pickled(&batch(vec![("n", column)])?, folder.path())?;
        let printed = python(
            "print(rows == [{'n': n} for n in range(len(rows))], len(rows))",
            &file,
        )?;
        assert_eq!(printed.trim_end(), format!("True {count}"));
    }
    Ok(())
}

#[test]
fn python_loads_more_columns_than_a_byte_can_count_and_long_cells() -> Outcome {
    let folder = tempfile::tempdir()?;
    let names: Vec<String> = (0..300).map(|index| format!("c{index}")).collect();
    let long = "x".repeat(100_000);
    let columns = names.iter().map(|name| {
        let column: ArrayRef = Arc::new(StringArray::from(vec![format!("{name}{long}")]));
        (name.as_str(), column)
    });
    let file = pickled(&batch(columns.collect())?, folder.path())?;
    let script = "print(rows == [{f'c{n}': f'c{n}' + 'x' * 100000 for n in range(300)}])";
    assert_eq!(python(script, &file)?.trim_end(), "True");
    Ok(())
}

#[test]
fn dates_and_times_that_python_cannot_represent_are_refused_with_their_column() -> Outcome {
    let day_before_year_1: ArrayRef = Arc::new(Date32Array::from(vec![-719_163]));
    let year_10000: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![
        253_402_300_800_000_000,
    ]));
    let midnight_at_the_end: ArrayRef =
        Arc::new(Time64MicrosecondArray::from(vec![86_400_000_000]));
    for column in [day_before_year_1, year_10000, midnight_at_the_end] {
        let folder = tempfile::tempdir()?;
        let error = pickled(&batch(vec![("born", column)])?, folder.path())
            .err()
            .ok_or("accepted")?;
        assert_eq!(error.kind(), ErrorKind::Value);
        assert!(error.to_string().contains("column born"), "{error}");
    }
    Ok(())
}
