//! Read, and the answer is no. Each refusal says what, why, who could and what next, and whether it
//! concerns duties, in which case the ledger keeps it: it knows who was told no.

mod code;
mod every;
mod frozen;
mod renewal;
mod told;
mod wait;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::frozen::NotFrozen;
use self::frozen::cut;
pub use self::renewal::{NoPlan, NothingNew};
pub use self::wait::Wait;
use self::wait::join;
use crate::authority::{Objection, SignIn};
use crate::control::NoControls;
use crate::id::{ExceptionId, PersonId};
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
    #[error(
        "nobody signs for access that they, somebody they stand in for or somebody they report to hold or \
         asked for"
    )]
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
    /// What is asked for would let somebody keep an access beyond the end of an exception.
    #[error(
        "there is an exception for this finding already, or one ended not long ago: asking again, or for \
         longer, is a renewal"
    )]
    IsRenewal {
        /// Which.
        exception: ExceptionId,
    },
    /// There is nothing that could be renewed.
    #[error(
        "this exception cannot be renewed: it was never in force, or another one of the same finding came \
         after it"
    )]
    NothingToRenew,
    /// A renewal says nothing that was not known.
    #[error("a renewal needs new facts: {0}")]
    NothingNew(NothingNew),
    /// The plan by which the access goes is none.
    #[error("{0}")]
    NoPlan(NoPlan),
    /// It was renewed as often as the tier allows.
    #[error("the tier allows {most} renewals, and they are used up")]
    RenewalsUsedUp {
        /// How many.
        most: u32,
    },
    /// Somebody from outside would do something else than sign their one case.
    #[error(
        "you were given the {seat} seat for one case, to sign it, and this is another case or no signature"
    )]
    OtherCase {
        /// The seat.
        seat: SeatName,
    },
    /// The time of somebody from outside is over.
    #[error("the {seat} seat was yours for this case until {until}, and that is over")]
    SeatOver {
        /// The seat.
        seat: SeatName,
        /// Until when it was theirs.
        until: Timestamp,
    },
    /// Whoever is appointed here is not from outside.
    #[error("this person is appointed here already, so they are not from outside")]
    AppointedAlready,
    /// A seat that is not given for one case.
    #[error(
        "the {seat} seat is not given to somebody from outside for such a case: an exception is signed for \
         so from the control, the legal or the security seat, a finding from the control or the security seat"
    )]
    NotForOneCase {
        /// The seat.
        seat: SeatName,
    },
    /// There is nothing to sign any more.
    #[error("this case has ended: there is nothing to sign any more")]
    CaseEnded,
    /// Somebody would report to themselves, or stand in for themselves.
    #[error("this would be a circle: everybody in it {0} themselves")]
    Circle(&'static str),
    /// Somebody else is asked about this item.
    #[error("this item is before somebody else: only whoever is asked about it decides")]
    NotTheReviewer {
        /// Who is asked.
        reviewers: Vec<PersonId>,
    },
    /// The person decided about the same item in an earlier stage.
    #[error("you decided about this item in an earlier stage: each stage is another person")]
    SecondStage,
    /// Nobody else could be asked.
    #[error(
        "nobody else could be asked about this item: nobody to whom the rule, the ways to an owner or the          fallback of the stage lead is active, has no part in the access and was not asked before"
    )]
    NobodyElse,
    /// Keeping this access needs a reason.
    #[error(
        "this access takes part in a finding of {severity} severity: keeping it needs a reason"
    )]
    ReasonNeeded {
        /// The worst of them.
        severity: &'static str,
    },
    /// More than fits.
    #[error("{total} items are more than the {most} of one review")]
    TooManyItems {
        /// How many it would be.
        total: u64,
        /// Most.
        most: u64,
    },
    /// The graph did not show all that is in the scope.
    #[error(
        "the graph could not be asked for all that is in this scope, so what is left out would be asked of nobody"
    )]
    ScopeCut,
    /// The review that the item is of is not running.
    #[error("the review of this item is {is}: nothing is decided in it now")]
    NotRunning {
        /// Where it stands.
        is: &'static str,
    },
    /// The auditor decided about items of the review.
    #[error(
        "you decided about items of this review, or planned or started it: whoever took part in it does not say that it holds"
    )]
    TookPart,
    /// The named seats and people would leave a required seat empty.
    #[error("{0}")]
    Empty(&'static str),
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
