//! A finding: one toxic thing on its way to proof. Each stage owns exactly what that stage has, and
//! the four ways in which it ends (law 8) each own their proof.

use countersign_access::finding::{Certainty, Fingerprint};
use countersign_access::rule::{Class, Severity};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::authority::Verb;
use crate::facts::Facts;
use crate::id::{FindingId, PersonId};
use crate::refusal::{Refusal, Refused};
use crate::seat::{Business, Seat, SeatName, Security, Signature};
use crate::text::TextDigest;

pub mod assign;
pub mod change;
pub mod choose;
pub mod dispute;
pub mod end;
pub mod entrust;
pub mod fail;
pub mod fulfil;
pub mod open;
pub mod order;
pub mod recur;
pub mod settle;
pub mod stage;
pub mod verify;
pub mod withdraw_order;

pub use stage::{Chosen, Dispute, Ending, Fulfilled, Ordered, Ownership, Remedy, Stage};

/// A finding, as the events say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which.
    pub id: FindingId,
    /// What the judge saw last.
    pub known: Known,
    /// When it was first opened.
    pub opened_at: Timestamp,
    /// How often it was reopened, for whatever reason.
    pub reopened: u32,
    /// Whether a change of ours was read back and did not help: then it stays open until nobody
    /// whom it affected has the combination on any path.
    pub unproven: bool,
    /// Who has signed it, from which seat: one person, one seat.
    pub signed: Vec<(PersonId, SeatName)>,
    /// A dispute that nobody has settled yet.
    pub dispute: Option<Dispute>,
    /// Where it stands.
    pub stage: Stage,
}

/// What the judge knows about a finding. Node ids and names are in the text behind `detail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    /// What makes it the same finding.
    #[schemars(with = "String")]
    pub fingerprint: Fingerprint,
    /// The rule's id.
    pub rule: String,
    /// The rule's class.
    #[schemars(with = "String")]
    pub class: Class,
    /// How bad.
    #[schemars(with = "String")]
    pub severity: Severity,
    /// Proven or potential.
    #[schemars(with = "String")]
    pub certainty: Certainty,
    /// How many identities it affects.
    pub affected_total: u64,
    /// The finding as the engine describes it, as a text (JSON).
    pub detail: TextDigest,
    /// The policy by which it was judged.
    pub policy: String,
}

/// What can be asked of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The judge sees it.
    Open(open::Open),
    /// The judge sees it otherwise than before.
    Change(change::Change),
    /// The judge sees it again.
    Recur(recur::Recur),
    /// The judge does not see it any more.
    End(end::End),
    /// Put one person behind it.
    Assign(assign::Assign),
    /// Low-risk routine: put the owner behind it whom the policy names.
    Entrust(entrust::Entrust),
    /// Choose a remedy.
    Choose(choose::Choose),
    /// Order it.
    Order(order::Order),
    /// Take an order back that nobody ran.
    WithdrawOrder(withdraw_order::WithdrawOrder),
    /// The system answered.
    Fulfil(fulfil::Fulfil),
    /// The system refused, for good, or cannot be read back.
    Fail(fail::Fail),
    /// The system was read back.
    Verify(verify::Verify),
    /// Say that it is not toxic.
    Dispute(dispute::Disputed),
    /// Answer that.
    Settle(settle::Settle),
}

