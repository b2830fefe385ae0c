//! Reading with the wire source, over firstseen's own connection.

use super::access::Access;
use super::connection::{CancelRequest, Connection, start};
use super::error::broken;
use super::format::PostgresBinary;
use super::relations::lock;
use super::rows::Reader;
use super::settings::{Isolation, scans};
use super::transaction;
use crate::Result;
use crate::destination::{Intake, UnitDestination};
use crate::source::in_place;
use crate::source::lease::{Lease, Lender};
use crate::source::shared::number;
use crate::source::wire::Stream;
use crate::source::{Begin, Named, Query, QueryCanceller, Session, Transaction};
use std::sync::Arc;

/// A worker's session.
pub(super) fn session(access: &Access) -> Result<Box<dyn Session>> {
    let (connection, cancel) = start(access)?;
    Ok(Box::new(WireSession {
        connection: Lender::of(connection),
        cancel,
        access: access.clone(),
        open: Open::Nothing,
    }))
}

struct WireSession {
    connection: Lender<Connection<Stream>>,
    cancel: CancelRequest,
    access: Access,
    open: Open,
}

/// The transaction that a session is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    /// One only for the unit that is read.
    Unit,
    /// One for all units.
    Job,
}

impl WireSession {
    /// The connection, in a transaction.
    fn in_transaction(&mut self) -> Result<Lease<Connection<Stream>>> {
        let mut lent = self.connection.lend()?;
        if self.open == Open::Nothing {
            transaction::begin(lent.get_mut()?, &self.access, Isolation::Snapshot(None))?;
            self.open = Open::Unit;
        }
        Ok(lent)
    }
}

impl Session for WireSession {
    fn intake(&self) -> Intake {
        Intake::Gated(&PostgresBinary)
    }

    fn read(&mut self, query: &Query, destination: &mut UnitDestination) -> Result<()> {
        let mut connection = self.in_transaction()?;
        connection
            .get_mut()?
            .execute(scans(query))
            .map_err(broken)?;
        let schema = Arc::clone(destination.planned_schema());
        in_place::read(Reader::new(connection, schema), query, destination)?;
        match self.open {
            Open::Unit => self.end(),
            Open::Nothing | Open::Job => Ok(()),
        }
    }

    fn canceller(&self) -> Arc<dyn QueryCanceller> {
        Arc::new(self.cancel.clone())
    }
}

impl Transaction for WireSession {
    fn begin(&mut self, begin: &Begin) -> Result<()> {
        let mut connection = self.connection.lend()?;
        let isolation = Isolation::Snapshot(begin.exported.as_deref());
        transaction::begin(connection.get_mut()?, &self.access, isolation)?;
        self.open = Open::Job;
        Ok(())
    }

    fn begin_unit(&mut self) -> Result<()> {
        self.in_transaction().map(drop)
    }

    /// Locks the tables by planning queries of them.
    fn pin(&mut self, tables: &[Named]) -> Result<()> {
        let froms: Vec<String> = tables.iter().flat_map(Named::froms).collect();
        let mut connection = self.connection.lend()?;
        lock(connection.get_mut()?, &froms).map_err(|(_, fault)| broken(fault))
    }

    fn count(&mut self, sql: &str) -> Result<u64> {
        let mut connection = self.connection.lend()?;
        let rows = connection.get_mut()?.text_rows(sql).map_err(broken)?;
        number(&rows)
    }

    fn end(&mut self) -> Result<()> {
        let mut connection = self.connection.lend()?;
        self.open = Open::Nothing;
        transaction::end(connection.get_mut()?)
    }
}

impl Drop for WireSession {
    fn drop(&mut self) {
        if self.open != Open::Nothing
            && let Ok(mut connection) = self.connection.lend()
            && let Ok(connection) = connection.get_mut()
        {
            transaction::leave(connection);
        }
    }
}
