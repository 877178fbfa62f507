//! The whole answer to one question: what the policies of authority say, what the tier asks for, and
//! which row of accountability stands behind it. It narrows; the laws of governance come after it.

use std::fmt;

use countersign_governance::authority::{Authority, Factor, Objection as Objected, SignIn, Verb};
use jiff::Timestamp;

use super::Folder;
use crate::authority::{Ask, NotAsked, Situation, Strength};
use crate::raci::Plane;
use crate::tier::Tier;

/// Ages of a sign-in that are told apart when one is asked for, in minutes; the first is any.
const AGES: [i64; 12] = [i64::MAX, 1_440, 720, 480, 240, 120, 60, 30, 15, 5, 1, 0];

/// What policy says to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// Whether policy lets it pass.
    pub permitted: bool,
    /// Whether the policies of authority do, whatever the tier objects to.
    pub authorized: bool,
    /// The policies that made the answer, by id: those of authority, and `tier.ID.KEY` for what the
    /// tier objects to.
    pub by: Vec<String>,
    /// The row of accountability behind the person, where there is one.
    pub row: Option<String>,
    /// What the tier objects to.
    pub objections: Vec<Objection>,
    /// Policies that could not be evaluated, in words; one of them makes it a no.
    pub failed: Vec<String>,
}

/// What a tier objects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// The data is older than a decision may rest on: hours, and at most how many.
    Old(i64, i64),
    /// The read did not see everything.
    Partial,
    /// No ticket is linked.
    NoTicket,
    /// A deputy may not sign here.
    Deputy,
    /// More is within reach than an exception can be had for: resources, and at most how many.
    Wide(u64, u64),
}

impl Objection {
    /// The key of `tiers.toml` behind it.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Old(..) => "data_age_hours_max",
            Self::Partial => "partial_reads_accepted",
            Self::NoTicket => "ticket_required",
            Self::Deputy => "deputies_may_sign",
            Self::Wide(..) => "radius_max",
        }
    }

    /// As governance is told of it.
    fn told(&self) -> Objected {
        Objected { words: self.to_string(), remedy: self.remedy() }
    }

    /// What would take it away.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Old(..) => "read the system again",
            Self::Partial => "have a complete read of the system",
            Self::NoTicket => "link a ticket",
            Self::Deputy => "the person themselves signs",
            Self::Wide(..) => "reduce what is within reach",
        }
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Old(i64::MAX, _) => f.write_str("the data is dated in the future"),
            Self::Old(is, most) => {
                write!(f, "the data is {is} hours old, and a decision may rest on at most {most}")
            }
            Self::Partial => f.write_str("the last read of the system did not see everything"),
            Self::NoTicket => f.write_str("no ticket is linked"),
            Self::Deputy => f.write_str("a deputy may not sign in this tier"),
            Self::Wide(is, most) => {
                write!(f, "{is} resources are within reach, and at most {most} can be excepted")
            }
        }
    }
}

/// Whether a yes to this verb lets somebody keep or get access, or says how things stand: it rests on
/// data. What takes power away never waits for a fresh read, a ticket or the right person.
#[must_use]
pub(crate) fn rests_on_data(verb: Verb) -> bool {
    match verb {
        Verb::FindingDispute
        | Verb::FindingSettle
        | Verb::ExceptionPropose
        | Verb::ExceptionRenew
        | Verb::ExceptionAccept
        | Verb::ExceptionConfirm
        | Verb::ExceptionSign
        | Verb::ExceptionActivate
        | Verb::ExceptionTakeOver
        | Verb::ExceptionResume => true,
        Verb::FindingAssign
        | Verb::FindingChoose
        | Verb::FindingOrder
        | Verb::FindingWithdrawOrder
        | Verb::ExceptionReject
        | Verb::ExceptionVeto
        | Verb::ExceptionAnswer
        | Verb::ExceptionSuspend
        | Verb::ExceptionRevoke
        | Verb::ExceptionWithdraw
        | Verb::ExceptionHandOver
        | Verb::PersonAppoint
        | Verb::PersonAppointForCase
        | Verb::PersonDeactivate
        | Verb::PersonUnlink
        | Verb::ProcessDefine
        | Verb::SystemConnect
        | Verb::SystemReleaseRun
        | Verb::PolicyAdopt
        | Verb::PolicyCountersign
        | Verb::PolicyWithdraw
        | Verb::AccountabilityAttest
        | Verb::AccountabilityHandOver
        | Verb::AccountabilityTakeOver
        | Verb::ReviewStage
        | Verb::ReviewStart
        | Verb::ReviewDecide
        | Verb::ReviewDelegate
        | Verb::ReviewPause
        | Verb::ReviewResume
        | Verb::ReviewCancel
        | Verb::ReviewAccept
        | Verb::ReviewReject => false,
    }
}

