//! Which policy is in force, since when, why and by whom, and which one is proposed. There is one such
//! subject.

mod assent;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::assent::{Assent, Both, Second};
use crate::actor::{Actor, Machine};
pub use crate::adoption::{Around, independent};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::person::Person;
use crate::refusal::{Refusal, Refused};
use crate::seat::{Legal, Seat, SeatName, Security, Signature};
use crate::text::{Reason, TextDigest};

/// How long a proposal waits for its second person.
pub const PROPOSED_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The policy in force, and the one that is proposed. What was kept before a policy was proposed says
/// its digest and who signed, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// SHA-256 of the policy folder.
    pub digest: String,
    /// Who put it in force.
    pub signed: Assent,
    /// Its id and version, for people.
    #[serde(default)]
    pub version: Option<String>,
    /// Its files, as a text.
    #[serde(default)]
    pub files: Option<TextDigest>,
    /// Why it came into force, as a text.
    #[serde(default)]
    pub reason: Option<TextDigest>,
    /// What waits for a second person, or did until it was too late.
    #[serde(default)]
    pub proposal: Option<Proposed>,
}

impl Policy {
    /// What a second person can still countersign.
    #[must_use]
    pub fn waiting(&self, now: Timestamp) -> Option<&Proposed> {
        self.proposal.as_ref().filter(|it| now < it.until)
    }
}

/// A policy as somebody wants it in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopt {
    /// SHA-256 of the policy folder.
    pub digest: String,
    /// Its id and version, for people.
    pub version: String,
    /// Its files: a JSON object of path and text.
    pub files: TextDigest,
    /// Why; the first start alone gives none.
    pub reason: Option<Reason>,
}

/// What can be asked of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Put this policy in force, or propose it where the tier asks for a second person.
    Adopt(Adopt),
    /// Countersign the proposal of the policy with this digest.
    Countersign(String),
    /// End the proposal.
    Withdraw(Reason),
}

/// A policy that came into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adopted {
    /// SHA-256 of the policy folder.
    pub digest: String,
    /// Its id and version, for people.
    pub version: String,
    /// Its files as a text: a JSON object of path and text.
    pub files: TextDigest,
    /// Why, as a text; none for the first start.
    pub reason: Option<TextDigest>,
    /// Who put it in force; nobody for the first start.
    pub signed: Assent,
}

/// A policy that came into force, as it was written before its files were kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// SHA-256 of the policy folder.
    pub digest: String,
    /// Who put it in force; nobody for the first start.
    pub signed: Option<Signature<Security>>,
}

/// A policy that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposed {
    /// SHA-256 of the policy folder.
    pub digest: String,
    /// Its id and version, for people.
    pub version: String,
    /// Its files as a text: a JSON object of path and text.
    pub files: TextDigest,
    /// Why, as a text.
    pub reason: TextDigest,
    /// Who proposed it.
    pub signed: Signature<Security>,
    /// Until when it can be countersigned, exclusive.
    #[schemars(with = "Instant")]
    pub until: Timestamp,
}

/// A proposal that somebody ended: who proposed it takes it back, anybody else rejects it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawn {
    /// SHA-256 of the policy folder that was proposed.
    pub digest: String,
    /// Who ended it.
    pub by: PersonId,
    /// Why, as a text.
    pub reason: TextDigest,
}

/// What happened to the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// In force.
    #[serde(rename = "policy.adopted.2")]
    Adopted(Adopted),
    /// In force, as it was written first.
    #[serde(rename = "policy.adopted.1")]
    AdoptedBefore(Before),
    /// Proposed.
    #[serde(rename = "policy.proposed.1")]
    Proposed(Proposed),
    /// Not proposed any more.
    #[serde(rename = "policy.withdrawn.1")]
    Withdrawn(Withdrawn),
    /// Somebody was told no.
    #[serde(rename = "policy.refused.1")]
    Refused(Refused),
}

/// Answers a command about the policy: the first is put in force by the first start; each later one is
/// signed from the security seat, and countersigned by a second person where the policy in force asks
/// for one.
pub(crate) fn decide(
    state: Option<&Policy>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    let first = state.is_none() && facts.actor == Actor::Machine(Machine::Setup);
    match (state, command) {
        (None, Command::Adopt(asked)) if first => {
            Ok(vec![Event::Adopted(adopted(asked, Assent::First))])
        }
        (_, _) if matches!(facts.actor, Actor::Machine(_)) => Err(Refusal::WrongActor("a person")),
        (state, Command::Adopt(asked)) => adopt(state, facts, asked),
        (None, Command::Countersign(_) | Command::Withdraw(_)) => Err(Refusal::Unknown("proposal")),
        (Some(policy), Command::Countersign(digest)) => countersign(policy, facts, &digest),
        (Some(policy), Command::Withdraw(reason)) => withdraw(policy, facts, &reason),
    }
}

fn adopted(asked: Adopt, signed: Assent) -> Adopted {
    let Adopt { digest, version, files, reason } = asked;
    let reason = reason.map(|it| it.digest().clone());
    Adopted { digest, version, files, reason, signed }
}

