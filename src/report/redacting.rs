//! A listener that removes secrets from events.

use super::{Event, Listener};
use crate::secret::{Secret, struck};
use std::sync::Arc;

/// Passes events on. Secrets are removed from those that might quote a server or a client library.
pub(crate) struct RedactingListener {
    listener: Arc<dyn Listener>,
    secrets: Vec<Secret>,
}

impl RedactingListener {
    /// A listener that passes events on without these secrets.
    pub fn around(listener: &Arc<dyn Listener>, secrets: &[Secret]) -> Arc<dyn Listener> {
        Arc::new(Self {
            listener: Arc::clone(listener),
            secrets: secrets.to_vec(),
        })
    }
}

impl Listener for RedactingListener {
    fn on_event(&self, event: &Event) {
        match event {
            Event::Warning { message } => self.listener.on_event(&Event::Warning {
                message: struck(message, &self.secrets),
            }),
            Event::SnapshotTaken { snapshot, why_none } => {
                self.listener.on_event(&Event::SnapshotTaken {
                    snapshot: snapshot.clone(),
                    why_none: why_none.as_ref().map(|why| struck(why, &self.secrets)),
                });
            }
            other => self.listener.on_event(other),
        }
    }
}
