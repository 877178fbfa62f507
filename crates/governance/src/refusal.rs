//! Read, and the answer is no. Each refusal says what, why, who could and what next, and whether it
//! concerns duties, in which case the ledger keeps it: it knows who was told no.

mod every;
mod frozen;
mod wait;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::frozen::NotFrozen;
use self::frozen::cut;
pub use self::wait::Wait;
use self::wait::join;
use crate::authority::{Objection, SignIn};
use crate::control::NoControls;
use crate::id::PersonId;
use crate::seat::SeatName;

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such case.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// It exists already.
    #[error("this {0} exists already")]
    Exists(&'static str),
    /// The case is not where the verb begins.
    #[error("this {noun} is {is}, and can only be {verb} while it is {wanted}")]
    WrongStage {
        /// Noun.
        noun: &'static str,
        /// Stage it is in.
        is: &'static str,
        /// Participle of the verb.
        verb: &'static str,
        /// Stages in which the verb is possible.
        wanted: &'static str,
    },
    /// An order of the finding is being carried out or read back.
    #[error(
        "an order of this finding is under way, so it stays with its owner until that has ended"
    )]
    OrderUnderWay,
    /// We carry the order out ourselves, so that nobody can say that it was not run.
    #[error("this order is not one that a person runs by hand on a read-only system")]
    NotByHand,
    /// Who has part in the access cannot be known any more.
    #[error(
        "the record of who has this access was erased, so nobody can be shown to have no part in it"
    )]
    RecordErased,
    /// A machine gave a command that only a person may give, or the other way round.
    #[error("only {0} may do this")]
    WrongActor(&'static str),
    /// The person is not active.
    #[error("this person is not active any more")]
    Inactive,
    /// Policy does not give this verb to any seat the person has.
    #[error("policy does not let you do this")]
    NotPermitted {
        /// Seats that could.
        seats: Vec<SeatName>,
        /// Policies that said so.
        by: Vec<String>,
    },
    /// Policy permits it to whoever signed in otherwise.
    #[error("policy asks for {0} here")]
    SignIn(SignIn),
    /// Policy objects to how things stand.
    #[error("policy does not accept this as things stand: {}", objected(objections))]
    Objected {
        /// What it objects to.
        objections: Vec<Objection>,
    },
    /// The person does not sit in the seat.
    #[error("this needs a signature from the {needed} seat, and you do not have it")]
    WrongSeat {
        /// The seat.
        needed: SeatName,
    },
    /// The person is not the owner of the case.
    #[error("only the owner of this case may do this")]
    NotTheOwner {
        /// Who is.
        owner: PersonId,
    },
    /// The person (or somebody they stand in for) holds the access, asked for it, or holds its
    /// credential.
    #[error("nobody signs for access that they, or somebody they stand in for, hold or asked for")]
    OwnAccess,
    /// The person signed this case from another seat.
    #[error("you signed this case from the {already} seat: one person, one seat for each case")]
    SecondSeat {
        /// The seat they signed from.
        already: SeatName,
    },
    /// The named person cannot own a case.
    #[error("that person cannot own this: an owner is an active person in the business seat")]
    CannotOwn,
    /// The rule's owner and the case's owner are the same person.
    #[error("the owner of a case never settles its dispute")]
    OwnDispute,
    /// The person would appoint themselves.
    #[error("nobody appoints or deactivates themselves")]
    OwnAppointment,
    /// A newer read is known already.
    #[error("a read that began later is known already")]
    Overtaken,
    /// An end date in the past, or too far away.
    #[error(
        "`{until}` is no end date here: it must lie after now and at most {days_max} days away"
    )]
    BadEnd {
        /// As given.
        until: Timestamp,
        /// Longest.
        days_max: i64,
    },
    /// The graph is older than the evidence: ask again.
    #[error("not yet: the graph does not show the state after the evidence was read")]
    NotYet,
    /// The read-back did not see everything, which proves nothing.
    #[error("an incomplete read ends nothing")]
    Incomplete,
    /// The evidence answers another claim.
    #[error("this evidence does not answer the order of this finding")]
    OtherClaim,
    /// The change is none that would help, or the target cannot be resolved.
    #[error("this change is not one of the remedies for this finding")]
    NoRemedy,
    /// It cannot be in force yet.
    #[error("not yet: {}", join(waits))]
    NotReady {
        /// For what it waits.
        waits: Vec<Wait>,
    },
    /// The controls are none.
    #[error("{0}")]
    Controls(NoControls),
    /// Nobody active answers for a control.
    #[error("control {control} needs an active person who answers for it")]
    ControlOwner {
        /// Which, counted from one.
        control: usize,
    },
    /// A review cadence out of bounds.
    #[error("it must be reviewed at least every {days_max} days, and not every 0 days")]
    BadCadence {
        /// Longest.
        days_max: i64,
    },
    /// The finding is over.
    #[error("this finding has ended: there is nothing to except")]
    NothingToExcept,
    /// Not everybody whom the finding affects can be named.
    #[error("whom this finding affects cannot be listed whole, so it cannot be frozen{}", cut(.0))]
    CannotFreeze(NotFrozen),
    /// This node judges by rules that are not in force.
    #[error(
        "this server judges by other rules than those in force, so it cannot tell whether the legal seat \
         must sign"
    )]
    OtherRules,
    /// The owner cannot carry the risk any more.
    #[error("its owner is not active in the business seat any more, so nobody carries this risk")]
    OwnerGone {
        /// Who owned it.
        owner: PersonId,
    },
    /// A limit cut the search for those who have part in the access short.
    #[error(
        "so many stand behind this access that not all of them were looked at, so nobody can be shown to \
         have no part in it"
    )]
    HoldersCut,
    /// Legal or compliance is not needed.
    #[error(
        "neither the process nor the tier asks for the legal seat here: no signature from it is needed"
    )]
    NotNeeded,
    /// There is no veto, or it has been answered.
    #[error("there is no veto that waits for an answer")]
    NothingToAnswer,
    /// Who proposed a policy does not countersign it.
    #[error(
        "you proposed this policy, or stand in for whoever did, or they stand in for you: one person never \
         puts a policy in force alone"
    )]
    OwnProposal,
    /// Nobody could countersign.
    #[error(
        "a change of policy needs a second person, and nobody else who may countersign it is active in the \
         security or the legal seat"
    )]
    NoSecondPerson {
        /// Who could be appointed.
        could: Vec<PersonId>,
    },
    /// Somebody else answers for it, or nobody does.
    #[error("only the person who answers for this may do that")]
    NotAccountable {
        /// Who does.
        accountable: Option<PersonId>,
    },
    /// Nobody handed it to the person.
    #[error("this was not handed over to you")]
    NotOffered,
    /// It was, and cannot be taken over any more.
    #[error(
        "what was handed over to you cannot be taken over any more: its time is over, or somebody else answers for it now"
    )]
    OfferOver,
    /// The named person cannot answer for something.
    #[error(
        "that person cannot answer for this: it takes another active person whose seat does more than read"
    )]
    CannotAnswer,
    /// The named seats and people would leave a required seat empty.
    #[error("{0}")]
    Empty(&'static str),
}

