//! What policy says about one command, as a fact. Policy can only narrow: a yes here is never enough,
//! the laws are checked after it.

use crate::seat::SeatName;

/// What a person may be permitted to do, as policy and the command line name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Put one person behind a finding.
    FindingAssign,
    /// Choose how a finding is remedied.
    FindingChoose,
    /// Order the chosen change in the system.
    FindingOrder,
    /// Take an order back that nobody ran.
    FindingWithdrawOrder,
    /// Say that a finding is not toxic.
    FindingDispute,
    /// Answer a dispute.
    FindingSettle,
    /// Put an exception forward.
    ExceptionPropose,
    /// Put an exception forward once more.
    ExceptionRenew,
    /// Take the risk of an exception.
    ExceptionAccept,
    /// Not take it.
    ExceptionReject,
    /// Say that the controls of an exception are in place.
    ExceptionConfirm,
    /// Object to an exception.
    ExceptionVeto,
    /// Answer a veto.
    ExceptionAnswer,
    /// Sign an exception for legal or compliance.
    ExceptionSign,
    /// Ask for an exception to come into force.
    ExceptionActivate,
    /// Put an exception out of force for now.
    ExceptionSuspend,
    /// Put it back in force.
    ExceptionResume,
    /// Take the acceptance of an exception back.
    ExceptionRevoke,
    /// Take a proposed exception back.
    ExceptionWithdraw,
    /// Hand an exception to another owner.
    ExceptionHandOver,
    /// Take an exception over.
    ExceptionTakeOver,
    /// Appoint a person to seats.
    PersonAppoint,
    /// Give somebody from outside one seat for one case.
    PersonAppointForCase,
    /// End a person's appointments.
    PersonDeactivate,
    /// Take away who a person is at the provider of sign-ins.
    PersonUnlink,
    /// Define a process and its owner.
    ProcessDefine,
    /// Connect a system.
    SystemConnect,
    /// Believe a run that was held.
    SystemReleaseRun,
    /// Put a policy in force, or propose it.
    PolicyAdopt,
    /// Countersign a proposed policy.
    PolicyCountersign,
    /// End the proposal of a policy.
    PolicyWithdraw,
    /// Say that one answers for a control plane of a system.
    AccountabilityAttest,
    /// Hand that to somebody.
    AccountabilityHandOver,
    /// Take over what was handed to oneself.
    AccountabilityTakeOver,
    /// Plan a review of access.
    ReviewStage,
    /// Put its items before those who are asked.
    ReviewStart,
    /// Decide about one of its items.
    ReviewDecide,
    /// Put an item before somebody else.
    ReviewDelegate,
    /// Let a review rest.
    ReviewPause,
    /// Let it go on.
    ReviewResume,
    /// End a review before it is through.
    ReviewCancel,
    /// Say of a proven review that it holds.
    ReviewAccept,
    /// Say of a proven review that it does not hold.
    ReviewReject,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 43] = [
        Self::FindingAssign,
        Self::FindingChoose,
        Self::FindingOrder,
        Self::FindingWithdrawOrder,
        Self::FindingDispute,
        Self::FindingSettle,
        Self::ExceptionPropose,
        Self::ExceptionRenew,
        Self::ExceptionAccept,
        Self::ExceptionReject,
        Self::ExceptionConfirm,
        Self::ExceptionVeto,
        Self::ExceptionAnswer,
        Self::ExceptionSign,
        Self::ExceptionActivate,
        Self::ExceptionSuspend,
        Self::ExceptionResume,
        Self::ExceptionRevoke,
        Self::ExceptionWithdraw,
        Self::ExceptionHandOver,
        Self::ExceptionTakeOver,
        Self::PersonAppoint,
        Self::PersonAppointForCase,
        Self::PersonDeactivate,
        Self::PersonUnlink,
        Self::ProcessDefine,
        Self::SystemConnect,
        Self::SystemReleaseRun,
        Self::PolicyAdopt,
        Self::PolicyCountersign,
        Self::PolicyWithdraw,
        Self::AccountabilityAttest,
        Self::AccountabilityHandOver,
        Self::AccountabilityTakeOver,
        Self::ReviewStage,
        Self::ReviewStart,
        Self::ReviewDecide,
        Self::ReviewDelegate,
        Self::ReviewPause,
        Self::ReviewResume,
        Self::ReviewCancel,
        Self::ReviewAccept,
        Self::ReviewReject,
    ];

    /// Whether it is a signature that somebody from outside can give on the one case that they were called
    /// in for.
    #[must_use]
    pub fn is_for_one_case(self) -> bool {
        matches!(
            self,
            Self::FindingOrder
                | Self::FindingSettle
                | Self::ExceptionConfirm
                | Self::ExceptionSign
                | Self::ExceptionVeto
        )
    }

    /// The name: noun, dot, verb.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FindingAssign => "finding.assign",
            Self::FindingChoose => "finding.choose",
            Self::FindingOrder => "finding.order",
            Self::FindingWithdrawOrder => "finding.withdraw-order",
            Self::FindingDispute => "finding.dispute",
            Self::FindingSettle => "finding.settle",
            Self::ExceptionPropose => "exception.propose",
            Self::ExceptionRenew => "exception.renew",
            Self::ExceptionAccept => "exception.accept",
            Self::ExceptionReject => "exception.reject",
            Self::ExceptionConfirm => "exception.confirm",
            Self::ExceptionVeto => "exception.veto",
            Self::ExceptionAnswer => "exception.answer",
            Self::ExceptionSign => "exception.sign",
            Self::ExceptionActivate => "exception.activate",
            Self::ExceptionSuspend => "exception.suspend",
            Self::ExceptionResume => "exception.resume",
            Self::ExceptionRevoke => "exception.revoke",
            Self::ExceptionWithdraw => "exception.withdraw",
            Self::ExceptionHandOver => "exception.hand-over",
            Self::ExceptionTakeOver => "exception.take-over",
            Self::PersonAppoint => "person.appoint",
            Self::PersonAppointForCase => "person.appoint-for-case",
            Self::PersonDeactivate => "person.deactivate",
            Self::PersonUnlink => "person.unlink",
            Self::ProcessDefine => "process.define",
            Self::SystemConnect => "system.connect",
            Self::SystemReleaseRun => "system.release-run",
            Self::PolicyAdopt => "policy.adopt",
            Self::PolicyCountersign => "policy.countersign",
            Self::PolicyWithdraw => "policy.withdraw",
            Self::AccountabilityAttest => "accountability.attest",
            Self::AccountabilityHandOver => "accountability.hand-over",
            Self::AccountabilityTakeOver => "accountability.take-over",
            Self::ReviewStage => "review.stage",
            Self::ReviewStart => "review.start",
            Self::ReviewDecide => "review.decide",
            Self::ReviewDelegate => "review.delegate",
            Self::ReviewPause => "review.pause",
            Self::ReviewResume => "review.resume",
            Self::ReviewCancel => "review.cancel",
            Self::ReviewAccept => "review.accept",
            Self::ReviewReject => "review.reject",
        }
    }
}

