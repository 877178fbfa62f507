//! The script of the days before today, as `history.toml` has it: which findings it speaks of, which
//! exceptions are put forward, and who does what on which day. Does nothing.

use countersign_access::change::Probe;
use countersign_governance::exception::Ticket;
use jiff::civil::Date;
use serde::Deserialize;

use crate::exit::Failure;

/// The whole script.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    /// The day from which the dates of the sample are meant.
    pub(super) written: Date,
    /// What the steps call findings by.
    pub(super) finding: Vec<Named>,
    /// What is put forward.
    pub(super) exception: Vec<Proposal>,
    /// What is done, day by day.
    pub(super) day: Vec<Day>,
}

/// A finding under a short key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) key: String,
    pub(super) rule: String,
    /// The node that is its root cause.
    pub(super) root: String,
}

/// An exception under a short key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proposal {
    pub(super) key: String,
    pub(super) finding: String,
    /// Who puts it forward, by name.
    pub(super) by: String,
    /// Who shall carry it, by name.
    pub(super) owner: String,
    /// From the proposal to its end.
    pub(super) days: i64,
    pub(super) review_days: u16,
    pub(super) need: String,
    pub(super) not_removable: String,
    pub(super) would_change: String,
    pub(super) controls: Vec<Controlled>,
    /// The ticket that belongs to it, where its tier requires one.
    pub(super) ticket: Option<Ticket>,
}

/// A compensating control.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Controlled {
    pub(super) what: String,
    pub(super) owner: String,
    pub(super) system: Option<String>,
    pub(super) test: Probe,
    pub(super) every_hours: u32,
    pub(super) max_age_hours: u32,
}

/// One day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Day {
    /// Days after the first.
    pub(super) day: i64,
    pub(super) steps: Vec<Step>,
}

/// One step, and the code of the refusal where a no is meant.
#[derive(Debug, Deserialize)]
pub(super) struct Step {
    #[serde(flatten)]
    pub(super) deed: Deed,
    pub(super) refused: Option<String>,
}

/// What is done. People are named as in `people.toml`, findings and exceptions by their keys.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Deed {
    /// A system is read, or all of them.
    Read {
        system: Option<String>,
    },
    /// Somebody changes a system beside us.
    ByHand {
        system: String,
        change: ByHand,
        what: String,
    },
    Assign {
        who: String,
        finding: String,
        owner: String,
    },
    Choose {
        who: String,
        finding: String,
        takes: String,
    },
    /// `by_hand`: the system is not ours to change, and nothing is waited for.
    Order {
        who: String,
        finding: String,
        #[serde(default)]
        by_hand: bool,
    },
    Dispute {
        who: String,
        finding: String,
        why: String,
    },
    Settle {
        who: String,
        finding: String,
        why: String,
        not_toxic_days: Option<i64>,
    },
    Propose {
        exception: String,
    },
    Accept {
        who: String,
        exception: String,
    },
    Sign {
        who: String,
        exception: String,
    },
    Reject(Spoken),
    Confirm(Spoken),
    Veto(Spoken),
    Answer(Spoken),
    Resume(Spoken),
    Revoke(Spoken),
    Withdraw(Spoken),
}

/// Something about an exception that takes a reason.
#[derive(Debug, Deserialize)]
pub(super) struct Spoken {
    pub(super) who: String,
    pub(super) exception: String,
    pub(super) why: String,
}

/// What an administrator does in a system.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ByHand {
    Add,
    Remove,
    Enable,
    Disable,
}

impl Script {
    /// Reads it.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|error| Failure::fault(format!("`history.toml`: {error}")))
    }

    /// The finding with this key.
    pub(super) fn finding(&self, key: &str) -> Option<&Named> {
        self.finding.iter().find(|it| it.key == key)
    }

    /// The proposal with this key.
    pub(super) fn proposal(&self, key: &str) -> Option<&Proposal> {
        self.exception.iter().find(|it| it.key == key)
    }
}
