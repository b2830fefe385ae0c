//! What queries read: the relations that they name and all underlying ones, at any depth.
//!
//! Parsing a query locks the relations that it names. Planning it locks everything that its execution reads: the relations that
//! views read, partitions and child tables, at any depth, and what a filter's subqueries read; but nothing that ONLY or a
//! constant condition excludes. So each query is planned with EXPLAIN, which requires no privileges beyond the query's own. The
//! relations on which the session then holds locks are those that are read. The catalog shows which query reads which relation,
//! and whether a relation has changed.

use super::super::shared::pin;
use super::connection::{Attempt, Connection, Fault};
use super::described::literal;
use crate::source::{Named, Relation, TextRow};
use std::borrow::Borrow;
use std::io::{Read, Write};

/// Queries that are planned with one message.
const AT_ONCE: usize = 256;

/// A session notices changes by other sessions when it takes a lock that it doesn't hold yet. It would miss a new partition of
/// a table on which it already holds a lock. A lock taken after a savepoint ends with a rollback to it, so that the next
/// lock is new again.
const LOOK_AGAIN: &str = "SAVEPOINT before_looking; SELECT 1 FROM pg_catalog.pg_ts_template LIMIT 0; \
     ROLLBACK TO SAVEPOINT before_looking; RELEASE SAVEPOINT before_looking";

/// Locks everything that the queries read, as reading does; `froms` holds what follows FROM in each query. No row is read,
/// not even from a foreign server. A failure comes with the position of its query in the list.
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

/// The relations that the queries read, by their ids. If the session `holds` its locks, these are exactly the relations read.
/// Otherwise they are the named tables and their underlying relations according to the catalog.
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
        let froms: Vec<String> = named.iter().flat_map(Named::froms).collect();
        lock(connection, &froms).map_err(|(_, fault)| fault)?;
    }
    // The server would spend 0.3 s on compiling a query whose number of rows it can't estimate.
    connection.execute("SET LOCAL jit = off")?;
    let rows = connection.text_rows(&listing(named, holds))?;
    Ok(rows.iter().map(relation).collect())
}

/// Pairs of the tables of which the second is a partition or child table of the first, at any depth.
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

/// The query for the relations and their states. The state of a child table or partition is its row of `pg_inherits`, which
/// also shows that it is being detached; that of a view is the version of its query. A materialized view has its own rows,
/// so its query is not read.
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
