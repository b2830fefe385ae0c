//! The types as which the columns of a SQLite file are read (by their declared types, or as the job says), and the tables that
//! a pattern finds.

use crate::harness::{Case, System};

const KEY: [&str; 4] = ["--tables", "t", "--key", "id"];

#[test]
fn declared_types_that_name_text_are_text_and_make_keys() {
    let case = Case::on(System::Sqlite);
    for declared in [
        "STRING",
        "string(20)",
        "UUID",
        "GUID",
        "UNIQUEIDENTIFIER",
        "JSON",
        "JSONB",
        "XML",
        "TIME",
        "TIME(6)",
        "TIME WITHOUT TIME ZONE",
        "TIMETZ",
        "INTERVAL",
        "\"ENUM('PRINT','x')\"",
        "\"SET\"",
        "INET",
        "CIDR",
        "MACADDR",
        "URL",
    ] {
        case.database.execute_all(&[
            "DROP TABLE IF EXISTS t".to_owned(),
            format!("CREATE TABLE t (value {declared})"),
            "INSERT INTO t VALUES ('a'), (12), (1.5), ('a'), (NULL)".to_owned(),
        ]);
        let job = [
            "--tables",
            "t",
            "--key",
            "value",
            "--null-keys",
            "drop",
            "--force",
        ];
        case.run().args(job).succeeds();
        let expected = ["s:a", "s:12", "s:1.5"].map(|cell| [Some(cell.to_owned())]);
        assert_eq!(case.rows(), expected, "{declared}");
    }
}

#[test]
fn declared_types_that_name_bytes_are_binary() {
    let case = Case::on(System::Sqlite);
    for declared in [
        "BINARY(2)",
        "VARBINARY",
        "BYTEA",
        "IMAGE",
        "GEOMETRY",
        "POINT",
        "LINESTRING",
        "MULTIPOLYGON",
    ] {
        case.database.execute_all(&[
            "DROP TABLE IF EXISTS t".to_owned(),
            format!("CREATE TABLE t (id INTEGER, value {declared})"),
            "INSERT INTO t VALUES (1, x'00ff')".to_owned(),
        ]);
        case.run().args(KEY).arg("--force").succeeds();
        assert_eq!(case.rows()[0][1], Some("b:00ff".to_owned()), "{declared}");
    }
}

#[test]
fn a_type_is_chosen_for_one_column_of_all_tables_and_the_others_stay_as_declared() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t1 (id INTEGER, \"a,b\" DATETIME, note TEXT)",
        "CREATE TABLE t2 (id INTEGER, \"a,b\" TEXT, note TEXT)",
        "INSERT INTO t1 VALUES (1, '2000-01-01 00:00:00', 'x')",
        "INSERT INTO t2 VALUES (2, 'soon', 'y')",
    ]);
    let job = ["--tables", "t1,t2", "--key", "id"];
    case.run()
        .args(job)
        .fails_with(4)
        .says("table t2, column a,b")
        .says("use --column-type a,b=text to read it as text");
    let rows = [
        ["i:1", "s:2000-01-01 00:00:00", "s:x"],
        ["i:2", "s:soon", "s:y"],
    ];
    let rows = rows.map(|row| row.map(|cell| Some(cell.to_owned())));
    case.run()
        .args(job)
        .args(["--column-type", "a,b=text"])
        .succeeds();
    assert_eq!(case.rows(), rows);
    case.write(
        "job.toml",
        "source = 'sqlite://source.sqlite'\ntables = 't1,t2'\nkey = 'id'\ncolumn_type = ['a,b=text', 'note=text']\nforce = true\n",
    );
    case.command().args(["run", "job.toml"]).succeeds();
    assert_eq!(case.rows(), rows);
    // With all columns as text, one column keeps its type.
    let flags = [
        "--sqlite-types",
        "text",
        "--column-type",
        "id=integer",
        "--force",
    ];
    case.run().args(job).args(flags).succeeds();
    assert_eq!(case.rows(), rows);
}

#[test]
fn a_type_that_is_chosen_for_no_column_is_refused() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t (id INTEGER, value TEXT)",
        "INSERT INTO t VALUES (1, 'a')",
    ]);
    let run = |chosen: &str| case.run().args(KEY).args(["--column-type", chosen]);
    run("valeu=text").fails_with(4).says("column valeu");
    run("value=varchar")
        .fails_with(2)
        .says("text, integer, real, blob, date, datetime, instant");
    run("value").fails_with(2).says("names no type");
    let left_out = run("value=text").args(["--columns", "id"]);
    left_out.fails_with(4).says("column value");
    let server = Case::on(System::MariaDb);
    server.database.execute("CREATE TABLE t (id INT)");
    let flags = ["--column-type", "id=text"];
    server
        .run()
        .args(KEY)
        .args(flags)
        .fails_with(2)
        .says("--column-type is for SQLite files");
}

#[test]
fn a_floating_point_key_is_read_as_text_by_the_flag_that_the_error_names() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t (id REAL)",
        "INSERT INTO t VALUES (0.1), (0.1), (1e300)",
    ]);
    case.run()
        .args(KEY)
        .fails_with(4)
        .says("--column-type id=text");
    case.run()
        .args(KEY)
        .args(["--column-type", "id=text"])
        .succeeds();
    let expected = ["s:0.1", "s:1e300"].map(|cell| [Some(cell.to_owned())]);
    assert_eq!(case.rows(), expected);
}

#[test]
fn a_pattern_leaves_out_virtual_tables_and_what_is_inside_of_them() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE notes (id INTEGER, body TEXT)",
        "INSERT INTO notes VALUES (1, 'a'), (2, 'b')",
        "CREATE VIRTUAL TABLE notes_fts USING fts5(body)",
        "INSERT INTO notes_fts SELECT body FROM notes",
        "CREATE VIRTUAL TABLE notes_tree USING rtree(id, x0, x1)",
    ]);
    let count = |tables: &str| {
        let job = ["--tables", tables, "--key", "id", "--count-only"];
        case.run().args(job)
    };
    let ran = count("notes*").succeeds();
    ran.says("notes_fts (virtual table)")
        .says("notes_fts_data (part of a virtual table)")
        .says("notes_tree (virtual table)")
        .says("notes_tree_node (part of a virtual table)")
        .says("reading 1 unit");
    count("notes_fts*")
        .fails_with(4)
        .says("no base table matches")
        .says("notes_fts (virtual table)");
    // If they are named exactly, each is read.
    let named = [
        "--tables",
        "notes_fts",
        "--key",
        "body",
        "--column-type",
        "body=text",
    ];
    case.run().args(named).succeeds();
    assert_eq!(case.rows().len(), 2);
    let named = ["--tables", "notes_fts_data", "--key", "id", "--force"];
    case.run().args(named).succeeds();
}
