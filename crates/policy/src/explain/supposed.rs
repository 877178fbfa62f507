//! A question that is made up: somebody in these seats, on such a case, as things stand. What it is made
//! of is the same on the command line, over HTTP and on the page.

use std::collections::BTreeSet;

use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;

use crate::authority::{Ask, Case, Situation, Strength, Who};
use crate::folder::Folder;
use crate::tier::Radius;

/// Who asks in a question that is made up.
const SOMEBODY: PersonId = PersonId(uuid::Uuid::nil());

/// A question that is made up. What is not said stands at its best, save the case: a process that is not
/// known counts as the policy says, and a reach that is not known as without end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supposed {
    /// What they want to do.
    pub verb: Verb,
    /// Their seats.
    pub seats: BTreeSet<SeatName>,
    /// How critical the process is.
    pub criticality: Option<Criticality>,
    /// Resources within reach.
    pub radius: Option<u64>,
    /// Whether the law or a supervisor has a say.
    pub regulated: bool,
    /// Whether they asked for the access.
    pub asked: bool,
    /// Whether they hold the access.
    pub holds: bool,
    /// Whether they sign as a deputy.
    pub deputy: bool,
    /// Hours since the system was read.
    pub data_age_hours: u32,
    /// Whether that read did not see everything.
    pub partial: bool,
    /// Whether no ticket is linked.
    pub no_ticket: bool,
    /// Whether they signed in with a password or a token alone.
    pub weak_sign_in: bool,
}

impl Supposed {
    /// The question as it is put to a policy; nothing where that has no tier for the case.
    #[must_use]
    pub fn ask(&self, folder: &Folder) -> Option<Ask> {
        let radius =
            Radius { resources: self.radius.unwrap_or_default(), complete: self.radius.is_some() };
        let tier = match self.verb.as_str().split('.').next() {
            Some("finding" | "exception") => folder.tiers.of(self.criticality, radius),
            _ => folder.tiers.administration(),
        }?;
        let part = |is: bool| if is { [SOMEBODY].into() } else { BTreeSet::new() };
        let case = Case {
            criticality: self.criticality.unwrap_or(Criticality::Critical),
            radius: radius.resources,
            regulated: self.regulated,
            legal_signs: self.regulated || tier.legal_signs,
            requesters: part(self.asked),
            beneficiaries: part(self.holds),
            ..Case::of_tier(&tier.id)
        };
        let situation = Situation {
            strength: if self.weak_sign_in { Strength::Single } else { Strength::Key },
            data_age_hours: i64::from(self.data_age_hours),
            data_complete: !self.partial,
            ticket: !self.no_ticket,
            ..Situation::best()
        };
        let who = Who {
            person: SOMEBODY,
            active: true,
            seats: self.seats.clone(),
            duties: BTreeSet::new(),
            stands_in_for: BTreeSet::new(),
            reports_to: BTreeSet::new(),
        };
        let deputy_for = self.deputy.then_some(SOMEBODY);
        Some(Ask { who, verb: self.verb, case, situation, deputy_for })
    }
}