/// Policy's answer for one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Whether policy lets the actor do it.
    pub permitted: bool,
    /// The policies that made the answer, by id.
    pub by: Vec<String>,
    /// The seats that could, for the refusal.
    pub seats: Vec<SeatName>,
    /// The row of accountability behind the actor, where there is one.
    pub row: Option<String>,
    /// What policy objects to in how things stand, though this actor may do it.
    pub objections: Vec<Objection>,
    /// The sign-in with which policy would permit it, where that is all that is missing.
    pub sign_in: Option<SignIn>,
}

/// How somebody signs in anew so that policy permits what they want to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    /// With what.
    pub factor: Factor,
    /// At most so many minutes ago; [`i64::MAX`] where the time does not matter.
    pub minutes: i64,
}

/// What somebody signs in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// Anything.
    Any,
    /// A second factor.
    Second,
    /// A key that cannot be phished.
    Key,
}

impl std::fmt::Display for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let with = match self.factor {
            Factor::Any => "",
            Factor::Second => " with a second factor",
            Factor::Key => " with a key that cannot be phished",
        };
        match self.minutes {
            ..=0 => write!(f, "a sign-in{with}, just now"),
            1 => write!(f, "a sign-in{with}, at most a minute ago"),
            i64::MAX => write!(f, "a sign-in{with}"),
            minutes => write!(f, "a sign-in{with}, at most {minutes} minutes ago"),
        }
    }
}

/// Something about how things stand that policy does not accept for this case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// What it is, in words.
    pub words: String,
    /// What would take it away, in words.
    pub remedy: &'static str,
}

impl Authority {
    /// A policy that permits everything: the laws alone.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            permitted: true,
            by: Vec::new(),
            seats: Vec::new(),
            row: None,
            objections: Vec::new(),
            sign_in: None,
        }
    }

    /// A policy that permits nothing to anybody.
    #[must_use]
    pub fn nothing() -> Self {
        Self { permitted: false, ..Self::everything() }
    }
}
