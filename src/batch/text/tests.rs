use super::*;
use crate::batch::fixture::nines;

fn text(cell: CellValue<'_>) -> String {
    let mut out = Vec::new();
    put(cell, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn dates_beyond_four_digits_are_in_the_expanded_form() {
    for (days, expected) in [
        (0, "1970-01-01"),
        (-1, "1969-12-31"),
        (11_016, "2000-02-29"),
        (-719_528, "0000-01-01"),
        (-719_529, "-0001-12-31"),
        (-735_160, "-0043-03-15"),
        (2_932_896, "9999-12-31"),
        (2_932_897, "+10000-01-01"),
        (i32::MIN, "-5877641-06-23"),
        (i32::MAX, "+5881580-07-11"),
    ] {
        assert_eq!(text(CellValue::Date(days)), expected);
    }
}

#[test]
fn every_day_of_800_years_follows_the_previous_one() {
    let mut before = Civil::from_days(-146_098);
    for days in -146_097..146_097 {
        let day = Civil::from_days(days);
        let next_day = Civil {
            day: before.day + 1,
            ..before
        };
        let next_month = Civil {
            month: before.month + 1,
            day: 1,
            ..before
        };
        let next_year = Civil {
            year: before.year + 1,
            month: 1,
            day: 1,
        };
        let leap = before.year % 4 == 0 && (before.year % 100 != 0 || before.year % 400 == 0);
        let month_days = match before.month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let expected = match (before.day == month_days, before.month) {
            (false, _) => next_day,
            (true, 12) => next_year,
            (true, _) => next_month,
        };
        assert_eq!(day, expected);
        before = day;
    }
}

#[test]
fn timestamps_have_microseconds_only_if_these_are_not_zero() {
    for (micros, expected) in [
        (949_363_199_000_000, "2000-01-31T23:59:59"),
        (949_363_199_000_010, "2000-01-31T23:59:59.000010"),
        (-1, "1969-12-31T23:59:59.999999"),
        (i64::MIN, "-290308-12-21T19:59:05.224192"),
        (i64::MAX, "+294247-01-10T04:00:54.775807"),
    ] {
        assert_eq!(text(CellValue::Timestamp(micros)), expected);
        assert_eq!(
            text(CellValue::TimestampUtc(micros)),
            format!("{expected}Z")
        );
    }
}

#[test]
fn spans_have_as_many_hours_as_they_need() {
    for (micros, expected) in [
        (0, "00:00:00"),
        (86_399_999_999, "23:59:59.999999"),
        (-1, "-00:00:00.000001"),
        (3_020_399_000_000, "838:59:59"),
        (-3_020_399_000_000, "-838:59:59"),
        (i64::MIN, "-2562047788:00:54.775808"),
    ] {
        assert_eq!(text(CellValue::Duration(micros)), expected);
    }
}

#[test]
fn decimals_keep_their_scale() {
    for (value, scale, expected) in [
        (110, 2, "1.10"),
        (-5, 2, "-0.05"),
        (0, 2, "0.00"),
        (0, 0, "0"),
        (-7, 0, "-7"),
        (7, -3, "7000"),
        (0, -3, "0"),
        (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
    ] {
        assert_eq!(text(CellValue::Decimal128(value, scale)), expected);
        assert_eq!(
            text(CellValue::Decimal256(i256::from_i128(value), scale)),
            expected
        );
    }
    assert_eq!(
        text(CellValue::Decimal256(nines(76), 76)),
        format!("0.{}", "9".repeat(76))
    );
    assert_eq!(
        text(CellValue::Decimal256(nines(40).wrapping_neg(), 1)),
        format!("-{}.9", "9".repeat(39))
    );
}

#[test]
fn floats_parse_as_the_same_floats() {
    for value in [
        0.1,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        1e16,
        123_456_789.0,
        -2.5e-7,
    ] {
        assert_eq!(text(CellValue::Float64(value)).parse(), Ok(value));
    }
    assert_eq!(text(CellValue::Float32(0.1)), "0.1");
    assert_eq!(text(CellValue::Float64(-0.0)), "-0.0");
    assert_eq!(text(CellValue::Float64(f64::NAN)), "NaN");
    assert_eq!(text(CellValue::Float64(f64::NEG_INFINITY)), "-inf");
}
