//! Random jobs in steps: the bytes and the counts are those of one process.

use super::Staging;
use crate::harness::{Case, Dice, System};
use crate::keys_first::{make, makings, random_rows};

#[test]
fn the_bytes_are_those_of_one_process_on_sqlite() {
    has_the_bytes_of_one_process(System::Sqlite, 20);
}

#[test]
fn the_bytes_are_those_of_one_process_on_mariadb() {
    has_the_bytes_of_one_process(System::MariaDb, 14);
}

#[test]
fn the_bytes_are_those_of_one_process_on_postgresql() {
    has_the_bytes_of_one_process(System::Postgres, 20);
}

fn has_the_bytes_of_one_process(system: System, cases: u64) {
    let named = std::env::var("FIRSTSEEN_TEST_SEED");
    let named = named.ok().and_then(|seed| seed.parse().ok());
    for seed in named.map_or(0..cases, |seed| seed..seed + 1) {
        println!("FIRSTSEEN_TEST_SEED={seed} on {system:?}"); // shown if this test fails
        check(system, seed);
    }
}

fn check(system: System, seed: u64) {
    let mut dice = Dice::new(seed ^ 0x57a6e);
    let case = Case::on(system);
    let count = 1 + dice.below(4);
    let distinct = *dice.pick(&[3, 40, 400]);
    for ordinal in 0..count {
        let kinds = makings(system);
        let making = kinds[(usize::try_from(seed).expect("small") + ordinal) % kinds.len()];
        let rows = random_rows(&mut dice, distinct);
        make(&case, &format!("t{ordinal}"), making, &rows);
    }
    let tables = format!("t0..t{}", count - 1);
    let orders: [&[&str]; 3] = [&[], &["--order-by", "id"], &["--order-by", "n desc,id"]];
    let filters: [&[&str]; 3] = [&[], &[], &["--where", "n % 3 <> 1 OR n IS NULL"]];
    let mut args = vec![
        "--tables",
        &tables,
        "--columns",
        "id,tag,k,d,n,note",
        "--batch-rows",
        "17",
    ];
    args.extend(["--key", *dice.pick(&["k", "d", "k,n", "n,k"])]);
    args.extend(["--null-keys", *dice.pick(&["drop", "keep"])]);
    args.extend([
        "--format",
        *dice.pick(&["parquet", "arrow", "csv", "ndjson", "pickle"]),
    ]);
    args.extend(orders[dice.below(3)]);
    args.extend(filters[dice.below(3)]);
    if dice.one_in(3) {
        args.push("--exact");
    }
    if dice.one_in(2) {
        args.extend(["--read", "keys-first"]);
    }
    let staging = Staging { case: &case };
    let expected = staging.in_one_process(&args);
    let sizes = [
        ["--shard-files", *dice.pick(&["1", "2", "5"])],
        ["--segment-rows", *dice.pick(&["1", "16", "100"])],
    ];
    staging.plan(&[&args[..], &sizes.concat()].concat());
    let holder = (system != System::Sqlite && dice.one_in(2)).then(|| staging.hold());
    // Several processes, one after the other, some of whose selections overlap.
    for unit in 0..count {
        if dice.one_in(2) {
            let workers = (1 + dice.below(3)).to_string();
            let units = format!("{unit}..{}", unit + dice.below(count - unit));
            staging.stage(&["--units", &units, "--workers", &workers]);
        }
    }
    staging.stage(&[]);
    staging.keep();
    if dice.one_in(2) {
        let first = staging.step("finish").args(["--shards", "0"]).end();
        // An empty result has no shards.
        first.check(
            [Some(0), Some(2)].contains(&first.code()),
            "it finishes the first shard, if there is one",
        );
    }
    staging.finish(&[]);
    let ran = staging.publish();
    let found = staging.outcome();
    ran.check(
        found == expected,
        format!("expected {expected:?}\nfound {found:?}"),
    );
    ran.check(!staging.path("stage.json").exists(), "the stage is gone");
    if let Some(holder) = holder {
        // It notices that the stage is gone.
        holder.end().exits_with(0);
    }
}
