//! The candidates' cells as ConnectorX asks for them.

use super::rows::SqliteParser;
use crate::{Error, ErrorKind, Result};
use connectorx::sources::Produce;

fn number<const BYTES: usize>(cell: &[u8]) -> Result<[u8; BYTES]> {
    let message = "a number of SQLite has another width";
    cell.try_into()
        .map_err(|_| Error::new(ErrorKind::Bug, message))
}

fn integer(cell: &[u8]) -> Result<i64> {
    number(cell).map(i64::from_le_bytes)
}

fn float(cell: &[u8]) -> Result<f64> {
    number(cell).map(f64::from_le_bytes)
}

#[expect(clippy::unnecessary_wraps, reason = "as the numbers' functions")]
fn as_it_is(cell: &[u8]) -> Result<&[u8]> {
    Ok(cell)
}

macro_rules! produce {
    ($($type:ty => $convert:ident,)+) => {
        $(
            impl<'r> Produce<'r, $type> for SqliteParser<'_> {
                type Error = Error;

                fn produce(&'r mut self) -> Result<$type> {
                    let cell = self.cell()?;
                    $convert(cell.ok_or_else(|| Error::new(ErrorKind::Bug, "a NULL where none was planned"))?)
                }
            }

            impl<'r> Produce<'r, Option<$type>> for SqliteParser<'_> {
                type Error = Error;

                fn produce(&'r mut self) -> Result<Option<$type>> {
                    self.cell()?.map($convert).transpose()
                }
            }
        )+
    };
}

produce! {
    i64 => integer,
    f64 => float,
    &'r [u8] => as_it_is,
}
