//! Runs the tests that stand beside the rules, through the same engine that judges real facts, and
//! says which rules have no test. Pure: texts come in, a report goes out.

use std::collections::BTreeSet;
use std::fmt;

use countersign_access::engine::Engine;
use countersign_access::finding::Certainty;
use countersign_access::rule::Pack;
use toml::Spanned;

use crate::rules::case::{self, CaseForm, CasesForm, DefaultsForm};
use crate::rules::limit::CASES_MAX;
use crate::rules::malformed::{Malformed, Marks};
use crate::rules::{shape, word};

/// What came of the tests of one pack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many cases were run.
    pub cases: usize,
    /// The file and the name of each.
    pub tried: Vec<(String, String)>,
    /// Cases that found something else than they say.
    pub failures: Vec<Failure>,
    /// Rules without a case that they find something in, or without one that they find nothing in.
    pub untested: Vec<Untested>,
}

impl Report {
    /// True when every case holds and no rule is untested.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failures.is_empty() && self.untested.is_empty()
    }

    /// Adds another pack's report.
    pub(crate) fn add(&mut self, other: Self) {
        self.cases = self.cases.saturating_add(other.cases);
        self.tried.extend(other.tried);
        self.failures.extend(other.failures);
        self.untested.extend(other.untested);
    }
}

/// A case that found something else than it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file.
    pub file: String,
    /// The case's name.
    pub case: String,
    /// Expected and not found.
    pub absent: Vec<Found>,
    /// Found and not expected.
    pub surplus: Vec<Found>,
}

/// A finding as a case names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The rule's id.
    pub rule: String,
    /// The root cause's id.
    pub root: String,
    /// The ids of all it affects, in order.
    pub affected: Vec<String>,
    /// Not proven.
    pub potential: bool,
}

/// A rule that is not tested enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untested {
    /// The pack's file.
    pub file: String,
    /// The rule's id.
    pub rule: String,
    /// No case finds anything by it.
    pub never_finds: bool,
    /// No case names it in `quiet`.
    pub never_quiet: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: case `{}`", self.file, self.case)?;
        for found in &self.absent {
            write!(f, "\n  expected and not found: {found}")?;
        }
        for found in &self.surplus {
            write!(f, "\n  found and not expected: {found}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let certainty = if self.potential { " (potential)" } else { "" };
        let affected: Vec<&str> = self.affected.iter().map(String::as_str).collect();
        let affected = word::list(&affected);
        write!(f, "`{}` at `{}`{certainty} affecting {affected}", self.rule, self.root)
    }
}

impl fmt::Display for Untested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lacks = match (self.never_finds, self.never_quiet) {
            (true, true) => "no case: add one with `find` and one with `quiet`",
            (true, false) => "no case that it finds something in: add one with `find`",
            (false, _) => "no case that it finds nothing in: add one with `quiet`",
        };
        write!(f, "{}: rule `{}` has {lacks}", self.file, self.rule)
    }
}

/// Runs the cases of one test file against its pack.
///
/// # Errors
/// [`Malformed`] when the test file cannot be used.
pub(crate) fn run(
    pack: &Pack,
    pack_file: &str,
    file: &str,
    text: &str,
) -> Result<Report, Malformed> {
    let (form, mut marks) = shape::parse::<CasesForm>(file, text)?;
    let mut report = Report { cases: form.case.len(), ..Report::default() };
    if form.case.len() > CASES_MAX {
        marks.fault(&(0..0), format!("more than {CASES_MAX} cases in one file: split the pack"));
    }
    for spanned in form.case.iter().take(CASES_MAX) {
        report.tried.push((file.to_owned(), spanned.get_ref().name.clone()));
        check_rules(pack, spanned.get_ref(), &mut marks);
        if let Some((absent, surplus)) = judge(pack, spanned, &form.defaults, &mut marks) {
            let case = spanned.get_ref().name.clone();
            report.failures.push(Failure { file: file.to_owned(), case, absent, surplus });
        }
    }
    report.untested = untested(pack, pack_file, &form.case);
    marks.finish(file, report)
}

/// Rules of a pack that no case finds anything by, or that none names as quiet; `*` tests the pack,
/// not the rule.
pub(crate) fn untested(pack: &Pack, file: &str, cases: &[Spanned<CaseForm>]) -> Vec<Untested> {
    let cases: Vec<&CaseForm> = cases.iter().map(Spanned::get_ref).collect();
    let finds = |case: &CaseForm, rule: &str| case.find.iter().any(|it| it.get_ref().rule == rule);
    let quiet = |case: &CaseForm, rule: &str| case.quiet.iter().any(|it| it.get_ref() == rule);
    let check = |rule: &str| Untested {
        file: file.to_owned(),
        rule: rule.to_owned(),
        never_finds: !cases.iter().any(|case| finds(case, rule)),
        never_quiet: !cases.iter().any(|case| quiet(case, rule) && !finds(case, rule)),
    };
    let all = pack.rules.iter().map(|rule| check(&rule.id));
    all.filter(|it| it.never_finds || it.never_quiet).collect()
}

/// Every rule that a case names must be one of the pack.
fn check_rules(pack: &Pack, case: &CaseForm, marks: &mut Marks<'_>) {
    let known: Vec<&str> = pack.rules.iter().map(|rule| rule.id.as_str()).collect();
    let finds = case.find.iter().map(|find| (find.get_ref().rule.as_str(), find.span()));
    let quiet = case.quiet.iter().map(|rule| (rule.get_ref().as_str(), rule.span()));
    for (rule, span) in finds.chain(quiet.filter(|(rule, _)| *rule != "*")) {
        if !known.contains(&rule) {
            let what = format!("the pack has no rule `{rule}`: {}", word::advice(rule, &known));
            marks.fault(&span, what);
        }
    }
}

/// What is absent and what is surplus, when either is.
fn judge(
    pack: &Pack,
    case: &Spanned<CaseForm>,
    defaults: &DefaultsForm,
    marks: &mut Marks<'_>,
) -> Option<(Vec<Found>, Vec<Found>)> {
    let run = case::run(case, defaults, marks);
    let case = case.get_ref();
    let named: BTreeSet<&str> = (case.find.iter().map(|find| find.get_ref().rule.as_str()))
        .chain(case.quiet.iter().map(|rule| rule.get_ref().as_str()))
        .collect();
    let engine = Engine::build(vec![run], vec![pack.clone()]);
    let is_named = |rule: &str| named.contains("*") || named.contains(rule);
    let found: BTreeSet<Found> = (engine.findings().values())
        .filter(|finding| is_named(&finding.rule))
        .map(|finding| Found {
            rule: finding.rule.clone(),
            root: finding.root_cause.id.to_string(),
            affected: finding.affected.iter().map(|node| node.id.to_string()).collect(),
            potential: finding.certainty == Certainty::Potential,
        })
        .collect();
    let wanted: BTreeSet<Found> = case.find.iter().map(|find| wanted(find.get_ref())).collect();
    if found == wanted {
        return None;
    }
    let absent = wanted.difference(&found).cloned().collect();
    Some((absent, found.difference(&wanted).cloned().collect()))
}

fn wanted(form: &case::FindForm) -> Found {
    let mut affected = form.affected.clone();
    affected.sort();
    let (rule, root) = (form.rule.clone(), form.root.clone());
    Found { rule, root, affected, potential: form.potential }
}
