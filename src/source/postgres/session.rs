//! Reading by a source of our own, over a connection of our own.

use super::access::Access;
use super::connection::{Cancel, Connection, start};
use super::error::broken;
use super::relations::lock;
use super::rows::Reader;
use super::scans;
use crate::Result;
use crate::destination::{Form, UnitDestination};
use crate::source::in_place::{InPlaceSource, InPlaceTransport};
use crate::source::lent::Home;
use crate::source::shared::number;
use crate::source::wire::Stream;
use crate::source::{Begin, Interrupt, Query, Session, Transaction};
use connectorx::prelude::Dispatcher;
use std::sync::Arc;

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A worker's session.
pub(super) fn session(access: &Access) -> Result<Box<dyn Session>> {
    let (connection, cancel) = start(access)?;
    Ok(Box::new(WireSession {
        connection: Home::of(connection),
        cancel,
    }))
}

struct WireSession {
    connection: Home<Connection<Stream>>,
    cancel: Cancel,
}

impl Session for WireSession {
    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let mut connection = self.connection.lend()?;
        connection
            .get_mut()?
            .execute(scans(query))
            .map_err(broken)?;
        let schema = Arc::clone(destination.planned_schema());
        let gate = destination.gate(Form::PostgresBinary);
        let source = InPlaceSource::new(Reader::new(connection, schema), gate);
        Dispatcher::<_, _, InPlaceTransport>::new(source, destination, &[query.sql.as_str()], None)
            .run()
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(self.cancel.clone())
    }
}

impl Transaction for WireSession {
    fn begin(&mut self, begin: &Begin) -> Result<()> {
        let mut connection = self.connection.lend()?;
        let connection = connection.get_mut()?;
        connection.execute(BEGIN).map_err(broken)?;
        if let Some(snapshot) = &begin.exported {
            let import = format!("SET TRANSACTION SNAPSHOT '{snapshot}'");
            connection.execute(&import).map_err(broken)?;
        }
        Ok(())
    }

    /// To plan a query locks all that it reads.
    fn pin(&mut self, tables: &[String]) -> Result<()> {
        let mut connection = self.connection.lend()?;
        let connection = connection.get_mut()?;
        let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
        lock(&tables, &mut |sql| {
            connection.text_rows(sql).map_err(broken)
        })
    }

    fn count(&mut self, sql: &str) -> Result<u64> {
        let mut connection = self.connection.lend()?;
        let rows = connection.get_mut()?.text_rows(sql).map_err(broken)?;
        number(&rows)
    }

    fn end(&mut self) -> Result<()> {
        let mut connection = self.connection.lend()?;
        connection.get_mut()?.execute("ROLLBACK").map_err(broken)
    }
}