/// What happened to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// Seen for the first time.
    #[serde(rename = "finding.opened.1")]
    Opened(open::Opened),
    /// Seen otherwise.
    #[serde(rename = "finding.changed.1")]
    Changed(change::Changed),
    /// Seen again after it had ended.
    #[serde(rename = "finding.recurred.1")]
    Recurred(recur::Recurred),
    /// One person is behind it.
    #[serde(rename = "finding.assigned.1")]
    Assigned(assign::Assigned),
    /// The owner whom the policy names is behind it, without anybody pressing a button.
    #[serde(rename = "finding.entrusted.1")]
    Entrusted(entrust::Entrusted),
    /// A remedy is chosen.
    #[serde(rename = "finding.remedy_chosen.1")]
    RemedyChosen(Chosen),
    /// It is ordered.
    #[serde(rename = "finding.ordered.1")]
    Ordered(Ordered),
    /// The order was taken back before anybody ran it.
    #[serde(rename = "finding.order_withdrawn.1")]
    OrderWithdrawn(withdraw_order::OrderWithdrawn),
    /// The system answered.
    #[serde(rename = "finding.fulfilled.1")]
    Fulfilled(Fulfilled),
    /// The system refused: back to its owner.
    #[serde(rename = "finding.order_failed.1")]
    OrderFailed(fail::OrderFailed),
    /// The change cannot be read back: back to its owner.
    #[serde(rename = "finding.not_read_back.1")]
    NotReadBack(fail::NotReadBack),
    /// The read-back or the graph shows that it is still there: back to its owner.
    #[serde(rename = "finding.not_verified.1")]
    NotVerified(verify::NotVerified),
    /// The read-back could not tell.
    #[serde(rename = "finding.inconclusive.1")]
    Inconclusive(verify::Inconclusive),
    /// Someone says that it is not toxic.
    #[serde(rename = "finding.disputed.1")]
    Disputed(Dispute),
    /// The rule's owner does not agree.
    #[serde(rename = "finding.dispute_rejected.1")]
    DisputeRejected(settle::Rejected),
    /// It is over.
    #[serde(rename = "finding.ended.1")]
    Ended(end::Ended),
    /// Somebody was told no.
    #[serde(rename = "finding.refused.1")]
    Refused(Refused),
}

impl Command {
    /// The verb, where it is one that policy may permit to a person; reports of our own machines
    /// have none.
    #[must_use]
    pub fn verb(&self) -> Option<Verb> {
        match self {
            Self::Assign(_) => Some(Verb::FindingAssign),
            Self::Choose(_) => Some(Verb::FindingChoose),
            Self::Order(_) => Some(Verb::FindingOrder),
            Self::WithdrawOrder(_) => Some(Verb::FindingWithdrawOrder),
            Self::Dispute(_) => Some(Verb::FindingDispute),
            Self::Settle(_) => Some(Verb::FindingSettle),
            Self::Open(_)
            | Self::Change(_)
            | Self::Recur(_)
            | Self::End(_)
            | Self::Entrust(_)
            | Self::Fulfil(_)
            | Self::Fail(_)
            | Self::Verify(_) => None,
        }
    }
}

impl Finding {
    /// The stage's name in files, lists and outputs.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match &self.stage {
            Stage::Open => "open",
            Stage::Assigned { .. } => "assigned",
            Stage::Chosen { .. } => "chosen",
            Stage::Remediating { .. } => "remediating",
            Stage::Fulfilled { .. } => "fulfilled",
            Stage::Ended { ending, .. } => match ending {
                Ending::Fixed(_) => "fixed",
                Ending::Gone(_) => "gone",
                Ending::RuleChanged(_) => "rule_changed",
                Ending::NotToxic(_) => "not_toxic",
            },
        }
    }

    /// The one person behind it, and their date; of an ended finding, the last one.
    #[must_use]
    pub fn owner(&self) -> Option<&Ownership> {
        match &self.stage {
            Stage::Open => None,
            Stage::Assigned { owner }
            | Stage::Chosen { owner, .. }
            | Stage::Remediating { owner, .. }
            | Stage::Fulfilled { owner, .. } => Some(owner),
            Stage::Ended { owner, .. } => owner.as_ref(),
        }
    }

    /// The order that is under way.
    #[must_use]
    pub fn order(&self) -> Option<&Ordered> {
        match &self.stage {
            Stage::Remediating { ordered, .. } | Stage::Fulfilled { ordered, .. } => Some(ordered),
            Stage::Open | Stage::Assigned { .. } | Stage::Chosen { .. } | Stage::Ended { .. } => {
                None
            }
        }
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.stage, Stage::Ended { .. })
    }

    /// Keeps in mind who signed from which seat.
    pub(crate) fn remember<S: Seat>(&mut self, signature: &Signature<S>) {
        for entry in signature.counts_for() {
            if !self.signed.contains(&entry) {
                self.signed.push(entry);
            }
        }
    }

    pub(crate) fn wrong_stage(&self, verb: &'static str, wanted: &'static str) -> Refusal {
        Refusal::WrongStage { noun: "finding", is: self.status(), verb, wanted }
    }

    /// The acting person signs as the owner of this finding.
    pub(crate) fn owner_signs(&self, facts: &Facts) -> Result<Signature<Business>, Refusal> {
        let signature = facts.sign::<Business>(&self.signed)?;
        // An owner who came into the security seat owns no more.
        if facts.active_person()?.seats().contains(&SeatName::Security) {
            return Err(Refusal::CannotOwn);
        }
        match self.owner() {
            Some(owner) => facts.for_owner(signature, owner.person),
            None => Err(self.wrong_stage("decided on", "assigned")),
        }
    }

    /// The acting person signs as the owner of the rule.
    pub(crate) fn rule_owner_signs(&self, facts: &Facts) -> Result<Signature<Security>, Refusal> {
        let signature = facts.sign::<Security>(&self.signed)?;
        let own = self.owner().is_some_and(|owner| owner.person == signature.person());
        if own { Err(Refusal::OwnDispute) } else { Ok(signature) }
    }
}

