//! The job file: TOML whose keys are the flags in snake case.

use super::JobOptions;
use super::keys::{is_plain, known_keys, meant_word};
use crate::nearest::nearest;
use crate::{Error, ErrorKind, Result};
use std::fs;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads a job file. Its relative paths start at its folder.
pub fn read_job_file(path: &Path) -> Result<JobOptions> {
    let text = fs::read_to_string(path).map_err(|cause| unreadable(path, cause))?;
    let mut options = parse(path, &text)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    options.source = options
        .source
        .map(|source| relative_source(&source, folder));
    for path in [
        &mut options.out,
        &mut options.password_file,
        &mut options.defaults_file,
    ] {
        *path = path.take().map(|path| folder.join(path));
    }
    Ok(options)
}

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    Error::new(
        ErrorKind::JobFile,
        format!("can't read the job file {}", path.display()),
    )
    .because(cause)
    .advise("name a TOML file, or use flags only: firstseen run --source … --tables … --key …")
}

fn relative_source(source: &str, folder: &Path) -> String {
    match source.strip_prefix("sqlite://") {
        Some(path) => format!("sqlite://{}", folder.join(path).display()),
        None => source.to_owned(),
    }
}

/// Parses the text of the job file at `path`.
fn parse(path: &Path, text: &str) -> Result<JobOptions> {
    let file = &JobFile { path, text };
    // The parser's Display quotes the line, which might contain a password. Its message about a syntax error doesn't.
    let document =
        DeTable::parse(text).map_err(|cause| file.error(cause.span(), cause.message()))?;
    refuse_unknown_keys(file, document.get_ref(), &known_keys())?;
    if let Some(DeValue::Array(tables)) = document.get_ref().get("table").map(Spanned::get_ref) {
        for table in tables {
            if let DeValue::Table(table) = table.get_ref() {
                refuse_unknown_keys(file, table, &["name".to_owned(), "where".to_owned()])?;
            }
        }
    }
    // serde's message quotes the value, so only the key is named.
    toml::from_str(text).map_err(|cause: toml::de::Error| {
        let key = key_of(text, cause.span());
        let message = format!(
            "the value of {key:?} has the wrong type, or is not one of the possible values"
        );
        let value = cause.span().and_then(|span| text.get(span));
        let meant = meant_word(&key, value.unwrap_or_default());
        let advice = meant.map(|word| format!("did you mean {word:?}? "));
        let advice =
            advice.unwrap_or_default() + "firstseen run --help lists the values of each key";
        file.error(cause.span(), &message).advise(advice)
    })
}

/// A job file that is being parsed.
struct JobFile<'a> {
    path: &'a Path,
    text: &'a str,
}

impl JobFile<'_> {
    /// An error in the line where `span` begins.
    fn error(&self, span: Option<Range<usize>>, message: &str) -> Error {
        let line = span.map_or(1, |span| line_of(self.text, span.start));
        let place = format!("{}, line {line}", self.path.display());
        Error::new(ErrorKind::JobFile, message).within(place)
    }
}

/// The text before the `=` of a value, if that is a plain key.
fn key_of(text: &str, value: Option<Range<usize>>) -> String {
    let before = value
        .and_then(|value| text.get(..value.start))
        .unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let key = line.split('=').next().unwrap_or_default().trim();
    if is_plain(key) {
        key.to_owned()
    } else {
        String::new()
    }
}

/// Names an unknown key. One that is not a plain word is not shown: it might be a value on the wrong side of the `=`.
fn unknown(key: &str) -> String {
    if is_plain(key) {
        format!("unknown key {key:?}")
    } else {
        "unknown key, not shown because it might be a secret".to_owned()
    }
}

fn refuse_unknown_keys(file: &JobFile<'_>, table: &DeTable<'_>, known: &[String]) -> Result<()> {
    let first_unknown = table
        .keys()
        .find(|key| !known.iter().any(|known| known == key.get_ref()));
    let Some(key) = first_unknown else {
        return Ok(());
    };
    let nearest = nearest(key.get_ref(), known.iter().map(String::as_str));
    let error = file.error(Some(key.span()), &unknown(key.get_ref()));
    Err(error.advise(format!(
        "did you mean {:?}? the keys are {}",
        nearest.unwrap_or_default(),
        known.join(", ")
    )))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let Err(error) = parse(Path::new("job.toml"), text) else {
            panic!("{text} was accepted");
        };
        assert_eq!(error.exit_code(), 2);
        format!("{error} / {}", error.advice().unwrap_or_default())
    }

    #[test]
    fn every_flag_is_a_key() {
        let options = parse(
            Path::new("job.toml"),
            "source = 'sqlite://a'\nkey = ['K']\norder_by = 'A desc, B'\nbatch_rows = 5\nverbose = true\njson = true\nlog_format = 'json'\ncount_only = true\n[[table]]\nname = 't'\nwhere = 'x > 1'",
        );
        let options = options.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(options.order_by.unwrap(), ["A desc", "B"]);
        assert_eq!(options.table.unwrap()[0].filter.as_deref(), Some("x > 1"));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
        let refused = refusal("source = 'sqlite://a'\nbatch_row = 5");
        assert!(
            refused.starts_with(
                "unknown key \"batch_row\" (job.toml, line 2) / did you mean \"batch_rows\"?"
            ),
            "{refused}"
        );
        assert!(refusal("[[table]]\nname = 't'\nwere = 'x'").contains("line 3"));
    }

    #[test]
    fn no_message_quotes_a_line_that_might_contain_a_password() {
        for text in [
            "'mysql://u:hunter2@h/d' = 1",
            "format = 'hunter2'",
            "null_keys = 'a hunter2 b'",
            "batch_rows = 'x, expected hunter2'",
            "source = \"mysql://u:hunter2@h/d",
            "source = 'mysql://u:hunter2@h/d' x",
            "key = { a = 'hunter2' }",
            "batch_rows = 'hunter2 b'",
        ] {
            let refused = refusal(text);
            assert!(!refused.contains("hunter2"), "{refused}");
            assert!(refused.contains("line 1"), "{refused}");
        }
    }
}
