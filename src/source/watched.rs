//! A catalogue whose calls are watched: the client library under it waits without an end.

use super::{
    Bound, Catalog, Extractor, Named, QueryCanceller, Relation, Sharing, StoredOrder, Table,
    TextRow,
};
use crate::Result;
use crate::watch::Watch;
use std::sync::Arc;

/// A catalogue that tells when it waits for an answer.
pub(crate) struct Watched {
    catalog: Box<dyn Catalog>,
    watch: Arc<Watch>,
}

impl Watched {
    pub fn new(catalog: Box<dyn Catalog>, watch: Arc<Watch>) -> Self {
        Self { catalog, watch }
    }
}

impl Catalog for Watched {
    fn version(&mut self) -> Result<String> {
        self.watch.during(|| self.catalog.version())
    }

    fn base_tables(&mut self) -> Result<Vec<String>> {
        self.watch.during(|| self.catalog.base_tables())
    }

    fn set_apart(&mut self) -> Result<Vec<(String, &'static str)>> {
        self.watch.during(|| self.catalog.set_apart())
    }

    fn prepare(&mut self, names: &[String]) -> Result<()> {
        self.watch.during(|| self.catalog.prepare(names))
    }

    fn elsewhere(&mut self, name: &str) -> Result<Option<String>> {
        self.watch.during(|| self.catalog.elsewhere(name))
    }

    fn table(&mut self, name: &str) -> Result<Option<Table>> {
        self.watch.during(|| self.catalog.table(name))
    }

    fn check(&mut self, sql: &str) -> Result<()> {
        self.watch.during(|| self.catalog.check(sql))
    }

    fn reads_alone(&mut self, sql: &str) -> Result<bool> {
        self.watch.during(|| self.catalog.reads_alone(sql))
    }

    fn stored_order(&mut self, table: &str, sql: &str) -> Result<StoredOrder> {
        self.watch.during(|| self.catalog.stored_order(table, sql))
    }

    fn beneath(&mut self, names: &[String]) -> Result<Vec<(String, String)>> {
        self.watch.during(|| self.catalog.beneath(names))
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<TextRow>> {
        self.watch.during(|| self.catalog.rows(sql))
    }

    fn literal(&self, quoted: &str, bound: Bound) -> String {
        self.catalog.literal(quoted, bound)
    }

    fn nulls_first(&self, descending: bool) -> &'static str {
        self.catalog.nulls_first(descending)
    }

    fn extractor(&self) -> Extractor {
        self.catalog.extractor()
    }

    fn pinned(&self, from: &str, conditions: &[String]) -> Vec<String> {
        self.catalog.pinned(from, conditions)
    }

    fn relations(&mut self, named: &[Named]) -> Result<Vec<Relation>> {
        self.watch.during(|| self.catalog.relations(named))
    }

    fn calls(&mut self, conditions: &[String]) -> Result<Option<String>> {
        self.watch.during(|| self.catalog.calls(conditions))
    }

    fn server(&mut self) -> Result<Option<String>> {
        self.watch.during(|| self.catalog.server())
    }

    fn sharing(&mut self) -> Result<Sharing> {
        self.watch.during(|| self.catalog.sharing())
    }

    fn witness(&mut self) -> Result<Option<String>> {
        self.watch.during(|| self.catalog.witness())
    }

    fn schema_mark(&self) -> Option<String> {
        self.catalog.schema_mark()
    }

    fn canceller(&self) -> Option<Arc<dyn QueryCanceller>> {
        self.catalog.canceller()
    }

    fn warnings(&self) -> Vec<String> {
        self.catalog.warnings()
    }

    fn float_as_text(&self) -> &'static str {
        self.catalog.float_as_text()
    }

    fn as_text(&self, column: &str) -> Option<String> {
        self.catalog.as_text(column)
    }

    fn quote(&self, identifier: &str) -> String {
        self.catalog.quote(identifier)
    }

    fn table_reference(&self, table: &str, stored_order: bool) -> String {
        self.catalog.table_reference(table, stored_order)
    }
}
