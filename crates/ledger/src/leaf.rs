//! What is hashed: one event as a leaf. The envelope is fixed; what an event says is in its body,
//! whose form the last part of the event's name versions. Holds opaque ids and digests only, and does
//! not know what any event means.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{self, NotCanonical};
use crate::hash::Hash;
use crate::text;

/// Longest leaf, in bytes: what an entry bundle of C2SP tlog-tiles can carry. Anything larger
/// belongs into a text beside the ledger.
pub const LEAF_BYTES_MAX: usize = 65_535;

/// Longest id or digest in the envelope, in bytes.
pub const ID_BYTES_MAX: usize = 256;

/// The sequence of a subject's first event; every further one adds 1.
pub const SEQUENCE_FIRST: u64 = 1;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Opaque id of the case or record that the event is about.
    pub subject: String,
    /// Place among the events of this subject, from [`SEQUENCE_FIRST`] without gaps.
    pub sequence: u64,
    /// Name of the event; its last part is its version, for example `finding.opened.1`.
    pub name: String,
    /// When, RFC 3339 in UTC (`Z`).
    pub at: String,
    /// Opaque id of who acted.
    pub actor: String,
    /// Digest of the policy that was in force.
    pub policy: String,
    /// Opaque id of the event that led to this one, if any.
    pub cause: Option<String>,
    /// What gave a person authority for it. Leaves of machines, and those written before this was kept,
    /// have no such field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// What happened: an object. Texts stand in it as `text:sha256:HEX` (see [`crate::text`]).
    pub body: Value,
}

/// What gave a person authority for what they did, as policy named it then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Ids of the policies that made the answer, in their order; at most [`POLICIES_MAX`].
    pub by: Vec<String>,
    /// Id of the row of accountability behind the person, if there is one.
    pub row: Option<String>,
}

/// Most policies that one event names.
pub const POLICIES_MAX: usize = 32;

impl Leaf {
    /// The bytes that are stored and hashed.
    ///
    /// # Errors
    /// [`NotALeaf`] when a field is wrong or the leaf is too long; nothing is repaired.
    pub fn bytes(&self) -> Result<Vec<u8>, NotALeaf> {
        self.check()?;
        let bytes = canonical::bytes(self)?;
        check_length(&bytes)?;
        Ok(bytes)
    }

    /// Reads bytes that [`Leaf::bytes`] could have made: `parse(b)?.bytes()? == b`.
    ///
    /// # Errors
    /// [`NotALeaf`] when they are too long, not canonical or not of this form.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotALeaf> {
        check_length(bytes)?;
        let leaf: Self = serde_json::from_slice(bytes).map_err(|refusal| {
            if refusal.is_data() {
                NotALeaf::Form(refusal.to_string())
            } else {
                NotALeaf::NotCanonical(NotCanonical::NotJson(refusal.to_string()))
            }
        })?;
        leaf.check()?;
        canonical::must_equal(bytes, &leaf)?;
        Ok(leaf)
    }

    /// Digests of the texts that the body refers to, in its order.
    #[must_use]
    pub fn texts(&self) -> Vec<Hash> {
        text::references(&self.body).into_iter().filter_map(Result::ok).collect()
    }

    fn check(&self) -> Result<(), NotALeaf> {
        check_id("subject", &self.subject)?;
        check_id("actor", &self.actor)?;
        check_id("policy", &self.policy)?;
        if let Some(cause) = &self.cause {
            check_id("cause", cause)?;
        }
        if let Some(authority) = &self.authority {
            if authority.by.len() > POLICIES_MAX {
                return Err(NotALeaf::Policies(authority.by.len()));
            }
            let names = authority.by.iter().chain(&authority.row);
            names.into_iter().try_for_each(|name| check_named("authority", name))?;
        }
        if self.sequence < SEQUENCE_FIRST {
            return Err(NotALeaf::Sequence);
        }
        if !is_name(&self.name) {
            return Err(NotALeaf::Name(shorten(&self.name)));
        }
        if !is_instant(&self.at) {
            return Err(NotALeaf::At(shorten(&self.at)));
        }
        if !self.body.is_object() {
            return Err(NotALeaf::Body);
        }
        match text::references(&self.body).into_iter().find_map(Result::err) {
            Some(wrong) => Err(NotALeaf::Text(shorten(wrong))),
            None => Ok(()),
        }
    }
}

