//! NDJSON: one object per line, with the columns in order.

use super::{Keys, Shape, Unread};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;
use std::io::BufRead;

pub(super) fn read(
    mut text: impl BufRead,
    shape: &Shape,
    keys: &mut Keys<'_>,
) -> Result<(), Unread> {
    let mut line = Vec::new();
    while text.read_until(b'\n', &mut line)? > 0 {
        let mut json = serde_json::Deserializer::from_slice(&line);
        let values = Row(shape).deserialize(&mut json);
        // serde_json's message might contain a cell.
        let fault = || {
            format!(
                "row {} is not an object with the columns of the manifest",
                keys.rows() + 1
            )
        };
        let values = values.and_then(|values| json.end().map(|()| values));
        let mut values = values.map_err(|_| Unread::content(fault()))?;
        values.sort_by_key(|(index, _)| shape.key.iter().position(|key| key == index));
        keys.push(
            values
                .iter()
                .map(|(_, value)| value.as_deref().map(str::as_bytes)),
        )?;
        line.clear();
    }
    Ok(())
}

/// Reads a row and keeps the values of the key: the index of each column, and its JSON or `None` for null.
struct Row<'a>(&'a Shape);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = Vec<(usize, Option<String>)>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = Vec<(usize, Option<String>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the columns of the manifest")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let Self(shape) = self;
        let mut values = Vec::with_capacity(shape.key.len());
        for (index, column) in shape.columns.iter().enumerate() {
            if members.next_key::<String>()?.as_deref() != Some(&column.name) {
                return Err(A::Error::custom("a different column"));
            }
            if shape.key.contains(&index) {
                let value: Value = members.next_value()?;
                values.push((index, (!value.is_null()).then(|| value.to_string())));
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        match members.next_key::<IgnoredAny>()? {
            None => Ok(values),
            Some(_) => Err(A::Error::custom("an extra column")),
        }
    }
}
