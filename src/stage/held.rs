//! The state of the database that `hold` keeps for the processes that stage and finish.

use super::file::{self, Written, cannot};
use super::folder::{Mark, StageFolder, attempt};
use crate::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::thread;
use std::time::Duration;

/// How often, and how far apart, a holder tries to lock its file.
const LOCK_ATTEMPTS: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// `snapshot.json`: a state that a holder keeps, or one that it has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    #[serde(flatten)]
    mark: Mark,
    /// Names it. Random: two holders never keep the same state.
    pub id: String,
    /// The snapshot that sessions import, if the database exports one.
    pub exported: Option<String>,
    /// What identifies the state that a session sees, if the database reports it.
    pub witness: Option<String>,
    /// Which server it is, if a name or a proxy can lead to several.
    pub server: Option<String>,
    /// Process id and host of the holder, for people.
    holder: String,
}

/// The lock of a stage's holder. Dropping it releases it, as the end of the process does, and removes the state.
#[derive(Debug)]
pub(crate) struct Hold {
    stage: StageFolder,
    is_told: bool,
    _lock: File,
}

impl Hold {
    /// Becomes the holder of a stage. What an earlier holder has left is removed.
    pub fn begin(stage: &StageFolder) -> Result<Self> {
        let path = stage.hold_lock();
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let lock = lock.map_err(|cause| cannot("write", &path, cause))?;
        lock_soon(&lock).map_err(|failure| match failure {
            TryLockError::WouldBlock => {
                let message = format!(
                    "another process holds a state for {}",
                    stage.path().display()
                );
                Error::new(ErrorKind::InUse, message)
                    .advise("stop that process, or use the state that it holds")
            }
            TryLockError::Error(cause) => cannot("lock", &path, cause),
        })?;
        let hold = Self {
            stage: stage.clone(),
            is_told: false,
            _lock: lock,
        };
        hold.forget();
        Ok(hold)
    }

    /// Tells other processes which state is held.
    pub fn tell(
        &mut self,
        exported: Option<String>,
        witness: Option<String>,
        server: Option<String>,
    ) -> Result<()> {
        let state = State {
            mark: self.stage.mark(),
            id: format!("{}{}", attempt(), attempt()),
            exported,
            witness,
            server,
            holder: format!("process {}", std::process::id()),
        };
        let path = self.stage.state();
        self.is_told = true;
        match file::write_new(&path, &attempt(), &state)? {
            Written::Here => Ok(()),
            Written::Elsewhere => {
                let message = format!("{} was written by another process", path.display());
                Err(Error::new(ErrorKind::InUse, message).advise("stop that process"))
            }
        }
    }

    fn forget(&self) {
        // A state without a holder counts for nothing.
        let _ = fs::remove_file(self.stage.state());
    }
}

/// Locks a file. Processes that look whether it is locked lock it for a moment.
fn lock_soon(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..LOCK_ATTEMPTS {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            locked => return locked,
        }
    }
    lock.try_lock()
}

impl Drop for Hold {
    fn drop(&mut self) {
        if self.is_told {
            self.forget();
        }
    }
}

impl StageFolder {
    /// The state that a holder keeps now; `None` if there is no holder.
    pub fn held(&self) -> Result<Option<State>> {
        let path = self.state();
        let state: Option<State> = file::read(&path)?;
        let Some(state) = state else {
            return Ok(None);
        };
        self.check_mark(&state.mark, &path)?;
        if self.is_held()? {
            return Ok(Some(state));
        }
        Ok(None)
    }

    /// Fails if a state is no longer held.
    pub fn check_held(&self, state: &State) -> Result<()> {
        if self.held()?.is_some_and(|now| now.id == state.id) {
            return Ok(());
        }
        let message = "the process that held the state of the database has ended";
        Err(Error::new(ErrorKind::Ended, message).advise(
            "what isn't complete doesn't count; start firstseen hold again: units that were staged from the old state can't be \
             mixed with others under --snapshot require, so then discard the stage first",
        ))
    }

    /// Whether a process has the holder's lock.
    fn is_held(&self) -> Result<bool> {
        let path = self.hold_lock();
        let lock = match File::options().write(true).open(&path) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            opened => opened.map_err(|cause| cannot("open", &path, cause))?,
        };
        match lock.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(cause)) => Err(cannot("lock", &path, cause)),
        }
    }
}
