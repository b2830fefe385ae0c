//! `target_session_attrs`: which of several servers a job reads from.

use super::parameters::Said;
use crate::Result;

/// What a server must be.
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

/// A question to a server, and the answer that is wanted.
pub(in super::super) struct Question {
    pub sql: &'static str,
    pub wanted: bool,
}

const IS_STANDBY: &str = "SELECT pg_catalog.pg_is_in_recovery()";
/// Also of a standby, and where the server, the database or the role has it so.
const IS_READ_ONLY: &str = "SELECT pg_catalog.current_setting('transaction_read_only')::boolean";

impl TargetServer {
    pub(super) fn said(said: &Said<'_>) -> Result<Self> {
        let target = said.choice("target_session_attrs", &TARGETS)?;
        Ok(target.unwrap_or(Self::Any))
    }

    /// As a URL has it.
    pub fn name(self) -> &'static str {
        let named = TARGETS.iter().find(|(_, target)| *target == self);
        named.map_or("any", |(name, _)| name)
    }

    /// What is looked for among all servers, one after the other.
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

    /// What tells whether a server is one; `None` where any is.
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
