//! CSV according to RFC 4180. An empty field is null, `""` is an empty string.

use super::{Keys, Shape, Unread};
use std::io::{BufRead, Bytes, Read};
use std::iter::Peekable;

pub(super) fn read(text: impl BufRead, shape: &Shape, keys: &mut Keys<'_>) -> Result<(), Unread> {
    let mut records = Records(text.bytes().peekable());
    let header = records.next()?.unwrap_or_default();
    if !shape.is_named(
        header
            .iter()
            .map(|name| name.as_deref().unwrap_or_default()),
    ) {
        return Err(Unread::content(
            "its header differs from the columns of the manifest",
        ));
    }
    while let Some(record) = records.next()? {
        let row = keys.rows() + 1;
        if record.len() != shape.columns.len() {
            let (is, expected) = (record.len(), shape.columns.len());
            return Err(Unread::content(format!(
                "row {row} has {is} fields instead of {expected}"
            )));
        }
        if record
            .iter()
            .flatten()
            .any(|field| std::str::from_utf8(field).is_err())
        {
            return Err(Unread::content(format!("row {row} is not valid UTF-8")));
        }
        keys.push(shape.key.iter().map(|index| record.get(*index)?.as_deref()))?;
    }
    Ok(())
}

struct Records<R: Read>(Peekable<Bytes<R>>);

impl<R: BufRead> Records<R> {
    /// The fields of the next record, with `None` for null. `None` at the end.
    fn next(&mut self) -> Result<Option<Vec<Option<Vec<u8>>>>, Unread> {
        if self.0.peek().is_none() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        loop {
            let (field, end) = self.field()?;
            fields.push(field);
            if end == b'\n' {
                return Ok(Some(fields));
            }
        }
    }

    /// A field, and the comma or line feed after it.
    fn field(&mut self) -> Result<(Option<Vec<u8>>, u8), Unread> {
        if matches!(self.0.peek(), Some(Ok(b'"'))) {
            self.0.next();
            return self.quoted();
        }
        let mut field = Vec::new();
        loop {
            match self.byte()? {
                end @ (b',' | b'\n') => {
                    return Ok((Some(field).filter(|field| !field.is_empty()), end));
                }
                b'"' => return Err(Unread::content("an unquoted field contains a quote")),
                byte => field.push(byte),
            }
        }
    }

    fn quoted(&mut self) -> Result<(Option<Vec<u8>>, u8), Unread> {
        let mut field = Vec::new();
        loop {
            match self.byte()? {
                b'"' => match self.byte()? {
                    b'"' => field.push(b'"'),
                    end @ (b',' | b'\n') => return Ok((Some(field), end)),
                    _ => return Err(Unread::content("a field continues after its closing quote")),
                },
                byte => field.push(byte),
            }
        }
    }

    fn byte(&mut self) -> Result<u8, Unread> {
        match self.0.next() {
            Some(byte) => Ok(byte?),
            None => Err(Unread::content("its last line is incomplete")),
        }
    }
}
