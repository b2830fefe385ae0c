//! Holds one state of the database for the processes that stage and finish, until it is stopped.

use super::Step;
use super::state::InState;
use crate::report::RedactingListener;
use crate::source::database;
use crate::stage::{Hold, StageFolder};
use crate::{Error, ErrorKind, Result};
use std::thread;
use std::time::{Duration, Instant};

/// How often the holder looks whether it is to end, which is a system call.
const LOOK: Duration = Duration::from_millis(200);
/// How often the holder asks whether its connection still exists: often enough for a server that ends idle sessions.
const ASK: Duration = Duration::from_secs(5);

/// Begins a session, tells other processes through the stage which state it sees, and keeps it until the step is
/// canceled or the stage is gone./// `told` is called once they know.
///
/// Fails if the database has nothing that other processes could see the same state by, or if the connection is lost.
pub(crate) fn hold(step: &Step<'_>, told: impl FnOnce()) -> Result<()> {
    let Step { plan, job, .. } = step;
    let folder = StageFolder::create(step.stage, &plan.hash)?;
    let mut hold = Hold::begin(&folder)?;
    let database = database(&job.source, &job.reading, &job.waits)?;
    let secrets = database.secrets();
    let listener = RedactingListener::around(step.listener, &secrets);
    let keeps = || {
        let state = InState::begin(step, (&database, &listener), None, 1)?;
        let seen = state
            .opened
            .ask(step.cancel, crate::snapshot::Sessions::held_state)?;
        if seen.exported.is_none() && seen.witness.is_none() {
            return Err(nothing_to_hold());
        }
        hold.tell(seen.exported, seen.witness, seen.server)?;
        told();
        keep(step, &folder, &state)
    };
    keeps().map_err(|error| error.without(&secrets))
}

fn keep(step: &Step<'_>, folder: &StageFolder, state: &InState) -> Result<()> {
    let mut asked = Instant::now();
    while !step.cancel.is_interrupted() && folder.exists() {
        thread::sleep(LOOK);
        if asked.elapsed() >= ASK {
            state
                .opened
                .ask(step.cancel, crate::snapshot::Sessions::check_alive)?;
            asked = Instant::now();
        }
    }
    Ok(())
}

fn nothing_to_hold() -> Error {
    let message = "the database has no state that several processes can be shown to see: it exports no snapshot, and reports no position in a binary log";
    Error::new(ErrorKind::Refused, message).advise(
        "stage all units in one process, which sees one state; or stage without firstseen hold, and the manifest says that there is no consistent snapshot",
    )
}
