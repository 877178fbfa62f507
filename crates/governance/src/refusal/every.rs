//! One of each refusal, as somebody may meet it, for the reference and for tests that must leave none
//! out. A refusal that is not here does not compile.

use jiff::Timestamp;
use uuid::Uuid;

use super::{NoPlan, NotFrozen, NothingNew, Refusal, Wait};
use crate::authority::{Factor, Objection, SignIn};
use crate::control::NoControls;
use crate::id::{ExceptionId, PersonId};
use crate::seat::SeatName;

/// A pattern for every refusal there is, each with one that it matches.
macro_rules! every {
    ($($pattern:pat => $one:expr),+ $(,)?) => {
        impl Refusal {
            /// One of each, with what the case would fill in.
            #[must_use]
            pub fn one_of_each() -> Vec<Self> {
                // Matches every refusal by name, so that the list below has them all.
                let known = |refusal: &Self| match refusal { $($pattern => (),)+ };
                let all = vec![$($one),+];
                all.iter().for_each(known);
                all
            }
        }
    };
}

every! {
    Refusal::Unknown(_) => Refusal::Unknown("finding"),
    Refusal::Exists(_) => Refusal::Exists("exception"),
    Refusal::WrongStage { .. } => Refusal::WrongStage {
        noun: "exception",
        is: "active",
        verb: "withdrawn",
        wanted: "in review",
    },
    Refusal::Objected { .. } => Refusal::Objected {
        objections: vec![Objection {
            words: "the data is 50 hours old, and a decision may rest on at most 48".to_owned(),
            remedy: "read the system again",
        }],
    },
    Refusal::SignIn(_) => Refusal::SignIn(SignIn { factor: Factor::Second, minutes: 15 }),
    Refusal::OrderUnderWay => Refusal::OrderUnderWay,
    Refusal::NotByHand => Refusal::NotByHand,
    Refusal::RecordErased => Refusal::RecordErased,
    Refusal::BadEnd { .. } => Refusal::BadEnd { until: DAY, days_max: 90 },
    Refusal::BadCadence { .. } => Refusal::BadCadence { days_max: 30 },
    Refusal::NotReady { .. } => Refusal::NotReady {
        waits: vec![Wait::Seat(SeatName::Control), Wait::Answer, Wait::Control(1)],
    },
    Refusal::Controls(NoControls::None) => Refusal::Controls(NoControls::None),
    Refusal::Controls(NoControls::TooMany) => Refusal::Controls(NoControls::TooMany),
    Refusal::Controls(NoControls::Period(_)) => Refusal::Controls(NoControls::Period(1)),
    Refusal::Controls(NoControls::System(_)) => Refusal::Controls(NoControls::System(1)),
    Refusal::ControlOwner { .. } => Refusal::ControlOwner { control: 1 },
    Refusal::NothingToExcept => Refusal::NothingToExcept,
    Refusal::CannotFreeze(_) => Refusal::CannotFreeze(NotFrozen::Cut { listed: 1_000, total: 1_200 }),
    Refusal::OtherRules => Refusal::OtherRules,
    Refusal::OwnerGone { .. } => Refusal::OwnerGone { owner: PERSON },
    Refusal::HoldersCut => Refusal::HoldersCut,
    Refusal::NotNeeded => Refusal::NotNeeded,
    Refusal::IsRenewal { .. } => Refusal::IsRenewal { exception: EXCEPTION },
    Refusal::NothingToRenew => Refusal::NothingToRenew,
    Refusal::NothingNew(_) => Refusal::NothingNew(NothingNew::Untested),
    Refusal::NoPlan(_) => Refusal::NoPlan(NoPlan::Missing),
    Refusal::RenewalsUsedUp { .. } => Refusal::RenewalsUsedUp { most: 2 },
    Refusal::NothingToAnswer => Refusal::NothingToAnswer,
    Refusal::OwnProposal => Refusal::OwnProposal,
    Refusal::NoSecondPerson { .. } => Refusal::NoSecondPerson { could: vec![PERSON] },
    Refusal::NotTheReviewer { .. } => Refusal::NotTheReviewer { reviewers: vec![PERSON] },
    Refusal::SecondStage => Refusal::SecondStage,
    Refusal::NobodyElse => Refusal::NobodyElse,
    Refusal::ReasonNeeded { .. } => Refusal::ReasonNeeded { severity: "high" },
    Refusal::TooManyItems { .. } => Refusal::TooManyItems { total: 300_000, most: 250_000 },
    Refusal::ScopeCut => Refusal::ScopeCut,
    Refusal::NotRunning { .. } => Refusal::NotRunning { is: "paused" },
    Refusal::TookPart => Refusal::TookPart,
    Refusal::Empty(_) => Refusal::Empty("a person needs at least one seat"),
    Refusal::WrongActor(_) => Refusal::WrongActor("a person"),
    Refusal::Inactive => Refusal::Inactive,
    Refusal::NotPermitted { .. } => Refusal::NotPermitted {
        seats: vec![SeatName::Business, SeatName::Control],
        by: vec!["builtin.exception.activate".to_owned()],
    },
    Refusal::WrongSeat { .. } => Refusal::WrongSeat { needed: SeatName::Control },
    Refusal::NotTheOwner { .. } => Refusal::NotTheOwner { owner: PERSON },
    Refusal::OwnAccess => Refusal::OwnAccess,
    Refusal::SecondSeat { .. } => Refusal::SecondSeat { already: SeatName::Business },
    Refusal::CannotOwn => Refusal::CannotOwn,
    Refusal::OwnDispute => Refusal::OwnDispute,
    Refusal::OwnAppointment => Refusal::OwnAppointment,
    Refusal::NotAccountable { .. } => Refusal::NotAccountable { accountable: Some(PERSON) },
    Refusal::NotOffered => Refusal::NotOffered,
    Refusal::OfferOver => Refusal::OfferOver,
    Refusal::CannotAnswer => Refusal::CannotAnswer,
    Refusal::OtherCase { .. } => Refusal::OtherCase { seat: SeatName::Legal },
    Refusal::SeatOver { .. } => Refusal::SeatOver { seat: SeatName::Legal, until: DAY },
    Refusal::AppointedAlready => Refusal::AppointedAlready,
    Refusal::NotForOneCase { .. } => Refusal::NotForOneCase { seat: SeatName::Business },
    Refusal::CaseEnded => Refusal::CaseEnded,
    Refusal::Circle(_) => Refusal::Circle("reports to"),
    Refusal::Overtaken => Refusal::Overtaken,
    Refusal::NotYet => Refusal::NotYet,
    Refusal::Incomplete => Refusal::Incomplete,
    Refusal::OtherClaim => Refusal::OtherClaim,
    Refusal::NoRemedy => Refusal::NoRemedy,
}

/// A day like any other.
const DAY: Timestamp = Timestamp::constant(1_798_761_600, 0);

/// A person like any other.
const PERSON: PersonId = PersonId(Uuid::from_u128(0x0190_b6f0_4d00_7000_8000_0000_0000_0001));

/// An exception like any other.
const EXCEPTION: ExceptionId =
    ExceptionId(Uuid::from_u128(0x0190_b6f0_4d00_7000_8000_0000_0000_0002));

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::mem::discriminant;

    use super::*;

    #[test]
    fn each_has_words_a_next_step_and_a_place_of_its_own() {
        let all = Refusal::one_of_each();
        for (at, refusal) in all.iter().enumerate() {
            assert!(!refusal.to_string().is_empty() && !refusal.next().is_empty(), "{refusal:?}");
            let others =
                all.iter().take(at).filter(|it| discriminant(*it) == discriminant(refusal));
            assert!(others.count() == 0 || matches!(refusal, Refusal::Controls(_)), "{refusal:?}");
        }
        let codes: BTreeSet<&str> = all.iter().map(Refusal::code).collect();
        assert_eq!(codes.len(), all.len() - 3, "the four about controls share theirs");
    }
}
