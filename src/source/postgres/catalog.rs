//! PostgreSQL's catalog, read over firstseen's own connection in one transaction, without named statements.

use super::super::{Catalog, Named, Relation, Sharing, StoredOrder, Table, TextRow};
use super::access::Access;
use super::calls::calls;
use super::connection::{Attempt, Connection};
use super::described::{self, Details, by_table, texts};
use super::dialect::DIALECT;
use super::elsewhere::elsewhere;
use super::error::broken;
use super::relations;
use super::settings::Isolation;
use super::stored;
use super::transaction;
use crate::job::Numeric;
use crate::source::wire::Stream;
use crate::{Error, Result};
use std::collections::HashMap;

const BASE_TABLES: &str = "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND pg_table_is_visible(c.oid) \
       AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'";

/// Tables that are described at once: few queries, of a bounded length.
const TABLES_AT_ONCE: usize = 1000;
/// Queries in one transaction that pins nothing, so that it holds few locks: a server has room for a few thousand.
const QUESTIONS: u32 = 100;

pub(super) struct PostgresCatalog {
    connection: Connection<Stream>,
    access: Access,
    numeric: Option<Numeric>,
    /// Whether tables are locked against changes before they are described, until the connection ends. Readers and writers are
    /// not blocked.
    pins: bool,
    /// Queries in the transaction so far.
    asked: u32,
    /// Tables that were described together.
    prepared: HashMap<String, Table>,
}

/// Why tables could not be described, and which of them caused it, if known.
type Undescribed = (Option<String>, Error);

impl PostgresCatalog {
    /// Begins the transaction of a session. It is READ COMMITTED, so that the snapshot that it exports is newer than its locks:
    /// earlier truncations and alterations are visible, and later ones are impossible.
    pub fn begin(
        mut connection: Connection<Stream>,
        access: &Access,
        numeric: Option<Numeric>,
        pins: bool,
    ) -> Result<Self> {
        transaction::begin(&mut connection, access, Isolation::ReadCommitted)?;
        Ok(Self {
            connection,
            access: access.clone(),
            numeric,
            pins,
            asked: 0,
            prepared: HashMap::new(),
        })
    }

    /// The connection, for one more query.
    fn ready(&mut self) -> Result<&mut Connection<Stream>> {
        self.asked += 1;
        if !self.pins && self.asked > QUESTIONS {
            transaction::end(&mut self.connection)?;
            transaction::begin(&mut self.connection, &self.access, Isolation::ReadCommitted)?;
            self.asked = 0;
        }
        Ok(&mut self.connection)
    }

    fn ask(&mut self, sql: &str) -> Result<Vec<TextRow>> {
        self.ready()?.text_rows(sql).map_err(broken)
    }

    /// The single cell of a result.
    fn word(&mut self, sql: &str) -> Result<String> {
        let rows = self.ask(sql)?;
        let row = rows.into_iter().next().unwrap_or_default();
        described::text(&row, 0).map(str::to_owned).map_err(broken)
    }

    /// Locks the tables by planning queries of them. A table that does not exist is neither locked nor described.
    fn pin(&mut self, names: &str) -> Result<(), Undescribed> {
        let rows = self
            .ask(&described::found(names))
            .map_err(|error| (None, error))?;
        let found: Attempt<Vec<&str>> = rows.iter().map(|row| described::text(row, 0)).collect();
        let found = found.map_err(|fault| (None, broken(fault)))?;
        let froms: Vec<String> = found.iter().map(|name| DIALECT.quote(name)).collect();
        let pinned = relations::lock(&mut self.connection, &froms);
        pinned.map_err(|(place, fault)| {
            let name = found.get(place).map(|name| (*name).to_owned());
            (name, broken(fault))
        })
    }

    /// Describes the tables that exist, with a few statements for all of them.
    fn describe<'a>(
        &mut self,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<HashMap<String, Table>, Undescribed> {
        let names = texts(names);
        if self.pins {
            self.pin(&names)?;
        }
        self.described(&names).map_err(|error| (None, error))
    }

