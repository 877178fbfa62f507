//! What can be done with a finding where it stands: each deed with its form, or with the very answer
//! that the door would give, so that nobody meets a button that is dead without a word.

use countersign_governance::Command as Asking;
use countersign_governance::finding::Command;
use countersign_governance::id::FindingId;
use countersign_governance::refusal::Refusal;
use countersign_governance::seat::SeatName;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::Ui;
use super::super::form::{Fields, Form};
use super::super::person::{Who, in_seat};
use super::super::refusal::{Refused, quoted, sentence};
use super::super::visitor::Visitor;
use crate::api::finding::{assign, choose, dispute, order, settle};
use crate::api::problem::Problem;
use crate::ask::finding::{Offer, Whole};
use crate::ask::owner::Proposed;
use crate::door::NotDone;
use crate::text::Text;

/// A deed.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    pub(super) verb: Verb,
    /// Why the one who looks cannot do it.
    pub(super) no: Option<Refused>,
    pub(super) form: Form,
    /// What was typed already.
    pub(super) typed: Fields,
    /// The field that must be mended, and how.
    pub(super) bad: Option<(String, String)>,
    /// Who should own it.
    pub(super) hint: Option<Hint>,
}

/// What a field of the page begins with.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Filled {
    pub(super) owner: Option<String>,
}

/// Who should own a finding, beside the field and never in it before somebody puts it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) why: String,
    /// The ways before that led to nobody.
    pub(super) tried: Vec<String>,
}

impl Hint {
    /// Nothing where no way led to somebody who can own it.
    pub(super) fn of(proposed: &Proposed) -> Option<Self> {
        let before = proposed.tried.len().saturating_sub(1);
        let tried = proposed.tried.iter().take(before);
        Some(Self {
            id: proposed.person.clone()?,
            name: proposed.name.clone()?,
            why: proposed.why().to_owned(),
            tried: tried.map(|it| format!("{}: {}", it.way, it.why)).collect(),
        })
    }
}

/// What it is, with what it is chosen from.
#[derive(Debug, Clone)]
pub(super) enum Verb {
    Assign(Vec<Who>),
    Choose(Vec<Fix>),
    Order,
    Dispute,
    Settle,
}

/// A change that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fix {
    /// Names this change, whatever else is offered.
    pub(super) key: String,
    pub(super) words: String,
    pub(super) system: String,
}

impl Fix {
    pub(super) fn of(offer: &Offer) -> Self {
        Self {
            key: key(offer),
            words: sentence(&quoted(&offer.words)),
            system: offer.system.clone(),
        }
    }
}

impl Deed {
    pub(super) fn is(&self, verb: &str) -> bool {
        self.verb.name() == verb
    }

    /// The verb, as policy names it.
    pub(super) fn may(&self) -> String {
        format!("finding.{}", self.verb.name())
    }

    /// What was typed into a field.
    pub(super) fn typed(&self, field: &str) -> &str {
        self.typed.get(field)
    }

    /// What must be mended in a field.
    pub(super) fn bad(&self, field: &str) -> Option<&str> {
        self.bad.as_ref().filter(|(bad, _)| bad == field).map(|(_, words)| words.as_str())
    }
}

impl Verb {
    /// As it stands in an address.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Assign(_) => "assign",
            Self::Choose(_) => "choose",
            Self::Order => "order",
            Self::Dispute => "dispute",
            Self::Settle => "settle",
        }
    }
}

/// Names an offered change by its content.
pub(super) fn key(offer: &Offer) -> String {
    let change = serde_json::to_string(&offer.change).unwrap_or_default();
    let digest = Sha256::digest(format!("{}\n{change}", offer.system).as_bytes());
    digest.iter().take(8).fold(String::new(), |key, byte| format!("{key}{byte:02x}"))
}

