//! Runs the tests that stand beside the files of a policy, through the same functions that answer real
//! questions, and says what no test speaks of.

mod authority;
mod days;
mod groups;
mod tiers;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::Folder;
use crate::rules::limit::CASES_MAX;
use crate::rules::malformed::Marks;
use crate::rules::{self, Malformed, Text, shape};

/// A case whose answer is another than it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file of the test.
    pub file: String,
    /// The case's name.
    pub case: String,
    /// What was expected and what came.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.case, self.what)
    }
}

/// What came of the tests of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many answers were compared; those of rules included.
    pub cases: usize,
    /// How many of them each case compared, by file and name.
    pub tried: BTreeMap<(String, String), usize>,
    /// Which were others.
    pub failures: Vec<Failure>,
    /// What no test speaks of: policies, tiers, rules.
    pub untested: Vec<String>,
}

impl Report {
    /// Whether every case holds and nothing is untested.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failures.is_empty() && self.untested.is_empty()
    }

    fn compare(&mut self, place: (&str, &str), is: &str, wanted: &str) {
        self.cases = self.cases.saturating_add(1);
        let (file, case) = (place.0.to_owned(), place.1.to_owned());
        let answers = self.tried.entry((file.clone(), case.clone())).or_default();
        *answers = answers.saturating_add(1);
        if is != wanted {
            let what = format!("expected {wanted}, and it is {is}");
            self.failures.push(Failure { file, case, what });
        }
    }
}

/// What the tests of one file have spoken of.
#[derive(Debug, Default)]
struct Spoken {
    tiers: BTreeSet<String>,
    policies: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl Folder {
    /// Runs all tests of the folder.
    ///
    /// # Errors
    /// One [`Malformed`] for each test file that cannot be used.
    pub fn test(&self, texts: &[Text]) -> Result<Report, Vec<Malformed>> {
        let mut report = Report::default();
        let mut spoken = Spoken::default();
        let mut bad = Vec::new();
        for text in self.tests() {
            let done = match text.name.as_str() {
                "tiers.test.toml" => tiers::run(self, text, &mut report, &mut spoken),
                "sla.test.toml" => days::slas(self, text, &mut report),
                "calendar.test.toml" => days::calendar(self, text, &mut report),
                "raci.test.toml" => days::raci(self, text, &mut report),
                "groups.test.toml" => groups::run(self, text, &mut report, &mut spoken),
                name if name.starts_with("authority/") => {
                    authority::run(self, text, &mut report, &mut spoken)
                }
                _ => Ok(()),
            };
            bad.extend(done.err());
        }
        let packs: Vec<Text> =
            texts.iter().filter(|it| it.name.starts_with("rules/")).cloned().collect();
        match rules::test(&packs) {
            Ok(tried) => add_rules(&mut report, tried),
            Err(more) => bad.extend(more),
        }
        if !bad.is_empty() {
            return Err(bad);
        }
        let tiers = self.tiers.tiers.iter().map(|tier| &tier.id);
        let untested = tiers.filter(|id| !spoken.tiers.contains(*id));
        report.untested.extend(untested.map(|id| format!("tier `{id}`")));
        let policies = self.authorities.about.keys();
        let untested = policies.filter(|id| !spoken.policies.contains(*id));
        report.untested.extend(untested.map(|id| format!("policy `{id}`")));
        let groups = self.groups.iter().map(|(name, _)| name);
        let untested = groups.filter(|name| !spoken.groups.contains(*name));
        report.untested.extend(untested.map(|name| format!("group `{name}`")));
        Ok(report)
    }
}

fn add_rules(report: &mut Report, tried: rules::Report) {
    report.cases = report.cases.saturating_add(tried.cases);
    for place in tried.tried {
        let answers = report.tried.entry(place).or_default();
        *answers = answers.saturating_add(1);
    }
    report.failures.extend(tried.failures.into_iter().map(|it| {
        let what = format!("not found {:?}, found beside {:?}", it.absent, it.surplus);
        Failure { file: it.file, case: it.case, what }
    }));
    let untested = tried.untested.into_iter().map(|it| format!("rule `{}`", it.rule));
    report.untested.extend(untested);
}

/// Reads the cases of one file and hands each to `run`.
fn each<T: DeserializeOwned>(
    text: &Text,
    cases: impl Fn(&T) -> usize,
    run: impl FnOnce(&T, &mut Marks<'_>),
) -> Result<(), Malformed> {
    let (form, mut marks) = shape::parse::<T>(&text.name, &text.text)?;
    let found = cases(&form);
    if found > CASES_MAX {
        let what = format!("{found} cases, at most {CASES_MAX} are accepted: split the file");
        marks.fault(&(0..0), what);
        return Err(marks.refuse(&text.name));
    }
    run(&form, &mut marks);
    marks.finish(&text.name, ())
}

/// An instant, or a note of what is wrong with it.
fn instant(text: &Spanned<String>, marks: &mut Marks<'_>) -> Option<jiff::Timestamp> {
    let read = text.get_ref().parse().ok();
    if read.is_none() {
        let what =
            format!("`{}` is no instant: write it such as `2026-12-24T18:00:00Z`", text.get_ref());
        marks.fault(&text.span(), what);
    }
    read
}
