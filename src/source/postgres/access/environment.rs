//! The environment variables of a process, as libpq uses them.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

/// Variables by name.
pub(super) struct Environment(HashMap<String, String>);

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let variables = std::env::vars_os();
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(variables.filter_map(text).collect())
    }

    #[cfg(test)]
    pub fn of(variables: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(variables.iter().map(owned).collect())
    }

    /// The value of a variable that is set and not empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// The path of a file in the user's home folder.
    pub fn in_home(&self, name: &str) -> Option<PathBuf> {
        self.value("HOME")
            .map(|home| PathBuf::from(home).join(name))
    }

    /// The user of this process, from the system's list of users or as the shell sets it.
    pub fn user(&self) -> Option<String> {
        let listed = || {
            user_of(
                &fs::read_to_string("/etc/passwd").ok()?,
                rustix::process::geteuid().as_raw(),
            )
        };
        let from_shell = || self.value("USER").or_else(|| self.value("LOGNAME"));
        listed().or_else(|| from_shell().map(str::to_owned))
    }
}

/// Finds a user in lines of the form `name:password:number:…`.
fn user_of(list: &str, number: u32) -> Option<String> {
    list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, found) = (fields.next()?, fields.nth(1)?);
        (found.parse() == Ok(number)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_user_is_found_by_number() {
        let list = "root:x:0:0:root:/root:/bin/sh\nana:x:1000:1000::/home/ana:/bin/sh\n";
        assert_eq!(super::user_of(list, 1000).as_deref(), Some("ana"));
        assert_eq!(super::user_of(list, 7), None);
    }
}
