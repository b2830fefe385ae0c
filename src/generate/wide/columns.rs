//! The columns after `ID` and `HASHIDV`: a visit to a doctor, as an insurer might record it.

use super::values::Values::{
    self, Dates, Doubles, Few, Hundredths, Integers, Many, Microseconds, Seconds,
};
use crate::generate::content::Column;

/// A column, what its cells are, and how many of them are NULL.
pub(super) struct Other {
    pub(super) column: Column,
    pub(super) values: Values,
    pub(super) null_percent: u64,
}

const fn other(name: &'static str, sql_type: &'static str, values: Values) -> Other {
    Other {
        column: Column::new(name, sql_type),
        values,
        null_percent: 0,
    }
}

const fn nullable(other: Other, null_percent: u64) -> Other {
    Other {
        null_percent,
        ..other
    }
}

/// Together with `ID` and `HASHIDV`, 42 columns of about 1 KB.
pub(super) const OTHERS: [Other; 40] = [
    other(
        "VISIT_NO",
        "BIGINT",
        Integers(1_000_000_000_000..9_000_000_000_000),
    ),
    other(
        "PERSON_NO",
        "BIGINT",
        Integers(1_000_000_000..90_000_000_000),
    ),
    other("FAMILY_NAME", "VARCHAR(24)", Few(5000, 10..21)),
    other("SEX", "SMALLINT", Integers(0..3)),
    other("BIRTHDAY", "DATE", Dates),
    other("INSURED_SINCE", "DATE", Dates),
    nullable(other("INSURED_UNTIL", "DATE", Dates), 60),
    other("STREET", "VARCHAR(40)", Many(20..41)),
    other("CITY", "VARCHAR(40)", Few(800, 10..31)),
    other("REGION", "VARCHAR(40)", Few(40, 10..25)),
    nullable(other("EMPLOYER", "VARCHAR(60)", Few(20_000, 20..51)), 5),
    other("INSURER", "VARCHAR(60)", Few(25, 20..61)),
    other("CONTACT", "VARCHAR(60)", Many(40..61)),
    other("BRANCH_NO", "INTEGER", Integers(1..1200)),
    other("DOCTOR_NO", "INTEGER", Integers(100_000..900_000)),
    other("DEPARTMENT", "VARCHAR(40)", Few(60, 10..41)),
    other("IS_URGENT", "SMALLINT", Integers(0..2)),
    other("IS_PAID", "SMALLINT", Integers(0..2)),
    other("VISITED_AT", "TIMESTAMP", Seconds),
    other("DURATION_SECS", "INTEGER", Integers(60..20_000)),
    other("REASON", "VARCHAR(60)", Many(30..61)),
    other("DIAGNOSIS", "VARCHAR(60)", Few(3000, 30..61)),
    other("SECOND_DIAGNOSIS", "VARCHAR(60)", Few(3000, 30..61)),
    other("TREATMENT", "VARCHAR(60)", Few(1000, 30..61)),
    nullable(other("ADVICE", "VARCHAR(60)", Many(45..61)), 3),
    other("SCORE", "DOUBLE PRECISION", Doubles(10_000)),
    other("TEMPERATURE", "INTEGER", Integers(-400..450)),
    other("READING", "BIGINT", Integers(-5_000_000_000..5_000_000_000)),
    other("AMOUNT", "DECIMAL(12,2)", Hundredths(10_000_000)),
    other("FEE", "DECIMAL(8,2)", Hundredths(1000)),
    nullable(other("TAX", "DECIMAL(8,2)", Hundredths(500)), 10),
    other("BALANCE", "DECIMAL(14,2)", Hundredths(1_000_000_000)),
    other("STATUS", "VARCHAR(24)", Few(8, 10..21)),
    other("INVOICE", "VARCHAR(60)", Many(30..61)),
    nullable(other("PAID_AT", "TIMESTAMP", Seconds), 8),
    nullable(other("REMARK", "VARCHAR(60)", Many(45..61)), 2),
    other("NOTE", "VARCHAR(60)", Many(45..61)),
    other("SOURCE_FILE", "VARCHAR(60)", Few(2000, 40..61)),
    other("CREATED_AT", "TIMESTAMP", Microseconds),
    other("CHANGED_AT", "TIMESTAMP", Microseconds),
];
