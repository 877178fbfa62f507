//! What whoever was refused is told beside why: who could do it instead, and what to do next.

use super::Refusal;
use crate::id::PersonId;

/// Who answers for something, or who names somebody who does.
fn who_answers(accountable: Option<PersonId>) -> String {
    match accountable {
        Some(person) => format!("the one who answers for it, person {person}"),
        None => "an active person in the security seat, who hands it to somebody".into(),
    }
}

impl Refusal {
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
            Self::NotAccountable { accountable } => who_answers(*accountable),
            Self::NotOffered => "the person to whom it was handed over".into(),
            Self::CannotAnswer => "another active person".into(),
            Self::OwnAccess | Self::SecondSeat { .. } => {
                "another person in the same seat who has no part in this access".into()
            }
            Self::OtherCase { seat } | Self::SeatOver { seat, .. } => {
                format!("an active person in the {seat} seat")
            }
            Self::NotForOneCase { .. } => "an active person who is appointed to that seat".into(),
            Self::OwnDispute | Self::OwnAppointment => "another person in the security seat".into(),
            Self::OwnProposal | Self::NoSecondPerson { .. } => self.who_could_adopt(),
            Self::NotTheReviewer { .. } | Self::SecondStage | Self::NobodyElse | Self::TookPart => {
                self.who_could_review()
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
            | Self::IsRenewal { .. }
            | Self::NothingToRenew
            | Self::NothingNew(_)
            | Self::NoPlan(_)
            | Self::RenewalsUsedUp { .. }
            | Self::AppointedAlready
            | Self::CaseEnded
            | Self::Circle(_)
            | Self::ReasonNeeded { .. }
            | Self::TooManyItems { .. }
            | Self::ScopeCut
            | Self::NotRunning { .. }
            | Self::Empty(_) => String::new(),
        }
    }

    /// Who could put a policy in force beside whoever proposed it.
    fn who_could_adopt(&self) -> String {
        match self {
            Self::NoSecondPerson { could } if could.is_empty() => {
                "anybody who is appointed to the security or the legal seat".into()
            }
            Self::NoSecondPerson { could } => {
                let ids: Vec<String> = could.iter().map(|id| format!("person {id}")).collect();
                format!("one of these, once appointed to the legal or the security seat: {}", ids.join(", "))
            }
            _ => {
                "another person in the security or the legal seat; neither may stand in for the other".into()
            }
        }
    }

    /// Who could do it instead in a review of access.
    fn who_could_review(&self) -> String {
        match self {
            Self::NotTheReviewer { reviewers } => {
                let ids: Vec<String> = reviewers.iter().map(|id| format!("person {id}")).collect();
                format!("whoever is asked about it: {}", ids.join(", "))
            }
            Self::SecondStage => "whoever else is asked in this stage".into(),
            Self::NobodyElse => {
                "whoever started the review, who may put the item before somebody by name".into()
            }
            _ => "another person in the auditor seat".into(),
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
            Self::IsRenewal { .. }
            | Self::NothingToRenew
            | Self::NothingNew(_)
            | Self::NoPlan(_)
            | Self::RenewalsUsedUp { .. } => self.next_of_a_renewal(),
            Self::HoldersCut => "reduce it in the system first, then try again",
            Self::NotNeeded | Self::NothingToAnswer => "nothing: look at the case",
            Self::OtherCase { .. }
            | Self::SeatOver { .. }
            | Self::AppointedAlready
            | Self::NotForOneCase { .. }
            | Self::Circle(_) => self.next_of_an_appointment(),
            Self::NotTheReviewer { .. }
            | Self::SecondStage
            | Self::NobodyElse
            | Self::ReasonNeeded { .. }
            | Self::TooManyItems { .. }
            | Self::ScopeCut
            | Self::NotRunning { .. }
            | Self::TookPart => self.next_of_a_review(),
            Self::Empty(_) => "fill it in and try again",
            _ => self.next_of_a_case(),
        }
    }

    /// What to do next about a case, in words.
    fn next_of_a_case(&self) -> &'static str {
        match self {
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
            Self::NothingToExcept | Self::CaseEnded => "nothing: look at how it ended",
            Self::CannotFreeze(_) => {
                "reduce it first, or read the system whole: what is not named cannot be covered"
            }
            Self::OtherRules => "ask a server that was started with the rules in force",
            Self::OwnerGone { .. } => {
                "have it ended, and put it forward anew with somebody who carries the risk; the \
                 finding's own clock runs on meanwhile"
            }
            _ => "",
        }
    }

    /// What to do next about an appointment, in words.
    fn next_of_an_appointment(&self) -> &'static str {
        match self {
            Self::OtherCase { .. } => "leave it to those who are appointed to that seat",
            Self::SeatOver { .. } => "ask the security seat to give it to you again for this case",
            Self::AppointedAlready => "appoint them to the seat as everybody else",
            Self::NotForOneCase { .. } => {
                "appoint somebody to the seat, who answers for what they decide"
            }
            Self::Circle(_) => {
                "name somebody outside the circle, or take one of its links away first"
            }
            _ => "",
        }
    }

    /// What to do next about a review, in words.
    fn next_of_a_review(&self) -> &'static str {
        match self {
            Self::NotTheReviewer { .. } => {
                "ask one of them to decide, or to put it before you by delegating it"
            }
            Self::SecondStage | Self::NobodyElse => "have it delegated to somebody by name",
            Self::ReasonNeeded { .. } => "say in a sentence why it is kept, and decide again",
            Self::TooManyItems { .. } => "narrow the scope, and plan the rest as another review",
            Self::ScopeCut => "narrow the scope, or read the systems whole first",
            Self::NotRunning { .. } => {
                "look at the review: it says when it goes on, or why it ended"
            }
            Self::TookPart => "ask another auditor",
            _ => "",
        }
    }

    /// What to do next about a renewal, in words.
    fn next_of_a_renewal(&self) -> &'static str {
        match self {
            Self::IsRenewal { .. } => {
                "renew the exception of this finding: its page and `countersign exception renew` ask what a \
                 renewal needs"
            }
            Self::NothingToRenew => {
                "look at the exceptions of the finding: the one that was in force last can be renewed"
            }
            Self::NothingNew(_) => {
                "have the controls tested, and say in new words what it is needed for now"
            }
            Self::NoPlan(_) => "write down by what steps and dates the access goes",
            _ => "have the access removed or reduced: the finding shows the remedies",
        }
    }
}
