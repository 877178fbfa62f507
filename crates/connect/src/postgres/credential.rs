//! Credentials of a target: read from the environment or a file, never written into configuration,
//! never shown. Knows nothing of what they open.

use std::fmt;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use crate::Fault;

/// Longest credential that is read, in bytes.
const CREDENTIAL_BYTES_MAX: u64 = 16_384;

/// A PostgreSQL URL with its password, and where it came from.
#[derive(Clone)]
pub struct Credential {
    url: SecretString,
    origin: String,
}

impl Credential {
    /// Takes the URL from an environment variable.
    ///
    /// # Errors
    /// [`Fault::Permanent`] when the variable is not set, empty or not UTF-8.
    pub fn from_env(name: &str) -> Result<Self, Fault> {
        let text = std::env::var(name).map_err(|_| {
            Fault::Permanent(format!(
                "the environment variable `{name}` is not set: put the PostgreSQL URL of the account \
                 into it"
            ))
        })?;
        Self::of(&text, format!("environment variable `{name}`"))
    }

    /// Takes the URL from a file that holds nothing else.
    ///
    /// # Errors
    /// [`Fault::Permanent`] when the file cannot be read, is empty, over 16 KiB, not UTF-8, or can be
    /// read or written by everybody on the machine.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Fault> {
        let path = path.as_ref();
        let shown = path.display();
        let cannot = |why: &dyn fmt::Display| {
            Fault::Permanent(format!(
                "cannot read the credential file `{shown}`: {why}: check the path and its owner"
            ))
        };
        let about = std::fs::metadata(path).map_err(|why| cannot(&why))?;
        if !about.is_file() {
            return Err(cannot(&"it is not a regular file"));
        }
        if about.len() > CREDENTIAL_BYTES_MAX {
            return Err(cannot(&format!("it is longer than {CREDENTIAL_BYTES_MAX} bytes")));
        }
        if is_open_to_everybody(&about) {
            return Err(Fault::Permanent(format!(
                "the credential file `{shown}` can be read or written by everybody on this machine: \
                 run `chmod 600` on it and change the password"
            )));
        }
        let text = std::fs::read_to_string(path).map_err(|why| cannot(&why))?;
        Self::of(&text, format!("file `{shown}`"))
    }

    /// Where it came from, without the secret, for messages.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn url(&self) -> &str {
        self.url.expose_secret()
    }

    fn of(text: &str, origin: String) -> Result<Self, Fault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Fault::Permanent(format!(
                "the {origin} is empty: put the PostgreSQL URL of the account into it"
            )));
        }
        Ok(Self { url: SecretString::from(text.to_owned()), origin })
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("origin", &self.origin).finish_non_exhaustive()
    }
}

#[cfg(unix)]
fn is_open_to_everybody(about: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o006 != 0
}

#[cfg(not(unix))]
fn is_open_to_everybody(_about: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_that_everybody_can_read_is_refused_and_a_private_one_is_taken() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("url");
        std::fs::write(&path, "postgres://a:secret@h/d\n").unwrap();
        for (mode, taken) in [(0o644, false), (0o602, false), (0o640, true), (0o600, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            match Credential::from_file(&path) {
                Ok(credential) => {
                    assert!(taken, "{mode:o}");
                    assert_eq!(credential.url(), "postgres://a:secret@h/d");
                    assert!(!format!("{credential:?}").contains("secret"));
                }
                Err(fault) => {
                    assert!(!taken, "{mode:o}");
                    assert!(fault.to_string().contains("chmod 600"), "{fault}");
                    assert!(!fault.to_string().contains("secret"), "{fault}");
                }
            }
        }
    }

    #[test]
    fn what_is_missing_or_empty_is_said_by_name() {
        let unset =
            Credential::from_env("COUNTERSIGN_TEST_SURELY_NOT_SET").unwrap_err().to_string();
        assert!(unset.contains("`COUNTERSIGN_TEST_SURELY_NOT_SET` is not set"), "{unset}");
        let absent = Credential::from_file("/nowhere/url").unwrap_err().to_string();
        assert!(absent.contains("`/nowhere/url`"), "{absent}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("url");
        std::fs::File::create(&path).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
        assert!(Credential::from_file(&path).unwrap_err().to_string().contains("is empty"));
    }
}