/// Why something is no leaf.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotALeaf {
    /// Longer than [`LEAF_BYTES_MAX`].
    #[error(
        "the event has {bytes} bytes, more than {LEAF_BYTES_MAX}: keep what is long as a text beside the ledger"
    )]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not canonical JSON.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// JSON, but a field is missing, unknown or of the wrong kind.
    #[error("this is no event ({0}): restore the original bytes")]
    Form(String),
    /// An empty or long id, or one with white space.
    #[error(
        "`{id}` cannot be the {field} of an event: use 1 to {ID_BYTES_MAX} bytes without white space"
    )]
    Id {
        /// Which field of the envelope.
        field: &'static str,
        /// What stood there, shortened.
        id: String,
    },
    /// More than [`POLICIES_MAX`].
    #[error("an event names at most {POLICIES_MAX} policies, not {0}: name those that decided")]
    Policies(usize),
    /// Below [`SEQUENCE_FIRST`].
    #[error("the sequence of an event begins with {SEQUENCE_FIRST}: count from there")]
    Sequence,
    /// Not words with dots and a version at the end.
    #[error(
        "`{0}` is no name of an event: write words with dots and a version, like `finding.opened.1`"
    )]
    Name(String),
    /// No instant in UTC.
    #[error("`{0}` is no instant: write it like `2026-01-31T12:00:00Z`")]
    At(String),
    /// The body is not an object.
    #[error("the body of an event is not an object: write it as an object")]
    Body,
    /// A string in the body that begins like a reference to a text and is none.
    #[error(
        "`{0}` is no reference to a text: write `text:sha256:` and 64 lower-case hexadecimal digits"
    )]
    Text(String),
}

fn check_length(bytes: &[u8]) -> Result<(), NotALeaf> {
    if bytes.len() > LEAF_BYTES_MAX {
        return Err(NotALeaf::TooLong { bytes: bytes.len() });
    }
    Ok(())
}

fn check_id(field: &'static str, id: &str) -> Result<(), NotALeaf> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control();
    if id.is_empty() || id.len() > ID_BYTES_MAX || id.contains(forbidden) {
        return Err(NotALeaf::Id { field, id: shorten(id) });
    }
    Ok(())
}

/// What an organisation named itself: it may hold spaces.
fn check_named(field: &'static str, name: &str) -> Result<(), NotALeaf> {
    if name.is_empty() || name.len() > ID_BYTES_MAX || name.contains(char::is_control) {
        return Err(NotALeaf::Id { field, id: shorten(name) });
    }
    Ok(())
}

/// `noun.verb.version`: at least one word before the version, which is 1 or more.
fn is_name(name: &str) -> bool {
    let Some((words, version)) = name.rsplit_once('.') else { return false };
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let number = version.parse::<u32>().is_ok_and(|number| number > 0);
    name.len() <= ID_BYTES_MAX
        && words.split('.').all(word)
        && number
        && !version.starts_with(['0', '+'])
}