/// Whether a ticket and a bounded reach are asked for: what puts an exception forward and in force.
fn grants(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::ExceptionPropose
            | Verb::ExceptionRenew
            | Verb::ExceptionAccept
            | Verb::ExceptionConfirm
            | Verb::ExceptionSign
            | Verb::ExceptionActivate
            | Verb::ExceptionResume
    )
}

impl Folder {
    /// Answers one question at a time. Nothing passes that a policy of authority does not permit, that
    /// one forbids or cannot be evaluated on, or that the tier objects to.
    ///
    /// # Errors
    /// [`NotAsked`] on a defect, or for a tier that the folder does not know; the answer is no.
    pub fn judge(&self, ask: &Ask, now: Timestamp) -> Result<Ruling, NotAsked> {
        let answer = self.authorities.judge(ask)?;
        let tier = self.tiers.named(&ask.case.tier);
        let objections = tier.map_or_else(Vec::new, |tier| objections(tier, ask));
        let keys = objections.iter().map(|it| format!("tier.{}.{}", ask.case.tier, it.key()));
        Ok(Ruling {
            permitted: answer.permitted && objections.is_empty(),
            authorized: answer.permitted,
            by: answer.by.into_iter().chain(keys).collect(),
            row: self.row(ask, now),
            objections,
            failed: answer.failed,
        })
    }

    /// The answer as a fact for governance. The seats that could, and the sign-in that would do, are
    /// looked for only after a no.
    #[must_use]
    pub fn authority(&self, ask: &Ask, now: Timestamp) -> Authority {
        let Ok(ruling) = self.judge(ask, now) else { return Authority::nothing() };
        let objections = ruling.objections.iter().map(Objection::told).collect();
        let said = Authority { by: ruling.by, row: ruling.row, ..Authority::everything() };
        if ruling.authorized {
            return Authority { objections, ..said };
        }
        let sign_in = if ruling.failed.is_empty() { self.sign_in(ask) } else { None };
        let seats = self.authorities.seats(ask.verb, &ask.case.tier);
        Authority { permitted: false, objections, sign_in, seats, ..said }
    }

    /// The mildest sign-in that would turn the answer of authority, if one would: the weakest, and of
    /// those the one that may be longest ago, as far as [`AGES`] tell ages apart.
    fn sign_in(&self, ask: &Ask) -> Option<SignIn> {
        let factors = [
            (Factor::Any, ask.situation.strength),
            (Factor::Second, ask.situation.strength.max(Strength::Second)),
            (Factor::Key, Strength::Key),
        ];
        factors.into_iter().find_map(|(factor, strength)| {
            let turns = |minutes: &i64| {
                let signed_in_minutes = *minutes;
                let situation = Situation { strength, signed_in_minutes, ..ask.situation.clone() };
                let ask = Ask { situation, ..ask.clone() };
                self.authorities.judge(&ask).is_ok_and(|answer| answer.permitted)
            };
            let minutes = AGES.into_iter().find(turns)?;
            Some(SignIn { factor, minutes })
        })
    }

    fn row(&self, ask: &Ask, now: Timestamp) -> Option<String> {
        let (plane, system) = (Plane::of(ask.verb)?, ask.case.system.as_deref()?);
        let on = self.calendar.local(now).date();
        self.raci.row_for(ask.who.person, plane, system, on).map(crate::raci::Row::id)
    }
}

fn objections(tier: &Tier, ask: &Ask) -> Vec<Objection> {
    let mut found = Vec::new();
    let situation = &ask.situation;
    if rests_on_data(ask.verb) {
        if situation.data_age() > tier.data_age_hours_max {
            found.push(Objection::Old(situation.data_age(), tier.data_age_hours_max));
        }
        if !situation.data_complete && !tier.partial_reads_accepted {
            found.push(Objection::Partial);
        }
        if ask.deputy_for.is_some() && !tier.deputies_may_sign {
            found.push(Objection::Deputy);
        }
    }
    if grants(ask.verb) {
        if tier.ticket_required && !situation.ticket {
            found.push(Objection::NoTicket);
        }
        if let Some(most) = tier.radius_max.filter(|most| ask.case.radius > *most) {
            found.push(Objection::Wide(ask.case.radius, most));
        }
    }
    found
}
