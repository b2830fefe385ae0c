//! An error's causes, without the secrets that they contained.

use super::{Secret, struck};
use std::error::Error as StdError;
use std::fmt;

/// A cause that contained a secret, or one of whose own causes did.
#[derive(Debug)]
pub(crate) struct Struck {
    text: String,
    source: Option<Box<Self>>,
}

impl Struck {
    /// The cause without the secrets; `None` if it contains none of them, so that it can stay as it is.
    pub fn of(cause: &(dyn StdError + 'static), secrets: &[Secret]) -> Option<Self> {
        let text = cause.to_string();
        let source = cause.source();
        let source_struck = source.and_then(|source| Self::of(source, secrets));
        let text_struck = struck(&text, secrets);
        if text_struck == text && source_struck.is_none() {
            return None;
        }
        let source = source_struck.or_else(|| source.map(Self::same));
        Some(Self {
            text: text_struck,
            source: source.map(Box::new),
        })
    }

    fn same(cause: &(dyn StdError + 'static)) -> Self {
        Self {
            text: cause.to_string(),
            source: cause.source().map(|source| Box::new(Self::same(source))),
        }
    }
}

impl fmt::Display for Struck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Struck {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, ErrorKind};
    use std::io;

    #[test]
    fn an_error_keeps_its_causes_without_the_secret() {
        let secrets = [Secret::new("hunter2")];
        let library = Error::new(ErrorKind::Lost, "the server said hunter%32")
            .because(io::Error::other("below it"));
        let error = Error::new(ErrorKind::Refused, "as \"hunter2\"")
            .advise("not hunter2")
            .because(library)
            .without(&secrets);
        assert_eq!(error.to_string(), "as \"***\"");
        assert_eq!(error.advice(), Some("not ***"));
        let cause = error.source().expect("a cause");
        assert_eq!(cause.to_string(), "the server said ***");
        assert_eq!(cause.source().expect("a cause").to_string(), "below it");
    }

    #[test]
    fn a_cause_without_a_secret_stays_as_it_is() {
        let error = Error::new(ErrorKind::Lost, "x").because(io::Error::other("y"));
        let error = error.without(&[Secret::new("hunter2")]);
        assert!(error.source().expect("a cause").is::<io::Error>());
    }
}
