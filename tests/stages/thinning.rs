//! Which rows are staged.

use super::{Staging, wide};
use crate::harness::{Case, System};

#[test]
fn units_that_are_read_at_the_same_time_stage_each_key_once() {
    for system in System::ALL {
        for read in ["whole", "keys-first"] {
            let case = Case::on(system);
            // Neighbors have half of their keys in common.
            wide(&case, 6, 3000);
            let staging = Staging { case: &case };
            let job = ["--tables", "t0..t5", "--key", "k", "--read", read];
            let expected = staging.in_one_process(&job);
            staging.plan(&job);
            let staged = staging.stage(&["--workers", "4", "--json"]).json();
            assert_eq!(staged["rows_read"], 18_000, "{system:?}, {read}");
            assert_eq!(staged["candidates"], 6000, "{system:?}, {read}");
            staging.keep();
            staging.finish(&[]);
            staging.publish();
            assert_eq!(staging.outcome(), expected, "{system:?}, {read}");
        }
    }
}
