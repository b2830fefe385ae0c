//! When two keys are the same: if the bytes of their values are equal. A NULL never equals a value.

use crate::harness::{Case, NullKeys, System, Table, Type, Value, keep_first, typed};

#[test]
fn keys_compare_by_their_bytes_and_not_by_a_collation() {
    for system in System::ALL {
        let keys = [
            "a", "A", "ä", "a ", "", "a", "ß", "ss", "\u{e9}", "e\u{301}",
        ];
        let table = Table::new("t", &[("id", Type::Varchar(9))]);
        let case = Case::with(
            system,
            &[keys.iter().fold(table, |table, key| table.row([*key]))],
        );
        case.run().args(["--tables", "t", "--key", "id"]).succeeds();
        assert_eq!(
            case.rows().len(),
            keys.len() - 1,
            "{system:?}: one of them appears twice"
        );
    }
}

#[test]
fn every_type_but_floating_point_numbers_can_be_a_key() {
    let decimal = |digits: &str| Value::Decimal(digits.to_owned());
    let moment = |text: &str| Value::Timestamp(text.to_owned());
    let instant = |text: &str| Value::Instant(text.to_owned());
    let time = |text: &str, secs: i64| Value::Time(text.to_owned(), secs * 1_000_000);
    let pairs = [
        (
            Type::Date,
            Value::date("2000-02-29"),
            Value::date("2000-03-01"),
        ),
        (Type::BigInt, Value::Int(i64::MIN), Value::Int(i64::MAX)),
        (
            Type::UnsignedBigInt,
            Value::UInt(1 << 63),
            Value::UInt(u64::MAX),
        ),
        (Type::Int, Value::Int(-1), Value::Int(65_535)),
        (Type::SmallInt, Value::Int(-1), Value::Int(255)),
        (Type::Decimal(38, 2), decimal("0.01"), decimal("-0.01")),
        (Type::Decimal(60, 2), decimal("0.01"), decimal("-0.01")),
        (
            Type::Timestamp,
            moment("2000-01-01T00:00:00.000001"),
            moment("2000-01-01T00:00:00.000002"),
        ),
        (
            Type::Instant,
            instant("2024-10-27T00:30:00.000000"),
            instant("2024-10-27T01:30:00.000000"),
        ),
        (Type::Time, time("00:00:01", 1), time("23:59:59", 86_399)),
        (
            Type::Bytes,
            Value::Bytes(vec![0, 255]),
            Value::Bytes(vec![0]),
        ),
        (Type::Bool, Value::Bool(true), Value::Bool(false)),
    ];
    for system in System::ALL {
        for (kind, one, other) in pairs
            .iter()
            .filter(|(kind, _, _)| kind.sql(system).is_some())
        {
            let rows = [one, other, one, other].map(|key| vec![key.clone()]);
            let tables =
                ["t1", "t2"].map(|name| Table::new(name, &[("id", *kind)]).rows(rows.clone()));
            let case = Case::with(system, &tables);
            for exact in ["--exact=false", "--exact=true"] {
                case.run()
                    .args(["--tables", "t1,t2", "--key", "id", exact, "--force"])
                    .succeeds();
                assert_eq!(
                    case.rows(),
                    typed(&rows[..2]),
                    "{system:?} {kind:?} {exact}"
                );
            }
        }
    }
}

#[test]
fn parts_of_a_key_are_kept_apart() {
    for system in System::ALL {
        let table = Table::new("t", &[("one", Type::Varchar(9)), ("two", Type::Varchar(9))]);
        let table = table
            .row(["ab", "c"])
            .row(["a", "bc"])
            .row(["abc", ""])
            .row(["", "abc"])
            .row(["a", "bc"]);
        let case = Case::with(system, std::slice::from_ref(&table));
        case.run()
            .args(["--tables", "t", "--key", "one,two"])
            .succeeds();
        assert_eq!(case.rows(), typed(&table.rows[..4]), "{system:?}");
    }
}

#[test]
fn rows_with_a_null_key_are_dropped_or_all_kept() {
    let rows = [
        [None, Some("x")],
        [Some("a"), None],
        [None, Some("x")],
        [None, None],
        [Some("a"), Some("x")],
    ];
    let rows = rows.map(|row| row.into_iter().map(Value::from).collect::<Vec<_>>());
    for system in System::ALL {
        let tables = ["t1", "t2"].map(|name| {
            Table::new(
                name,
                &[("one", Type::Varchar(9)), ("two", Type::Varchar(9))],
            )
            .rows(rows.clone())
        });
        let case = Case::with(system, &tables);
        for (flag, null_keys) in [("drop", NullKeys::Drop), ("keep", NullKeys::Keep)] {
            case.run()
                .args([
                    "--tables",
                    "t1,t2",
                    "--key",
                    "one,two",
                    "--null-keys",
                    flag,
                    "--force",
                ])
                .succeeds();
            let expected = keep_first(&[rows.to_vec(), rows.to_vec()], &[0, 1], null_keys);
            assert_eq!(case.rows(), typed(&expected), "{system:?} {flag}");
        }
    }
}

#[test]
fn long_keys_are_compared_to_their_last_byte() {
    for system in System::ALL {
        let long = "k".repeat(200_000);
        let sql_type = if system == System::MariaDb {
            "LONGTEXT"
        } else {
            "TEXT"
        };
        let case = Case::on(system);
        case.database
            .execute(&format!("CREATE TABLE t (id {sql_type})"));
        for last in ["a", "b", "a"] {
            case.database
                .execute(&format!("INSERT INTO t VALUES ('{long}{last}')"));
        }
        case.run().args(["--tables", "t", "--key", "id"]).succeeds();
        assert_eq!(case.rows().len(), 2, "{system:?}");
    }
}
