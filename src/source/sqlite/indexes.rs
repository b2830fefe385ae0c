//! What identifies a row of a SQLite table, which of its indexes can be used for ranges, and which ones rows are sampled
//! with.

use super::super::Index;
use rusqlite::Connection;

/// A row of `pragma_table_xinfo`.
pub(super) struct Info {
    pub name: String,
    pub declared: String,
    pub not_null: bool,
    /// Place in the primary key, from 1. 0 if it isn't part of it.
    pub key_place: u32,
}

/// The indexes that can be used for ranges.
pub(super) struct Indexes {
    pub list: Vec<Index>,
    /// The column that is another name for the rowid.
    pub row_id_column: Option<String>,
}

/// True for one entry in `{}`.
pub(super) const LOTTERY: &str = "random() % {} = 0";

/// Partial indexes don't contain every row. An expression as the first column has no name.
const INDEXES: &str = "SELECT x.name, x.coll, l.\"unique\", l.origin = 'pk', \
       (SELECT count(*) FROM pragma_index_xinfo(l.name) WHERE key) \
     FROM pragma_index_list(?1) l, pragma_index_xinfo(l.name) x \
     WHERE l.partial = 0 AND x.seqno = 0 AND x.name IS NOT NULL";

impl Indexes {
    pub fn of(
        connection: &Connection,
        table: &str,
        infos: &[Info],
        row_id: Option<&str>,
    ) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare(INDEXES)?;
        let mut rows = statement.query([table])?;
        let mut list = Vec::new();
        let mut is_key_indexed = false;
        while let Some(row) = rows.next()? {
            is_key_indexed |= row.get::<_, bool>(3)?;
            let column: String = row.get(0)?;
            let collation: String = row.get(1)?;
            if is_collated(connection, table, &column, &collation)? {
                let unique = row.get::<_, bool>(2)? && row.get::<_, u32>(4)? == 1;
                list.push(Index { column, unique });
            }
        }
        let row_id_column = row_id.and_then(|_| row_id_column(infos, is_key_indexed));
        list.extend(row_id_column.iter().map(|column| Index {
            column: column.clone(),
            unique: true,
        }));
        Ok(Self {
            list,
            row_id_column,
        })
    }

    /// Returns the primary key's columns. In a table with rowids they can contain any number of NULLs. If so, the rowid is
    /// added.
    /// <https://www.sqlite.org/lang_createtable.html#the_primary_key>
    pub fn primary_key(
        &self,
        infos: &[Info],
        row_id: Option<&str>,
        without_rowid: bool,
    ) -> Vec<String> {
        let mut parts: Vec<_> = infos.iter().filter(|info| info.key_place > 0).collect();
        parts.sort_by_key(|info| info.key_place);
        let is_null =
            |info: &&Info| !info.not_null && self.row_id_column.as_ref() != Some(&info.name);
        let may_repeat = !without_rowid && parts.iter().any(is_null);
        let last = row_id.filter(|_| may_repeat);
        let names = parts.into_iter().map(|info| info.name.as_str());
        names.chain(last).map(str::to_owned).collect()
    }
}

/// Returns whether an index sorts by the column's own collation.
fn is_collated(
    connection: &Connection,
    table: &str,
    column: &str,
    collation: &str,
) -> rusqlite::Result<bool> {
    let (_, own, ..) = connection.column_metadata(Some("main"), table, column)?;
    let own = own.map(|own| own.to_string_lossy().into_owned());
    Ok(own.is_some_and(|own| own.eq_ignore_ascii_case(collation)))
}

/// Returns the `INTEGER PRIMARY KEY` column, which needs no separate index.
/// <https://www.sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key>
fn row_id_column(infos: &[Info], is_key_indexed: bool) -> Option<String> {
    let mut keys = infos.iter().filter(|info| info.key_place > 0);
    let key = keys.next().filter(|_| !is_key_indexed)?;
    let is_alias = keys.next().is_none() && key.declared.eq_ignore_ascii_case("INTEGER");
    is_alias.then(|| key.name.clone())
}

/// Returns a name of the rowid that no column hides.
pub(super) fn rowid_name(infos: &[Info]) -> Option<&'static str> {
    let hidden = |name: &str| {
        infos
            .iter()
            .any(|info| info.name.eq_ignore_ascii_case(name))
    };
    ["rowid", "_rowid_", "oid"]
        .into_iter()
        .find(|name| !hidden(name))
}
