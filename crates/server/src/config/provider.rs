//! The provider of sign-ins, as an operator writes it down: who it is, as whom we come, and what its
//! words mean here. The secret itself never stands in the file.

use std::path::Path;

use axum::http::Uri;
use countersign_policy::authority::Strength;
use secrecy::SecretString;
use serde::Deserialize;

use super::Secret;

/// Longest file with a secret, in bytes.
const SECRET_BYTES_MAX: u64 = 1 << 14;

/// Most audiences and scopes, and most words for one strength.
const ROWS_MAX: usize = 1_000;

/// The table `[provider]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// What people call it, on the button.
    #[serde(default = "usual_name")]
    pub name: String,
    /// The issuer, exactly as it names itself in its tokens.
    pub issuer: String,
    /// As whom we come.
    pub client_id: String,
    /// Where the secret stands; without one we are a client that has none, and PKCE alone protects the
    /// code.
    pub client_secret: Option<Secret>,
    /// Where browsers are sent back to, without a path; `public_origin` where that is set. Only an
    /// address of this machine can stand here.
    pub redirect_origin: Option<String>,
    /// For whom else a token that is for us may be.
    #[serde(default)]
    pub audiences: Vec<String>,
    /// What is asked for beside `openid`.
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
    /// The claim that holds the groups.
    #[serde(default = "usual_groups")]
    pub groups_claim: String,
    /// What the provider calls a second factor.
    #[serde(default)]
    pub second: Words,
    /// What the provider calls a key that cannot be phished.
    #[serde(default)]
    pub key: Words,
    /// Whether people may still sign in with a password of this server.
    #[serde(default = "yes")]
    pub local_sign_in: bool,
}

/// By which words a provider says how somebody signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Values of the claim `acr`; asked for in this order where this strength is needed.
    #[serde(default)]
    pub acr: Vec<String>,
    /// Values of the claim `amr` (RFC 8176), one of which is enough.
    #[serde(default)]
    pub amr: Vec<String>,
}

fn usual_name() -> String {
    "your organisation".to_owned()
}

fn usual_scopes() -> Vec<String> {
    vec!["profile".to_owned(), "email".to_owned()]
}

fn usual_groups() -> String {
    "groups".to_owned()
}

fn yes() -> bool {
    true
}

impl Words {
    fn has(&self, acr: Option<&str>, amr: &[String]) -> bool {
        acr.is_some_and(|acr| self.acr.iter().any(|known| known == acr))
            || amr.iter().any(|word| self.amr.contains(word))
    }
}

impl Provider {
    /// Whether everything in it can be meant.
    ///
    /// # Errors
    /// A sentence that names the key and says what to write.
    pub(super) fn check(&self, public: Option<&str>) -> Result<(), String> {
        if !is_safe(&self.issuer) || self.issuer.contains(['?', '#']) {
            return Err(format!(
                "`issuer`: `{}` is none: write `https://` and what the provider calls itself, without \
                 `?` and `#`",
                self.issuer
            ));
        }
        if self.client_id.trim().is_empty() {
            return Err(
                "`client_id` is empty: write the name under which the provider knows this \
                        server"
                    .to_owned(),
            );
        }
        let rows = [self.audiences.len(), self.scopes.len()];
        let words = [&self.second, &self.key].map(|it| it.acr.len().max(it.amr.len()));
        if rows.iter().chain(&words).any(|rows| *rows > ROWS_MAX) {
            return Err(format!("at most {ROWS_MAX} rows of one kind: name fewer"));
        }
        let double = self.second.acr.iter().find(|it| self.key.acr.contains(it));
        let double = double.or_else(|| self.second.amr.iter().find(|it| self.key.amr.contains(it)));
        if let Some(word) = double {
            return Err(format!("`{word}` stands under `second` and under `key`: choose one"));
        }
        match (self.redirect_origin.as_deref(), public) {
            (Some(own), Some(public)) if own != public => Err(format!(
                "`redirect_origin` is `{own}` and `public_origin` is `{public}`: leave \
                 `redirect_origin` out"
            )),
            (Some(own), None) if !is_of_this_machine(own) => Err(format!(
                "`redirect_origin`: `{own}` is no address of this machine: write `public_origin` for \
                 one that others reach"
            )),
            (Some(_) | None, _) => Ok(()),
        }
    }

