//! What a job's queries read below the tables that they name.

use crate::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A table that a job names, and what reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its name.
    pub table: String,
    /// What follows `FROM` in the query of it.
    pub from: String,
    /// The user's conditions, which can contain queries.
    pub conditions: Vec<String>,
}

impl Named {
    /// What follows `FROM` in queries that, when planned, read all that the job's query of the table reads: without the
    /// conditions, which can exclude partitions, and with them if there are any.
    pub fn froms(&self) -> Vec<String> {
        let Self {
            from, conditions, ..
        } = self;
        let mut froms = vec![from.clone()];
        if !conditions.is_empty() {
            froms.push(format!("{from} WHERE {}", conditions.join(" AND ")));
        }
        froms
    }
}

/// A relation that a query reads: one that it names, or one at any depth below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Relation {
    /// The index of the first named table that reads it, or `None` if only a filter reads it.
    pub table: Option<usize>,
    /// The database's identifier for it, independent of its name.
    pub id: String,
    /// Its kind and name in words: `the foreign table public.far`.
    pub name: String,
    /// What changes if different rows would be read through it: its kind, its parents, a view's query.
    pub state: String,
    /// Whether a transaction sees its rows as they were when the transaction began.
    pub versioned: bool,
    /// Functions that it calls and that are not the database's own. What they read is not known.
    pub calls: Option<String>,
}

/// Returns an error that names the first relation that has changed.
pub(crate) fn compare(named: &[Named], before: &[Relation], now: &[Relation]) -> Result<()> {
    let by_id = |relations: &[Relation]| -> HashMap<String, String> {
        let pairs = relations.iter().map(|it| (it.id.clone(), it.state.clone()));
        pairs.collect()
    };
    let (known, found) = (by_id(before), by_id(now));
    let other = now.iter().find_map(|it| match known.get(&it.id) {
        None => Some((it, "didn't exist when the job began")),
        Some(state) if *state != it.state => Some((it, "was changed while the job ran")),
        Some(_) => None,
    });
    let gone = || {
        let mut before = before.iter();
        let gone = before.find(|it| !found.contains_key(&it.id));
        gone.map(|it| (it, "no longer exists"))
    };
    let Some((relation, what)) = other.or_else(gone) else {
        return Ok(());
    };
    let table = relation.table.and_then(|place| named.get(place));
    let message = format!("{} {what}, so rows might be missing", relation.name);
    let error = Error::new(ErrorKind::Ended, message).advise(
        "run the job again while nobody attaches partitions, creates child tables or replaces views",
    );
    Err(match table {
        Some(named) => error.in_table(&named.table),
        None => error.within("the filter"),
    })
}
