//! The parameters that we know, and where each is looked for: in the URL, then in its service, then in the environment.
//! <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>

use super::environment::Environment;
use super::known::PARAMETERS;
use super::service::Service;
use super::url::Given;
use crate::{Error, ErrorKind, Result};

/// What is said of a connection, wherever.
pub(super) struct Said<'a> {
    pub given: &'a Given,
    pub service: &'a Service,
    pub environment: &'a Environment,
}

impl<'a> Said<'a> {
    /// A parameter's value, if it is not empty.
    pub fn value(&self, parameter: &str) -> Option<&'a str> {
        self.given
            .value(parameter)
            .or_else(|| self.outside(parameter))
    }

    /// Likewise, the URL left out.
    pub fn outside(&self, parameter: &str) -> Option<&'a str> {
        let variable = PARAMETERS.iter().find(|(name, _)| *name == parameter);
        self.service
            .value(parameter)
            .or_else(|| self.environment.value(variable?.1))
    }

    /// The value of a parameter that is one of a few words, or the first of them.
    pub fn choice<T: Copy>(&self, parameter: &str, choices: &[(&str, T)]) -> Result<Option<T>> {
        let Some(value) = self.value(parameter) else {
            return Ok(None);
        };
        let found = choices.iter().find(|(name, _)| *name == value);
        let found = found.map(|(_, choice)| Some(*choice));
        found.ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            wrong(parameter, &format!("one of {}", names.join(", ")))
        })
    }

    /// The value of a parameter that is a whole number.
    pub fn number(&self, parameter: &str) -> Result<Option<i64>> {
        let number = self.value(parameter).map(|text| text.trim().parse());
        let number = number.transpose();
        number.map_err(|_| wrong(parameter, "a whole number"))
    }
}

/// A parameter is not what it should be. Its value is not shown: it may be another's.
pub(super) fn wrong(parameter: &str, wanted: &str) -> Error {
    let variable = PARAMETERS.iter().find(|(name, _)| *name == parameter);
    let variable = variable.map_or("", |(_, variable)| variable);
    let place = match variable {
        "" => "--source and its service".to_owned(),
        variable => format!("--source, its service and {variable}"),
    };
    let error = Error::new(
        ErrorKind::Usage,
        format!("--source: {parameter} must be {wanted}"),
    );
    error.advise(format!("look for it in {place}"))
}