    /// The secret, from where it stands.
    pub(crate) fn secret(&self) -> Result<Option<SecretString>, String> {
        self.client_secret.as_ref().map(read).transpose()
    }

    /// How strong a sign-in was that the provider describes so. What nobody gave a meaning is single.
    #[must_use]
    pub fn strength(&self, acr: Option<&str>, amr: &[String]) -> Strength {
        if self.key.has(acr, amr) {
            Strength::Key
        } else if self.second.has(acr, amr) {
            Strength::Second
        } else {
            Strength::Single
        }
    }

    /// What to ask of the provider for at least this strength, as `acr_values` has it in order of
    /// preference.
    #[must_use]
    pub fn asked_for(&self, strength: Strength) -> String {
        match strength {
            Strength::Single => String::new(),
            Strength::Second => [self.second.acr.as_slice(), &self.key.acr].concat().join(" "),
            Strength::Key => self.key.acr.join(" "),
        }
    }

    /// Whether there are words by which a sign-in here can be at least so strong.
    #[must_use]
    pub fn reaches(&self, strength: Strength) -> bool {
        let words = |it: &Words| !it.acr.is_empty() || !it.amr.is_empty();
        match strength {
            Strength::Single => true,
            Strength::Second => words(&self.second) || words(&self.key),
            Strength::Key => words(&self.key),
        }
    }

    /// The strongest that a sign-in here can be.
    #[must_use]
    pub fn strongest(&self) -> Strength {
        let all = [Strength::Key, Strength::Second];
        all.into_iter().find(|it| self.reaches(*it)).unwrap_or(Strength::Single)
    }
}

/// Whether what goes to this address is read by nobody on the way: it is encrypted, or stays on this
/// machine.
pub(crate) fn is_safe(address: &str) -> bool {
    let Ok(parsed) = address.parse::<Uri>() else { return false };
    let Some(authority) = parsed.authority() else { return false };
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return false;
    }
    match parsed.scheme_str() {
        Some("https") => true,
        Some("http") => is_loopback(authority.host()),
        Some(_) | None => false,
    }
}

