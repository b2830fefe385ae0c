//! The plan refuses tables that can't be read in parts, and says what to do.

use super::plan;
use crate::harness::{Case, Ran, System};

/// A case with this table `t` and whatever else is created.
fn case(system: System, columns: &str, more: &[&str]) -> Case {
    let case = Case::on(system);
    let mut statements = vec![format!("CREATE TABLE t ({columns})")];
    statements.extend(more.iter().map(|&statement| statement.to_owned()));
    case.database.execute_all(&statements);
    case
}

fn refused(case: &Case, args: &[&str], code: i32) -> Ran {
    let ran = plan(case).args(args).fails_with(code);
    ran.check(ran.stdout.is_empty(), "no plan is printed");
    ran
}

const ON_C: [&str; 2] = ["--partition-on", "c"];

#[test]
fn a_column_without_an_index_is_refused() {
    for system in System::ALL {
        let case = case(
            system,
            "id INT NOT NULL PRIMARY KEY, c INT NOT NULL, k INT",
            &["CREATE INDEX other ON t (k, c)"],
        );
        refused(&case, &ON_C, 4)
            .says("table t")
            .says("column c")
            .says("index");
    }
}

#[test]
fn an_index_that_doesnt_know_the_columns_order_of_all_rows_is_none() {
    let text = "id INT NOT NULL PRIMARY KEY, c VARCHAR(900) NOT NULL, k INT";
    for (system, index) in [
        (System::Sqlite, "CREATE INDEX i ON t (c) WHERE k > 0"),
        (System::Sqlite, "CREATE INDEX i ON t (c COLLATE NOCASE)"),
        (System::Sqlite, "CREATE INDEX i ON t (lower(c))"),
        (System::MariaDb, "CREATE INDEX i ON t (c(10))"),
        (System::Postgres, "CREATE INDEX i ON t (c) WHERE k > 0"),
        (System::Postgres, "CREATE INDEX i ON t (c text_pattern_ops)"),
        (
            System::Postgres,
            "CREATE INDEX i ON t (c COLLATE \"en-x-icu\")",
        ),
        (System::Postgres, "CREATE INDEX i ON t (lower(c))"),
        (System::Postgres, "CREATE INDEX i ON t USING hash (c)"),
        // A query on the table also returns its child tables' rows.
        (
            System::Postgres,
            "CREATE INDEX i ON t (c); CREATE TABLE heir () INHERITS (t)",
        ),
    ] {
        let case = case(system, text, &[index]);
        refused(&case, &ON_C, 4)
            .says("table t")
            .says("column c")
            .says("index");
    }
}

#[test]
fn ties_without_a_primary_key_are_refused() {
    for system in System::ALL {
        for (columns, index) in [
            ("id INT, c INT NOT NULL, k INT", "CREATE INDEX i ON t (c)"),
            // A unique index allows any number of NULLs.
            ("id INT, c INT, k INT", "CREATE UNIQUE INDEX i ON t (c)"),
            (
                "id INT, c INT NOT NULL, k INT",
                "CREATE UNIQUE INDEX i ON t (c, id)",
            ),
        ] {
            let case = case(system, columns, &[index]);
            refused(&case, &ON_C, 4)
                .says("table t")
                .says("column c")
                .says("primary key");
        }
    }
}

#[test]
fn columns_of_other_types_are_refused() {
    for (system, kinds) in [
        (System::Sqlite, &["REAL", "BLOB", "NUMERIC"][..]),
        (
            System::MariaDb,
            &[
                "DOUBLE",
                "DECIMAL(10,2)",
                "VARBINARY(9)",
                "ENUM('a', 'b')",
                "TIME",
            ],
        ),
        (
            System::Postgres,
            &[
                "DOUBLE PRECISION",
                "NUMERIC(10,2)",
                "BYTEA",
                "UUID",
                "BOOLEAN",
            ],
        ),
    ] {
        for kind in kinds {
            let columns = format!("id INT NOT NULL PRIMARY KEY, c {kind}, k INT");
            let case = case(system, &columns, &["CREATE INDEX i ON t (c)"]);
            refused(&case, &ON_C, 4)
                .says("table t")
                .says("column c")
                .says("integers");
        }
    }
}

#[test]
fn a_view_is_refused() {
    for system in System::ALL {
        let case = Case::on(system);
        case.database.execute_all(&[
            "CREATE TABLE base (id INT NOT NULL PRIMARY KEY, c INT, k INT)",
            "CREATE VIEW t AS SELECT * FROM base",
        ]);
        refused(&case, &ON_C, 4).says("table t").says("view");
    }
}

#[test]
fn a_column_that_a_table_lacks_is_refused() {
    for system in System::ALL {
        let case = case(system, "id INT NOT NULL PRIMARY KEY, k INT", &[]);
        refused(&case, &ON_C, 4)
            .says("table t")
            .says("can't order by c: the column doesn't exist");
    }
}

#[test]
fn options_that_make_no_parts_are_refused() {
    let case = case(System::Sqlite, "id INTEGER PRIMARY KEY, c INT, k INT", &[]);
    refused(&case, &["--partitions", "4"], 2).says("--partition-on");
    for order in ["k", "k,id", "id desc"] {
        let args = ["--partition-on", "id", "--order-by", order];
        refused(&case, &args, 2).says("--order-by");
    }
    for partitions in ["0", "-1", "many", "1025", ""] {
        let partitions = format!("--partitions={partitions}");
        refused(&case, &["--partition-on", "id", &partitions], 2).says("--partitions");
    }
    refused(&case, &["--partition-on", ""], 2).says("--partition-on");
    case.write("job.toml", "partitions = 0\npartition_on = 'id'\n");
    refused(&case, &["job.toml"], 2).says("--partitions");
}