/// `YYYY-MM-DDTHH:MM:SS[.fraction]Z`, checked by field and not against the calendar.
fn is_instant(text: &str) -> bool {
    let Some((seconds, fraction)) = text.split_at_checked(19) else { return false };
    let shape =
        seconds.bytes().zip("dddd-dd-ddTdd:dd:dd".bytes()).all(|(is, should)| match should {
            b'd' => is.is_ascii_digit(),
            other => is == other,
        });
    let within = |from: usize, low: u8, high: u8| {
        let field = seconds.get(from..from + 2).and_then(|field| field.parse::<u8>().ok());
        field.is_some_and(|field| (low..=high).contains(&field))
    };
    let digits = |digits: &str| {
        (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let ends = fraction
        .strip_suffix('Z')
        .is_some_and(|rest| rest.is_empty() || rest.strip_prefix('.').is_some_and(digits));
    let clock = within(11, 0, 23) && within(14, 0, 59) && within(17, 0, 60);
    shape && ends && clock && within(5, 1, 12) && within(8, 1, 31)
}

fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn leaf() -> Leaf {
        Leaf {
            subject: "finding:0198c0de".to_owned(),
            sequence: 1,
            name: "finding.opened.1".to_owned(),
            at: "2026-01-31T12:00:00.5Z".to_owned(),
            actor: "identity:7".to_owned(),
            policy: "sha256:00".to_owned(),
            cause: None,
            authority: None,
            body: json!({"severity": "high", "b": 1}),
        }
    }

    #[test]
    fn a_leaf_has_exactly_one_spelling_and_comes_back_from_it() {
        let bytes = leaf().bytes().unwrap();
        assert_eq!(
            String::from_utf8(bytes.clone()).unwrap(),
            r#"{"actor":"identity:7","at":"2026-01-31T12:00:00.5Z","body":{"b":1,"severity":"high"},"cause":null,"name":"finding.opened.1","policy":"sha256:00","sequence":1,"subject":"finding:0198c0de"}"#
        );
        let again = Leaf::parse(&bytes).unwrap();
        assert_eq!(again, leaf());
        assert_eq!(again.bytes().unwrap(), bytes);
    }

    #[test]
    fn a_missing_an_unknown_and_a_repeated_field_are_refused() {
        let text = String::from_utf8(leaf().bytes().unwrap()).unwrap();
        let without_cause = text.replace(r#""cause":null,"#, "");
        let with_more = text.replace(r#""sequence":1"#, r#""sequence":1,"seven":7"#);
        let twice = text.replace(r#""sequence":1"#, r#""sequence":1,"sequence":1"#);
        let body_twice = text.replace(r#""b":1"#, r#""b":1,"b":1"#);
        let spaced = text.replace(r#""b":1"#, r#""b": 1"#);
        let fraction = text.replace(r#""b":1"#, r#""b":1.5"#);
        for wrong in [without_cause, with_more, twice, body_twice, spaced, fraction] {
            assert!(Leaf::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
        for cut in 0..text.len() {
            assert!(Leaf::parse(&text.as_bytes()[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn each_field_is_checked_when_written_and_when_read() {
        type Change = fn(&mut Leaf);
        let changes: [(&str, Change); 12] = [
            ("subject", |leaf| leaf.subject = String::new()),
            ("actor", |leaf| leaf.actor = "Ann Example".to_owned()),
            ("policy", |leaf| leaf.policy = "p".repeat(257)),
            ("cause", |leaf| leaf.cause = Some("\n".to_owned())),
            ("sequence", |leaf| leaf.sequence = 0),
            ("2^53", |leaf| leaf.sequence = u64::MAX),
            ("name", |leaf| leaf.name = "finding.opened".to_owned()),
            ("instant", |leaf| leaf.at = "2026-01-31 12:00:00Z".to_owned()),
            ("object", |leaf| leaf.body = json!("text")),
            ("fraction", |leaf| leaf.body = json!({"share": 0.5})),
            ("reference", |leaf| leaf.body = json!({"why": ["text:sha256:abc"]})),
            ("65535", |leaf| leaf.body = json!({"long": "x".repeat(LEAF_BYTES_MAX)})),
        ];
        for (word, change) in changes {
            let mut changed = leaf();
            change(&mut changed);
            let refusal = changed.bytes().unwrap_err().to_string();
            assert!(refusal.contains(word), "{word}: {refusal}");
            let unchecked = canonical::bytes(&changed)
                .unwrap_or_else(|_| serde_json::to_vec(&changed).unwrap());
            let refusal = Leaf::parse(&unchecked).unwrap_err().to_string();
            assert!(refusal.contains(word), "{word}: {refusal}");
        }
    }

    #[test]
    fn names_end_in_a_version() {
        for name in ["finding.opened.1", "break_glass.invoked.12", "a.b.c.3", "run.1"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "finding.opened.0",
            "finding.opened.01",
            "finding.opened.+1",
            "1",
            ".1",
            "a..1",
            "A.1",
            "a b.1",
            "a.1 ",
            "é.1",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn instants_are_rfc_3339_in_utc() {
        for at in ["2026-01-31T12:00:00Z", "2026-12-01T23:59:60Z", "2026-01-31T12:00:00.123456789Z"]
        {
            assert!(is_instant(at), "{at}");
        }
        for at in [
            "",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "2026-01-31T12:00:00+00:00",
            "2026-01-31t12:00:00z",
            "2026-13-31T12:00:00Z",
            "2026-00-31T12:00:00Z",
            "2026-01-32T12:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:60:00Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00.1234567890Z",
            "2026-01-31T12:00:0\u{660}Z",
            "2026-01-31T12:00:00ZZ",
        ] {
            assert!(!is_instant(at), "{at}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_input_makes_reading_a_leaf_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            proptest::prop_assert!(Leaf::parse(&bytes).is_err());
        }

        #[test]
        fn one_flipped_bit_is_refused_or_makes_another_leaf(at in 0..170_usize, bit in 0..8_u32) {
            let original = leaf().bytes().unwrap();
            let mut changed = original.clone();
            changed[at] ^= 1 << bit;
            if let Ok(other) = Leaf::parse(&changed) {
                proptest::prop_assert_eq!(other.bytes().unwrap(), changed);
                proptest::prop_assert_ne!(other, leaf());
            }
        }
    }
}
