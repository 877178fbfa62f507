//! The judge sees an ended finding again: the same finding reopens, it is not a new one (REM-10).

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ending, Event, Finding, Known, Stage};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// What the judge sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recur {
    /// All of it.
    pub known: Known,
}

/// It is back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recurred {
    /// What is seen now.
    pub known: Known,
    /// Since when.
    #[schemars(with = "Instant")]
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
    finding.unproven = false;
    finding.stage = match finding.owner().cloned() {
        Some(owner) => Stage::Assigned { owner },
        None => Stage::Open,
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Command;
    use crate::scene::{Case, GUARD, OTHER_OWNER, disputed, facts, known, machine, settle_until};

    fn seen() -> Command {
        Command::Recur(Recur { known: known() })
    }

    #[test]
    fn what_was_fixed_and_comes_back_is_the_same_finding_with_its_owner_and_old_date() {
        let case = Case::fixed();
        let due = case.finding.as_ref().unwrap().owner().cloned();
        let case = case.then(&machine(Machine::Judge, 50), seen());
        let finding = case.finding.as_ref().unwrap();
        assert_eq!((finding.status(), finding.reopened), ("assigned", 1));
        assert_eq!(finding.owner().cloned(), due);
    }

    #[test]
    fn not_toxic_holds_until_its_date_and_not_a_day_longer() {
        let case = Case::assigned()
            .then(&facts(OTHER_OWNER, 3), disputed())
            .then(&facts(GUARD, 4), settle_until(Some(40)));
        let before = case.ask(&machine(Machine::Judge, 39), seen());
        assert_eq!(before, Ok(Vec::new()));
        assert_eq!(case.then(&machine(Machine::Judge, 40), seen()).status(), "assigned");
    }

    #[test]
    fn a_finding_that_has_not_ended_does_not_recur() {
        let refused = Case::assigned().refused(&machine(Machine::Judge, 2), seen());
        assert_eq!(refused, "case.wrong-stage");
    }
}
