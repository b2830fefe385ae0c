//! Which rows are kept: for each key the first in table order, whatever the number of workers and the order of their reads.

use crate::harness::{Case, Dice, NullKeys, Row, System, Table, Type, Value, keep_first, typed};

#[test]
fn keeps_the_row_of_the_earliest_table() {
    for system in System::ALL {
        let tables = [
            Table::notes("t1").ids([5, 3, 5]),
            Table::notes("t2").ids([]),
            Table::notes("t3").ids([3, 4, 5, 1]),
        ];
        let case = Case::with(system, &tables);
        case.run()
            .args(["--tables", "t1,t2,t3", "--key", "id"])
            .succeeds();
        let expected = keep_first(&tables.map(|table| table.rows), &[0], NullKeys::Error);
        assert_eq!(case.rows(), typed(&expected));
    }
}

#[test]
fn the_order_of_the_tables_decides_and_not_their_names() {
    let tables = [Table::notes("t1").ids([1]), Table::notes("t2").ids([1])];
    let case = Case::with(System::Sqlite, &tables);
    case.run()
        .args(["--tables", "t2,t1", "--key", "id"])
        .succeeds();
    assert_eq!(case.rows(), typed(&tables[1].rows));
}

#[test]
fn agrees_with_the_oracle_on_random_sqlite_databases() {
    agrees_with_the_oracle(System::Sqlite, 120);
}

#[test]
fn agrees_with_the_oracle_on_random_mariadb_databases() {
    agrees_with_the_oracle(System::MariaDb, 25);
}

#[test]
fn agrees_with_the_oracle_on_random_postgresql_databases() {
    agrees_with_the_oracle(System::Postgres, 25);
}

fn agrees_with_the_oracle(system: System, cases: u64) {
    let base = std::env::var("FIRSTSEEN_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seeds = base.map_or(0..cases, |seed| seed..seed + 1);
    for seed in seeds {
        println!("FIRSTSEEN_TEST_SEED={seed} on {system:?}"); // shown if this test fails
        RandomJob::new(seed).check(system);
    }
}

/// A random job and its tables.
struct RandomJob {
    tables: Vec<Table>,
    key: Vec<usize>,
    null_keys: NullKeys,
    workers: usize,
    batch_rows: usize,
    exact: bool,
}

impl RandomJob {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let null_keys = *dice.pick(&[NullKeys::Error, NullKeys::Drop, NullKeys::Keep]);
        let nulls = null_keys != NullKeys::Error;
        let distinct = 1 + dice.below(60);
        let tables =
            (0..=dice.below(5)).map(|ordinal| random_table(&mut dice, ordinal, distinct, nulls));
        let tables = tables.collect();
        Self {
            tables,
            key: dice
                .pick(&[vec![0], vec![1], vec![0, 1], vec![1, 0], vec![2, 1]])
                .clone(),
            null_keys,
            workers: 1 + dice.below(8),
            batch_rows: 1 + dice.below(50),
            exact: dice.one_in(2),
        }
    }

    fn check(&self, system: System) {
        let case = Case::with(system, &self.tables);
        let ran = case.run().args(self.args()).succeeds();
        let rows: Vec<Vec<Row>> = self.tables.iter().map(|table| table.rows.clone()).collect();
        let expected = typed(&keep_first(&rows, &self.key, self.null_keys));
        // An empty folder has no schema that could be read.
        let found = if expected.is_empty() {
            Vec::new()
        } else {
            case.rows()
        };
        ran.check(
            found == expected,
            format!("expected {expected:?}\nfound {found:?}"),
        );
        ran.check(
            case.files().len() == expected.len().div_ceil(self.batch_rows),
            "all files except the last are full",
        );
    }

    fn args(&self) -> Vec<String> {
        let names: Vec<&str> = self
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        let key: Vec<&str> = self.key.iter().map(|place| COLUMNS[*place].0).collect();
        let null_keys = format!("{:?}", self.null_keys).to_lowercase();
        let pairs = [
            ("--tables", names.join(",")),
            ("--key", key.join(",")),
            ("--null-keys", null_keys),
            ("--workers", self.workers.to_string()),
            ("--batch-rows", self.batch_rows.to_string()),
        ];
        let args = pairs
            .into_iter()
            .flat_map(|(flag, value)| [flag.to_owned(), value]);
        args.chain(self.exact.then(|| "--exact".to_owned()))
            .collect()
    }
}

