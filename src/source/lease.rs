//! A session's connection while a unit is read. ConnectorX's traits take it by value, and return nothing.

use crate::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// Keeps a session's connection between two units.
pub(super) struct Lender<C>(Arc<Mutex<Option<C>>>);

/// A connection that is lent out. It is returned when this is dropped.
pub(super) struct Lease<C> {
    connection: Option<C>,
    home: Arc<Mutex<Option<C>>>,
}

impl<C> Lender<C> {
    pub fn of(connection: C) -> Self {
        Self(Arc::new(Mutex::new(Some(connection))))
    }

    /// Lends the connection, until the end of a unit.
    pub fn lend(&self) -> Result<Lease<C>> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(connection) = connection else {
            return Err(Error::new(
                ErrorKind::Bug,
                "internal error: a connection is used by two readers at once",
            ));
        };
        Ok(Lease {
            connection: Some(connection),
            home: Arc::clone(&self.0),
        })
    }
}

impl<C> Lease<C> {
    /// Returns the connection, which is present until the drop.
    pub fn get(&self) -> Option<&C> {
        self.connection.as_ref()
    }

    /// Returns the connection for use.
    pub fn get_mut(&mut self) -> Result<&mut C> {
        let connection = self.connection.as_mut();
        connection.ok_or_else(|| {
            Error::new(
                ErrorKind::Bug,
                "internal error: a connection is used after its unit ended",
            )
        })
    }
}

impl<C> Drop for Lease<C> {
    fn drop(&mut self) {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = self.connection.take();
    }
}
