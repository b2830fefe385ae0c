//! Reading by a source of our own, over a connection of our own.

use super::access::Access;
use super::connection::{Cancel, Connection, start};
use super::error::broken;
use super::rows::Reader;
use super::{ANY_ORDER, SETTINGS, STORED_ORDER};
use crate::Result;
use crate::destination::{Form, UnitDestination};
use crate::source::in_place::{InPlaceSource, InPlaceTransport};
use crate::source::lent::Home;
use crate::source::wire::Stream;
use crate::source::{Interrupt, Query, Session};
use connectorx::prelude::Dispatcher;
use std::sync::Arc;

/// A worker's session.
pub(super) fn session(access: &Access) -> Result<Box<dyn Session>> {
    let (connection, cancel) = start(access, SETTINGS)?;
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
        let scans = if query.stored_order {
            STORED_ORDER
        } else {
            ANY_ORDER
        };
        connection.get_mut()?.execute(scans).map_err(broken)?;
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
