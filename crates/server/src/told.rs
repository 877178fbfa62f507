//! A refusal as it is told: its status, code and words. In this form it is kept under an idempotency
//! key, so that the same request is told the same again, whatever has changed since.

use countersign_governance::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// What somebody was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// What is wrong and why.
    pub detail: String,
    /// Who could do it instead.
    pub who: String,
    /// What to do next.
    pub next: String,
}

impl From<&Refusal> for Told {
    fn from(refusal: &Refusal) -> Self {
        Self {
            status: status(refusal),
            code: refusal.code().to_owned(),
            detail: refusal.to_string(),
            who: refusal.who_could(),
            next: refusal.next().to_owned(),
        }
    }
}

fn status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::Unknown(_) => 404,
        Refusal::Exists(_)
        | Refusal::WrongStage { .. }
        | Refusal::OrderUnderWay
        | Refusal::Objected { .. }
        | Refusal::NotByHand
        | Refusal::RecordErased
        | Refusal::NotYet
        | Refusal::Overtaken
        | Refusal::Incomplete
        | Refusal::OtherClaim
        | Refusal::NoRemedy
        | Refusal::NotReady { .. }
        | Refusal::NothingToExcept
        | Refusal::CannotFreeze(_)
        | Refusal::OtherRules
        | Refusal::OwnerGone { .. }
        | Refusal::HoldersCut
        | Refusal::NoSecondPerson { .. }
        | Refusal::NotNeeded
        | Refusal::NothingToAnswer
        | Refusal::IsRenewal { .. }
        | Refusal::NothingToRenew
        | Refusal::RenewalsUsedUp { .. }
        | Refusal::AppointedAlready
        | Refusal::CaseEnded
        | Refusal::NobodyElse
        | Refusal::ScopeCut
        | Refusal::NotRunning { .. }
        | Refusal::OfferOver => 409,
        Refusal::BadEnd { .. }
        | Refusal::BadCadence { .. }
        | Refusal::Controls(_)
        | Refusal::ControlOwner { .. }
        | Refusal::NothingNew(_)
        | Refusal::NoPlan(_)
        | Refusal::NotForOneCase { .. }
        | Refusal::Circle(_)
        | Refusal::ReasonNeeded { .. }
        | Refusal::TooManyItems { .. }
        | Refusal::Empty(_) => 422,
        Refusal::WrongActor(_)
        | Refusal::Inactive
        | Refusal::SignIn(_)
        | Refusal::NotPermitted { .. }
        | Refusal::WrongSeat { .. }
        | Refusal::NotTheOwner { .. }
        | Refusal::OwnAccess
        | Refusal::SecondSeat { .. }
        | Refusal::CannotOwn
        | Refusal::NotAccountable { .. }
        | Refusal::NotOffered
        | Refusal::CannotAnswer
        | Refusal::OwnAppointment
        | Refusal::OwnProposal
        | Refusal::OtherCase { .. }
        | Refusal::SeatOver { .. }
        | Refusal::NotTheReviewer { .. }
        | Refusal::SecondStage
        | Refusal::TookPart
        | Refusal::OwnDispute => 403,
    }
}