const COLUMNS: [(&str, Type); 4] = [
    ("id", Type::BigInt),
    ("name", Type::Varchar(20)),
    ("born", Type::Date),
    ("note", Type::Varchar(40)),
];

fn random_table(dice: &mut Dice, ordinal: usize, distinct: usize, nulls: bool) -> Table {
    let count = if dice.one_in(5) { 0 } else { dice.below(200) };
    let rows: Vec<Row> = (0..count)
        .map(|row| random_row(dice, ordinal, row, distinct, nulls))
        .collect();
    Table::new(&format!("t{ordinal}"), &COLUMNS).rows(rows)
}

fn random_row(dice: &mut Dice, ordinal: usize, row: usize, distinct: usize, nulls: bool) -> Row {
    let names = ["", "a", "A", "a ", "é", "a'b", "0", "日本", "a\\b"];
    let id = i64::try_from(dice.below(distinct)).expect("a small number");
    let mut row = vec![
        Value::Int(id),
        Value::Text(format!(
            "{}{}",
            dice.pick(&names),
            dice.below(1 + distinct / 8)
        )),
        Value::Date(format!("20{:02}-0{}-11", dice.below(20), 1 + dice.below(9))),
        Value::Text(format!("table {ordinal} row {row}")),
    ];
    for key in &mut row[..3] {
        if nulls && dice.one_in(8) {
            *key = Value::Null;
        }
    }
    row
}

/// The first table is slow, so that the others keep all their rows until it overtakes them. These are dropped then, and not when
/// all tables have been read.
#[test]
fn what_a_slow_first_table_overtakes_is_dropped_while_it_is_read() {
    let case = Case::on(System::Sqlite);
    for table in 0..6 {
        case.database.execute_all(&[
            format!("CREATE TABLE t{table} (id INTEGER PRIMARY KEY, k INT, note TEXT)"),
            format!(
                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 30000) \
                 INSERT INTO t{table} SELECT n, n * {} % 30011, 't{table} ' || n FROM c",
                table + 3
            ),
        ]);
    }
    let slow = "CASE WHEN id % 2000 = 0 THEN (WITH RECURSIVE c(n) AS (SELECT id - id UNION ALL SELECT n + 1 FROM c \
                WHERE n < 600000) SELECT count(*) FROM c) > 0 ELSE 1 END";
    let tables = (0..6).map(|table| {
        let filter = if table == 0 { slow } else { "id > 0" };
        format!("[[table]]\nname = 't{table}'\nwhere = \"{filter}\"\n")
    });
    case.write(
        "job.toml",
        format!("key = ['k']\n{}", tables.collect::<String>()),
    );
    for read in ["whole", "keys-first"] {
        let files = |workers: &str| {
            let job = ["job.toml", "--read", read, "--force", "--workers", workers];
            case.run().args(job).succeeds();
            case.manifest()["files"].clone()
        };
        let (by_one, by_six) = (files("1"), files("6"));
        assert_eq!(by_one, by_six, "{read}");
        let manifest = case.manifest();
        let tables = manifest["tables"].as_array().expect("tables");
        let dropped_late: u64 = tables
            .iter()
            .filter_map(|table| table["unique_drops"].as_u64())
            .sum();
        assert!(
            dropped_late < 15_000,
            "{read}: {dropped_late} of about 45,000 that were candidates"
        );
        assert_eq!(tables[0]["new"], 30_000);
    }
}
