//! The supported parameters, each looked up in the URL, then in the service, then in the environment.
//! <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>

use super::environment::Environment;
use super::known::PARAMETERS;
use super::service::Service;
use super::url::Given;
use crate::{Error, ErrorKind, Result};

/// The sources of connection parameters.
pub(super) struct Parameters<'a> {
    pub given: &'a Given,
    pub service: &'a Service,
    pub environment: &'a Environment,
}

impl<'a> Parameters<'a> {
    /// A parameter's value, if it is not empty.
    pub fn value(&self, parameter: &str) -> Option<&'a str> {
        self.given
            .value(parameter)
            .or_else(|| self.outside(parameter))
    }

    /// Like [`value`](Self::value), without the URL.
    pub fn outside(&self, parameter: &str) -> Option<&'a str> {
        let variable = PARAMETERS.iter().find(|(name, _)| *name == parameter);
        self.service
            .value(parameter)
            .or_else(|| self.environment.value(variable?.1))
    }

    /// The value of a parameter that is one of a few words.
    pub fn choice<T: Copy>(&self, parameter: &str, choices: &[(&str, T)]) -> Result<Option<T>> {
        let Some(value) = self.value(parameter) else {
            return Ok(None);
        };
        let found = choices.iter().find(|(name, _)| *name == value);
        let found = found.map(|(_, choice)| Some(*choice));
        found.ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            invalid(parameter, &format!("one of {}", names.join(", ")))
        })
    }

    /// The value of a parameter that is a whole number.
    pub fn number(&self, parameter: &str) -> Result<Option<i64>> {
        let number = self.value(parameter).map(|text| text.trim().parse());
        let number = number.transpose();
        number.map_err(|_| invalid(parameter, "a whole number"))
    }
}

/// The error for an invalid parameter. Its value isn't shown: it might be a secret in the wrong place.
pub(super) fn invalid(parameter: &str, wanted: &str) -> Error {
    let variable = PARAMETERS.iter().find(|(name, _)| *name == parameter);
    let variable = variable.map_or("", |(_, variable)| variable);
    let advice = format!("check {parameter} in --source and its service");
    let error = Error::new(
        ErrorKind::Usage,
        format!("--source: {parameter} must be {wanted}"),
    );
    error.advise(match variable {
        "" => advice,
        variable => format!("{advice}, and the environment variable {variable}"),
    })
}
