//! What the tests beside a policy say. They run by themselves when it is loaded; nobody waits for them.

use std::collections::BTreeMap;

use countersign_policy::folder::Report;
use serde::Serialize;
use utoipa::ToSchema;

use crate::act::Door;

/// What came of the tests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyTests)]
pub struct Tested {
    /// Version of this form.
    pub version: u32,
    /// The policy's id and version.
    pub policy: String,
    /// `running`, `done`, or `unusable` where a test cannot be read.
    pub state: String,
    /// How many answers were compared.
    pub answers: usize,
    /// Each case, by file.
    pub tried: Vec<Tried>,
    /// What no test speaks of.
    pub untested: Vec<String>,
    /// What is wrong with tests that cannot be read.
    pub unusable: Vec<String>,
}

/// A case and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyTest)]
pub struct Tried {
    /// The file.
    pub file: String,
    /// Its name.
    pub case: String,
    /// How many answers it compared.
    pub answers: usize,
    /// Where they were others than expected, in words; empty when the case holds.
    pub failures: Vec<String>,
}

/// What came of the tests of the policy of a door.
#[must_use]
pub fn tested(door: &Door) -> Tested {
    let policy = door.policy.version.clone();
    let state = |state: &str| Tested {
        version: 1,
        policy: policy.clone(),
        state: state.to_owned(),
        ..Tested::default()
    };
    match door.live.tested(&door.policy) {
        None => state("running"),
        Some(outcome) => match &*outcome {
            Ok(report) => of(report, state("done")),
            Err(bad) => Tested { unusable: bad.clone(), ..state("unusable") },
        },
    }
}

pub(crate) fn of(report: &Report, into: Tested) -> Tested {
    let mut failures: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for it in &report.failures {
        failures.entry((&it.file, &it.case)).or_default().push(it.what.clone());
    }
    let tried = report.tried.iter().map(|((file, case), answers)| Tried {
        file: file.clone(),
        case: case.clone(),
        answers: *answers,
        failures: failures.get(&(file.as_str(), case.as_str())).cloned().unwrap_or_default(),
    });
    Tested {
        answers: report.cases,
        tried: tried.collect(),
        untested: report.untested.clone(),
        ..into
    }
}
