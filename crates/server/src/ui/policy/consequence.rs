//! What would come out otherwise for open cases, as whoever countersigns reads it first.

use super::super::person::People;
use super::super::refusal::sentence;
use super::super::state::{exception_words, status_words};
use crate::ask::policy::{CaseOtherwise, Consequences, Otherwise};

/// What would come out otherwise.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) lead: String,
    pub(super) rows: Vec<Row>,
    pub(super) more: usize,
    pub(super) left_out: Vec<String>,
}

/// One case.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) reference: String,
    pub(super) address: String,
    pub(super) rule: String,
    pub(super) status: String,
    pub(super) tier: String,
    /// Words, and whether less is asked for.
    pub(super) points: Vec<(String, bool)>,
}

/// Whose names the page needs.
pub(super) fn people(told: Option<&Consequences>) -> Vec<String> {
    let cases = told.into_iter().flat_map(|it| &it.cases);
    cases.flat_map(|it| &it.otherwise).filter_map(|it| it.person.clone()).collect()
}

impl Told {
    pub(super) fn of(told: &Consequences, people: &People) -> Self {
        let count = |count: usize, one: &str, many: &str| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {many}"),
        };
        let findings = count(told.findings_looked, "finding", "findings");
        let exceptions = count(told.exceptions_looked, "exception", "exceptions");
        let all = told.cases.len().saturating_add(told.cases_more);
        let lead = match all {
            0 => {
                format!("Nothing comes out otherwise for the {findings} and {exceptions} there are")
            }
            _ => format!(
                "{all} of {findings} and {exceptions}. What was signed stays signed; this says what would \
                 not be had again, or would be had now"
            ),
        };
        Self {
            lead,
            rows: told.cases.iter().map(|it| Row::of(it, people)).collect(),
            more: told.cases_more,
            left_out: told.left_out.iter().map(|it| sentence(it)).collect(),
        }
    }
}

impl Row {
    fn of(it: &CaseOtherwise, people: &People) -> Self {
        let (shelf, status) = match it.kind.as_str() {
            "exception" => ("exceptions", exception_words(&it.status)),
            _ => ("findings", status_words(&it.status)),
        };
        let tier = if it.tier_was == it.tier_is {
            it.tier_is.clone()
        } else {
            format!("{}, now {}", it.tier_is, it.tier_was)
        };
        Self {
            reference: it.reference.clone(),
            address: format!("/{shelf}/{}", it.reference),
            rule: it.rule.clone(),
            status: status.to_owned(),
            tier,
            points: it.otherwise.iter().map(|point| words(point, people)).collect(),
        }
    }
}

fn words(point: &Otherwise, people: &People) -> (String, bool) {
    let words = match &point.person {
        Some(id) => format!("{}: {}", people.name(id), point.words),
        None => point.words.clone(),
    };
    (sentence(&words), point.loosens)
}
