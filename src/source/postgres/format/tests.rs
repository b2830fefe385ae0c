use super::{PostgresBinary, PostgresValues};
use crate::destination::{CellEncoding, CellType, Column, Decoder, Fit, Misfit};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, TimeUnit};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

const DATE: DataType = DataType::Date32;
const MOMENT: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

/// An array as it arrives.
#[derive(Clone, Copy)]
enum Sent<'a> {
    Literal(&'a [u8]),
    Binary(&'a [u8]),
}

fn literal(text: &str) -> Sent<'_> {
    Sent::Literal(text.as_bytes())
}

/// A column of lists, and the decoders of arrays for it.
struct Lists {
    column: Column,
    literal: Decoder,
    binary: Decoder,
}

impl Lists {
    fn push(&mut self, array: Sent<'_>) -> Fit<()> {
        match array {
            Sent::Literal(array) => self.column.push(&self.literal, array),
            Sent::Binary(array) => self.column.push(&self.binary, array),
        }
    }
}

impl Deref for Lists {
    type Target = Column;

    fn deref(&self) -> &Column {
        &self.column
    }
}

impl DerefMut for Lists {
    fn deref_mut(&mut self) -> &mut Column {
        &mut self.column
    }
}

fn lists_of(element: &DataType) -> Lists {
    let element = Field::new_list_field(element.clone(), true);
    let lists = DataType::List(Arc::new(element));
    Lists {
        literal: PostgresValues.decoder(CellType::Text(true), &lists),
        binary: PostgresBinary.decoder(CellType::Cell(true), &lists),
        column: Column::new(&lists),
    }
}

/// The elements of one list.
fn elements(element: &DataType, array: Sent<'_>) -> Result<ArrayRef, Misfit> {
    let mut column = lists_of(element);
    column.push(array)?;
    let lists = column.finish().unwrap();
    Ok(lists.as_list::<i32>().value(0))
}

fn texts(literal: &str) -> Result<Vec<Option<String>>, Misfit> {
    let elements = elements(&DataType::Utf8, Sent::Literal(literal.as_bytes()))?;
    let texts = elements.as_string::<i32>().iter();
    Ok(texts.map(|text| text.map(str::to_owned)).collect())
}

/// An array in the binary format, with one dimension that begins at 1.
fn binary(elements: &[Option<&[u8]>]) -> Vec<u8> {
    let length = i32::try_from(elements.len()).unwrap();
    let mut array: Vec<u8> = [1, 1, 25, length, 1].map(i32::to_be_bytes).concat();
    for element in elements {
        let length = element.map_or(-1, |bytes| i32::try_from(bytes.len()).unwrap());
        array.extend(length.to_be_bytes());
        array.extend(element.unwrap_or_default());
    }
    array
}

#[test]
fn texts_of_a_literal_are_what_the_server_quoted() {
    let found = texts(
        r#"{a,"","NULL",NULL,"a,b","{c}","say \"hi\"","\\","line
end",🙂, x }"#,
    );
    let expected = [
        Some("a"),
        Some(""),
        Some("NULL"),
        None,
        Some("a,b"),
        Some("{c}"),
        Some("say \"hi\""),
        Some("\\"),
        Some("line\nend"),
        Some("🙂"),
        Some(" x "),
    ];
    let expected: Vec<_> = expected.map(|text| text.map(str::to_owned)).to_vec();
    assert_eq!(found, Ok(expected));
    assert_eq!(texts("{}"), Ok(vec![]));
    assert_eq!(texts("{null}"), Ok(vec![Some("null".to_owned())]));
}

