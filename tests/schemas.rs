//! Tables whose schemas differ and still agree.

use crate::harness::{Case, System, Table, Type};

#[test]
fn text_columns_of_different_widths_agree() {
    for system in System::ALL {
        let tables = [
            Table::new("t1", &[("id", Type::Varchar(8))]).row(["a"]),
            Table::new("t2", &[("id", Type::Varchar(9))])
                .row(["a"])
                .row(["b"]),
        ];
        let case = Case::with(system, &tables);
        case.run()
            .args(["--tables", "t1,t2", "--key", "id"])
            .succeeds();
        assert_eq!(case.rows().len(), 2, "{system:?}");
    }
}

#[test]
fn a_column_that_only_a_later_table_lets_be_null_may_be_null() {
    for system in System::ALL {
        let case = Case::on(system);
        case.database.execute_all(&[
            "CREATE TABLE t1 (id INTEGER NOT NULL, note VARCHAR(9) NOT NULL)",
            "CREATE TABLE t2 (id INTEGER NOT NULL, note VARCHAR(9))",
            "INSERT INTO t1 VALUES (1, 'of t1')",
            "INSERT INTO t2 VALUES (2, NULL)",
        ]);
        case.run()
            .args(["--tables", "t1,t2", "--key", "id"])
            .succeeds();
        let notes: Vec<_> = case
            .rows()
            .into_iter()
            .map(|mut row| row.remove(1))
            .collect();
        assert_eq!(notes, [Some("s:of t1".to_owned()), None], "{system:?}");
    }
}

#[test]
fn columns_that_only_later_tables_have_are_left_out_with_a_warning() {
    for system in System::ALL {
        let wide = Table::new(
            "t2",
            &[
                ("extra", Type::Date),
                ("note", Type::Varchar(60)),
                ("id", Type::BigInt),
            ],
        );
        let case = Case::with(system, &[Table::notes("t1").ids([1]), wide]);
        let statement = "INSERT INTO t2 VALUES ('2000-01-01', 'of t2', 2)";
        case.database.execute(statement);
        case.run()
            .args(["--tables", "t1,t2", "--key", "id"])
            .succeeds()
            .says("extra");
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            case.rows(),
            [
                [text("i:1"), text("s:t1 1")],
                [text("i:2"), text("s:of t2")]
            ],
            "{system:?}"
        );
    }
}

#[test]
fn columns_are_written_in_the_order_of_the_job() {
    for system in System::ALL {
        let case = Case::with(
            system,
            &[Table::year("y").row(["1", "2000-02-29", "1", "h"])],
        );
        case.run()
            .args([
                "--tables",
                "y",
                "--key",
                "HASHIDV",
                "--columns",
                "HASHIDV,ID_BIRTHDAY",
            ])
            .succeeds();
        let row = &case.rows()[0];
        assert_eq!(row[1].as_deref(), Some("d:2000-02-29"), "{system:?}");
        assert_eq!(
            row[0].as_deref().map(str::trim_end),
            Some("s:h"),
            "{system:?}"
        );
    }
}

#[test]
fn tables_are_compared_by_column_name_and_not_by_place() {
    for system in System::ALL {
        let turned = Table::new("t2", &[("note", Type::Varchar(60)), ("id", Type::BigInt)]);
        let case = Case::with(system, &[Table::notes("t1").ids([1]), turned]);
        case.database.execute("INSERT INTO t2 VALUES ('turned', 2)");
        case.run()
            .args(["--tables", "t1,t2", "--key", "id"])
            .succeeds();
        assert_eq!(case.notes(), ["t1 1", "turned"], "{system:?}");
    }
}
