//! The judge sees an ended finding again: the same finding reopens, it is not a new one (REM-10).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Ending, Event, Finding, Known, Stage};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::refusal::Refusal;

/// What the judge sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recur {
    /// All of it.
    pub known: Known,
}

/// It is back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurred {
    /// What is seen now.
    pub known: Known,
    /// Since when.
    pub at: Timestamp,
}

pub(super) fn recur(
    finding: &Finding,
    facts: &Facts,
    command: Recur,
) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Judge)?;
    let Stage::Ended { ending, .. } = &finding.stage else {
        return Err(finding.wrong_stage("reopened by the judge", "ended"));
    };
    match ending {
        // While the rule owner's word holds, seeing it again is nothing new.
        Ending::NotToxic(word) if facts.now < word.until() => Ok(Vec::new()),
        Ending::NotToxic(_) | Ending::Fixed(_) | Ending::Gone(_) | Ending::RuleChanged(_) => {
            Ok(vec![Event::Recurred(Recurred { known: command.known, at: facts.now })])
        }
    }
}

/// Back to its last owner, whose date is unchanged: time that ran out does not come back. Who
/// signed from which seat stays known: one person, one seat, however often a case comes back.
pub(super) fn evolve(finding: &mut Finding, recurred: &Recurred) {
    finding.known = recurred.known.clone();
    finding.reopened = finding.reopened.saturating_add(1);
    finding.dispute = None;
    finding.stage = match finding.owner().cloned() {
        Some(owner) => Stage::Assigned { owner },
        None => Stage::Open,
    };
}