    fn described(&mut self, names: &str) -> Result<HashMap<String, Table>> {
        let tables = self.ask(&described::tables(names))?;
        let oids: Attempt<Vec<&str>> = tables.iter().map(|row| described::text(row, 1)).collect();
        let oids = oids.map_err(broken)?;
        let list = format!("ARRAY[{}]::oid[]", oids.join(", "));
        let columns = by_table(self.ask(&described::columns(&list))?);
        let primary_keys = by_table(self.ask(&described::primary_keys(&list))?);
        let indexes = by_table(self.ask(&described::indexes(&list))?);
        let mut described = HashMap::new();
        for (row, oid) in tables.iter().zip(oids) {
            let of = |rows: &'_ HashMap<String, Vec<TextRow>>| rows.get(oid).cloned();
            let details = Details {
                columns: &of(&columns).unwrap_or_default(),
                primary_key: &of(&primary_keys).unwrap_or_default(),
                indexes: &of(&indexes).unwrap_or_default(),
            };
            let table = described::table(row, &details, self.numeric).map_err(broken)?;
            let name = described::text(row, 0).map_err(broken)?;
            described.insert(name.to_owned(), table);
        }
        Ok(described)
    }
}

/// A NUL can't be sent in a message of the protocol, and no table has one in its name.
fn has_nul(name: &str) -> bool {
    name.contains('\0')
}

impl Catalog for PostgresCatalog {
    fn version(&mut self) -> Result<String> {
        Ok(format!("PostgreSQL {}", self.word("SHOW server_version")?))
    }

    fn base_tables(&mut self) -> Result<Vec<String>> {
        let rows = self.ask(BASE_TABLES)?;
        let names = rows.iter().map(|row| described::text(row, 0));
        let names: Attempt<Vec<String>> = names.map(|name| name.map(str::to_owned)).collect();
        names.map_err(broken)
    }

    fn prepare(&mut self, names: &[String]) -> Result<()> {
        for names in names.chunks(TABLES_AT_ONCE) {
            let names = names.iter().map(String::as_str);
            let described = self.describe(names.filter(|name| !has_nul(name)));
            self.prepared
                .extend(described.map_err(|(table, error)| match table {
                    Some(table) => error.in_table(table),
                    None => error,
                })?);
        }
        Ok(())
    }

    fn elsewhere(&mut self, name: &str) -> Result<Option<String>> {
        elsewhere(self.ready()?, name).map_err(broken)
    }

    fn table(&mut self, name: &str) -> Result<Option<Table>> {
        if has_nul(name) {
            return Ok(None);
        }
        if let Some(table) = self.prepared.remove(name) {
            return Ok(Some(table));
        }
        let described = self.describe([name].into_iter());
        let mut described = described.map_err(|(_, error)| error)?;
        Ok(described.remove(name))
    }

    fn check(&mut self, sql: &str) -> Result<()> {
        self.ready()?.describe(sql).map(drop).map_err(broken)
    }

    fn reads_alone(&mut self, sql: &str) -> Result<bool> {
        stored::reads_alone(self.ready()?, sql).map_err(broken)
    }

    fn stored_order(&mut self, table: &str, sql: &str) -> Result<StoredOrder> {
        stored::stored_order(self.ready()?, &DIALECT.quote(table), sql).map_err(broken)
    }

    fn beneath(&mut self, names: &[String]) -> Result<Vec<(String, String)>> {
        relations::beneath(self.ready()?, names).map_err(broken)
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<TextRow>> {
        self.ask(sql)
    }

    fn relations(&mut self, named: &[Named]) -> Result<Vec<Relation>> {
        let holds = self.pins;
        relations::relations(self.ready()?, named, holds).map_err(broken)
    }

    fn calls(&mut self, conditions: &[String]) -> Result<Option<String>> {
        calls(self.ready()?, conditions).map_err(broken)
    }

    fn sharing(&mut self) -> Result<Sharing> {
        Ok(Sharing::Exported(self.word("SELECT pg_export_snapshot()")?))
    }
}

impl Drop for PostgresCatalog {
    fn drop(&mut self) {
        transaction::leave(&mut self.connection);
    }
}
