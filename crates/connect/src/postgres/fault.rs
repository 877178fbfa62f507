//! Turns what the client library and the server say into words with a next step, and tells what may
//! pass from what somebody must change. No message ever holds a password.

use sqlx::error::DatabaseError;

use crate::Fault;

/// Shortest secret that is blacked out in messages; anything shorter would black out half of them.
const SECRET_BYTES_MIN: usize = 4;

/// Where a fault happened and what must not be told about it.
#[derive(Clone)]
pub(super) struct Place {
    /// `account@host:port/database`.
    pub(super) label: String,
    secrets: Vec<String>,
}

impl Place {
    pub(super) fn new(label: String, secrets: Vec<String>) -> Self {
        let secrets = secrets.into_iter().filter(|it| it.len() >= SECRET_BYTES_MIN).collect();
        Self { label, secrets }
    }

    /// The text without any of our secrets.
    pub(super) fn scrub(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }

    /// The fault for an error of the client library.
    pub(super) fn fault(&self, error: &sqlx::Error) -> Fault {
        let label = &self.label;
        match error {
            sqlx::Error::Database(answer) => self.answer(answer.as_ref()),
            sqlx::Error::Io(why) => Fault::Transient(self.scrub(&format!(
                "cannot reach `{label}`: {why}: check the address, that the server runs and that the \
                 network lets us through"
            ))),
            sqlx::Error::Tls(why) => Fault::Permanent(self.scrub(&format!(
                "no encrypted connection to `{label}`: {why}: check `sslmode` and `sslrootcert` in the \
                 URL"
            ))),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Fault::Permanent(format!(
                "`{label}` answered with text that is not UTF-8 or of another shape than expected: \
                 check the database's encoding and version"
            )),
            other => Fault::Transient(self.scrub(&format!(
                "the connection to `{label}` broke: {other}: try again, and look into the server's log \
                 if it happens again"
            ))),
        }
    }

    /// A query or connection that took longer than we wait.
    pub(super) fn timed_out(&self, seconds: u64) -> Fault {
        Fault::Transient(format!(
            "`{}` did not answer within {seconds} seconds: check the network and the server's load, \
             then try again",
            self.label
        ))
    }

    fn answer(&self, answer: &dyn DatabaseError) -> Fault {
        let code = answer.code().unwrap_or_default().into_owned();
        let label = &self.label;
        let said = self.scrub(answer.message());
        let words = |step: &str| format!("`{label}` answered: {said} ({code}): {step}");
        match code.as_str() {
            "28P01" | "28000" => Fault::Permanent(words(
                "check the account's name and password, that it may log in and has not expired, and \
                 what pg_hba.conf allows from here",
            )),
            "3D000" => Fault::Permanent(words("correct the database's name")),
            "42501" => Fault::Permanent(words(
                "grant what the guide lists for this account, or take the object out",
            )),
            "25006" => Fault::Permanent(words(
                "the server or the account only allows reading; use the primary server and the write \
                 account",
            )),
            "2BP01" => Fault::Permanent(words("revoke first what depends on it")),
            "53300" => Fault::Transient(words("try again when connections are free")),
            "57014" | "55P03" => Fault::Transient(words("try again when the server is less busy")),
            "57P01" | "57P02" | "57P03" | "40001" | "40P01" => {
                Fault::Transient(words("try again in a moment"))
            }
            code if code.starts_with("08") || code.starts_with("53") => {
                Fault::Transient(words("try again in a moment"))
            }
            _ => Fault::Permanent(words("look into the server's log")),
        }
    }
}

/// True when the server refused because other privileges hang on what was to be taken away.
pub(super) fn is_dependent(fault: &Fault) -> bool {
    matches!(fault, Fault::Permanent(text) if text.contains("(2BP01)"))
}
