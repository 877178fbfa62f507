//! What can be asked of an exception by a form, and the words in which a page offers it.

use countersign_governance::seat::SeatName;

/// What can be asked of an exception by a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum Verb {
    Accept,
    Reject,
    Confirm,
    Sign,
    Veto,
    Answer,
    Suspend,
    Resume,
    Revoke,
    HandOver,
    TakeOver,
    Withdraw,
}

/// A deed in words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) says: &'static str,
    /// Name, label and hint of the one field.
    pub(super) field: Option<(&'static str, &'static str, &'static str)>,
    pub(super) button: &'static str,
}

impl Verb {
    pub(super) const ALL: [Self; 12] = [
        Self::Accept,
        Self::Reject,
        Self::Confirm,
        Self::Sign,
        Self::Veto,
        Self::Answer,
        Self::Suspend,
        Self::Resume,
        Self::Revoke,
        Self::HandOver,
        Self::TakeOver,
        Self::Withdraw,
    ];

    /// As it stands in an address.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Confirm => "confirm",
            Self::Sign => "sign",
            Self::Veto => "veto",
            Self::Answer => "answer",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Revoke => "revoke",
            Self::HandOver => "hand-over",
            Self::TakeOver => "take-over",
            Self::Withdraw => "withdraw",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == name)
    }

    /// The seat under whose line it stands; taking a proposal back and suspending belong to none alone.
    pub(super) fn seat(self) -> Option<SeatName> {
        match self {
            Self::Accept
            | Self::Reject
            | Self::Answer
            | Self::Revoke
            | Self::HandOver
            | Self::TakeOver => Some(SeatName::Business),
            Self::Confirm | Self::Resume => Some(SeatName::Control),
            Self::Sign => Some(SeatName::Legal),
            Self::Veto => Some(SeatName::Security),
            Self::Suspend | Self::Withdraw => None,
        }
    }

    /// The words in which a page offers it.
    pub(super) fn words(self) -> Words {
        match self {
            Self::Accept => ACCEPT,
            Self::Reject => REJECT,
            Self::Confirm => CONFIRM,
            Self::Sign => SIGN,
            Self::Veto => VETO,
            Self::Answer => ANSWER,
            Self::Suspend => SUSPEND,
            Self::Resume => RESUME,
            Self::Revoke => REVOKE,
            Self::HandOver => HAND_OVER,
            Self::TakeOver => TAKE_OVER,
            Self::Withdraw => WITHDRAW,
        }
    }
}

const ACCEPT: Words = Words {
    title: "Accept the risk",
    says: "You answer for it by name until it ends: for exactly the identities, the use and the controls on this page.",
    field: None,
    button: "Sign for the business: I accept",
};

const REJECT: Words = Words {
    title: "Do not accept the risk",
    says: "It is over then, and the finding's own clock decides.",
    field: Some((
        "reason",
        "Why you do not accept it",
        "In one or two sentences; who asked reads it.",
    )),
    button: "Sign for the business: I do not accept",
};

const CONFIRM: Words = Words {
    title: "Confirm that it is enforced",
    says: "You say that the controls are in place. You do not accept the risk.",
    field: Some((
        "statement",
        "What is in place, and how you saw it",
        "In one or two sentences; it is kept in the ledger.",
    )),
    button: "Sign for control: it is in place",
};

const SIGN: Words = Words {
    title: "Sign for legal",
    says: "Its process is regulated, or its tier asks for you. You sign that this exception may stand.",
    field: None,
    button: "Sign for legal",
};

const VETO: Words = Words {
    title: "Object",
    says: "A veto puts it out of force and binds until the owner has answered. A second one ends it.",
    field: Some((
        "reason",
        "What speaks against it",
        "In one or two sentences; the owner answers exactly this.",
    )),
    button: "Sign for security: I object",
};

const ANSWER: Words = Words {
    title: "Answer the veto",
    says: "Security objects, and it binds until you answer. What you answer is kept beside it.",
    field: Some((
        "reason",
        "Your answer",
        "In one or two sentences, to exactly what was objected.",
    )),
    button: "Sign for the business: this is my answer",
};

const SUSPEND: Words = Words {
    title: "Put it out of force for now",
    says: "The finding stands uncovered with its own date until the control seat resumes it.",
    field: Some(("reason", "Why it shall not be in force", "In one or two sentences.")),
    button: "Put it out of force",
};

const RESUME: Words = Words {
    title: "Put it back in force",
    says: "You say anew that the controls are in place; each must have passed its last test.",
    field: Some((
        "statement",
        "What was put right",
        "In one or two sentences; it is kept in the ledger.",
    )),
    button: "Sign for control: it is in place again",
};

const REVOKE: Words = Words {
    title: "Take the acceptance back",
    says: "It is over then, and the finding stands uncovered with its own date. Where its owner cannot sign any more, security ends it.",
    field: Some(("reason", "Why it is taken back", "In one or two sentences.")),
    button: "Sign: the acceptance is taken back",
};

const HAND_OVER: Words = Words {
    title: "Hand it to somebody",
    says: "It stays yours until they take it over, and nothing is cut by it.",
    field: Some(("reason", "Why it is handed on", "In one or two sentences; they read it.")),
    button: "Sign for the business: I hand it on",
};

const TAKE_OVER: Words = Words {
    title: "Take it over",
    says: "You carry the risk by name from then on: for exactly the identities, the use and the controls on this page.",
    field: None,
    button: "Sign for the business: I take it over",
};

const WITHDRAW: Words = Words {
    title: "Take the proposal back",
    says: "Nobody can sign it afterwards. Who asked for it, or its owner, can.",
    field: Some(("reason", "Why it is taken back", "In one or two sentences.")),
    button: "Take the proposal back",
};
