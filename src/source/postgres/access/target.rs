//! `target_session_attrs`: which of several servers a job can read from.

use super::parameters::Parameters;
use crate::Result;

/// The required kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum TargetServer {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

const TARGETS: [(&str, TargetServer); 6] = [
    ("any", TargetServer::Any),
    ("read-write", TargetServer::ReadWrite),
    ("read-only", TargetServer::ReadOnly),
    ("primary", TargetServer::Primary),
    ("standby", TargetServer::Standby),
    ("prefer-standby", TargetServer::PreferStandby),
];

/// A query that a server is asked, and the required answer.
pub(in super::super) struct Question {
    pub sql: &'static str,
    pub wanted: bool,
}

const IS_STANDBY: &str = "SELECT pg_catalog.pg_is_in_recovery()";
/// Also true on a standby, or if it is the server's, the database's or the role's default.
const IS_READ_ONLY: &str = "SELECT pg_catalog.current_setting('transaction_read_only')::boolean";

impl TargetServer {
    pub(super) fn from_parameters(parameters: &Parameters<'_>) -> Result<Self> {
        let target = parameters.choice("target_session_attrs", &TARGETS)?;
        Ok(target.unwrap_or(Self::Any))
    }

    /// Its name in a URL.
    pub fn name(self) -> &'static str {
        let named = TARGETS.iter().find(|(_, target)| *target == self);
        named.map_or("any", |(name, _)| name)
    }

    /// The kinds that all servers are searched for, one after the other.
    pub fn rounds(self) -> &'static [Self] {
        match self {
            Self::Any => &[Self::Any],
            Self::ReadWrite => &[Self::ReadWrite],
            Self::ReadOnly => &[Self::ReadOnly],
            Self::Primary => &[Self::Primary],
            Self::Standby => &[Self::Standby],
            Self::PreferStandby => &[Self::Standby, Self::Any],
        }
    }

    /// The query that tells whether a server is of this kind; `None` if any is.
    pub fn question(self) -> Option<Question> {
        let (sql, wanted) = match self {
            Self::Any => return None,
            Self::ReadWrite => (IS_READ_ONLY, false),
            Self::ReadOnly => (IS_READ_ONLY, true),
            Self::Primary => (IS_STANDBY, false),
            Self::Standby | Self::PreferStandby => (IS_STANDBY, true),
        };
        Some(Question { sql, wanted })
    }
}
