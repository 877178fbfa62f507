//! Rule packs: TOML files that say which access is toxic, read into the plain types the engine
//! judges by. A set of packs is loaded whole or not at all, and its digest stands in every event.
//! Reads no files and judges nothing: texts come in, rules or faults go out.

mod builtin;
mod case;
mod control;
mod form;
pub mod limit;
pub(crate) mod malformed;
pub(crate) mod part;
mod read;
mod schema;
pub(crate) mod shape;
mod stand_in;
mod trial;
pub(crate) mod word;

use std::collections::BTreeMap;
use std::fmt::Write;

use countersign_access::rule::Pack;
use sha2::{Digest, Sha256};

pub use malformed::{Fault, Malformed};
pub use schema::schema;
pub use trial::{Failure, Found, Report, Untested};

use builtin::{BUILTIN, BUILTIN_TESTS};
use limit::PACKS_MAX;
use malformed::Marks;
use read::Placed;

/// How the name of a file with tests for a pack ends; the pack beside it is `NAME.toml`.
pub const TEST_SUFFIX: &str = ".test.toml";

/// One file as the caller read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its name, for messages.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// All rules that are in force, and their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// The packs in order of id.
    pub packs: Vec<Pack>,
    /// The text of each pack as it was written, by id.
    pub texts: BTreeMap<String, String>,
    /// See [`digest`].
    pub digest: String,
    /// Ids and versions for people: `business 1.0.0, postgres 1.0.0`.
    pub version: String,
}

/// Reads one pack.
///
/// # Errors
/// [`Malformed`] with everything that is wrong with it.
pub fn parse(name: &str, text: &str) -> Result<Pack, Malformed> {
    read::read(name, text).map(|placed| placed.pack)
}

/// The packs that come with the product, in order of id.
#[must_use]
pub fn builtin() -> Vec<Pack> {
    let parsed: Result<Vec<Pack>, Malformed> =
        BUILTIN.iter().map(|(name, text)| parse(name, text)).collect();
    #[expect(clippy::expect_used, reason = "the texts are compiled in, and a test reads them all")]
    parsed.expect("built-in packs are well formed")
}

/// The texts of the packs that come with the product, for `countersign policy` and the digest.
#[must_use]
pub fn builtin_texts() -> Vec<Text> {
    BUILTIN
        .iter()
        .map(|(name, text)| Text { name: (*name).to_owned(), text: (*text).to_owned() })
        .collect()
}

/// Loads packs, with or without the built-in ones: all of them, or none with everything that is
/// wrong. Files whose name ends in [`TEST_SUFFIX`] are tests and left out.
///
/// # Errors
/// One [`Malformed`] for each file that cannot be used, ids that clash across packs included.
pub fn load(texts: &[Text], with_builtin: bool) -> Result<RuleSet, Vec<Malformed>> {
    let given = texts.iter().filter(|text| !text.name.ends_with(TEST_SUFFIX)).cloned();
    let texts: Vec<Text> = if with_builtin {
        builtin_texts().into_iter().chain(given).collect()
    } else {
        given.collect()
    };
    let mut malformed = Vec::new();
    let mut sources: Vec<(&Text, Placed)> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        match too_many(at, text).and_then(|()| read::read(&text.name, &text.text)) {
            Ok(placed) => sources.push((text, placed)),
            Err(bad) => malformed.push(bad),
        }
    }
    malformed.extend(clashes(&sources));
    if !malformed.is_empty() {
        return Err(malformed);
    }
    sources.sort_by(|(_, left), (_, right)| left.pack.id.cmp(&right.pack.id));
    let digest =
        digest(sources.iter().map(|(text, placed)| (placed.pack.id.as_str(), text.text.as_str())));
    let texts = sources.iter().map(|(text, it)| (it.pack.id.clone(), text.text.clone())).collect();
    let packs: Vec<Pack> = sources.into_iter().map(|(_, placed)| placed.pack).collect();
    Ok(RuleSet { digest, version: version(&packs), texts, packs })
}

/// The tests that come with the built-in packs, for `countersign policy test`.
#[must_use]
pub fn builtin_tests() -> Vec<Text> {
    BUILTIN_TESTS
        .iter()
        .map(|(name, text)| Text { name: (*name).to_owned(), text: (*text).to_owned() })
        .collect()
}

