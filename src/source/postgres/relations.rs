//! What queries read: the relations that they name, and all beneath these, at any depth.
//!
//! Parsing a query locks the relations that it names. Planning it locks all that its execution reads: what stands in views,
//! partitions and heirs, each with theirs, and what a filter's own queries read; and none that ONLY or a constant condition
//! leaves out. So each query is planned, by EXPLAIN, which asks for no privilege beyond the query's own; what the session then
//! holds locked is what is read. Who reads what, and whether it is as it was, the catalogue tells.

use super::super::shared::pin;
use super::connection::{Attempt, Connection, Fault};
use super::described::literal;
use crate::source::{Named, Relation, TextRow};
use std::borrow::Borrow;
use std::io::{Read, Write};

/// Queries that are planned by one message.
const AT_ONCE: usize = 256;

/// A session hears of what others altered when it takes a lock that it doesn't hold yet; of a table that it holds locked it
/// would not know a new partition. A lock that was taken within a savepoint ends with it, so that the next one is new again.
const LOOK_AGAIN: &str = "SAVEPOINT before_looking; SELECT 1 FROM pg_catalog.pg_ts_template LIMIT 0; \
     ROLLBACK TO SAVEPOINT before_looking; RELEASE SAVEPOINT before_looking";

/// Locks, in the mode of a reader, all that the queries read; `froms` are what follows FROM in each. No row is read, and no
/// foreign server is asked for one. What fails has its place in the list.
pub(super) fn lock<S: Read + Write>(
    connection: &mut Connection<S>,
    froms: &[impl Borrow<str>],
) -> Result<(), (usize, Fault)> {
    for (number, some) in froms.chunks(AT_ONCE).enumerate() {
        let planned = |from: &_| format!("EXPLAIN (COSTS OFF) {}", pin(Borrow::borrow(from)));
        let statements: Vec<String> = some.iter().map(planned).collect();
        let run = connection.run_all(&statements);
        run.map_err(|(place, fault)| (number * AT_ONCE + place, fault))?;
    }
    Ok(())
}

/// The relations that the queries read, by their ids. Where the session `holds` its locks they are just those, and all of them;
/// else what stands beneath the named tables, by the catalogue.
pub(super) fn relations<S: Read + Write>(
    connection: &mut Connection<S>,
    named: &[Named],
    holds: bool,
) -> Attempt<Vec<Relation>> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    if holds {
        connection.text_rows(LOOK_AGAIN)?;
        let froms = named.iter().flat_map(|named| &named.froms);
        let froms: Vec<&str> = froms.map(String::as_str).collect();
        lock(connection, &froms).map_err(|(_, fault)| fault)?;
    }
    // The server would take 0.3 s to compile a query whose rows it can't estimate.
    connection.execute("SET LOCAL jit = off")?;
    let rows = connection.text_rows(&listing(named, holds))?;
    Ok(rows.iter().map(relation).collect())
}

/// Which of the tables hang beneath which others of them, as partitions or heirs, at any depth: the upper one first.
pub(super) fn beneath<S: Read + Write>(
    connection: &mut Connection<S>,
    names: &[String],
) -> Attempt<Vec<(String, String)>> {
    if names.len() < 2 {
        return Ok(Vec::new());
    }
    let names: Vec<String> = names
        .iter()
        .map(|name| format!("({})", literal(name)))
        .collect();
    let rows = connection.text_rows(&format!(
        "WITH RECURSIVE named(name, oid) AS ( \
           SELECT n.name, to_regclass(quote_ident(n.name))::oid FROM (VALUES {}) n(name) \
         ), beneath(upper, oid) AS ( \
           SELECT n.name, i.inhrelid FROM named n JOIN pg_inherits i ON i.inhparent = n.oid \
           UNION \
           SELECT b.upper, i.inhrelid FROM beneath b JOIN pg_inherits i ON i.inhparent = b.oid \
         ) SELECT b.upper, n.name FROM beneath b JOIN named n ON n.oid = b.oid ORDER BY 2, 1",
        names.join(", ")
    ))?;
    let pair = |row: TextRow| match <[Option<String>; 2]>::try_from(row) {
        Ok([Some(upper), Some(lower)]) => Some((upper, lower)),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(pair).collect())
}

/// An heir or partition by its row of `pg_inherits`, which also tells that it is about to be detached; a view by the version of
/// its query. A materialised view has rows of its own, and so its query is not read.
fn listing(named: &[Named], holds: bool) -> String {
    let value = |(place, it): (usize, &Named)| format!("({place}, {})", literal(&it.table));
    let values: Vec<String> = named.iter().enumerate().map(value).collect();
    let values = values.join(", ");
    let (locked, is_read) = if holds {
        (
            "UNION SELECT NULL, oid FROM locked ",
            "AND c.oid IN (SELECT oid FROM locked) ",
        )
    } else {
        ("", "")
    };
    format!(
        "WITH RECURSIVE named(place, oid) AS ( \
           SELECT n.place, to_regclass(quote_ident(n.name))::oid FROM (VALUES {values}) n(place, name) \
         ), locked(oid) AS MATERIALIZED ( \
           SELECT DISTINCT l.relation FROM pg_locks l WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() \
         ), reads(place, oid) AS ( \
           (SELECT place, oid FROM named {locked}) \
           UNION \
           SELECT r.place, beneath.oid FROM reads r, LATERAL ( \
             SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = r.oid \
             UNION ALL \
             SELECT d.refobjid FROM pg_class v JOIN pg_rewrite w ON w.ev_class = v.oid AND w.ev_type = '1' \
               JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid \
                 AND d.refclassid = 'pg_class'::regclass \
               WHERE v.oid = r.oid AND v.relkind = 'v') beneath(oid) \
         ) SELECT min(r.place), c.oid, c.relkind::text, format('%I.%I', n.nspname, c.relname), \
             (SELECT string_agg(to_jsonb(i)::text, ',' ORDER BY i.inhparent) FROM pg_inherits i WHERE i.inhrelid = c.oid), \
             (SELECT string_agg(w.xmin::text, ',' ORDER BY w.oid) FROM pg_rewrite w WHERE w.ev_class = c.oid AND c.relkind = 'v'), \
             (SELECT string_agg(DISTINCT p.oid::regprocedure::text, ', ') FROM pg_rewrite w \
                JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_proc'::regclass \
                JOIN pg_proc p ON p.oid = d.refobjid JOIN pg_namespace s ON s.oid = p.pronamespace \
                WHERE w.ev_class = c.oid AND c.relkind = 'v' AND s.nspname NOT IN ('pg_catalog', 'information_schema')) \
           FROM reads r JOIN pg_class c ON c.oid = r.oid JOIN pg_namespace n ON n.oid = c.relnamespace \
           WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema') {is_read}\
           GROUP BY c.oid, c.relkind, n.nspname, c.relname ORDER BY c.oid"
    )
}

fn relation(row: &TextRow) -> Relation {
    let cell = |index: usize| row.get(index).cloned().flatten();
    let text = |index: usize| cell(index).unwrap_or_default();
    let kind = text(2);
    Relation {
        table: cell(0).and_then(|place| place.parse().ok()),
        id: text(1),
        name: format!("the {} {}", in_words(&kind), text(3)),
        state: format!("{kind} {} {}", text(4), text(5)),
        versioned: !["f", "S"].contains(&kind.as_str()),
        calls: cell(6),
    }
}

fn in_words(kind: &str) -> &'static str {
    match kind {
        "v" => "view",
        "m" => "materialized view",
        "f" => "foreign table",
        "S" => "sequence",
        _ => "table",
    }
}
