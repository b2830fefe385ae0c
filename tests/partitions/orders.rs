//! The order of a table that is read in parts.

use super::{equal_to_ordered, files, indexed, ints, table, units};
use crate::harness::{Case, System, Type};

#[test]
fn a_partitioned_table_of_postgresql_is_parted() {
    let case = Case::on(System::Postgres);
    case.database.execute_all(&[
        "CREATE TABLE t (id BIGINT PRIMARY KEY, c INT, k BIGINT) PARTITION BY RANGE (id)",
        "CREATE TABLE low PARTITION OF t FOR VALUES FROM (MINVALUE) TO (100)",
        "CREATE TABLE high PARTITION OF t FOR VALUES FROM (100) TO (MAXVALUE)",
        "CREATE INDEX ON t (c)",
        "INSERT INTO t SELECT s, s * 7 % 61, s % 23 FROM generate_series(1, 300) s",
    ]);
    for on in ["c", "id"] {
        equal_to_ordered(&case, on, 4);
        assert_eq!(units(&case.manifest())[0].len(), 4);
    }
}

#[test]
fn more_columns_may_follow_in_the_order() {
    for system in System::ALL {
        let case = indexed(
            system,
            &[table("t", Type::BigInt, ints((0..300).map(|row| row % 9)))],
        );
        let job = ["--tables", "t", "--key", "id", "--order-by", "c,k desc"];
        let expected = files(&case, &job);
        let on = ["--partition-on", "c", "--partitions", "4"];
        assert_eq!(
            files(&case, &[&job[..], &on].concat()),
            expected,
            "{system:?}"
        );
    }
}

#[test]
fn a_unique_column_orders_by_itself_and_the_first_of_a_key_by_the_whole_key() {
    for system in System::ALL {
        let case = Case::on(system);
        let rows: Vec<String> = (1..=200)
            .map(|id| format!("({}, {id}, {id})", id % 5))
            .collect();
        case.database.execute_all(&[
            "CREATE TABLE t (c INT NOT NULL, id INT NOT NULL, k INT, PRIMARY KEY (c, id))"
                .to_owned(),
            "CREATE TABLE u (c INT, id INT NOT NULL UNIQUE, k INT)".to_owned(),
            format!("INSERT INTO t VALUES {}", rows.join(",")),
            format!("INSERT INTO u VALUES {}", rows.join(",")),
        ]);
        equal_to_ordered(&case, "c", 4);
        assert_eq!(case.manifest()["tables"][0]["order"], "c, id");
        let job = [
            "--tables",
            "u",
            "--key",
            "k",
            "--partition-on",
            "id",
            "--partitions",
            "4",
        ];
        files(&case, &job);
        assert_eq!(case.manifest()["tables"][0]["order"], "id", "{system:?}");
        assert_eq!(units(&case.manifest()), [[50; 4]], "{system:?}");
    }
}

#[test]
fn nulls_of_a_text_primary_key_of_sqlite_are_ordered_by_the_rowid() {
    let case = Case::on(System::Sqlite);
    case.database.execute_all(&[
        "CREATE TABLE t (p TEXT PRIMARY KEY, c INT, id INT)",
        "INSERT INTO t VALUES (NULL, 1, 1), ('b', 1, 2), (NULL, 1, 3), (NULL, 0, 4), ('a', 2, 5)",
        "CREATE INDEX c_of_t ON t (c)",
    ]);
    let job = [
        "--tables",
        "t",
        "--key",
        "id",
        "--columns",
        "id,p",
        "--partition-on",
        "c",
        "--partitions",
        "2",
    ];
    files(&case, &job);
    assert_eq!(case.manifest()["tables"][0]["order"], "c, p, rowid");
    let ids: Vec<_> = case
        .rows()
        .iter()
        .map(|row| row[0].clone().unwrap_or_default())
        .collect();
    assert_eq!(ids, ["i:4", "i:1", "i:3", "i:2", "i:5"]);
}
