//! What a case still waits for, in words.

use serde::{Deserialize, Serialize};

use crate::seat::SeatName;

/// What a case still waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// A signature from this seat.
    Seat(SeatName),
    /// The owner's answer to a veto.
    Answer,
    /// A passed test of this control, counted from one, that is not too old.
    Control(usize),
    /// An owner who can carry the risk: the one who is named is not there any more, or sits elsewhere.
    Owner,
    /// A server that judges by the rules in force: another cannot tell whether legal must sign.
    Rules,
}

impl std::fmt::Display for Wait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Seat(seat) => write!(f, "the {seat} seat has not signed"),
            Self::Answer => f.write_str("the owner has not answered the veto"),
            Self::Owner => f.write_str(
                "its owner is not active in the business seat any more, so nobody carries the risk",
            ),
            Self::Rules => f.write_str(
                "this server judges by other rules than those in force, so it cannot tell whether the \
                 legal seat must sign",
            ),
            Self::Control(number) => {
                write!(f, "control {number} has no passed test that is recent enough")
            }
        }
    }
}
