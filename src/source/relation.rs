//! What a job's queries read beneath the tables that they name.

use crate::{Error, ErrorKind, Result};
use std::collections::HashMap;

/// A table that a job names, and the queries that read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its name.
    pub table: String,
    /// What follows FROM in queries that read all that the job's query of it reads.
    pub froms: Vec<String>,
}

/// A relation that a query reads: one that it names, or one at any depth beneath it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relation {
    /// The first of the named tables that read it, by its place; `None` for one that only a filter reads.
    pub table: Option<usize>,
    /// What it is to the database, whatever it is called.
    pub id: String,
    /// Its kind and name in words: `the foreign table public.far`.
    pub name: String,
    /// What changes when other rows would be read through it: its kind, its parents, the query of a view.
    pub state: String,
    /// Whether a transaction sees its rows as they were at the transaction's begin.
    pub versioned: bool,
    /// Functions that it calls and that are not the database's own: what these read is not known.
    pub calls: Option<String>,
}

/// An error that names the first relation that is not as it was.
pub(crate) fn compare(named: &[Named], before: &[Relation], now: &[Relation]) -> Result<()> {
    let by_id = |relations: &[Relation]| -> HashMap<String, String> {
        let pairs = relations.iter().map(|it| (it.id.clone(), it.state.clone()));
        pairs.collect()
    };
    let (known, found) = (by_id(before), by_id(now));
    let other = now.iter().find_map(|it| match known.get(&it.id) {
        None => Some((it, "was not there when the job began")),
        Some(state) if *state != it.state => Some((it, "was changed meanwhile")),
        Some(_) => None,
    });
    let gone = || {
        let mut before = before.iter();
        let gone = before.find(|it| !found.contains_key(&it.id));
        gone.map(|it| (it, "is there no more"))
    };
    let Some((relation, what)) = other.or_else(gone) else {
        return Ok(());
    };
    let table = relation.table.and_then(|place| named.get(place));
    let message = format!("{} {what}, so rows may be missing", relation.name);
    let error = Error::new(ErrorKind::Ended, message).advise(
        "run the job again while nobody attaches partitions, creates child tables or replaces views",
    );
    Err(match table {
        Some(named) => error.in_table(&named.table),
        None => error.within("the filter"),
    })
}
