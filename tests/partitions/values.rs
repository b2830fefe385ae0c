//! Dates, timestamps and text are compared in the same way as on the server.

use super::{equal_to_ordered, files, indexed, table, units};
use crate::harness::{Case, System, Type, Value};

#[test]
fn dates_are_parted() {
    for system in System::ALL {
        let date = |row: i64| match row % 5 {
            0 => Value::Null,
            _ => Value::date(&format!(
                "{:04}-{:02}-{:02}",
                1890 + row % 140,
                1 + row % 12,
                1 + row % 28
            )),
        };
        let case = indexed(system, &[table("t", Type::Date, (0..400).map(date))]);
        equal_to_ordered(&case, "c", 6);
    }
}

#[test]
fn timestamps_are_parted() {
    for system in System::ALL {
        let moment = |row: i64| {
            let (day, micros) = (1 + row % 28, row * 1999 % 1_000_000);
            Value::Timestamp(format!("2020-01-{day:02}T03:04:05.{micros:06}"))
        };
        let case = indexed(system, &[table("t", Type::Timestamp, (0..300).map(moment))]);
        equal_to_ordered(&case, "c", 6);
    }
    for system in [System::MariaDb, System::Postgres] {
        let moment =
            |row: i64| Value::Instant(format!("2020-01-{:02}T03:04:05.000000", 1 + row % 28));
        let case = indexed(system, &[table("t", Type::Instant, (0..300).map(moment))]);
        equal_to_ordered(&case, "c", 6);
    }
}

#[test]
fn dates_that_no_calendar_has_are_read_once() {
    for kind in ["DATE NOT NULL", "DATE", "DATETIME NOT NULL", "DATETIME"] {
        let case = Case::on(System::MariaDb);
        let dates = [
            "0000-00-00",
            "0000-01-00",
            "1999-12-31",
            "2000-00-00",
            "2000-01-00",
            "2000-01-01",
        ];
        let rows: Vec<String> = (1..=120)
            .map(|id| format!("({id}, '{}', {})", dates[id % 6], id % 23))
            .collect();
        case.database.execute_all(&[
            "SET sql_mode = ''".to_owned(),
            format!("CREATE TABLE t (id BIGINT PRIMARY KEY, c {kind}, k BIGINT, KEY (c))"),
            format!("INSERT INTO t VALUES {}", rows.join(",")),
        ]);
        let job = ["--tables", "t", "--key", "id", "--invalid-dates", "null"];
        let expected = files(&case, &[&job[..], &["--order-by", "c"]].concat());
        for partitions in ["2", "3", "6"] {
            let on = ["--partition-on", "c", "--partitions", partitions];
            assert_eq!(
                files(&case, &[&job[..], &on].concat()),
                expected,
                "{kind} {partitions}"
            );
        }
        assert_eq!(units(&case.manifest()), [[20; 6]], "{kind}");
    }
}

#[test]
fn infinite_dates_are_bounds_like_others() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t (id BIGINT PRIMARY KEY, c DATE, k BIGINT)",
        "INSERT INTO t SELECT s, CASE s % 4 WHEN 0 THEN '-infinity' WHEN 1 THEN '0044-03-15 BC' WHEN 2 THEN '2000-01-01' \
         ELSE 'infinity' END::date, s % 23 FROM generate_series(1, 80) s",
        "CREATE INDEX ON t (c)",
    ]);
    let job = ["--tables", "t", "--key", "id", "--columns", "id,k"];
    let expected = files(&case, &[&job[..], &["--order-by", "c"]].concat());
    let on = ["--partition-on", "c", "--partitions", "4"];
    assert_eq!(files(&case, &[&job[..], &on].concat()), expected);
    assert_eq!(units(&case.manifest()), [[20; 4]]);
}

#[test]
fn the_largest_unsigned_integers_are_parted() {
    let values = (0..200_u64).map(|row| Value::UInt(u64::MAX - row * 1_000_000_007));
    let case = indexed(System::MariaDb, &[table("t", Type::UnsignedBigInt, values)]);
    equal_to_ordered(&case, "c", 5);
    assert_eq!(units(&case.manifest()), [[40; 5]]);
}

#[test]
fn text_is_parted_by_its_own_collation() {
    let bases = [
        "",
        "a",
        "A",
        "ä",
        "Ä",
        "a ",
        "a  ",
        " a",
        "b",
        "B",
        "ß",
        "ss",
        "z",
        "日本",
        "a'b",
        "a\\b",
        "\u{1f600}",
        "a\nb",
        "a\tb",
    ];
    for (system, kind) in [
        (System::Sqlite, "TEXT"),
        (System::Sqlite, "TEXT COLLATE NOCASE"),
        (System::Sqlite, "VARCHAR(9) COLLATE RTRIM"),
        (
            System::MariaDb,
            "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
        ),
        (
            System::MariaDb,
            "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_nopad_ci",
        ),
        (
            System::MariaDb,
            "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        ),
        (
            System::MariaDb,
            "CHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_german2_ci",
        ),
        (System::Postgres, "TEXT"),
        (System::Postgres, "CHAR(20)"),
        (System::Postgres, "VARCHAR(20) COLLATE \"en-x-icu\""),
        (System::Postgres, "TEXT COLLATE ignoring_case"),
    ] {
        let case = Case::on(system);
        if system == System::Postgres {
            case.database.execute(
                "CREATE COLLATION ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
            );
        }
        let rows: Vec<String> = (1..=190_usize)
            .map(|id| {
                let value = Value::from(bases[id % bases.len()]).sql(system);
                format!("({id}, {value}, {})", id % 23)
            })
            .collect();
        case.database.execute_all(&[
            format!("CREATE TABLE t (id BIGINT PRIMARY KEY, c {kind}, k BIGINT)"),
            format!("INSERT INTO t VALUES {}", rows.join(",")),
            "CREATE INDEX c_of_t ON t (c)".to_owned(),
        ]);
        equal_to_ordered(&case, "c", 7);
        let read = &units(&case.manifest())[0];
        assert!(
            read.len() > 2 && !read.contains(&0),
            "{system:?} {kind}: {read:?}"
        );
    }
}
