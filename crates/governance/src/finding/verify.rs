//! Evidence decides. A finding is fixed only when the system, read back after our change, no longer
//! has the edge, and the graph as of that read or later shows the combination on no other path.

use countersign_access::change::Holds;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::end::Ended;
use super::{Ending, Event, Finding, Stage};
use crate::actor::Machine;
use crate::facts::{Facts, Reach};
use crate::id::OrderId;
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::text::TextDigest;

/// What was read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verify {
    /// For which order.
    pub order: OrderId,
    /// What the answer says about the claim.
    pub holds: Holds,
    /// When the read began.
    pub read_at: Timestamp,
    /// The evidence, as a text (JSON of `access::change::Evidence`).
    pub evidence: TextDigest,
}

/// Why a finding counts as fixed. Nothing outside this file makes one: no fix without proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proof {
    /// The order that helped.
    order: OrderId,
    /// What was read back, as a text.
    evidence: TextDigest,
    /// When the system was read back.
    #[schemars(with = "Instant")]
    read_at: Timestamp,
    /// When the read of the whole system began on which the graph's answer rests.
    #[schemars(with = "Instant")]
    graph_read_at: Timestamp,
}

impl Proof {
    /// The evidence, as a text.
    #[must_use]
    pub fn evidence(&self) -> &TextDigest {
        &self.evidence
    }

    /// When the system was read back.
    #[must_use]
    pub fn read_at(&self) -> Timestamp {
        self.read_at
    }

    /// The read of the whole system on which the graph's answer rests.
    #[must_use]
    pub fn graph_read_at(&self) -> Timestamp {
        self.graph_read_at
    }
}

/// It is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotVerified {
    /// Which order did not help.
    pub order: OrderId,
    /// The evidence.
    pub evidence: TextDigest,
    /// Why.
    pub because: Because,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

/// Why a change did not end a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Because {
    /// The system said yes and did nothing, or somebody put it back.
    EdgeStillThere,
    /// The edge is gone, the combination is not: there is another path.
    AnotherPath {
        /// Who still has it, through what, as a text (JSON).
        still: Option<TextDigest>,
    },
}

/// The read-back could not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inconclusive {
    /// For which order.
    pub order: OrderId,
    /// The evidence, such as it is.
    pub evidence: TextDigest,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn verify(
    finding: &Finding,
    facts: &Facts,
    command: Verify,
) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Enforcer)?;
    let Stage::Fulfilled { ordered, fulfilled, owner } = &finding.stage else {
        return Err(finding.wrong_stage("verified", "fulfilled"));
    };
    if ordered.order != command.order {
        return Err(Refusal::OtherClaim);
    }
    // Evidence from before the system answered says nothing about the change.
    if command.read_at < fulfilled.at {
        return Err(Refusal::NotYet);
    }
    let Verify { order, evidence, .. } = command;
    let at = facts.now;
    let not_verified = |because| {
        let evidence = evidence.clone();
        Ok(vec![Event::NotVerified(NotVerified { order, evidence, because, at })])
    };
    match command.holds {
        Holds::Unknown { .. } => {
            Ok(vec![Event::Inconclusive(Inconclusive { order, evidence, at })])
        }
        Holds::No { .. } => not_verified(Because::EdgeStillThere),
        Holds::Yes => match graph_answer(facts, command.read_at)? {
            Answer::Still(still) => not_verified(Because::AnotherPath { still }),
            Answer::Clear(graph_read_at) => {
                let proof = Proof { order, evidence, read_at: command.read_at, graph_read_at };
                let ending = Ending::Fixed(proof);
                Ok(vec![Event::Ended(Ended { at, ending, owner: Some(owner.clone()) })])
            }
        },
    }
}

enum Answer {
    Clear(Timestamp),
    Still(Option<TextDigest>),
}