/// The verbs that are possible at all where a finding stands.
pub(super) async fn verbs(
    ui: &Ui,
    whole: &Whole,
    offers: &[Offer],
    you: &str,
) -> Result<Vec<Verb>, NotDone> {
    let status = whole.row.status.as_str();
    let mut verbs = Vec::new();
    if is_disputed(whole) {
        verbs.push(Verb::Settle);
    }
    if status == "chosen" {
        verbs.push(Verb::Order);
    }
    if matches!(status, "assigned" | "chosen") {
        verbs.push(Verb::Choose(offers.iter().map(Fix::of).collect()));
    }
    if matches!(status, "open" | "assigned") {
        let owners = in_seat(&ui.api.workers.door, SeatName::Business, you).await?;
        verbs.push(Verb::Assign(owners));
    }
    if whole.row.ended_at.is_none() && !is_disputed(whole) {
        verbs.push(Verb::Dispute);
    }
    Ok(verbs)
}

/// What the door would answer to each of these verbs.
pub(super) async fn answers(
    ui: &Ui,
    visitor: &Visitor,
    (whole, offers): (&Whole, &[Offer]),
    verbs: &[Verb],
) -> Result<Vec<Option<Refused>>, NotDone> {
    let Ok(id) = whole.row.id.parse::<FindingId>() else { return Ok(vec![None; verbs.len()]) };
    let mut all = Vec::new();
    for verb in verbs {
        let asked = trial(ui, verb, offers).map_err(|problem| {
            tracing::warn!(?problem, "a trial could not be made");
        });
        let Ok((command, texts)) = asked else { return Ok(vec![None; verbs.len()]) };
        all.push(visitor.asks(Asking::Finding(id, command)).with_texts(texts));
    }
    match ui.api.workers.door.would(all).await {
        Ok(answers) => {
            Ok(verbs.iter().zip(answers).map(|(verb, answer)| no(verb, answer)).collect())
        }
        Err(not_there @ NotDone::NoGraph(_)) => {
            let refused = Refused::of("", &Problem::from(not_there));
            Ok(vec![Some(refused); verbs.len()])
        }
        Err(not_done) => Err(not_done),
    }
}

/// Whether somebody says that it is not toxic, and nobody has answered.
pub(super) fn is_disputed(whole: &Whole) -> bool {
    whole.case.pointer("/dispute/by").is_some()
}

/// A command as somebody would give it, with words in place of theirs.
fn trial(ui: &Ui, verb: &Verb, offers: &[Offer]) -> Result<(Command, Vec<Text>), Problem> {
    let reason = || "a look at what would be answered".to_owned();
    match verb {
        Verb::Assign(owners) => {
            let owner = owners.first().and_then(|who| who.id.parse().ok());
            Ok(assign::asked(&assign::Content { owner: owner.unwrap_or(Uuid::nil()) }))
        }
        Verb::Choose(_) => match offers.first() {
            Some(offer) => choose::asked(&ui.api, &content(offer)),
            None => order::asked(&ui.api),
        },
        Verb::Order => order::asked(&ui.api),
        Verb::Dispute => dispute::asked(&ui.api, &dispute::Content { reason: reason() }),
        Verb::Settle => {
            settle::asked(&ui.api, &settle::Content { reason: reason(), not_toxic_until: None })
        }
    }
}

/// An offer as `choose` takes it.
pub(super) fn content(offer: &Offer) -> choose::Content {
    let Offer { remedy, system, change, .. } = offer;
    choose::Content { remedy: *remedy, system: system.clone(), change: change.clone() }
}

fn no(verb: &Verb, answer: Result<(), Refusal>) -> Option<Refused> {
    let problem = match (verb, answer) {
        (Verb::Choose(fixes), _) if fixes.is_empty() => no_fix(),
        (Verb::Assign(owners), _) if owners.is_empty() => nobody(),
        // Another person may well be able to own it.
        (Verb::Assign(_), Err(Refusal::CannotOwn)) | (_, Ok(())) => return None,
        (_, Err(refusal)) => NotDone::Refused(refusal).into(),
    };
    Some(Refused::of("", &problem))
}

fn no_fix() -> Problem {
    let words = "no change is known that would break one of the paths";
    let next = "read the systems again, or change it in the system by hand: the next complete read shows it";
    Problem::refused(&Refusal::NoRemedy).because(words).then(next)
}

fn nobody() -> Problem {
    let words = "nobody active sits in the business seat, and only such a person can own a finding";
    let next = "have somebody appointed with `countersign person appoint`";
    Problem::refused(&Refusal::CannotOwn).because(words).then(next)
}