/// Answers a command about a finding.
pub(crate) fn decide(
    state: Option<&Finding>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    let known = || state.ok_or(Refusal::Unknown("finding"));
    match command {
        Command::Open(it) => open::open(state, facts, it),
        Command::Change(it) => change::change(known()?, facts, it),
        Command::Recur(it) => recur::recur(known()?, facts, it),
        Command::End(it) => end::end(known()?, facts, it),
        Command::Assign(it) => assign::assign(known()?, facts, it),
        Command::Entrust(it) => entrust::entrust(known()?, facts, &it),
        Command::Choose(it) => choose::choose(known()?, facts, it),
        Command::Order(it) => order::order(known()?, facts, it),
        Command::WithdrawOrder(it) => withdraw_order::withdraw_order(known()?, facts, it),
        Command::Fulfil(it) => fulfil::fulfil(known()?, facts, it),
        Command::Fail(it) => fail::fail(known()?, facts, it),
        Command::Verify(it) => verify::verify(known()?, facts, it),
        Command::Dispute(it) => dispute::dispute(known()?, facts, it),
        Command::Settle(it) => settle::settle(known()?, facts, it),
    }
}

/// Adds one event to a finding. An event that its stage cannot have is ignored here and impossible
/// by `decide`; a property holds the two together.
pub(crate) fn evolve(id: FindingId, state: Option<Finding>, event: &Event) -> Option<Finding> {
    if let Event::Opened(opened) = event {
        return Some(Finding {
            id,
            known: opened.known.clone(),
            opened_at: opened.at,
            reopened: 0,
            unproven: false,
            signed: Vec::new(),
            dispute: None,
            stage: Stage::Open,
        });
    }
    let mut finding = state?;
    match event {
        Event::Opened(_) | Event::Inconclusive(_) | Event::Refused(_) => {}
        Event::Changed(changed) => finding.known = changed.known.clone(),
        Event::Recurred(recurred) => recur::evolve(&mut finding, recurred),
        Event::Assigned(assigned) => assign::evolve(&mut finding, assigned),
        Event::Entrusted(entrusted) => entrust::evolve(&mut finding, entrusted),
        Event::RemedyChosen(chosen) => choose::evolve(&mut finding, chosen),
        Event::Ordered(ordered) => order::evolve(&mut finding, ordered),
        Event::OrderWithdrawn(it) => withdraw_order::evolve(&mut finding, it),
        Event::Fulfilled(fulfilled) => fulfil::evolve(&mut finding, fulfilled),
        Event::OrderFailed(_) => fail::evolve(&mut finding),
        Event::NotReadBack(_) => fail::evolve_not_read_back(&mut finding),
        Event::NotVerified(_) => verify::evolve(&mut finding),
        Event::Disputed(dispute) => finding.dispute = Some(dispute.clone()),
        Event::DisputeRejected(rejected) => {
            finding.dispute = None;
            finding.remember(&rejected.signed);
        }
        Event::Ended(ended) => end::evolve(&mut finding, ended),
    }
    Some(finding)
}
