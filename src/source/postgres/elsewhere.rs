//! Tables outside the session's `search_path`.

use super::connection::{Attempt, Connection};
use super::described::literal;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::{Read, Write};

const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_');

/// Advises how to reach a table, given as `table` or `schema.table`, that is in a schema outside the `search_path`; or what to
/// do if the schemas of the `search_path` contain no tables.
pub(super) fn elsewhere<S: Read + Write>(
    connection: &mut Connection<S>,
    name: &str,
) -> Attempt<Option<String>> {
    let name = literal(name);
    let found = connection.text_rows(&format!(
        "SELECT c.relname, quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
           WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
             AND {name} IN (c.relname, n.nspname || '.' || c.relname) \
           ORDER BY c.relname = {name}, n.nspname LIMIT 1"
    ))?;
    if let Some([Some(table), Some(schema)]) = found.first().map(Vec::as_slice) {
        let option = option(schema);
        return Ok(Some(format!(
            "name it {table}, and add {option} to the parameters of --source: the table is in the schema {schema}, and --tables \
             takes names without a schema"
        )));
    }
    let visible = "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
           WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_table_is_visible(c.oid) \
             AND n.nspname NOT IN ('pg_catalog', 'information_schema') LIMIT 1";
    let advice = "name a schema by adding options=-csearch_path%3DSCHEMA to the parameters of --source: the session's search_path \
                  finds no tables at all";
    let found = connection.text_rows(visible)?;
    Ok(found.is_empty().then(|| advice.to_owned()))
}

/// The URL parameter that sets the session's `search_path` to a schema. A backslash escapes a space in an option.
fn option(schema: &str) -> String {
    let escaped = schema.replace('\\', "\\\\").replace(' ', "\\ ");
    let encoded = utf8_percent_encode(&escaped, PLAIN);
    format!("options=-csearch_path%3D{encoded}")
}
