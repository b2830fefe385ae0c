//! What the plan reports about the relations that the job's tables read, such as the tables that a view reads.

use crate::source::{Named, Relation};

/// Why a transaction doesn't see a table's rows, or the rows that a filter reads, as they were when it began: the first
/// relation read that keeps no earlier states.
pub(super) fn unversioned(table: usize, relations: &[Relation]) -> Option<String> {
    let is_read = |it: &&Relation| it.table.is_none_or(|reader| reader == table);
    let mut unversioned = relations.iter().filter(|it| !it.versioned);
    let relation = unversioned.find(is_read)?;
    let reader = relation.table.map_or("the filter", |_| "it");
    Some(format!(
        "{reader} reads {}, which no snapshot covers",
        relation.name
    ))
}

/// Warnings about reads that firstseen can't know. `calls` are the functions that the filters call.
pub(super) fn warnings(
    named: &[Named],
    relations: &[Relation],
    calls: Option<String>,
) -> Vec<String> {
    let by_filter = calls.map(|calls| unknown("the filter", &calls));
    let by_views = relations.iter().filter_map(|it| {
        let calls = it.calls.as_ref()?;
        let reader = it.table.and_then(|place| named.get(place));
        let view = match reader {
            Some(reader) => format!("table {}: {}", reader.table, it.name),
            None => format!("the filter: {}", it.name),
        };
        Some(unknown(&view, calls))
    });
    by_filter.into_iter().chain(by_views).collect()
}

fn unknown(who: &str, calls: &str) -> String {
    format!(
        "{who} calls {calls}: firstseen can't know what a function reads, so it doesn't lock or check those tables"
    )
}
