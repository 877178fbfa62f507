//! Whether anybody can sign in as strongly as the policies ask: a policy that asks for more than the place
//! where it is put in force has to give locks everybody out of something. Decides nothing.

use std::fmt;

use countersign_governance::authority::Verb;
use countersign_governance::seat::SeatName;

use crate::authority::Strength;
use crate::folder::Folder;

/// What nobody could do for want of a sign-in that is strong enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedOut {
    /// The verb.
    pub verb: Verb,
    /// The tier.
    pub tier: String,
    /// The weakest sign-in that would do.
    pub needed: Strength,
}

impl fmt::Display for LockedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let needed = match self.needed {
            Strength::Single => "any sign-in",
            Strength::Second => "a second factor",
            Strength::Key => "a key that cannot be phished",
        };
        write!(f, "`{}` in tier {} needs {needed}", self.verb.as_str(), self.tier)
    }
}

/// All that nobody could do, in the order of verbs and tiers, where no sign-in is stronger than this. What
/// nobody could do however strongly they signed in is not among it.
#[must_use]
pub fn locked_out(folder: &Folder, reached: Strength) -> Vec<LockedOut> {
    let mut found = Vec::new();
    // Most policies ask nothing of a sign-in, and trying each verb and tier takes its time.
    if !folder.authorities.about.values().any(|about| about.text.contains("strength")) {
        return found;
    }
    for verb in Verb::ALL {
        for tier in &folder.tiers.tiers {
            let weakest = |seat| folder.authorities.weakest(seat, verb, &tier.id);
            let needed = SeatName::ALL.into_iter().filter_map(weakest).min();
            if let Some(needed) = needed.filter(|needed| *needed > reached) {
                found.push(LockedOut { verb, tier: tier.id.clone(), needed });
            }
        }
    }
    found
}