fn is_of_this_machine(origin: &str) -> bool {
    let Ok(parsed) = origin.parse::<Uri>() else { return false };
    let is_bare = matches!(parsed.path(), "" | "/") && !origin.ends_with('/');
    is_bare
        && parsed.scheme_str() == Some("http")
        && parsed.host().is_some_and(is_loopback)
        && is_safe(origin)
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

fn read(secret: &Secret) -> Result<SecretString, String> {
    let (text, from) = match secret {
        Secret::Env(name) => {
            let text = std::env::var(name).map_err(|_| {
                format!(
                    "the environment variable `{name}` is not set: put the client secret into it"
                )
            })?;
            (text, format!("the environment variable `{name}`"))
        }
        Secret::File(path) => (read_file(path)?, format!("the file `{}`", path.display())),
    };
    match text.trim() {
        "" => Err(format!("{from} is empty: put the client secret into it")),
        words => Ok(SecretString::from(words.to_owned())),
    }
}

fn read_file(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let cannot = |why: &dyn std::fmt::Display| {
        format!(
            "cannot read the file `{shown}` with the client secret: {why}: check path and owner"
        )
    };
    let about = std::fs::metadata(path).map_err(|why| cannot(&why))?;
    if !about.is_file() || about.len() > SECRET_BYTES_MAX {
        return Err(cannot(&format!("it is no file of at most {SECRET_BYTES_MAX} bytes")));
    }
    if is_open_to_everybody(&about) {
        return Err(format!(
            "everybody on this machine can read or write the file `{shown}` with the client secret: run \
             `chmod 600` on it and have the provider make a new secret"
        ));
    }
    std::fs::read_to_string(path).map_err(|why| cannot(&why))
}

#[cfg(unix)]
fn is_open_to_everybody(about: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    about.permissions().mode() & 0o006 != 0
}

#[cfg(not(unix))]
fn is_open_to_everybody(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    const LEAST: &str = "[provider]\nissuer='https://login.example/a'\nclient_id='countersign'\n";

    fn refused(lines: &str) -> String {
        Config::parse(lines).unwrap_err().to_string()
    }

    #[test]
    fn the_least_is_issuer_and_client_and_the_rest_has_a_usual_value() {
        let provider = Config::parse(LEAST).unwrap().provider.unwrap();
        assert_eq!(provider.groups_claim, "groups");
        assert_eq!(provider.scopes, ["profile", "email"]);
        assert!(provider.local_sign_in && provider.secret().unwrap().is_none());
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_the_key_and_what_to_write() {
        for (from, to, says) in [
            ("https://login.example/a", "http://login.example", "`issuer`"),
            ("https://login.example/a", "https://a@login.example", "`issuer`"),
            ("https://login.example/a", "https://login.example?x", "`issuer`"),
            ("'countersign'", "' '", "`client_id` is empty"),
            ("'countersign'\n", "'c'\nclient_secret='s3cret'", "client_secret"),
            ("'countersign'\n", "'c'\ncolour='red'", "unknown field `colour`"),
            ("'countersign'\n", "'c'\nredirect_origin='http://cs.example'", "no address of this"),
            ("'countersign'\n", "'c'\nredirect_origin='http://127.0.0.1:1/'", "no address of this"),
            ("'countersign'\n", "'c'\n[provider.seats]\ng=['legal']", "unknown field `seats`"),
            ("'countersign'\n", "'c'\nsecond={amr=['x']}\nkey={amr=['x']}", "choose one"),
        ] {
            let said = refused(&LEAST.replace(from, to));
            assert!(said.contains(says), "{to}: {said}");
        }
        let both =
            format!("public_origin='https://cs.example'\n{LEAST}redirect_origin='http://[::1]:1'");
        assert!(refused(&both).contains("leave `redirect_origin` out"));
    }

    #[test]
    fn a_secret_is_taken_from_a_closed_file_only_and_never_shown() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "s3cret\n").unwrap();
        let lines = format!("{LEAST}client_secret={{file='{}'}}", path.display());
        let provider = Config::parse(&lines).unwrap().provider.unwrap();
        let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode));
        mode(0o644).unwrap();
        assert!(provider.secret().unwrap_err().contains("chmod 600"));
        mode(0o600).unwrap();
        let secret = provider.secret().unwrap().unwrap();
        assert!(!format!("{secret:?} {provider:?}").contains("s3cret"));
        std::fs::write(&path, " \n").unwrap();
        assert!(provider.secret().unwrap_err().contains("is empty"));
    }

    #[test]
    fn the_guide_shows_a_configuration_that_is_taken() {
        let guide = include_str!("../../../../docs/guide/sign-in-by-provider.md");
        let shown = guide.split("```toml\n").nth(1).and_then(|it| it.split("```").next()).unwrap();
        let provider = Config::parse(shown).unwrap().provider.unwrap();
        assert_eq!(provider.name, "Clinic login");
    }

    #[test]
    fn what_nobody_gave_a_meaning_is_single() {
        let lines =
            format!("{LEAST}second={{acr=['2'],amr=['otp']}}\nkey={{amr=['hwk'],acr=['3']}}");
        let provider = Config::parse(&lines).unwrap().provider.unwrap();
        let amr = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(provider.strength(None, &[]), Strength::Single);
        assert_eq!(provider.strength(Some("9"), &amr(&["pwd", "mfa"])), Strength::Single);
        assert_eq!(provider.strength(Some("2"), &[]), Strength::Second);
        assert_eq!(provider.strength(None, &amr(&["pwd", "otp"])), Strength::Second);
        assert_eq!(provider.strength(Some("2"), &amr(&["hwk"])), Strength::Key);
        assert_eq!(provider.asked_for(Strength::Second), "2 3");
        assert_eq!(provider.asked_for(Strength::Key), "3");
        assert_eq!(provider.strongest(), Strength::Key);
        let plain = Config::parse(LEAST).unwrap().provider.unwrap();
        assert_eq!(plain.strongest(), Strength::Single);
        assert!(!plain.reaches(Strength::Second) && plain.reaches(Strength::Single));
    }
}
