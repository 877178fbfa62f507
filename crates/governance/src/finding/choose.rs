//! The owner chooses the remedy. Choosing changes nothing in the system; the control seat orders it.

use super::{Chosen, Event, Finding, Remedy, Stage};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::text::TextDigest;

/// A remedy for a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choose {
    /// What sort.
    pub remedy: Remedy,
    /// The change, as a text.
    pub change: TextDigest,
    /// Which system.
    pub system: String,
}

pub(super) fn choose(
    finding: &Finding,
    facts: &Facts,
    command: Choose,
) -> Result<Vec<Event>, Refusal> {
    match &finding.stage {
        Stage::Assigned { .. } | Stage::Chosen { .. } => {}
        Stage::Open | Stage::Remediating { .. } | Stage::Fulfilled { .. } | Stage::Ended { .. } => {
            return Err(finding.wrong_stage("decided on", "assigned"));
        }
    }
    let signed = finding.owner_signs(facts)?;
    if !facts.on_path {
        return Err(Refusal::NoRemedy);
    }
    let Choose { remedy, change, system } = command;
    Ok(vec![Event::RemedyChosen(Chosen { remedy, change, system, signed })])
}

pub(super) fn evolve(finding: &mut Finding, chosen: &Chosen) {
    let owner = finding.owner().cloned();
    if let Some(owner) = owner {
        finding.remember(&chosen.signed);
        finding.stage = Stage::Chosen { owner, chosen: chosen.clone() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{ADMIN, Case, GUARD, OTHER_OWNER, OWNER, choose_revoke, facts, id};

    #[test]
    fn only_the_owner_chooses_and_may_think_again_until_it_is_ordered() {
        let case = Case::chosen();
        assert_eq!(case.status(), "chosen");
        assert_eq!(case.refused(&facts(OTHER_OWNER, 2), choose_revoke()), "duty.not-the-owner");
        assert!(case.ask(&facts(OWNER, 2), choose_revoke()).is_ok());
        assert_eq!(Case::ordered().refused(&facts(OWNER, 3), choose_revoke()), "case.wrong-stage");
    }

    #[test]
    fn control_and_security_cannot_decide_for_the_business() {
        for n in [ADMIN, GUARD] {
            assert_eq!(Case::assigned().refused(&facts(n, 2), choose_revoke()), "duty.wrong-seat");
        }
    }

    #[test]
    fn an_owner_who_came_to_hold_the_access_signs_no_more() {
        let holders = std::collections::BTreeSet::from([id(OWNER)]);
        let facts = Facts { holders, ..facts(OWNER, 2) };
        assert_eq!(Case::assigned().refused(&facts, choose_revoke()), "duty.own-access");
    }

    #[test]
    fn a_change_that_touches_no_path_is_no_remedy() {
        let facts = Facts { on_path: false, ..facts(OWNER, 2) };
        assert_eq!(Case::assigned().refused(&facts, choose_revoke()), "remedy.none");
    }
}
