//! PostgreSQL's array literals, as the server writes them: `{1,NULL,"a \"quoted\" text"}`.

use crate::destination::{Fit, Misfit};

/// Passes the elements to `take` one after the other, `None` for NULL.
pub(super) fn read(text: &[u8], take: &mut dyn FnMut(Option<&[u8]>) -> Fit<()>) -> Fit<()> {
    let mut literal = Literal::begin(text)?;
    while let Some(element) = literal.next()? {
        take(element)?;
    }
    Ok(())
}

/// An array literal, read element by element.
///
/// Text that the server never writes for an array is [`Misfit::OtherType`]. An array that a list can't represent (with several
/// dimensions, or with subscripts that don't begin at 1) is [`Misfit::Inexact`].
struct Literal<'a> {
    /// What follows the elements that have been read.
    rest: &'a [u8],
    /// The last quoted element, without its escapes.
    unescaped: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// After the opening brace: an element or the closing brace.
    Begun,
    /// After a comma: an element.
    Within,
    /// After the closing brace.
    Ended,
}

impl<'a> Literal<'a> {
    fn begin(text: &'a [u8]) -> Result<Self, Misfit> {
        match text.split_first() {
            Some((b'{', rest)) => Ok(Self {
                rest,
                unescaped: Vec::new(),
                state: State::Begun,
            }),
            // `[0:1]={a,b}`: written only for arrays whose subscripts don't begin at 1.
            Some((b'[', _)) => Err(Misfit::Inexact),
            _ => Err(Misfit::OtherType),
        }
    }

    /// The next element, where an inner `None` is NULL; `None` after the last one.
    #[expect(clippy::option_option, reason = "NULL is also an element")]
    fn next(&mut self) -> Fit<Option<Option<&[u8]>>> {
        match (self.state, self.rest.first()) {
            (State::Ended, None) => Ok(None),
            (State::Begun, Some(b'}')) => {
                self.end()?;
                Ok(None)
            }
            (State::Begun | State::Within, Some(b'{')) => Err(Misfit::Inexact),
            (State::Begun | State::Within, Some(b'"')) => {
                self.quoted()?;
                Ok(Some(Some(&self.unescaped)))
            }
            (State::Begun | State::Within, Some(_)) => {
                // A text of these four letters would be quoted.
                Ok(Some(match self.plain()? {
                    b"NULL" => None,
                    element => Some(element),
                }))
            }
            _ => Err(Misfit::OtherType),
        }
    }

    /// Reads an unquoted element, and what ends it.
    fn plain(&mut self) -> Result<&'a [u8], Misfit> {
        let is_special = |byte: &u8| matches!(byte, b',' | b'}' | b'{' | b'"' | b'\\');
        let length = self.rest.iter().position(is_special);
        let (element, rest) = length
            .filter(|length| *length > 0)
            .and_then(|length| self.rest.split_at_checked(length))
            .ok_or(Misfit::OtherType)?;
        self.rest = rest;
        self.separator()?;
        Ok(element)
    }

    /// Reads a quoted element into `unescaped`, and what ends it.
    fn quoted(&mut self) -> Result<(), Misfit> {
        self.unescaped.clear();
        let mut bytes = self.rest.iter().enumerate().skip(1);
        let end = loop {
            match bytes.next() {
                Some((at, b'"')) => break at,
                Some((_, b'\\')) => self.unescaped.extend(bytes.next().map(|(_, byte)| byte)),
                Some((_, byte)) => self.unescaped.push(*byte),
                None => return Err(Misfit::OtherType),
            }
        };
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        self.separator()
    }

    /// Reads what follows an element: a comma or the closing brace.
    fn separator(&mut self) -> Result<(), Misfit> {
        match self.rest.split_first() {
            Some((b',', rest)) => {
                self.rest = rest;
                self.state = State::Within;
                Ok(())
            }
            Some((b'}', _)) => self.end(),
            _ => Err(Misfit::OtherType),
        }
    }

    /// Reads the closing brace, after which nothing may follow.
    fn end(&mut self) -> Result<(), Misfit> {
        self.rest = self.rest.get(1..).unwrap_or_default();
        self.state = State::Ended;
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Misfit::OtherType)
        }
    }
}
