//! The order in which a scan returns a table's rows: shown by the server's plan of that very query, or made by a sort.

use super::connection::{Attempt, Connection};
use super::described::literal;
use super::dialect::DIALECT;
use super::settings::{ANY_ORDER, STORED_ORDER};
use crate::source::StoredOrder;
use serde_json::Value;
use std::io::{Read, Write};

/// The order in which a query without ORDER BY returns the rows of a table. Whether the table is one relation or has members
/// (partitions, child tables), the order is the same for every filter: member by member, in the order in which the server reads
/// them, and by position within each. The server's plan guarantees that order, or a sort produces it.
pub(super) fn stored_order<S: Read + Write>(
    connection: &mut Connection<S>,
    quoted: &str,
    sql: &str,
) -> Attempt<StoredOrder> {
    if keeps_places(&plan(connection, sql)?) {
        return Ok(StoredOrder::Kept);
    }
    let whole = plan(connection, &format!("SELECT 1 FROM {quoted}"))?;
    let mut members = Vec::new();
    collect(&whole, &mut members);
    if !keeps_places(&whole) {
        return Ok(StoredOrder::Undefined("an underlying foreign table"));
    }
    let place = format!("{quoted}.ctid");
    Ok(StoredOrder::By(if members.len() < 2 {
        vec![place]
    } else {
        let members = members.join(", ");
        let member = format!("array_position(ARRAY[{members}]::oid[], {quoted}.tableoid)");
        vec![member, place]
    }))
}

/// Whether a query reads only one table with its members and nothing from any other table.
pub(super) fn reads_alone<S: Read + Write>(
    connection: &mut Connection<S>,
    sql: &str,
) -> Attempt<bool> {
    fn is_alone(node: &Value) -> bool {
        let kind = text(node, "Node Type");
        let is_scan = kind.ends_with(" Scan")
            || ["Append", "Result", "BitmapOr", "BitmapAnd"].contains(&kind);
        is_scan && node.get("Subplan Name").is_none() && children(node).all(is_alone)
    }
    Ok(is_alone(&plan(connection, sql)?))
}

/// The server's plan, made with the settings that apply when the rows are read.
fn plan<S: Read + Write>(connection: &mut Connection<S>, sql: &str) -> Attempt<Value> {
    let rows = connection.text_rows(&format!(
        "{STORED_ORDER}; EXPLAIN (FORMAT JSON, VERBOSE, COSTS OFF) {sql}; {ANY_ORDER}"
    ))?;
    let text = rows.first().and_then(|row| row.first()?.as_deref());
    let plan = text.and_then(|text| serde_json::from_str::<Value>(text).ok());
    // A plan that can't be read guarantees nothing.
    Ok(plan
        .and_then(|plan| plan.pointer("/0/Plan").cloned())
        .unwrap_or_default())
}

/// Whether rows are returned in the order of their positions: no join, no index scan, nothing parallel. Subqueries, whether run
/// once or for each row, don't change the order.
fn keeps_places(node: &Value) -> bool {
    if node.get("Async Capable").and_then(Value::as_bool) == Some(true) {
        return false;
    }
    match text(node, "Node Type") {
        "Seq Scan" | "Bitmap Heap Scan" | "Tid Scan" | "Tid Range Scan" => true,
        "Append" | "Result" => children(node)
            .filter(|child| is_input(child))
            .all(keeps_places),
        _ => false,
    }
}

/// Whether it contributes rows and not just a value.
fn is_input(node: &Value) -> bool {
    !["InitPlan", "SubPlan"].contains(&text(node, "Parent Relationship"))
}

/// Collects the members that an unfiltered plan reads, in its order, as SQL for their ids.
fn collect(node: &Value, members: &mut Vec<String>) {
    let name = text(node, "Relation Name");
    if !name.is_empty() {
        let [schema, name] = [text(node, "Schema"), name].map(|name| DIALECT.quote(name));
        let name = literal(&format!("{schema}.{name}"));
        members.push(format!("{name}::regclass"));
    }
    for child in children(node) {
        collect(child, members);
    }
}

fn children(node: &Value) -> impl Iterator<Item = &Value> {
    node.get("Plans")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'a>(node: &'a Value, key: &str) -> &'a str {
    node.get(key).and_then(Value::as_str).unwrap_or_default()
}