fn adopt(state: Option<&Policy>, facts: &Facts, asked: Adopt) -> Result<Vec<Event>, Refusal> {
    let signed = facts.sign::<Security>(&[])?;
    let Some(reason) = asked.reason.clone() else {
        return Err(Refusal::Empty("a policy needs a reason: say why it is changed"));
    };
    if state.is_some_and(|it| it.waiting(facts.now).is_some()) {
        return Err(stage("proposed already", "changed", "nothing else is proposed"));
    }
    // What is not known is taken to be strict.
    let Some(around) = facts.policy.as_ref() else {
        return Err(Refusal::NoSecondPerson { could: Vec::new() });
    };
    let is_new = !state.is_some_and(|it| it.digest == asked.digest && it.files.is_some());
    if !around.needs_two {
        return Ok(if is_new {
            vec![Event::Adopted(adopted(asked, Assent::One(signed)))]
        } else {
            Vec::new()
        });
    }
    let proposer = facts.active_person()?;
    let other = |who: &&Person| who.is_active() && independent(who, proposer, facts.now);
    if !around.may_countersign.iter().any(|who| other(&who) && can_sign(who)) {
        let could = around.people.iter().filter(other).map(Person::id).take(COULD_MAX).collect();
        return Err(Refusal::NoSecondPerson { could });
    }
    if !is_new {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Proposed(Proposed {
        digest: asked.digest,
        version: asked.version,
        files: asked.files,
        reason: reason.digest().clone(),
        signed,
        until: facts.now.checked_add(PROPOSED_FOR).unwrap_or(Timestamp::MAX),
    })])
}

/// Most people whom a refusal names.
const COULD_MAX: usize = 20;

fn can_sign(who: &Person) -> bool {
    who.seats().contains(&SeatName::Security) || who.seats().contains(&SeatName::Legal)
}

fn countersign(policy: &Policy, facts: &Facts, digest: &str) -> Result<Vec<Event>, Refusal> {
    let person = facts.active_person()?;
    let proposal = waiting(policy, facts, "countersigned")?;
    if proposal.digest != digest {
        return Err(Refusal::Unknown("proposal"));
    }
    let proposer = facts.policy.as_ref().and_then(|it| it.proposer.as_ref());
    let proposer = proposer.filter(|it| it.id() == proposal.signed.person());
    let Some(proposer) = proposer.filter(|it| sits_in::<Security>(it)) else {
        let is = "proposed by somebody who is not in the security seat any more";
        return Err(stage(is, "countersigned", "who proposed it still sits there"));
    };
    if !independent(person, proposer, facts.now) {
        return Err(Refusal::OwnProposal);
    }
    let signed = [(proposer.id(), SeatName::Security)];
    let second = if person.seats().contains(&SeatName::Legal) {
        Second::Legal(facts.sign::<Legal>(&signed)?)
    } else {
        Second::Security(facts.sign::<Security>(&signed)?)
    };
    let both = Both::of(proposal.signed.clone(), second).ok_or(Refusal::OwnProposal)?;
    Ok(vec![Event::Adopted(Adopted {
        digest: proposal.digest.clone(),
        version: proposal.version.clone(),
        files: proposal.files.clone(),
        reason: Some(proposal.reason.clone()),
        signed: Assent::Two(both),
    })])
}

fn sits_in<S: Seat>(person: &Person) -> bool {
    person.is_active() && person.seats().contains(&S::NAME)
}

fn withdraw(policy: &Policy, facts: &Facts, reason: &Reason) -> Result<Vec<Event>, Refusal> {
    let by = facts.permitted_person()?.id();
    let proposal = waiting(policy, facts, "withdrawn")?;
    let (digest, reason) = (proposal.digest.clone(), reason.digest().clone());
    Ok(vec![Event::Withdrawn(Withdrawn { digest, by, reason })])
}

fn waiting<'a>(
    policy: &'a Policy,
    facts: &Facts,
    verb: &'static str,
) -> Result<&'a Proposed, Refusal> {
    let is = match &policy.proposal {
        Some(_) => "proposed too long ago",
        None => "not proposed",
    };
    policy.waiting(facts.now).ok_or_else(|| stage(is, verb, "proposed"))
}

fn stage(is: &'static str, verb: &'static str, wanted: &'static str) -> Refusal {
    Refusal::WrongStage { noun: "policy", is, verb, wanted }
}

/// Adds one event to the policy.
pub(crate) fn evolve(state: Option<Policy>, event: &Event) -> Option<Policy> {
    match event {
        Event::Adopted(it) => Some(Policy {
            digest: it.digest.clone(),
            signed: it.signed.clone(),
            version: Some(it.version.clone()),
            files: Some(it.files.clone()),
            reason: it.reason.clone(),
            proposal: None,
        }),
        Event::AdoptedBefore(it) => Some(Policy {
            digest: it.digest.clone(),
            signed: it.signed.clone().map_or(Assent::First, Assent::One),
            version: None,
            files: None,
            reason: None,
            proposal: None,
        }),
        Event::Proposed(it) => state.map(|was| Policy { proposal: Some(it.clone()), ..was }),
        Event::Withdrawn(_) => state.map(|was| Policy { proposal: None, ..was }),
        Event::Refused(_) => state,
    }
}
