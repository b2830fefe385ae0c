//! Cells of a fixture: how each database writes them, and how the readers return them.

use super::database::System;

/// A cell. Dates and times are ISO text, and decimals are digits.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Text(String),
    Int(i64),
    UInt(u64),
    Float(f64),
    Decimal(String),
    Date(String),
    /// `2000-01-02T03:04:05.000006`, without a time zone.
    Timestamp(String),
    /// `2000-01-02T03:04:05.000006`, in UTC.
    Instant(String),
    /// `-838:59:59`, and the same in microseconds.
    Time(String, i64),
    Bytes(Vec<u8>),
    Bool(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Value {
    pub fn date(text: &str) -> Self {
        Self::Date(text.to_owned())
    }

    /// The literal that stores the value.
    pub fn sql(&self, system: System) -> String {
        match self {
            Self::Null => "NULL".into(),
            Self::Text(text) | Self::Date(text) | Self::Time(text, _) => quoted(text, system),
            Self::Instant(text) if system == System::Postgres => format!("'{text}Z'"),
            Self::Instant(text) if system == System::MariaDb => {
                let utc = quoted(&text.replace('T', " "), system);
                format!("CONVERT_TZ({utc}, '+00:00', @@session.time_zone)")
            }
            Self::Timestamp(text) | Self::Instant(text) => quoted(&text.replace('T', " "), system),
            Self::Int(number) => number.to_string(),
            Self::UInt(number) => number.to_string(),
            Self::Float(number) => format!("{number:e}"),
            Self::Decimal(digits) => digits.clone(),
            Self::Bytes(bytes) if system == System::Postgres => format!("'\\x{}'", hex(bytes)),
            Self::Bytes(bytes) => format!("x'{}'", hex(bytes)),
            Self::Bool(value) => value.to_string(),
        }
    }

    /// The cell as `readers.py` returns it for typed formats.
    pub fn typed(&self) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Text(text) => format!("s:{text}"),
            Self::Int(number) => format!("i:{number}"),
            Self::UInt(number) => format!("i:{number}"),
            Self::Float(number) => format!("f:{number:?}"),
            Self::Decimal(digits) => format!("n:{digits}"),
            Self::Date(text) => format!("d:{text}"),
            Self::Timestamp(text) | Self::Instant(text) => format!("ts:{text}"),
            Self::Time(_, micros) => format!("td:{micros}"),
            Self::Bytes(bytes) => format!("b:{}", hex(bytes)),
            Self::Bool(value) => format!("bool:{value}"),
        })
    }

    /// The cell of a CSV file as a text reader returns it.
    pub fn csv(&self) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Text(text)
            | Self::Date(text)
            | Self::Timestamp(text)
            | Self::Time(text, _)
            | Self::Decimal(text) => format!("s:{text}"),
            Self::Instant(text) => format!("s:{text}Z"),
            Self::Int(number) => format!("s:{number}"),
            Self::UInt(number) => format!("s:{number}"),
            Self::Float(number) => format!("s:{number:?}"),
            Self::Bytes(bytes) => format!("s:{}", base64(bytes)),
            Self::Bool(value) => format!("s:{value}"),
        })
    }

    /// The cell of an NDJSON file as a JSON reader returns it: integers beyond 2⁵³ and decimals are strings.
    pub fn ndjson(&self) -> Option<String> {
        const EXACT: u64 = 1 << 53;
        match self {
            Self::Int(number) if number.unsigned_abs() <= EXACT => self.typed(),
            Self::UInt(number) if *number <= EXACT => self.typed(),
            Self::Float(_) | Self::Bool(_) => self.typed(),
            other => other.csv(),
        }
    }
}

fn quoted(text: &str, system: System) -> String {
    let text = text.replace('\'', "''");
    let text = if system == System::MariaDb {
        text.replace('\\', "\\\\")
    } else {
        text
    };
    format!("'{text}'")
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}
