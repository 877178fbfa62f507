//! What somebody can do with the policy, each with the very answer that the door would give.

use countersign_governance::policy::Command;
use countersign_governance::{Command as Any, refusal::Refusal};

use super::super::Ui;
use super::super::person::People;
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use crate::api::policy::{propose, withdraw};
use crate::api::problem::Problem;
use crate::ask::policy::Standing;
use crate::door::NotDone;

/// Something that can be done, and why the one who looks cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deed {
    pub(super) no: Option<Refused>,
}

/// What can be done as things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deeds {
    /// Propose another policy.
    pub(super) propose: Deed,
    /// Countersign the one that waits, and end its proposal.
    pub(super) waiting: Option<(Deed, Deed)>,
}

/// A reason that is long enough, for a look at what would be answered.
const LOOK: &str = "a look at what would be answered";

/// What the door would answer to whoever looks.
pub(super) async fn deeds(
    ui: &Ui,
    visitor: &Visitor,
    standing: &Standing,
) -> Result<Deeds, Problem> {
    let door = &ui.api.workers.door;
    let actor = visitor.actor();
    let mut asked = vec![propose::asked(&ui.api, actor, &door.policy, LOOK)?];
    if let Some(proposal) = &standing.proposal {
        let command = Command::Countersign(proposal.digest.clone());
        asked.push(visitor.asks(Any::Policy(command)));
        asked.push(withdraw::asked(&ui.api, actor, LOOK)?);
    }
    let asked = asked.into_iter().map(|it| visitor.shows(it)).collect();
    let mut answers = Vec::new();
    for answer in door.would(asked).await? {
        answers.push(deed(ui, visitor, answer.err()).await?);
    }
    let mut answers = answers.into_iter();
    let free = || Deed { no: None };
    Ok(Deeds {
        propose: answers.next().unwrap_or_else(free),
        waiting: answers.next().zip(answers.next()),
    })
}

async fn deed(ui: &Ui, visitor: &Visitor, no: Option<Refusal>) -> Result<Deed, NotDone> {
    let Some(refusal) = no else { return Ok(Deed { no: None }) };
    let could = match &refusal {
        Refusal::NoSecondPerson { could } => could.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let people = People::of(&ui.api.workers.door, &visitor.person.to_string(), could).await?;
    let refused = Refused::of("", &NotDone::Refused(refusal).into());
    Ok(Deed { no: Some(people.told(&refused)) })
}
