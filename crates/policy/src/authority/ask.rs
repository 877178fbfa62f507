//! One question to authority: who, which verb, on which case, in which situation. Everything in it is
//! filled in by the product from what it keeps; there is no way in for what a client says about itself.

use std::collections::BTreeSet;

use countersign_governance::appointment::OneCase;
use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;
use countersign_governance::person::Person;
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;
use jiff::Timestamp;

/// Who asks, with everything that is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The canonical id, whatever name was used to sign in.
    pub person: PersonId,
    /// Whether they may act at all.
    pub active: bool,
    /// Their seats.
    pub seats: BTreeSet<SeatName>,
    /// What they may do beside, as the organisation names it.
    pub duties: BTreeSet<String>,
    /// For whom they stand in now.
    pub stands_in_for: BTreeSet<PersonId>,
    /// To whom they, or those for whom they stand in, report, all the way up.
    pub reports_to: BTreeSet<PersonId>,
}

impl Who {
    /// As the events say at this time.
    #[must_use]
    pub fn of(person: &Person, now: Timestamp) -> Self {
        Self {
            person: person.id(),
            active: person.is_active(),
            seats: person.seats().into_owned(),
            duties: BTreeSet::new(),
            stands_in_for: person.stands_in_for(now).collect(),
            reports_to: BTreeSet::new(),
        }
    }

    /// The same on a case, where somebody from outside has the seat that they were given for it, with
    /// everybody with whom they are bound when they sign (`appointment::bound`).
    #[must_use]
    pub fn on(
        person: &Person,
        case: Option<OneCase>,
        bound: &BTreeSet<PersonId>,
        now: Timestamp,
    ) -> Self {
        let who = Self::of(person, now);
        let is_above = |id: &&PersonId| **id != who.person && !who.stands_in_for.contains(id);
        let reports_to = bound.iter().filter(is_above).copied().collect();
        Self { seats: person.seats_on(case, now), reports_to, ..who }
    }

    /// Whether they, somebody they stand in for, or somebody above either are one of these.
    #[must_use]
    pub fn is_among(&self, these: &BTreeSet<PersonId>) -> bool {
        these.contains(&self.person)
            || !self.stands_in_for.is_disjoint(these)
            || !self.reports_to.is_disjoint(these)
    }
}

/// What is decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The tier's short name, computed by `Tiers::of`.
    pub tier: String,
    /// Short key of its process, if known.
    pub process: Option<String>,
    /// How critical that is.
    pub criticality: Criticality,
    /// The system whose access it is.
    pub system: Option<String>,
    /// Resources within reach.
    pub radius: u64,
    /// Whether the law or a supervisor has a say in its process.
    pub regulated: bool,
    /// Whether legal or compliance signs: because of that, or because its tier asks for it.
    pub legal_signs: bool,
    /// Who asked for the access.
    pub requesters: BTreeSet<PersonId>,
    /// Who holds it, or holds a credential of it.
    pub beneficiaries: BTreeSet<PersonId>,
    /// Who owns the risk.
    pub owner: Option<PersonId>,
}

impl Case {
    /// A case of a tier of which nothing else is known.
    #[must_use]
    pub fn of_tier(tier: &str) -> Self {
        Self {
            tier: tier.to_owned(),
            process: None,
            criticality: Criticality::Critical,
            system: None,
            radius: 0,
            regulated: false,
            legal_signs: false,
            requesters: BTreeSet::new(),
            beneficiaries: BTreeSet::new(),
            owner: None,
        }
    }
}

/// How a person has shown who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// One thing that can be given away: a password or a token.
    Single,
    /// A second factor.
    Second,
    /// A key that cannot be phished.
    Key,
}

impl Strength {
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Single => 1,
            Self::Second => 2,
            Self::Key => 3,
        }
    }
}

/// How things stand when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    /// How the person signed in.
    pub strength: Strength,
    /// Minutes since then.
    pub signed_in_minutes: i64,
    /// Hours since the data was read on which the decision rests.
    pub data_age_hours: i64,
    /// Whether that read saw everything.
    pub data_complete: bool,
    /// Whether a ticket is linked.
    pub ticket: bool,
    /// Whether people are at work by the calendar.
    pub working_hours: bool,
    /// What else is so, by name.
    pub facts: BTreeSet<String>,
}

impl Situation {
    /// Hours since the data was read. What is dated in the future is as old as anything can be: a source
    /// cannot make its data fresh by its own clock.
    #[must_use]
    pub fn data_age(&self) -> i64 {
        aged(self.data_age_hours)
    }

    /// Minutes since the person signed in, as [`Self::data_age`].
    #[must_use]
    pub fn signed_in(&self) -> i64 {
        aged(self.signed_in_minutes)
    }

    /// Nothing stands in the way.
    #[must_use]
    pub fn best() -> Self {
        Self {
            strength: Strength::Key,
            signed_in_minutes: 0,
            data_age_hours: 0,
            data_complete: true,
            ticket: true,
            working_hours: true,
            facts: BTreeSet::new(),
        }
    }

    /// Everything does.
    #[must_use]
    pub fn worst() -> Self {
        const LONG: i64 = 1_000_000;
        Self {
            strength: Strength::Single,
            signed_in_minutes: LONG,
            data_age_hours: LONG,
            data_complete: false,
            ticket: false,
            working_hours: false,
            facts: BTreeSet::new(),
        }
    }
}

fn aged(is: i64) -> i64 {
    if is < 0 { i64::MAX } else { is }
}

/// May this person do this, on this, now?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Who.
    pub who: Who,
    /// What.
    pub verb: Verb,
    /// On what.
    pub case: Case,
    /// How things stand.
    pub situation: Situation,
    /// For whom they sign, when as a deputy.
    pub deputy_for: Option<PersonId>,
}