/// Runs the tests beside the rules: the cases of each `NAME.test.toml` against the pack `NAME.toml`.
/// Rules without a case that they find something in and one that they find nothing in are named.
///
/// # Errors
/// One [`Malformed`] for each pack or test file that cannot be used.
pub fn test(texts: &[Text]) -> Result<Report, Vec<Malformed>> {
    let (tests, packs): (Vec<&Text>, Vec<&Text>) =
        texts.iter().partition(|text| text.name.ends_with(TEST_SUFFIX));
    let mut malformed: Vec<Malformed> =
        tests.iter().filter_map(|test| without_pack(test, &packs)).collect();
    let mut report = Report::default();
    for text in packs {
        let beside = tests.iter().find(|test| is_beside(test, text));
        let tried = parse(&text.name, &text.text).and_then(|pack| match beside {
            Some(test) => trial::run(&pack, &text.name, &test.name, &test.text),
            None => Ok(Report {
                untested: trial::untested(&pack, &text.name, &[]),
                ..Report::default()
            }),
        });
        match tried {
            Ok(tried) => report.add(tried),
            Err(bad) => malformed.push(bad),
        }
    }
    if malformed.is_empty() { Ok(report) } else { Err(malformed) }
}

/// Whether a test file belongs to a pack file.
fn is_beside(test: &Text, pack: &Text) -> bool {
    test.name.strip_suffix(TEST_SUFFIX) == pack.name.strip_suffix(".toml")
}

fn without_pack(test: &Text, packs: &[&Text]) -> Option<Malformed> {
    if packs.iter().any(|pack| is_beside(test, pack)) {
        return None;
    }
    let mut marks = Marks::new(&test.text);
    let stem = test.name.strip_suffix(TEST_SUFFIX).unwrap_or_default();
    marks.fault(&(0..0), format!("no pack stands beside these tests: give `{stem}.toml` too"));
    Some(marks.refuse(&test.name))
}

/// SHA-256, in lower-case hex, over one line `DIGEST  ID` for each pack in order of id, where DIGEST
/// is the SHA-256 of the pack's exact text: what `sha256sum` prints, hashed again, so that an auditor
/// can repeat it by hand.
#[must_use]
pub fn digest<'a>(packs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let by_id: BTreeMap<&str, &str> = packs.into_iter().collect();
    let mut all = Sha256::new();
    for (id, text) in by_id {
        all.update(format!("{}  {id}\n", hex(&Sha256::digest(text.as_bytes()))));
    }
    hex(&all.finalize())
}

fn too_many(at: usize, text: &Text) -> Result<(), Malformed> {
    let mut marks = Marks::new(&text.text);
    if at >= PACKS_MAX {
        marks.fault(&(0..0), format!("more than {PACKS_MAX} packs are given: join some of them"));
    }
    marks.finish(&text.name, ())
}

/// Packs and rules whose id an earlier pack has taken.
fn clashes(sources: &[(&Text, Placed)]) -> Vec<Malformed> {
    let mut packs: BTreeMap<&str, &str> = BTreeMap::new();
    let mut rules: BTreeMap<&str, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for (text, placed) in sources {
        let mut marks = Marks::new(&text.text);
        if let Some(first) = packs.insert(&placed.pack.id, &text.name) {
            let what = format!(
                "the pack id `{}` is taken by `{first}`: give this pack its own",
                placed.pack.id
            );
            marks.fault(&placed.id, what);
        }
        for (rule, span) in placed.pack.rules.iter().zip(&placed.rules) {
            if let Some(first) = rules.insert(&rule.id, &text.name) {
                marks.enter(Some(&rule.id));
                marks.fault(
                    span,
                    format!("this id is taken by a rule in `{first}`: give it its own"),
                );
            }
        }
        found.extend(marks.finish(&text.name, ()).err());
    }
    found
}

fn version(packs: &[Pack]) -> String {
    packs.iter().map(|pack| format!("{} {}", pack.id, pack.version)).collect::<Vec<_>>().join(", ")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