/// What the graph says, if it may be asked at all: a graph older than the evidence answers "not
/// yet", an incomplete one can show that something is there and never that it is gone.
fn graph_answer(facts: &Facts, evidence_read_at: Timestamp) -> Result<Answer, Refusal> {
    let reach: &Reach = facts.reach.as_ref().ok_or(Refusal::NotYet)?;
    if reach.read_at < evidence_read_at {
        return Err(Refusal::NotYet);
    }
    if reach.present || reach.still.is_some() {
        return Ok(Answer::Still(reach.still.clone()));
    }
    if reach.complete { Ok(Answer::Clear(reach.read_at)) } else { Err(Refusal::Incomplete) }
}

/// Back to its owner, who chooses again; the date is unchanged, and who signed from which seat
/// stays known.
pub(super) fn evolve(finding: &mut Finding) {
    if let Stage::Fulfilled { owner, .. } = &finding.stage {
        finding.stage = Stage::Assigned { owner: owner.clone() };
        finding.reopened = finding.reopened.saturating_add(1);
        finding.unproven = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{ADMIN, Case, clear, facts, machine, text, verify_with};

    fn graph(reach: Reach) -> Facts {
        Facts { reach: Some(reach), ..machine(Machine::Enforcer, 6) }
    }

    #[test]
    fn fixed_needs_the_edge_gone_and_the_combination_gone() {
        assert_eq!(Case::fixed().status(), "fixed");
    }

    #[test]
    fn a_target_that_said_yes_and_did_nothing_is_found_out() {
        let no = Holds::No { found: "member".into() };
        let case = Case::fulfilled().then(&graph(clear(6)), verify_with(no, 5));
        assert_eq!(case.status(), "assigned");
        assert!(matches!(
            case.events.last(),
            Some(Event::NotVerified(NotVerified { because: Because::EdgeStillThere, .. }))
        ));
    }

    #[test]
    fn another_path_keeps_it_open_and_says_which() {
        let still = Some(text("through the other role"));
        for reach in [
            Reach { still: still.clone(), ..clear(6) },
            Reach { present: true, still: still.clone(), ..clear(6) },
            Reach { complete: false, still: still.clone(), ..clear(6) },
        ] {
            let case = Case::fulfilled().then(&graph(reach), verify_with(Holds::Yes, 5));
            assert_eq!(case.status(), "assigned");
            let Some(Event::NotVerified(it)) = case.events.last() else { panic!("not verified") };
            assert_eq!(it.because, Because::AnotherPath { still: still.clone() });
        }
    }

    #[test]
    fn a_graph_or_evidence_from_before_answers_not_yet_never_yes() {
        let case = Case::fulfilled();
        let yes = |on| verify_with(Holds::Yes, on);
        assert_eq!(case.refused(&graph(clear(4)), yes(5)), "proof.not-yet");
        assert_eq!(case.refused(&machine(Machine::Enforcer, 6), yes(5)), "proof.not-yet");
        assert_eq!(case.refused(&graph(clear(6)), yes(3)), "proof.not-yet");
    }

    #[test]
    fn an_incomplete_read_ends_nothing() {
        let partial = Reach { complete: false, ..clear(6) };
        let refused = Case::fulfilled().refused(&graph(partial), verify_with(Holds::Yes, 5));
        assert_eq!(refused, "proof.incomplete");
    }

    #[test]
    fn a_read_that_could_not_tell_changes_nothing() {
        let unknown = Holds::Unknown { why: "denied".into() };
        let case = Case::fulfilled().then(&graph(clear(6)), verify_with(unknown, 5));
        assert_eq!(case.status(), "fulfilled");
    }

    #[test]
    fn no_person_can_say_that_it_is_proven() {
        let facts = Facts { reach: Some(clear(6)), ..facts(ADMIN, 6) };
        let refused = Case::fulfilled().refused(&facts, verify_with(Holds::Yes, 5));
        assert_eq!(refused, "duty.wrong-actor");
    }
}
