//! Passwords, which are never shown.

mod in_url;
mod spelling;
mod struck;

pub(crate) use in_url::passwords_of;
pub(crate) use spelling::percent_decoded;
pub(crate) use struck::Struck;

use spelling::length_at;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Replaces a secret in a text.
const STRUCK: &str = "***";
/// Bytes of the shortest secret that is removed from texts. A shorter one also occurs in ordinary words, and the gaps in
/// them would reveal it.
const MIN_STRUCK_BYTES: usize = 4;

/// A password. `Debug` and `Display` hide it, and it can't be serialized: only [`Secret::reveal`] returns it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps a password.
    pub fn new(password: impl Into<Arc<str>>) -> Self {
        Self(password.into())
    }

    /// The password itself, to be sent to the server and nowhere else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The text without the secret, whether it is written plainly, percent-encoded, with backslashes, or as a mixture.
    pub(crate) fn struck_from<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let secret = self.0.as_bytes();
        if secret.len() < MIN_STRUCK_BYTES {
            return Cow::Borrowed(text);
        }
        let mut struck = String::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let found = length_at(secret, rest.as_bytes());
            if found.is_some() {
                struck.push_str(STRUCK);
            } else {
                struck.push(letter);
            }
            // A secret is text, so it ends at the end of a character.
            rest = rest
                .get(found.unwrap_or(letter.len_utf8())..)
                .unwrap_or_default();
        }
        if struck == text {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(struck)
        }
    }
}

/// The text without any of the secrets.
pub(crate) fn struck(text: &str, secrets: &[Secret]) -> String {
    let strike = |text: String, secret: &Secret| match secret.struck_from(&text) {
        Cow::Owned(struck) => struck,
        Cow::Borrowed(_) => text,
    };
    secrets.iter().fold(text.to_owned(), strike)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STRUCK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STRUCK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "pa:s/s@w%rd#1é\"";

    #[test]
    fn nothing_of_a_secret_is_shown() {
        let secret = Secret::new(PASSWORD);
        assert_eq!(
            format!("{secret} {secret:?} {:#?}", Some(&secret)),
            "*** *** Some(\n    ***,\n)"
        );
        assert_eq!(secret.reveal(), PASSWORD);
    }

    #[test]
    fn a_secret_is_removed_in_every_spelling() {
        let secret = Secret::new(PASSWORD);
        for written in [
            PASSWORD,
            "pa%3As%2Fs%40w%25rd%231%C3%A9%22",
            "pa%3as%2fs%40w%25rd%231%c3%a9%22",
            "pa:s%2Fs@w%25rd%231é%22",
            "pa:s/s@w%rd#1é\\\"",
            "%70%61%3A%73%2F%73%40%77%25%72%64%23%31%C3%A9%22",
        ] {
            let text = format!("ß{written}, {written}{written} ß");
            assert_eq!(secret.struck_from(&text), "ß***, ****** ß", "{written}");
        }
        for other in ["", "pa:s/s@w%rd#1é", "a:s/s@w%rd#1é\"", "pa%"] {
            assert_eq!(secret.struck_from(other), other);
        }
        let percent = Secret::new("%25%25");
        assert_eq!(
            percent.struck_from("a %25%25 b %2525%2525 c"),
            "a *** b *** c"
        );
    }

    #[test]
    fn a_secret_of_three_letters_is_not_removed_from_words() {
        assert_eq!(Secret::new("the").struck_from("the server"), "the server");
    }
}