#[test]
fn arrays_that_lists_cannot_represent_are_inexact() {
    for literal in ["{{1,2},{3,4}}", "[0:1]={1,2}", "{{}}", "[1:1][2:2]={{1}}"] {
        assert_eq!(texts(literal), Err(Misfit::Inexact), "{literal}");
    }
    let array = |numbers: &[i32]| {
        numbers
            .iter()
            .flat_map(|number| number.to_be_bytes())
            .collect::<Vec<u8>>()
    };
    for array in [
        array(&[2, 0, 25, 1, 1, 1, 1, -1]),
        array(&[1, 1, 25, 1, 0, -1]),
        array(&[1, 1, 25, 1, i32::MIN, -1]),
    ] {
        let found = elements(&DataType::Utf8, Sent::Binary(&array));
        assert_eq!(found.err(), Some(Misfit::Inexact), "{array:?}");
    }
}

#[test]
fn anything_but_an_array_is_of_another_type() {
    for literal in [
        "",
        "{",
        "}",
        "a",
        "{a",
        "{a,",
        "{a,}",
        "{,a}",
        "{,}",
        "{\"a}",
        "{\"a\"b}",
        "{a\"b\"}",
        "{a\\b}",
        "{a}b",
        "{}{}",
        "{\"a\\",
        "{\"a\\\"}",
        "{a{b}",
        "{a}}",
        " {a}",
    ] {
        assert_eq!(texts(literal), Err(Misfit::OtherType), "{literal}");
    }
    let whole = binary(&[Some(b"a"), None]);
    let longer = [&whole[..], b"x"].concat();
    let cut = (0..whole.len()).map(|end| whole[..end].to_vec());
    let header = |numbers: [i32; 5]| numbers.map(i32::to_be_bytes).concat();
    let lying = [
        header([1, 0, 25, i32::MAX, 1]),
        header([1, 0, 25, -1, 1]),
        header([1, 2, 25, 0, 1]),
        header([-1, 0, 25, 0, 1]),
        header([7, 0, 25, 0, 1]),
        header([0, 0, 25, 0, 1]),
        [header([1, 0, 25, 1, 1]), i32::MAX.to_be_bytes().to_vec()].concat(),
        [header([1, 0, 25, 1, 1]), (-2_i32).to_be_bytes().to_vec()].concat(),
    ];
    for array in cut.chain([longer]).chain(lying) {
        let found = elements(&DataType::Utf8, Sent::Binary(&array));
        assert_eq!(found.err(), Some(Misfit::OtherType), "{array:?}");
    }
}

