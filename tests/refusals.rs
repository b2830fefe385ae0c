//! Jobs that can't be done are refused before any row is read, with the cause and the table named.

use crate::harness::{Case, Ran, System, Table, Type};
use std::time::Duration;

#[test]
fn a_missing_table_is_named() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes("t1"), Table::notes("t3")]);
        refused(&case, &["--tables", "t1..t3", "--key", "id"], 4).says("t2");
    }
}

#[test]
fn a_missing_column_is_named_with_its_table() {
    for system in System::ALL {
        let short = Table::new("t2", &[("id", Type::BigInt)]);
        let case = Case::with(system, &[Table::notes("t1"), short]);
        refused(&case, &["--tables", "t1,t2", "--key", "id"], 4)
            .says("t2")
            .says("note");
        refused(
            &case,
            &["--tables", "t1", "--columns", "id,nothing", "--key", "id"],
            4,
        )
        .says("nothing");
        refused(&case, &["--tables", "t1", "--key", "nothing"], 4).says("nothing");
    }
}

#[test]
fn a_column_of_another_type_is_named_with_its_table() {
    for system in System::ALL {
        let other = Table::new("t2", &[("id", Type::BigInt), ("note", Type::Date)]);
        let case = Case::with(system, &[Table::notes("t1"), other]);
        refused(&case, &["--tables", "t1,t2", "--key", "id"], 4)
            .says("t2")
            .says("note");
    }
}

#[test]
fn a_pattern_that_finds_no_table_is_refused() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes("t1")]);
        refused(&case, &["--tables", "x*", "--key", "id"], 4).says("x*");
    }
}

#[test]
fn a_table_named_twice_is_refused() {
    let case = Case::with(System::Sqlite, &[Table::notes("t1"), Table::notes("t2")]);
    for tables in ["t1,t1", "t1..t2,t2", "t1,t*"] {
        refused(&case, &["--tables", tables, "--key", "id"], 2).says("twice");
    }
}

#[test]
fn a_key_of_floating_point_numbers_is_refused_with_the_cast_to_write() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::new("t", &[("id", Type::Double)])]);
        refused(&case, &["--tables", "t", "--key", "id"], 4)
            .says("id")
            .says("CAST");
    }
}

#[test]
fn padded_keys_of_different_widths_are_refused() {
    let tables = [
        Table::new("t1", &[("id", Type::Char(8))]),
        Table::new("t2", &[("id", Type::Char(9))]),
    ];
    let case = Case::with(System::Postgres, &tables);
    refused(&case, &["--tables", "t1,t2", "--key", "id"], 4)
        .says("t2")
        .says("id");
}

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
fn a_null_key_fails_by_default_and_names_the_table() {
    for system in System::ALL {
        let nulls = Table::notes("t2").ids([1]).row([None::<i64>, None]);
        let case = Case::with(system, &[Table::notes("t1").ids([1]), nulls]);
        refused(&case, &["--tables", "t1,t2", "--key", "id"], 4)
            .says("t2")
            .says("--null-keys");
    }
}

#[test]
fn a_job_without_a_key_or_tables_is_no_job() {
    let case = Case::with(System::Sqlite, &[Table::notes("t")]);
    refused(&case, &["--tables", "t"], 2).says("--key");
    refused(&case, &["--key", "id"], 2).says("--tables");
    refused(
        &case,
        &["--tables", "t", "--key", "id", "--columns", "note"],
        2,
    )
    .says("--columns");
    refused(
        &case,
        &["--tables", "t", "--key", "id", "--batch-rows", "0"],
        2,
    )
    .says("batch-rows");
    refused(
        &case,
        &["--tables", "t", "--key", "id", "--prefix", "../up"],
        2,
    )
    .says("--prefix");
}

#[test]
fn sql_that_the_database_refuses_is_its_refusal() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes("t").ids([1])]);
        refused(
            &case,
            &[
                "--tables",
                "t",
                "--key",
                "id",
                "--where",
                "no_such_column = 1",
            ],
            3,
        )
        .says("no_such_column");
    }
}

#[test]
fn a_database_that_is_not_there_is_unreachable_soon() {
    let case = Case::on(System::Sqlite);
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port();
    for scheme in ["mysql", "postgresql"] {
        let source = format!("{scheme}://reader:x@127.0.0.1:{port}/t");
        let ran = case
            .command()
            .args(["run", "--source", &source, "--tables", "t", "--key", "id"])
            .fails_with(3);
        ran.check(ran.elapsed < Duration::from_secs(3), "it fails at once");
    }
    case.run()
        .args(["--tables", "t", "--key", "id"])
        .fails_with(3)
        .says("source.sqlite");
    assert!(
        case.entries().is_empty(),
        "a missing SQLite file is not created: {:?}",
        case.entries()
    );
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let case = Case::on(System::Sqlite);
    case.write(
        "source.sqlite",
        "Dear diary, today I became a database.".repeat(100),
    );
    case.run()
        .args(["--tables", "t", "--key", "id"])
        .fails_with(3)
        .says("source.sqlite");
}

/// `run` refuses it, and writes nothing.
fn refused(case: &Case, args: &[&str], code: i32) -> Ran {
    let before = case.entries();
    let ran = case.run().args(args).fails_with(code);
    ran.check(case.entries() == before, "nothing is written");
    ran
}
