//! Counts the invalid dates that are written as NULL, so that no date is lost unnoticed.

use crate::distinct::Survivors;
use crate::extract::ReadUnit;
use crate::plan::Plan;
use crate::report::{Event, Listener};

/// How many invalid dates of each column of the plan, including elements of lists, are written as NULL.
pub(super) fn count(read: &[ReadUnit], survivors: &Survivors, plan: &Plan) -> Vec<u64> {
    let mut counts = vec![0; plan.columns.len()];
    let mut rest = survivors.places.as_slice();
    let mut first = 0_u64;
    for (unit, planned) in read.iter().zip(plan.units.iter()) {
        let end = first + unit.rows.candidates;
        let (of_unit, later) = rest.split_at(rest.partition_point(|place| u64::from(*place) < end));
        let written = unit.rows.nulled.written(first, of_unit);
        // The rows of the others are counted when they are fetched.
        let written = written.filter(|_| planned.fetch.is_none());
        for (column, values) in written {
            if let Some(count) = counts.get_mut(column) {
                *count += values;
            }
        }
        (rest, first) = (later, end);
    }
    counts
}

/// Reports each column that has any.
pub(super) fn announce(plan: &Plan, counts: &[u64], listener: &dyn Listener) {
    let columns = plan.columns.iter().zip(counts);
    for (column, values) in columns.filter(|(_, values)| **values > 0) {
        listener.on_event(&Event::DatesNulled {
            column: column.name.clone(),
            values: *values,
        });
    }
}