#[test]
fn binary_elements_go_to_their_column_as_they_are() {
    let truths = binary(&[Some(&[1]), None, Some(&[0])]);
    let truths = elements(&DataType::Boolean, Sent::Binary(&truths)).unwrap();
    let truths: Vec<_> = truths.as_boolean().iter().collect();
    assert_eq!(truths, [Some(true), None, Some(false)]);
    let none = [0, 0, 25].map(i32::to_be_bytes).concat();
    assert_eq!(
        elements(&DataType::Boolean, Sent::Binary(&none))
            .unwrap()
            .len(),
        0
    );
    let length_0 = binary(&[]);
    assert_eq!(
        elements(&DataType::Boolean, Sent::Binary(&length_0))
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn written_elements_are_read_as_postgresql_writes_them() {
    let found = |element: &DataType, literal| {
        let elements = elements(element, Sent::Literal(str::as_bytes(literal)));
        elements.map(|elements| format!("{elements:?}").replace(char::is_whitespace, ""))
    };
    let holds = |element: &DataType, literal, values: &str| {
        let found = found(element, literal).unwrap();
        assert!(
            found.ends_with(&format!("[{values},]")),
            "{literal}: {found}"
        );
    };
    holds(&DataType::Boolean, "{t,f,NULL}", "true,false,null");
    holds(&DataType::Int16, "{-32768,32767}", "-32768,32767");
    holds(&DataType::UInt32, "{4294967295}", "4294967295");
    holds(
        &DataType::Float64,
        "{NaN,Infinity,-Infinity,-0,1e+300}",
        "NaN,inf,-inf,-0.0,1e300",
    );
    holds(
        &DataType::Float32,
        "{3.4028235e+38,1e-45}",
        "3.4028235e38,1e-45",
    );
    holds(
        &DataType::Decimal128(5, 2),
        "{1.5,-999.99,0}",
        "150,-99999,0",
    );
    holds(
        &DATE,
        "{2000-02-29,\"0044-03-15 BC\",10000-01-01}",
        "2000-02-29,-0043-03-15,+10000-01-01",
    );
    holds(
        &MOMENT,
        "{\"1999-12-31 23:59:59.999999\",\"0044-03-15 12:00:00 BC\"}",
        "1999-12-31T23:59:59.999999,-0043-03-15T12:00:00",
    );
    holds(
        &DataType::Time64(TimeUnit::Microsecond),
        "{23:59:59.5}",
        "23:59:59.500",
    );
    let bytes = elements(&DataType::Binary, literal(r#"{"\\x","\\x00fF"}"#));
    assert_eq!(bytes.err(), Some(Misfit::Inexact), "never in upper case");
    let bytes = elements(&DataType::Binary, literal(r#"{"\\x","\\x00ff",NULL}"#)).unwrap();
    let bytes: Vec<_> = bytes.as_binary::<i32>().iter().collect();
    assert_eq!(bytes, [Some(&b""[..]), Some(b"\x00\xff"), None]);
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let instants = r#"{"1970-01-01 00:00:00.000001+00","0001-01-01 00:00:00+00 BC"}"#;
    let instants = elements(&utc, literal(instants)).unwrap();
    let instants = instants.as_primitive::<arrow::datatypes::TimestampMicrosecondType>();
    assert_eq!(instants.values(), &[1, -62_167_219_200_000_000]);
    for (element, literal) in [
        (&DATE, "{2000-02-30}"),
        (&DATE, "{+2000-02-20}"),
        (&MOMENT, "{\"2000-01-01 24:00:00\"}"),
        (&utc, "{\"2000-01-01 00:00:00+01\"}"),
        (&DataType::Binary, r#"{"\\x0"}"#),
        (&DataType::Binary, "{x}"),
        (&DataType::Decimal128(5, 2), "{1.001}"),
        (&DataType::Decimal128(5, 2), "{NaN}"),
        (&DataType::Int16, "{32768}"),
        (&DataType::Time64(TimeUnit::Microsecond), "{24:00:00}"),
    ] {
        assert_eq!(found(element, literal), Err(Misfit::Inexact), "{literal}");
    }
    for (element, literal) in [(&DATE, "{infinity}"), (&MOMENT, "{-infinity}")] {
        assert_eq!(found(element, literal), Err(Misfit::NoDate), "{literal}");
    }
}

#[test]
fn a_list_that_does_not_fit_leaves_nothing_behind() {
    let mut column = lists_of(&DataType::Int32);
    column.push(literal("{1,2}")).unwrap();
    let bytes = column.value_bytes();
    for bad in ["{3,NULL,x}", "{3,4", "{3,{4}}", "{99999999999}"] {
        assert!(column.push(literal(bad)).is_err());
        assert_eq!((column.len(), column.value_bytes()), (1, bytes), "{bad}");
    }
    column.push_placeholder();
    column.push_null();
    column.push(literal("{NULL,5}")).unwrap();
    let mut other = lists_of(&DataType::Int32);
    other.push(literal("{9}")).unwrap();
    other.extend_from(&column.column, &[3, 0, 2, 1]);
    let lists = other.finish().unwrap();
    assert_eq!(other.len(), 0);
    let lists = lists.as_list::<i32>();
    let expected = [
        Some(vec![Some(9)]),
        Some(vec![None, Some(5)]),
        Some(vec![Some(1), Some(2)]),
        None,
        Some(vec![]),
    ];
    let found: Vec<Option<Vec<Option<i32>>>> = lists
        .iter()
        .map(|list| {
            let numbers = list?;
            let numbers = numbers.as_primitive::<arrow::datatypes::Int32Type>();
            Some(numbers.iter().collect())
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn an_invalid_date_element_can_become_null() {
    let mut days = lists_of(&DATE);
    days.null_invalid_dates();
    days.push(literal("{infinity,2000-01-01,-infinity}"))
        .unwrap();
    assert_eq!((days.take_nulled(), days.take_nulled()), (2, 0));
    for bad in ["{{2000-01-01}}", "{infinity,2000-02-30}"] {
        assert_eq!(days.push(literal(bad)), Err(Misfit::Inexact));
        assert_eq!(days.take_nulled(), 0);
    }
    let days = days.finish().unwrap().as_list::<i32>().value(0);
    assert_eq!((days.len(), days.null_count()), (3, 2));
    let mut numbers = lists_of(&DataType::Int32);
    numbers.null_invalid_dates();
    assert_eq!(numbers.push(literal("{x}")), Err(Misfit::Inexact));
}

/// Changed, truncated and lengthened arrays result in a list or a misfit, never a panic, and leave the column intact.
#[test]
fn mutated_arrays_are_lists_or_misfits() {
    let literals: [&[u8]; 4] = [
        br#"{a,"b \"c\"",NULL,"\\x00ff"}"#,
        b"{1,2,NULL,-3}",
        b"{2000-01-01,\"0044-03-15 BC\",infinity}",
        b"{{1,2},{3,4}}",
    ];
    let arrays = [
        binary(&[Some(b"abcd"), None, Some(b""), Some(b"\0\0\0\x01")]),
        binary(&[]),
        [2, 0, 23, 1, 1, 1, 1].map(i32::to_be_bytes).concat(),
    ];
    let seeds: Vec<Vec<u8>> = literals
        .iter()
        .map(|bytes| bytes.to_vec())
        .chain(arrays)
        .collect();
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let types = [
        DataType::Utf8,
        DataType::Binary,
        DataType::Int32,
        DATE,
        MOMENT,
        utc,
    ];
    let mut columns: Vec<Lists> = types.iter().map(lists_of).collect();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |bound: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 33).unwrap() % bound
    };
    for _ in 0..60_000 {
        let mut array = seeds[below(seeds.len())].clone();
        for _ in 0..=below(3) {
            let at = below(array.len().max(1));
            match below(4) {
                0 if !array.is_empty() => array[at] = b"{}\",\\N0-[\xff\0 "[below(12)],
                1 if !array.is_empty() => drop(array.remove(at)),
                2 => array.insert(at.min(array.len()), b"{}\",\\N0-[\xff\0 "[below(12)]),
                _ => array.truncate(at),
            }
        }
        let column = &mut columns[below(types.len())];
        let before = (column.len(), column.value_bytes());
        let sent = if below(2) == 0 {
            Sent::Literal(&array)
        } else {
            Sent::Binary(&array)
        };
        match column.push(sent) {
            Ok(()) => assert_eq!(column.len(), before.0 + 1),
            Err(_) => assert_eq!((column.len(), column.value_bytes()), before),
        }
    }
    for column in &mut columns {
        let lists = column.finish().unwrap();
        lists.to_data().validate_full().unwrap();
    }
}

#[test]
fn an_infinite_element_is_an_invalid_date_and_not_an_unfit_array() {
    let list = |element| Field::new_list("days", Field::new_list_field(element, true), true);
    let remedy = |misfit, element| PostgresBinary.remedy(misfit, &list(element));
    assert_eq!(remedy(Misfit::NoDate, DATE), None);
    let dates = remedy(Misfit::Inexact, DATE).unwrap();
    assert!(
        dates.contains("or infinite dates; --invalid-dates null"),
        "{dates}"
    );
    let numbers = remedy(Misfit::Inexact, DataType::Int32).unwrap();
    assert!(numbers.contains("elements that a column"), "{numbers}");
}
