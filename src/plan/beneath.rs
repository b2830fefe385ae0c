//! What the plan says of the relations beneath the tables that a job names.

use crate::source::{Named, Relation};

/// Why a transaction doesn't see a table's rows, or those that a filter asks for, as they were at its begin: the first
/// relation beneath that has no earlier states.
pub(super) fn unversioned(table: usize, relations: &[Relation]) -> Option<String> {
    let is_read = |it: &&Relation| it.table.is_none_or(|reader| reader == table);
    let mut unversioned = relations.iter().filter(|it| !it.versioned);
    let relation = unversioned.find(is_read)?;
    let reader = relation.table.map_or("the filter", |_| "it");
    Some(format!("{reader} reads {}", relation.name))
}

/// What can't be known of what is read; `calls` are the functions that the filters call.
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
        "{who} calls {calls}: what a function reads is not known, and is neither kept as it is nor compared"
    )
}
