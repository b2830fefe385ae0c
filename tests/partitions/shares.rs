//! How many parts there are, and how evenly the rows are distributed.

use super::{parted, units};
use crate::harness::{Case, System};

#[test]
fn small_tables_stay_whole_and_large_ones_are_parted_evenly() {
    for system in System::ALL {
        let case = Case::on(system);
        let rows = 450_000;
        // A key with a gap, and a column that is skewed towards small numbers and towards one of them.
        let (series, float) = match system {
            System::Sqlite => (
                "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 450000)",
                "1.0",
            ),
            System::MariaDb => ("", "1.0"),
            System::Postgres => ("", "1.0::float8"),
        };
        let from = match system {
            System::Sqlite => "s",
            System::MariaDb => "(SELECT seq AS n FROM seq_1_to_450000) s",
            System::Postgres => "generate_series(1::bigint, 450000) s(n)",
        };
        let skewed = format!("{float} * (n * 7919 % 450001) / 450001");
        let column = format!(
            "CASE WHEN n % 50 = 0 THEN 77 ELSE -1000 + FLOOR(100000 * ({skewed}) * ({skewed}) * ({skewed})) END"
        );
        let column = if system == System::Sqlite {
            column.replace("FLOOR", "round")
        } else {
            column
        };
        case.database.execute_all(&[
            "CREATE TABLE t (id BIGINT PRIMARY KEY, c BIGINT, k BIGINT)".to_owned(),
            "CREATE TABLE small (id BIGINT PRIMARY KEY, c BIGINT, k BIGINT)".to_owned(),
            "INSERT INTO small VALUES (2, 1, -1), (1, 2, -2)".to_owned(),
            format!("INSERT INTO t {series} SELECT CASE WHEN n < 200000 THEN n ELSE n * 1 + 7000000000 END, {column}, n % 1000 FROM {from}"),
            "CREATE INDEX c_of_t ON t (c)".to_owned(),
            "CREATE INDEX c_of_small ON small (c)".to_owned(),
        ]);
        for on in ["c", "id"] {
            let job = [
                "--tables",
                "t,small",
                "--key",
                "k",
                "--workers",
                "2",
                "--force",
                "--partition-on",
                on,
            ];
            case.run().args(job).succeeds();
            let read = units(&case.manifest());
            assert_eq!(
                (read[0].len(), &read[1]),
                (4, &vec![2]),
                "{system:?} {on}: {read:?}"
            );
            even(&read[0], rows / 4, &format!("{system:?} {on}"));
            case.run().args(job).args(["--partitions", "8"]).succeeds();
            let read = units(&case.manifest());
            assert_eq!(
                (read[0].len(), read[0].iter().sum()),
                (8, rows),
                "{system:?} {on}: {read:?}"
            );
            even(&read[0], rows / 8, &format!("{system:?} {on}"));
        }
    }
}

#[test]
fn keys_of_text_are_parted_evenly() {
    let digits: Vec<String> = (0..30_000_u64)
        .map(|row| {
            format!(
                "('{:016x}', {})",
                row.wrapping_mul(0x9e37_79b9_7f4a_7c15),
                row % 1000
            )
        })
        .collect();
    for (system, options) in [
        (System::Sqlite, ""),
        (System::Sqlite, "WITHOUT ROWID"),
        (System::MariaDb, ""),
        (System::Postgres, ""),
    ] {
        let case = Case::on(system);
        case.database.execute(&format!(
            "CREATE TABLE t (c VARCHAR(16) NOT NULL PRIMARY KEY, k INT) {options}"
        ));
        for rows in digits.chunks(1000) {
            case.database
                .execute(&format!("INSERT INTO t VALUES {}", rows.join(",")));
        }
        let job = parted("6");
        case.run().args(job).succeeds();
        let read = &units(&case.manifest())[0];
        assert_eq!(read.len(), 6, "{system:?}: {read:?}");
        even(read, 5_000, &format!("{system:?} {options}"));
    }
}

/// Checks that each part differs from an even share by at most a quarter.
fn even(read: &[u64], share: u64, told: &str) {
    println!("{told}: {read:?}"); // shown if it fails
    let even = |rows: &u64| rows.abs_diff(share) <= share / 4;
    assert!(read.iter().all(even), "{told}: {read:?}");
}
