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

/// What can't be known of what is read.
pub(super) fn warnings(named: &[Named], relations: &[Relation]) -> Vec<String> {
    let warning = |it: &Relation| {
        let calls = it.calls.as_ref()?;
        let reader = it.table.and_then(|place| named.get(place));
        let reader = reader.map_or("the filter".to_owned(), |named| {
            format!("table {}", named.table)
        });
        let view = &it.name;
        Some(format!(
            "{reader}: {view} calls {calls}: what a function reads is not known, and is neither kept as it is nor compared"
        ))
    };
    relations.iter().filter_map(warning).collect()
}
