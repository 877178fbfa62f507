//! How and when somebody showed who they are: a fact that goes with each of their commands, taken from
//! their session or token and never from what they say, and what a command may ask of it.

use countersign_governance::authority::{Factor, SignIn};
use countersign_policy::authority::Strength;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How somebody showed who they are, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// How strong that was.
    pub strength: Strength,
    /// When; nothing where nobody knows.
    pub at: Option<Timestamp>,
    /// Whether the provider of sign-ins said then in which groups they are: only so do they sit in the
    /// seats for which those stand.
    pub by_provider: bool,
}

impl Signed {
    /// By one thing that can be given away, at this time: a password, a link or a token.
    #[must_use]
    pub fn once(at: Timestamp) -> Self {
        Self { strength: Strength::Single, at: Some(at), by_provider: false }
    }

    /// Minutes since then: as many as there can be where nobody knows, or where it is still to come.
    #[must_use]
    pub fn minutes(&self, now: Timestamp) -> i64 {
        let minutes = self.at.map(|at| now.duration_since(at).as_mins());
        minutes.filter(|minutes| *minutes >= 0).unwrap_or(i64::MAX)
    }
}

/// What a command asks of the sign-in of whoever gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed {
    /// At least so strong.
    pub strength: Strength,
    /// At most so many minutes ago.
    pub minutes: i64,
}

/// A sign-in of at least this strength, at most so many minutes ago.
#[must_use]
pub fn needs(strength: Strength, minutes: i64) -> Needed {
    Needed { strength, minutes }
}

impl Needed {
    /// Whether a sign-in is strong and new enough; one of which nothing is known is neither.
    #[must_use]
    pub fn is_met(&self, signed: Option<&Signed>, now: Timestamp) -> bool {
        let is_met = |it: &Signed| it.strength >= self.strength && it.minutes(now) <= self.minutes;
        signed.is_some_and(is_met)
    }
}

impl From<SignIn> for Needed {
    fn from(asked: SignIn) -> Self {
        let strength = match asked.factor {
            Factor::Any => Strength::Single,
            Factor::Second => Strength::Second,
            Factor::Key => Strength::Key,
        };
        needs(strength, asked.minutes)
    }
}

impl std::fmt::Display for Needed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let factor = match self.strength {
            Strength::Single => Factor::Any,
            Strength::Second => Factor::Second,
            Strength::Key => Factor::Key,
        };
        SignIn { factor, minutes: self.minutes }.fmt(f)
    }
}

/// What a command asks of a sign-in, for programs (RFC 9470 has it in a header).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SignInNeeded)]
pub struct Wire {
    /// `single`, `second` or `key`.
    pub strength: String,
    /// At most so many minutes ago.
    pub minutes: i64,
}

impl From<Needed> for Wire {
    fn from(needed: Needed) -> Self {
        Self { strength: name(needed.strength).to_owned(), minutes: needed.minutes }
    }
}

impl From<&Wire> for Needed {
    fn from(wire: &Wire) -> Self {
        needs(of_name(&wire.strength), wire.minutes)
    }
}

/// A strength, as it is kept and as it stands in an address.
pub(crate) fn name(strength: Strength) -> &'static str {
    match strength {
        Strength::Single => "single",
        Strength::Second => "second",
        Strength::Key => "key",
    }
}

/// The strength of this name; what is not known is the weakest.
pub(crate) fn of_name(given: &str) -> Strength {
    let all = [Strength::Second, Strength::Key];
    all.into_iter().find(|it| name(*it) == given).unwrap_or(Strength::Single)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_sign_in_of_an_unknown_or_a_future_time_is_as_old_as_can_be() {
        let signed = |at| Signed { strength: Strength::Key, at, by_provider: true };
        assert_eq!(signed(None).minutes(at(0)), i64::MAX);
        assert_eq!(signed(Some(at(61))).minutes(at(0)), i64::MAX);
        assert_eq!(signed(Some(at(30))).minutes(at(0)), 0, "two clocks are never quite the same");
        assert_eq!(signed(Some(at(0))).minutes(at(359)), 5);
    }

    #[test]
    fn what_is_needed_is_met_by_strength_and_time_together() {
        let needed = needs(Strength::Second, 5);
        let met = |strength, at| {
            needed.is_met(Some(&Signed { strength, at, by_provider: true }), self::at(600))
        };
        assert!(met(Strength::Second, Some(at(300))) && met(Strength::Key, Some(at(600))));
        assert!(!met(Strength::Single, Some(at(600))), "weak");
        assert!(!met(Strength::Key, Some(at(239))), "old");
        assert!(!met(Strength::Key, None) && !needed.is_met(None, at(600)), "unknown");
        assert_eq!(Needed::from(&Wire::from(needed)), needed);
        assert_eq!(needed.to_string(), "a sign-in with a second factor, at most 5 minutes ago");
    }
}
