//! Jobs that can't be done are refused before any row is read. The error names the cause and the table.

use crate::harness::{Case, Ran, System, Table, Type, Value};

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
fn a_key_of_floating_point_numbers_is_refused_with_a_cast_that_keeps_every_digit() {
    // The next larger number after 0.1, for both widths.
    let (next32, next64) = (f64::from(0.1_f32.next_up()), 0.1_f64.next_up());
    for (system, kind, next) in [
        (System::Sqlite, Type::Double, next64),
        (System::MariaDb, Type::Double, next64),
        (System::MariaDb, Type::Real, next32),
        (System::Postgres, Type::Double, next64),
        (System::Postgres, Type::Real, next32),
    ] {
        let table = Table::new("t", &[("a key", kind)]);
        let table = table.rows([vec![Value::Float(0.1)], vec![Value::Float(next)]]);
        let case = Case::with(system, &[table]);
        let ran = refused(&case, &["--tables", "t", "--key", "a key"], 4);
        let advised = ran.stderr.split_once("read a view that has ");
        let advised = advised.and_then(|(_, rest)| rest.split_once(" instead"));
        let (text, _) = advised.unwrap_or_else(|| panic!("a cast: {}", ran.stderr));
        let quoted = system.quote("a key");
        let view = format!("CREATE VIEW v AS SELECT {text} AS {quoted} FROM t");
        case.database.execute(&view);
        let job = ["--tables", "v", "--key", "a key"];
        case.run().args(job).succeeds();
        assert_eq!(case.rows().len(), 2, "{system:?} {kind:?}");
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

/// Checks that `run` refuses the job and writes nothing.
fn refused(case: &Case, args: &[&str], code: i32) -> Ran {
    let before = case.entries();
    let ran = case.run().args(args).fails_with(code);
    ran.check(case.entries() == before, "nothing is written");
    ran
}
