//! What can be asked of an exception, verb by verb; each has its own file beside this one.

use super::{
    answer, confirm, hand_over, propose, reject, renew, resume, revoke, suspend, test, veto,
    withdraw,
};
use crate::authority::Verb;

/// What can be asked of an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Put it forward.
    Propose(Box<propose::Propose>),
    /// Put it forward once more, after one that has been in force.
    Renew(Box<renew::Renew>),
    /// The owner takes the risk.
    Accept,
    /// The owner does not.
    Reject(reject::Reject),
    /// The control seat says that the controls are in place.
    Confirm(confirm::Confirm),
    /// Security objects.
    Veto(veto::Object),
    /// The owner answers that.
    Answer(answer::Answer),
    /// Legal or compliance signs.
    Sign,
    /// Ask whether it can come into force.
    Activate,
    /// Put it out of force for now.
    Suspend(suspend::Suspend),
    /// Put it back in force.
    Resume(resume::Resume),
    /// The owner takes the acceptance back.
    Revoke(revoke::Revoke),
    /// The owner hands it to somebody.
    HandOver(hand_over::HandOver),
    /// Whoever it was handed to, or is accountable since its owner left, takes it over.
    TakeOver,
    /// Its owner is not there any more, or back.
    OwnerLeft,
    /// Take the proposal back.
    Withdraw(withdraw::Withdraw),
    /// A control was tested.
    Test(test::Tested),
    /// What it is about is over.
    Moot,
    /// Its end has come.
    Expire,
}

impl Command {
    /// The verb, where it is one that policy may permit to a person; reports of our own machines
    /// have none.
    #[must_use]
    pub fn verb(&self) -> Option<Verb> {
        match self {
            Self::Propose(_) => Some(Verb::ExceptionPropose),
            Self::Renew(_) => Some(Verb::ExceptionRenew),
            Self::Accept => Some(Verb::ExceptionAccept),
            Self::Reject(_) => Some(Verb::ExceptionReject),
            Self::Confirm(_) => Some(Verb::ExceptionConfirm),
            Self::Veto(_) => Some(Verb::ExceptionVeto),
            Self::Answer(_) => Some(Verb::ExceptionAnswer),
            Self::Sign => Some(Verb::ExceptionSign),
            Self::Activate => Some(Verb::ExceptionActivate),
            Self::Resume(_) => Some(Verb::ExceptionResume),
            Self::Revoke(_) => Some(Verb::ExceptionRevoke),
            Self::Withdraw(_) => Some(Verb::ExceptionWithdraw),
            Self::HandOver(_) => Some(Verb::ExceptionHandOver),
            Self::TakeOver => Some(Verb::ExceptionTakeOver),
            Self::Suspend(suspend::Suspend::Person(_)) => Some(Verb::ExceptionSuspend),
            Self::Suspend(suspend::Suspend::Unproven)
            | Self::OwnerLeft
            | Self::Test(_)
            | Self::Moot
            | Self::Expire => None,
        }
    }
}
