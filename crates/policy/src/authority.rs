//! Who may do which verb: policies in Cedar, read, validated and indexed, and the fixed table by which
//! the server still goes. Authority only narrows; the laws of governance are checked after it.

mod ask;
mod entity;
mod index;
mod read;
mod set;
mod statement;

use countersign_governance::authority::{Authority, Verb};
use countersign_governance::person::Person;
use countersign_governance::seat::SeatName;

pub use ask::{Ask, Case, Situation, Strength, Who};
pub use entity::NotAsked;
pub use index::EVALUATED_MAX;
pub(crate) use read::read;
pub use read::{POLICIES_MAX, SCHEMA};
pub use set::{About, Answer, Authorities, May};

use crate::rules::word::Word;

impl Word for Verb {
    const NOUN: &'static str = "verb";
    fn all() -> &'static [Self] {
        &Self::ALL
    }
    fn text(self) -> &'static str {
        self.as_str()
    }
}

/// Says whether policy permits a verb to a person, by which policy, and which seats could.
#[must_use]
pub fn judge(person: &Person, verb: Verb) -> Authority {
    let seats = seats(verb);
    let permitted = person.is_active() && seats.iter().any(|seat| person.seats().contains(seat));
    Authority { permitted, by: vec![format!("builtin.{}", verb.as_str())], seats: seats.to_vec() }
}

/// The seats that a verb is open to.
#[must_use]
pub fn seats(verb: Verb) -> &'static [SeatName] {
    use SeatName::{Business, Control, Legal, Operations, Security};
    match verb {
        Verb::FindingAssign => &[Business, Control, Security],
        Verb::FindingChoose => &[Business],
        Verb::FindingOrder | Verb::FindingWithdrawOrder | Verb::SystemReleaseRun => &[Control],
        Verb::FindingDispute => &[Business, Control, Operations, Legal],
        Verb::FindingSettle | Verb::PolicyAdopt => &[Security],
        Verb::SystemConnect => &[Control],
        Verb::ExceptionPropose => &[Business, Control, Operations],
        // Security steps in where the owner cannot sign any more: the laws say when.
        Verb::ExceptionWithdraw => &[Business, Control, Operations, Security],
        Verb::ExceptionRevoke => &[Business, Security],
        Verb::ExceptionAccept | Verb::ExceptionReject | Verb::ExceptionAnswer => &[Business],
        Verb::ExceptionConfirm | Verb::ExceptionResume => &[Control],
        Verb::ExceptionVeto => &[Security],
        Verb::ExceptionSign => &[Legal],
        Verb::ExceptionActivate => &[Business, Control],
        Verb::ExceptionSuspend => &[Business, Control, Security],
        Verb::PersonAppoint | Verb::PersonDeactivate | Verb::ProcessDefine => &[Security, Legal],
        // Whoever answers for it, whatever their seat: the laws say who that is.
        Verb::AccountabilityAttest
        | Verb::AccountabilityHandOver
        | Verb::AccountabilityTakeOver => &[Business, Control, Security, Legal, Operations],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_auditor_may_change_nothing_and_every_verb_is_open_to_somebody() {
        for verb in Verb::ALL {
            assert!(!seats(verb).is_empty(), "{}", verb.as_str());
            assert!(!seats(verb).contains(&SeatName::Auditor), "{}", verb.as_str());
        }
    }
}
