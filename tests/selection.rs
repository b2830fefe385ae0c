//! Which tables, columns and rows a job reads.

use crate::harness::{Case, System, Table, Type};

#[test]
fn a_filter_applies_to_every_table() {
    for system in System::ALL {
        let case = Case::with(
            system,
            &[
                Table::notes("t1").ids(1..=9),
                Table::notes("t2").ids(5..=15),
            ],
        );
        case.run()
            .args([
                "--tables",
                "t1,t2",
                "--key",
                "id",
                "--where",
                "id > 7 OR id = 2",
            ])
            .succeeds();
        assert_eq!(
            case.notes(),
            [
                "t1 2", "t1 8", "t1 9", "t2 10", "t2 11", "t2 12", "t2 13", "t2 14", "t2 15"
            ]
        );
    }
}

#[test]
fn spaces_around_the_commas_of_a_list_are_not_part_of_a_name() {
    let case = Case::with(System::Sqlite, &[Table::notes("t1").ids(1..=2)]);
    let lists = [
        "--tables",
        "t1 ",
        "--columns",
        "id, note",
        "--key",
        " id ,note",
    ];
    case.run()
        .args(lists)
        .args(["--order-by", " id desc , note"])
        .succeeds();
    assert_eq!(case.notes(), ["t1 2", "t1 1"]);
}

#[test]
fn a_table_of_the_job_file_has_a_filter_of_its_own() {
    for system in System::ALL {
        let case = Case::with(
            system,
            &[Table::notes("t1").ids(1..=9), Table::notes("t2").ids(1..=9)],
        );
        case.write(
            "job.toml",
            "key = ['id']\nwhere = 'id < 5 OR id = 9'\n\
             [[table]]\nname = 't2'\nwhere = 'id = 3 OR id = 7'\n\
             [[table]]\nname = 't1'\n",
        );
        case.run().arg("job.toml").succeeds();
        assert_eq!(
            case.notes(),
            ["t2 3", "t1 1", "t1 2", "t1 4", "t1 9"],
            "{system:?}"
        );
    }
}

#[test]
fn a_pattern_finds_base_tables_in_natural_order() {
    for system in System::ALL {
        let tables = [
            ("t10", [1, 3]),
            ("t9", [1, 2]),
            ("t2", [1, 2]),
            ("other", [8, 9]),
        ];
        let tables = tables.map(|(name, ids)| Table::notes(name).ids(ids));
        let case = Case::with(system, &tables);
        case.database
            .execute("CREATE VIEW t1 AS SELECT * FROM other");
        case.run()
            .args(["--tables", "t*", "--key", "id"])
            .succeeds();
        assert_eq!(case.notes(), ["t2 1", "t2 2", "t10 3"], "{system:?}");
    }
}

#[test]
fn a_view_can_be_named() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes("t").ids(1..=3)]);
        case.database
            .execute("CREATE VIEW v AS SELECT id, note FROM t WHERE id > 1");
        case.run().args(["--tables", "v", "--key", "id"]).succeeds();
        assert_eq!(case.notes().len(), 2, "{system:?}");
    }
}

#[test]
fn order_by_decides_which_row_is_first() {
    for system in System::ALL {
        let table = Table::notes("t")
            .row_of(1, "b")
            .row_of(1, "c")
            .row_of(1, "a");
        let case = Case::with(system, &[table]);
        for (order, kept) in [("note", "a"), ("note desc", "c")] {
            case.run()
                .args([
                    "--tables",
                    "t",
                    "--key",
                    "id",
                    "--order-by",
                    order,
                    "--force",
                ])
                .succeeds();
            assert_eq!(case.notes(), [kept], "{system:?} {order}");
        }
    }
}

#[test]
fn auto_order_is_that_of_the_primary_key() {
    let rows = "(3, 'three', 'k'), (1, 'one', 'k'), (2, 'two', 'k')";
    let case = Case::on(System::MariaDb);
    case.database
        .execute("CREATE TABLE t (id INT PRIMARY KEY, note VARCHAR(9), k VARCHAR(9))");
    case.database
        .execute(&format!("INSERT INTO t VALUES {rows}"));
    case.run().args(["--tables", "t", "--key", "k"]).succeeds();
    assert_eq!(case.notes(), ["one"]);
}

#[test]
fn identifiers_are_quoted() {
    let awkward = r#"sel'ect "from` ; -- é"#;
    for system in System::ALL {
        let table = Table::new(
            awkward,
            &[("order", Type::BigInt), ("no`te\"", Type::Varchar(9))],
        );
        let case = Case::with(system, &[table.row_of(1, "x")]);
        case.write(
            "job.toml",
            format!("key = ['order']\n[[table]]\nname = {awkward:?}\n"),
        );
        case.run().arg("job.toml").succeeds();
        assert_eq!(case.notes(), ["x"], "{system:?}");
    }
}

#[test]
fn count_only_gives_the_exact_count_and_writes_nothing() {
    for system in System::ALL {
        let case = Case::with(
            system,
            &[
                Table::notes("t1").ids(1..=40),
                Table::notes("t2").ids(30..=62),
            ],
        );
        let before = case.entries();
        let ran = case
            .run()
            .args(["--tables", "t1,t2", "--key", "id", "--count-only"])
            .succeeds();
        ran.check(ran.stdout.contains("62"), "62 distinct ids");
        assert_eq!(case.entries(), before, "{system:?}");
    }
}

#[test]
fn count_only_reads_the_key_alone() {
    for system in System::ALL {
        let case = Case::with(system, &[Table::notes("t1").ids(1..=4)]);
        let count = |more: &[&str]| {
            let job = ["--tables", "t1", "--count-only", "--json"];
            case.run().args(job).args(more)
        };
        let manifest = count(&["--key", "note"]).succeeds().json();
        let names: Vec<_> = manifest["columns"]
            .as_array()
            .expect("columns")
            .iter()
            .collect();
        assert_eq!(names.len(), 1, "{system:?}: {names:?}");
        assert_eq!(names[0]["name"], "note");
        let sql = manifest["tables"][0]["sql"].as_str().expect("a query");
        let selected = sql.split("FROM").next().expect("what is selected");
        assert!(!selected.contains(&system.quote("id")), "{sql}");
        count(&["--key", "nothing"])
            .fails_with(4)
            .says("name one of these columns: id, note");
        count(&["--key", "note", "--columns", "id"])
            .fails_with(2)
            .says("--columns");
    }
}
