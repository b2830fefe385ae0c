//! Options from a program: a JSON object whose keys are the flags in snake case.

use super::JobOptions;
use super::keys::{is_plain, known_keys, meant_word};
use super::usage::usage;
use crate::nearest::nearest;
use crate::{Error, Result};
use serde_json::{Map, Value};

impl JobOptions {
    /// Reads options from a JSON object with the keys of a job file. Null is the same as no value. An unknown key, or a value
    /// of the wrong type, is [`ErrorKind::Usage`](crate::ErrorKind::Usage); the error names the key and not the value.
    pub fn from_json(json: &str) -> Result<Self> {
        let object: Map<String, Value> =
            serde_json::from_str(json).map_err(|_| usage("the options are not a JSON object"))?;
        let known = known_keys();
        let mut options = Map::new();
        for (key, value) in object {
            if !known.contains(&key) {
                return Err(unknown(&key, &known));
            }
            if value.is_null() {
                continue;
            }
            check(&key, &value)?;
            options.insert(key, value);
        }
        serde_json::from_value(Value::Object(options))
            .map_err(|_| usage("the options contradict each other"))
    }
}

/// Keys of a job file that a caller of the library has no use for.
const OF_THE_COMMAND: [&str; 4] = ["json", "quiet", "verbose", "log_format"];

fn unknown(key: &str, known: &[String]) -> Error {
    let meant = nearest(key, known.iter().map(String::as_str)).unwrap_or_default();
    let message = if is_plain(key) {
        format!("there is no option {key}")
    } else {
        "there is no option of this name, which isn't shown because it might be a secret".to_owned()
    };
    usage(message).advise(format!(
        "did you mean {meant}? the options are {}",
        known
            .iter()
            .filter(|known| !OF_THE_COMMAND.contains(&known.as_str()))
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    ))
}

/// Reads a value alone, so that the error can name its key.
fn check(key: &str, value: &Value) -> Result<()> {
    let alone = Map::from_iter([(key.to_owned(), value.clone())]);
    let Err(_) = serde_json::from_value::<JobOptions>(Value::Object(alone)) else {
        return Ok(());
    };
    let meant = value.as_str().and_then(|value| meant_word(key, value));
    let meant = meant.map(|word| format!("did you mean {word:?}? "));
    let message =
        format!("the value of {key} has the wrong type, or is not one of the possible values");
    Err(usage(message)
        .advise(meant.unwrap_or_default() + "firstseen run --help lists the values of each option"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> String {
        let error = JobOptions::from_json(json).err().expect("an error");
        format!("{error}; {}", error.advice().unwrap_or_default())
    }

    #[test]
    fn options_are_read_as_from_a_job_file() {
        let json = r#"{"key": "a,b", "tables": ["t1", "t2"], "where": "x > 1", "workers": 2, "force": true, "out": null}"#;
        let options = JobOptions::from_json(json).expect("options");
        assert_eq!(options.key, Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(options.workers, Some(2));
        assert_eq!(options.force, Some(true));
        assert_eq!(options.filter.as_deref(), Some("x > 1"));
        assert!(options.out.is_none());
    }

    #[test]
    fn an_unknown_key_or_a_wrong_value_is_named_with_what_was_meant() {
        let unknown = error(r#"{"kye": "a"}"#);
        assert!(!unknown.contains("log_format"), "{unknown}");
        assert!(
            unknown.contains("no option kye; did you mean key?"),
            "{unknown}"
        );
        let swapped = error(r#"{"mysql://u:hunter2@h/d": "source"}"#);
        assert!(!swapped.contains("hunter2"), "{swapped}");
        let wrong = error(r#"{"format": "parqet"}"#);
        assert!(
            wrong.contains("value of format") && wrong.contains("\"parquet\""),
            "{wrong}"
        );
        let typed = error(r#"{"workers": "secret"}"#);
        assert!(
            typed.contains("value of workers") && !typed.contains("secret"),
            "{typed}"
        );
    }
}
