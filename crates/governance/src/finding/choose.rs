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
    /// Whether the change touches one of the finding's own paths, as the graph says.
    pub on_path: bool,
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
    if !command.on_path {
        return Err(Refusal::NoRemedy);
    }
    let Choose { remedy, change, system, on_path: _ } = command;
    Ok(vec![Event::RemedyChosen(Chosen { remedy, change, system, signed })])
}

pub(super) fn evolve(finding: &mut Finding, chosen: &Chosen) {
    let owner = finding.owner().cloned();
    if let Some(owner) = owner {
        finding.remember(&chosen.signed);
        finding.stage = Stage::Chosen { owner, chosen: chosen.clone() };
    }
}
