//! One worker: one connection, piece after piece.

use super::retry::pause;
use super::shared::{Failed, Shared};
use super::work::{Unread, Work, Worker};
use crate::panics::READER;
use crate::report::Event;
use crate::snapshot::Held;
use crate::threads::pool;
use crate::{Error, Result};
use std::num::NonZeroUsize;
use std::sync::mpsc::Sender;

/// Does piece after piece on one connection, until none is left or the job stops. Sends the error that ends it.
pub(super) fn work_through<W: Work>(shared: &Shared<W>, sender: &Sender<Failed>) {
    // If none is left, another worker does what there was to do with it.
    let Some(held) = shared.work.sessions().take() else {
        return;
    };
    let mut worker = match Worker::new(held) {
        Ok(worker) => worker,
        Err(error) => return fail(shared, sender, 0, error),
    };
    loop {
        let piece = match shared.work.next(&mut worker.held) {
            Ok(Some(piece)) => piece,
            Ok(None) => return shared.work.sessions().rest(worker.held),
            // Something else has stopped the job.
            Err(_) => return,
        };
        let control = shared.work.control();
        let read = control
            .check()
            .and_then(|()| with_retries(shared, piece, &mut worker));
        if let Err(error) = read {
            return fail(shared, sender, piece, error);
        }
    }
}

fn fail<W: Work>(shared: &Shared<W>, sender: &Sender<Failed>, piece: u32, error: Error) {
    let control = shared.work.control();
    control.fail(piece, &error);
    // The coordinator might have returned already.
    let _ = sender.send((piece, control.in_table(piece, error)));
}

impl Worker {
    fn new(held: Held) -> Result<Self> {
        Ok(Self {
            held,
            pool: pool(READER, NonZeroUsize::MIN)?,
        })
    }
}

/// Does a piece, and retries it on a new connection if the old one was lost and nothing remembers the piece.
fn with_retries<W: Work>(shared: &Shared<W>, piece: u32, worker: &mut Worker) -> Result<()> {
    let (control, retries) = (shared.work.control(), shared.work.retries());
    let mut attempt = 0;
    let mut read = shared.work.attempt(piece, worker);
    loop {
        let lost = match read {
            Err(Unread::Retryable(error)) if attempt < retries => error,
            read => return read.map_err(Unread::error),
        };
        control.check()?;
        attempt += 1;
        control.event(&Event::Warning {
            message: format!(
                "table {}: {lost}; reconnecting (attempt {attempt} of {retries})",
                control.name(piece)
            ),
        });
        pause(attempt, control)?;
        read = reconnect(shared, worker)
            .map_err(Unread::of_connection)
            .and_then(|()| shared.work.attempt(piece, worker));
    }
}

fn reconnect<W: Work>(shared: &Shared<W>, worker: &mut Worker) -> Result<()> {
    worker.held = shared.work.again()?;
    shared.cancellers().push(worker.held.session.canceller());
    // If the others were canceled meanwhile, this session wasn't among them.
    shared.work.control().check()
}