impl Refusal {
    /// Stable code for programs: noun of the rule, dot, what is wrong.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "case.unknown",
            Self::Exists(_) => "case.exists",
            Self::WrongStage { .. } => "case.wrong-stage",
            Self::OrderUnderWay => "case.order-under-way",
            Self::NotByHand => "case.not-by-hand",
            Self::RecordErased => "case.record-erased",
            Self::WrongActor(_) => "duty.wrong-actor",
            Self::Inactive => "duty.inactive",
            Self::NotPermitted { .. } => "duty.not-permitted",
            Self::Objected { .. } => "policy.objects",
            Self::SignIn(_) => "policy.sign-in",
            Self::WrongSeat { .. } => "duty.wrong-seat",
            Self::NotTheOwner { .. } => "duty.not-the-owner",
            Self::OwnAccess => "duty.own-access",
            Self::SecondSeat { .. } => "duty.second-seat",
            Self::CannotOwn => "duty.cannot-own",
            Self::OwnDispute => "duty.own-dispute",
            Self::OwnAppointment => "duty.own-appointment",
            Self::Overtaken => "proof.overtaken",
            Self::BadEnd { .. } => "case.bad-end",
            Self::NotYet => "proof.not-yet",
            Self::Incomplete => "proof.incomplete",
            Self::OtherClaim => "proof.other-claim",
            Self::NoRemedy => "remedy.none",
            Self::NotReady { .. } => "case.not-ready",
            Self::Controls(_) => "case.no-control",
            Self::ControlOwner { .. } => "case.no-control-owner",
            Self::BadCadence { .. } => "case.bad-cadence",
            Self::NothingToExcept => "case.nothing-to-except",
            Self::CannotFreeze(_) => "case.cannot-freeze",
            Self::OtherRules => "case.other-rules",
            Self::OwnerGone { .. } => "case.owner-gone",
            Self::HoldersCut => "case.holders-cut",
            Self::NotNeeded => "case.not-needed",
            Self::NothingToAnswer => "case.nothing-to-answer",
            Self::OwnProposal => "duty.own-proposal",
            Self::NoSecondPerson { .. } => "case.no-second-person",
            Self::NotAccountable { .. } => "duty.not-accountable",
            Self::NotOffered => "duty.not-offered",
            Self::OfferOver => "case.offer-over",
            Self::CannotAnswer => "duty.cannot-answer",
            Self::Empty(_) => "case.empty",
        }
    }

    /// Whether the ledger keeps it (law 6's neighbourhood: wrong seat, own signature and the like).
    #[must_use]
    pub fn concerns_duties(&self) -> bool {
        self.code().starts_with("duty.")
    }

    /// Who could do it instead, in words.
    #[must_use]
    pub fn who_could(&self) -> String {
        match self {
            Self::WrongSeat { needed } => format!("an active person in the {needed} seat"),
            Self::NotPermitted { seats, .. } if seats.is_empty() => "nobody, by this policy".into(),
            Self::NotPermitted { seats, .. } => {
                let names: Vec<_> = seats.iter().map(|seat| seat.as_str()).collect();
                format!("an active person in one of the seats: {}", names.join(", "))
            }
            Self::NotTheOwner { owner } => format!("the owner, person {owner}"),
            Self::NotAccountable { accountable: Some(person) } => {
                format!("the one who answers for it, person {person}")
            }
            Self::NotAccountable { accountable: None } => {
                "an active person in the security seat, who hands it to somebody".into()
            }
            Self::NotOffered => "the person to whom it was handed over".into(),
            Self::CannotAnswer => "another active person".into(),
            Self::OwnAccess | Self::SecondSeat { .. } => {
                "another person in the same seat who has no part in this access".into()
            }
            Self::OwnDispute | Self::OwnAppointment => "another person in the security seat".into(),
            Self::OwnProposal => {
                "another person in the security or the legal seat; neither may stand in for the other".into()
            }
            Self::NoSecondPerson { could } if could.is_empty() => {
                "anybody who is appointed to the security or the legal seat".into()
            }
            Self::NoSecondPerson { could } => {
                let ids: Vec<String> = could.iter().map(|id| format!("person {id}")).collect();
                format!("one of these, once appointed to the legal or the security seat: {}", ids.join(", "))
            }
            Self::CannotOwn => "an active person in the business seat without this access".into(),
            Self::WrongActor(who) => (*who).to_owned(),
            Self::Inactive => "an active person in the same seat".into(),
            Self::OwnerGone { .. } => {
                "an active person in the security seat, who may end it and nothing else".into()
            }
            Self::Unknown(_)
            | Self::Exists(_)
            | Self::WrongStage { .. }
            | Self::OrderUnderWay
            | Self::NotByHand
            | Self::RecordErased
            | Self::BadEnd { .. }
            | Self::NotYet
            | Self::Overtaken
            | Self::Incomplete
            | Self::OtherClaim
            | Self::NoRemedy
            | Self::NotReady { .. }
            | Self::Controls(_)
            | Self::ControlOwner { .. }
            | Self::BadCadence { .. }
            | Self::NothingToExcept
            | Self::CannotFreeze(_)
            | Self::OtherRules
            | Self::HoldersCut
            | Self::NotNeeded
            | Self::NothingToAnswer
            | Self::Objected { .. }
            | Self::SignIn(_)
            | Self::OfferOver
            | Self::Empty(_) => String::new(),
        }
    }

    /// What to do next, in words.
    #[must_use]
    pub fn next(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "check the reference with the list",
            Self::Exists(_) => "look at the existing one",
            Self::WrongStage { .. } => "look at the case: it shows its stage and the next step",
            Self::OrderUnderWay => {
                "wait until the system was read back; an order that a person runs by hand can be \
                 withdrawn"
            }
            Self::NotByHand => "wait until the system was read back: the finding says how it went",
            Self::RecordErased => {
                "have the system read again, which writes the record anew; somebody whose own record \
                 was erased is appointed again with their identities"
            }
            Self::WrongActor(_) => "leave this to whom it belongs",
            Self::Inactive => "ask for an appointment, or hand this to somebody active",
            Self::SignIn(_) => "sign in that way, then do it again",
            Self::Objected { .. } => "mend what is named, then do it again",
            Self::NotPermitted { .. } | Self::WrongSeat { .. } => {
                "ask somebody in that seat, or have one appointed"
            }
            Self::NotTheOwner { .. } => "ask the owner, or have the case handed to you",
            Self::OwnAccess | Self::SecondSeat { .. } | Self::OwnDispute | Self::OwnAppointment => {
                "ask somebody else in that seat; if there is nobody, have one appointed"
            }
            Self::OwnProposal => "ask another person to look at it and countersign, or withdraw it",
            Self::NoSecondPerson { .. } => {
                "have somebody appointed to the legal or the security seat, then propose it again"
            }
            Self::CannotOwn | Self::CannotAnswer => "name another person",
            Self::NotAccountable { .. } => {
                "ask the person who answers for it: the page of accountability names them"
            }
            Self::NotOffered => "have it handed over to you first",
            Self::OfferOver => "have it handed over to you again",
            Self::BadEnd { .. } => "give another date",
            Self::Overtaken => "nothing: the newer read is the one that counts",
            Self::NotYet => "wait for the next read of the system, it is on its way",
            Self::Incomplete => "mend what could not be read, then read again",
            Self::OtherClaim => "send the evidence of this finding's own order",
            Self::NoRemedy => "choose one of the edges on the finding's paths",
            Self::NotReady { .. } => "see to what is missing; it comes into force by itself then",
            Self::Controls(_) => "mend the controls and propose it again",
            Self::ControlOwner { .. } => "name another person",
            Self::BadCadence { .. } => "give another number of days",
            Self::NothingToExcept => "nothing: look at how it ended",
            Self::CannotFreeze(_) => {
                "reduce it first, or read the system whole: what is not named cannot be covered"
            }
            Self::OtherRules => {
                "ask a server that was started with the rules in force, or start this one with them"
            }
            Self::OwnerGone { .. } => {
                "have it ended, and put it forward anew with somebody who carries the risk; the \
                 finding's own clock runs on meanwhile"
            }
            Self::HoldersCut => "reduce it in the system first, then try again",
            Self::NotNeeded | Self::NothingToAnswer => "nothing: look at the case",
            Self::Empty(_) => "fill it in and try again",
        }
    }
}

fn objected(objections: &[Objection]) -> String {
    let each = objections.iter().map(|it| format!("{}: {}", it.words, it.remedy));
    each.collect::<Vec<_>>().join("; ")
}

/// What the ledger keeps of a refusal that concerns duties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refused {
    /// The verb.
    pub verb: String,
    /// The refusal's code.
    pub code: String,
}
