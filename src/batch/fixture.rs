//! Record batches for this room's tests.

use arrow::array::*;
use arrow::datatypes::{Field, Schema, i256};
use arrow::error::ArrowError;
use std::error::Error as StdError;
use std::sync::Arc;

/// What a test returns, so that `?` says what went wrong.
pub(super) type Outcome = Result<(), Box<dyn StdError>>;

/// Microseconds of 0001-01-01T00:00:00 and of 9999-12-31T23:59:59.999999.
const FIRST_MOMENT: i64 = -62_135_596_800_000_000;
const LAST_MOMENT: i64 = 253_402_300_799_999_999;

/// A column of every type; the least value, the greatest, null, zero or empty, and one with everything to be escaped. Days and
/// moments stay in the years that Python has.
pub(super) fn all_types() -> Result<RecordBatch, ArrowError> {
    batch(vec![
        (
            "bool",
            Arc::new(BooleanArray::from(vec![
                Some(false),
                Some(true),
                None,
                Some(false),
                Some(true),
            ])),
        ),
        (
            "i8",
            Arc::new(Int8Array::from(vec![
                Some(i8::MIN),
                Some(i8::MAX),
                None,
                Some(0),
                Some(-1),
            ])),
        ),
        (
            "i16",
            Arc::new(Int16Array::from(vec![
                Some(i16::MIN),
                Some(i16::MAX),
                None,
                Some(0),
                Some(256),
            ])),
        ),
        (
            "i32",
            Arc::new(Int32Array::from(vec![
                Some(i32::MIN),
                Some(i32::MAX),
                None,
                Some(0),
                Some(65_536),
            ])),
        ),
        (
            "i64",
            Arc::new(Int64Array::from(vec![
                Some(i64::MIN),
                Some(i64::MAX),
                None,
                Some(0),
                Some((1 << 53) + 1),
            ])),
        ),
        (
            "u8",
            Arc::new(UInt8Array::from(vec![
                Some(0),
                Some(u8::MAX),
                None,
                Some(0),
                Some(1),
            ])),
        ),
        (
            "u16",
            Arc::new(UInt16Array::from(vec![
                Some(0),
                Some(u16::MAX),
                None,
                Some(0),
                Some(1),
            ])),
        ),
        (
            "u32",
            Arc::new(UInt32Array::from(vec![
                Some(0),
                Some(u32::MAX),
                None,
                Some(0),
                Some(1),
            ])),
        ),
        (
            "u64",
            Arc::new(UInt64Array::from(vec![
                Some(0),
                Some(u64::MAX),
                None,
                Some(0),
                Some(1 << 53),
            ])),
        ),
        (
            "f32",
            Arc::new(Float32Array::from(vec![
                Some(f32::MIN),
                Some(f32::MAX),
                None,
                Some(0.0),
                Some(0.1),
            ])),
        ),
        (
            "f64",
            Arc::new(Float64Array::from(vec![
                Some(f64::NEG_INFINITY),
                Some(f64::NAN),
                None,
                Some(-0.0),
                Some(0.1),
            ])),
        ),
        (
            "d128",
            Arc::new(
                Decimal128Array::from(vec![
                    Some(1 - 10_i128.pow(38)),
                    Some(10_i128.pow(38) - 1),
                    None,
                    Some(0),
                    Some(110),
                ])
                .with_precision_and_scale(38, 2)?,
            ),
        ),
        (
            "d256",
            Arc::new(
                Decimal256Array::from(vec![
                    Some(nines(65).wrapping_neg()),
                    Some(nines(65)),
                    None,
                    Some(i256::ZERO),
                    Some(i256::ONE),
                ])
                .with_precision_and_scale(65, 30)?,
            ),
        ),
        (
            "text",
            Arc::new(StringArray::from(vec![
                Some("a"),
                Some("é😀\u{7f}\u{2028}"),
                None,
                Some(""),
                Some("a,\"b\"\r\n\t\\\0\u{1f}"),
            ])),
        ),
        (
            "bytes",
            Arc::new(BinaryArray::from(vec![
                Some(&b"\xff\x00\xfe"[..]),
                Some(b"abcd"),
                None,
                Some(b""),
                Some(b",\""),
            ])),
        ),
        (
            "date",
            Arc::new(Date32Array::from(vec![
                Some(-719_162),
                Some(2_932_896),
                None,
                Some(0),
                Some(11_016),
            ])),
        ),
        ("ts", Arc::new(TimestampMicrosecondArray::from(moments()))),
        (
            "ts_utc",
            Arc::new(TimestampMicrosecondArray::from(moments()).with_timezone("UTC")),
        ),
        (
            "time",
            Arc::new(Time64MicrosecondArray::from(vec![
                Some(0),
                Some(86_399_999_999),
                None,
                Some(0),
                Some(3_661_000_000),
            ])),
        ),
        (
            "dur",
            Arc::new(DurationMicrosecondArray::from(vec![
                Some(i64::MIN),
                Some(i64::MAX),
                None,
                Some(0),
                Some(-3_020_399_000_001),
            ])),
        ),
    ])
}

fn moments() -> Vec<Option<i64>> {
    vec![
        Some(FIRST_MOMENT),
        Some(LAST_MOMENT),
        None,
        Some(0),
        Some(-1),
    ]
}

/// The number of `digits` nines.
pub(super) fn nines(digits: u32) -> i256 {
    i256::from(10).wrapping_pow(digits).wrapping_sub(i256::ONE)
}

/// A record batch whose columns are all nullable.
pub(super) fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, ArrowError> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

/// Pseudo-random numbers below a bound, the same ones for the same seed (xorshift64*).
pub(super) struct Random(pub u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        usize::try_from(high).unwrap_or_default() % bound
    }
}
