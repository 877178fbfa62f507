//! The judge does not see a finding any more. It is gone when a complete read shows so and no order
//! of ours was under way, or the rule changed. (Fixed is `verify`, not toxic is `settle`.)

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ending, Event, Finding, Ownership, Stage};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// Why the judge does not see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// A later read does not have it.
    NotSeen {
        /// When that read began.
        read_at: Timestamp,
        /// Whether everything on which the finding rested was read.
        complete: bool,
        /// Whether anybody whom it affected still has the combination on another path.
        still: bool,
    },
    /// The rules changed.
    RuleChanged {
        /// Digest of the policy in force.
        policy: String,
        /// Who put it in force.
        signed_by: Option<PersonId>,
    },
}

/// It is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// How.
    pub ending: Ending,
    /// Whose it was, if anybody's.
    pub owner: Option<Ownership>,
}

/// A complete read without it. Nothing outside this file makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Absence {
    /// When that read began.
    #[schemars(with = "Instant")]
    read_at: Timestamp,
}

/// The policy under which it is no finding. Nothing outside this file makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rules {
    /// Its digest.
    policy: String,
    /// Who put it in force.
    signed_by: Option<PersonId>,
}

pub(super) fn end(finding: &Finding, facts: &Facts, command: End) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Judge)?;
    let ending = match command {
        End::NotSeen { complete: false, .. } => return Err(Refusal::Incomplete),
        // What ends while an order of ours is under way ends by its proof and not by itself.
        End::NotSeen { .. } | End::RuleChanged { .. } if finding.order().is_some() => {
            return Ok(Vec::new());
        }
        // Not seen because a fix of ours took one path of several: no rule change explains that.
        End::RuleChanged { .. } if finding.unproven => return Ok(Vec::new()),
        // A change of ours did not help, and still somebody has it: it is not over.
        End::NotSeen { still: true, .. } if finding.unproven => return Ok(Vec::new()),
        End::NotSeen { read_at, complete: true, still: _ } => Ending::Gone(Absence { read_at }),
        End::RuleChanged { policy, signed_by } => Ending::RuleChanged(Rules { policy, signed_by }),
    };
    match &finding.stage {
        // Its end is known; that it is not seen any more is nothing new.
        Stage::Ended { .. } => Ok(Vec::new()),
        Stage::Open
        | Stage::Assigned { .. }
        | Stage::Chosen { .. }
        | Stage::Remediating { .. }
        | Stage::Fulfilled { .. } => {
            let owner = finding.owner().cloned();
            Ok(vec![Event::Ended(Ended { at: facts.now, ending, owner })])
        }
    }
}

pub(super) fn evolve(finding: &mut Finding, ended: &Ended) {
    finding.dispute = None;
    if let Ending::NotToxic(word) = &ended.ending {
        finding.remember(word.signed());
    }
    finding.stage =
        Stage::Ended { at: ended.at, ending: ended.ending.clone(), owner: ended.owner.clone() };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Command;
    use crate::scene::{Case, day, id, machine};

    fn not_seen(complete: bool) -> Command {
        Command::End(End::NotSeen { read_at: day(9), complete, still: false })
    }

    #[test]
    fn gone_needs_a_complete_read_and_no_order_of_ours() {
        let judge = machine(Machine::Judge, 9);
        assert_eq!(Case::assigned().then(&judge, not_seen(true)).status(), "gone");
        assert_eq!(Case::assigned().refused(&judge, not_seen(false)), "proof.incomplete");
        assert_eq!(Case::ordered().then(&judge, not_seen(true)).status(), "remediating");
        assert_eq!(Case::fixed().then(&judge, not_seen(true)).status(), "fixed");
    }

    #[test]
    fn what_a_change_of_ours_did_not_help_is_not_gone_while_somebody_still_has_it() {
        use countersign_access::change::Holds;

        use crate::scene::{clear, text, verify_with};
        let still = crate::facts::Reach { still: Some(text("other role")), ..clear(5) };
        let facts = Facts { reach: Some(still), ..machine(Machine::Enforcer, 5) };
        let case = Case::fulfilled().then(&facts, verify_with(Holds::Yes, 5));
        let judge = machine(Machine::Judge, 9);
        let not_seen =
            |still| Command::End(End::NotSeen { read_at: day(9), complete: true, still });
        assert_eq!(case.clone().then(&judge, not_seen(true)).status(), "assigned");
        assert_eq!(case.then(&judge, not_seen(false)).status(), "gone");
        assert_eq!(Case::assigned().then(&judge, not_seen(true)).status(), "gone");
    }

    #[test]
    fn a_rule_change_is_counted_apart_and_keeps_who_signed() {
        let signed_by = Some(id(crate::scene::GUARD));
        let end = Command::End(End::RuleChanged { policy: "new".into(), signed_by });
        let judge = machine(Machine::Judge, 9);
        assert_eq!(Case::ordered().then(&judge, end.clone()).status(), "remediating");
        assert_eq!(Case::fulfilled().then(&judge, end.clone()).status(), "fulfilled");
        assert_eq!(Case::assigned().then(&judge, end).status(), "rule_changed");
    }
}
