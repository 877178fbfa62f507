//! What comes out otherwise for one open case under another version of a policy: how grave it is, what
//! that asks of an exception that stands, and whether a signature that was given could be given again.
//! Nothing that stands is undone by another policy; this tells people beforehand what it would not let
//! pass any more. Decides nothing.

use countersign_governance::authority::Verb;
use countersign_governance::exception::{self, Exception};
use countersign_governance::finding::{self, Finding};
use countersign_governance::id::PersonId;
use countersign_governance::seat::{Seat, SeatName, Signature};
use jiff::{SignedDuration, Timestamp};

use crate::authority::{Ask, Case, Situation, Strength, Who};
use crate::folder::Folder;
use crate::tier::{Approval, Tier};

/// A case as one version of a policy sees it.
#[derive(Debug, Clone)]
pub struct Sight<'a> {
    /// The version.
    pub folder: &'a Folder,
    /// The case, of the tier that it is of there.
    pub case: Case,
    /// Whether the rule of its finding is there.
    pub has_rule: bool,
}

impl Sight<'_> {
    fn tier(&self) -> Option<&Tier> {
        self.folder.tiers.named(&self.case.tier)
    }

    fn needs_legal(&self) -> bool {
        self.case.regulated || self.tier().is_some_and(|tier| tier.needs(SeatName::Legal))
    }
}

/// One thing that comes out otherwise for a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// What it is about: `rule`, `tier`, `due`, `without-a-person`, `end`, `review`, `legal`, `ticket`, `reach`, `expiry`,
    /// `signature` or `sign-in`.
    pub about: &'static str,
    /// In words.
    pub words: String,
    /// Whose signature it is, where it is about one.
    pub person: Option<PersonId>,
    /// Whether the new version asks for less or lets more pass.
    pub loosens: bool,
}

impl Point {
    fn of(about: &'static str, words: String, loosens: bool) -> Self {
        Self { about, words, person: None, loosens }
    }
}

/// A signature that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What was done by it.
    pub verb: Verb,
    /// Who gave it.
    pub person: PersonId,
    /// From which seat.
    pub seat: SeatName,
    /// For whom, when as a deputy.
    pub deputy_for: Option<PersonId>,
}

impl Standing {
    fn of<S: Seat>(verb: Verb, signed: &Signature<S>) -> Self {
        let deputy_for = signed.signed_for();
        Self { verb, person: signed.person(), seat: signed.seat(), deputy_for }
    }
}

/// The signatures that stand on an exception.
#[must_use]
pub fn on_exception(exception: &Exception) -> Vec<Standing> {
    use exception::Stage;
    let (accepted, confirmed, legal) = match &exception.stage {
        Stage::InReview { given } => {
            (given.accepted.as_ref(), given.confirmed.as_ref(), given.legal.as_ref())
        }
        Stage::Active { by, .. } | Stage::Suspended { by, .. } => {
            (Some(by.accepted()), Some(by.confirmed()), by.legal())
        }
        Stage::Ended { .. } => return Vec::new(),
    };
    let mut all: Vec<Standing> = Vec::new();
    all.extend(accepted.map(|it| Standing::of(Verb::ExceptionAccept, it)));
    all.extend(confirmed.map(|it| Standing::of(Verb::ExceptionConfirm, it)));
    all.extend(legal.map(|it| Standing::of(Verb::ExceptionSign, it)));
    let veto = exception.veto.as_ref();
    all.extend(veto.map(|it| Standing::of(Verb::ExceptionVeto, &it.vetoed.signed)));
    all
}

/// The signatures that stand on a finding.
#[must_use]
pub fn on_finding(finding: &Finding) -> Vec<Standing> {
    use finding::{Ending, Stage};
    match &finding.stage {
        Stage::Open | Stage::Assigned { .. } => Vec::new(),
        Stage::Chosen { chosen, .. } => vec![Standing::of(Verb::FindingChoose, &chosen.signed)],
        Stage::Remediating { ordered, .. } | Stage::Fulfilled { ordered, .. } => vec![
            Standing::of(Verb::FindingChoose, &ordered.chosen.signed),
            Standing::of(Verb::FindingOrder, &ordered.signed),
        ],
        Stage::Ended { ending: Ending::NotToxic(it), .. } => {
            vec![Standing::of(Verb::FindingSettle, it.signed())]
        }
        Stage::Ended { .. } => Vec::new(),
    }
}

/// What comes out otherwise for a finding, its signatures left out.
#[must_use]
pub fn finding(was: &Sight<'_>, is: &Sight<'_>, finding: &Finding) -> Vec<Point> {
    let mut found = Vec::new();
    if finding.is_ended() {
        return found;
    }
    if was.has_rule && !is.has_rule {
        let words = "its rule is not there any more: it would end as rule changed".to_owned();
        found.push(Point::of("rule", words, true));
        return found;
    }
    found.extend(moved(was, is));
    let days = |it: &Sight<'_>| it.folder.sla(&it.case.tier).map(|sla| sla.due_days);
    // Whoever owns it already keeps their date.
    if let (Some(before), Some(after), None) = (days(was), days(is), finding.owner())
        && before != after
    {
        let words =
            format!("due in {after} days from when it has an owner, instead of in {before}");
        found.push(Point::of("due", words, after > before));
    }
    if matches!(finding.stage, finding::Stage::Open) {
        let passes =
            |it: &Sight<'_>| it.tier().is_some_and(|tier| tier.approval == Approval::Routine);
        let takes = "a person would have to put its owner behind it".to_owned();
        let lets = "its owner could be put behind it without a person".to_owned();
        found.extend(either((!passes(was), !passes(is)), "without-a-person", takes, lets));
    }
    found
}

/// What comes out otherwise for an exception, its signatures left out.
#[must_use]
pub fn exception(was: &Sight<'_>, is: &Sight<'_>, exception: &Exception) -> Vec<Point> {
    let mut found = Vec::new();
    if exception.is_ended() {
        return found;
    }
    if was.has_rule && !is.has_rule {
        let words = "its rule is not there any more: it would end with its finding".to_owned();
        found.push(Point::of("rule", words, true));
        return found;
    }
    found.extend(moved(was, is));
    let (Some(before), Some(after)) = (was.tier(), is.tier()) else { return found };
    found.extend(length(exception, before, after));
    found.extend(legal(exception, was.needs_legal(), is.needs_legal()));
    if exception.terms.ticket.is_none() {
        let changed = (before.ticket_required, after.ticket_required);
        let needs = "no ticket is linked, and nobody could sign for it without one".to_owned();
        let free = "it would need no ticket".to_owned();
        found.extend(either(changed, "ticket", needs, free));
    }
    let wide =
        |it: &Sight<'_>, tier: &Tier| tier.radius_max.is_some_and(|most| it.case.radius > most);
    let most = after.radius_max.map_or_else(String::new, |most| format!(" at most {most}"));
    let too_wide = format!("more is within reach than an exception could be had for:{most}");
    let fits = "what is within reach would not be too much for an exception".to_owned();
    found.extend(either((wide(was, before), wide(is, after)), "reach", too_wide, fits));
    if before.at_expiry != after.at_expiry {
        let (before, after) = (before.at_expiry.as_str(), after.at_expiry.as_str());
        let words = format!("at its end: {after} instead of {before}");
        found.push(Point::of("expiry", words, false));
    }
    found
}

/// What is so in one of the two only, each in its words.
fn either(
    (was, is): (bool, bool),
    about: &'static str,
    asks: String,
    lets: String,
) -> Option<Point> {
    match (was, is) {
        (false, true) => Some(Point::of(about, asks, false)),
        (true, false) => Some(Point::of(about, lets, true)),
        (true, true) | (false, false) => None,
    }
}

/// The tier, where it is another.
fn moved(was: &Sight<'_>, is: &Sight<'_>) -> Option<Point> {
    let (before, after) = (was.tier()?, is.tier()?);
    if before.id == after.id {
        return None;
    }
    // A tier is milder where the old version would have ranked it so.
    let rank = was.folder.tiers.named(&after.id).map(|tier| tier.rank);
    let words = format!("of the tier {} instead of {}", after.title, before.title);
    Some(Point::of("tier", words, rank.is_some_and(|rank| rank < before.rank)))
}

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Its end and its reviews, each where one version would have had them and the other would not.
fn length(exception: &Exception, before: &Tier, after: &Tier) -> Vec<Point> {
    let lasts = exception.terms.until.duration_since(exception.proposed_at);
    let most = |tier: &Tier| SignedDuration::from_hours(tier.days_max.saturating_mul(24));
    let beyond = |tier: &Tier| lasts > most(tier);
    let days = lasts.as_secs().saturating_add(DAY - 1).div_euclid(DAY);
    let most = after.days_max;
    let words = format!("it lasts {days} days from its proposal, and at most {most} would be had");
    let end = either(
        (beyond(before), beyond(after)),
        "end",
        words,
        format!("its {days} days would not be too long"),
    );
    let every = i64::from(exception.terms.review_days);
    let rare = |tier: &Tier| every > tier.review_days_max;
    let most = after.review_days_max;
    let words =
        format!("reviewed every {every} days, and at least every {most} would be asked for");
    let review = either(
        (rare(before), rare(after)),
        "review",
        words,
        format!("a review every {every} days would be enough"),
    );
    end.into_iter().chain(review).collect()
}

/// The signature of legal or compliance. What needed it when it was proposed needs it for good.
fn legal(exception: &Exception, was: bool, is: bool) -> Option<Point> {
    use exception::Stage;
    if exception.pin.regulated {
        return None;
    }
    let signed = match &exception.stage {
        Stage::InReview { given } => given.legal.is_some(),
        Stage::Active { by, .. } | Stage::Suspended { by, .. } => by.legal().is_some(),
        Stage::Ended { .. } => true,
    };
    if signed {
        return None;
    }
    let (needs, free) = match exception.stage {
        Stage::InReview { .. } => {
            ("the legal seat would have to sign too", "the legal seat would not have to sign")
        }
        Stage::Active { .. } | Stage::Suspended { .. } | Stage::Ended { .. } => (
            "it came into force without the legal seat, which would have to sign",
            "the legal seat, which has not signed, would not have to",
        ),
    };
    either((was, is), "legal", needs.to_owned(), free.to_owned())
}

/// Whether a signature that stands could be given again by the same person as they sit now, signed in as
/// well as can be, on data as fresh as can be. Nothing where that is the same in both versions. Whoever
/// signed had no part in the access, which no policy decides.
#[must_use]
pub fn signature(
    was: &Sight<'_>,
    is: &Sight<'_>,
    (standing, who, ticket): (&Standing, &Who, bool),
    now: Timestamp,
) -> Option<Point> {
    let before = could(was, standing, who, (ticket, now));
    let after = could(is, standing, who, (ticket, now));
    let whose = format!("the signature from the {} seat", standing.seat);
    let verb = standing.verb.as_str();
    let (about, words, loosens) = match (before, after) {
        (Ok(before), Ok(after)) if after > before => {
            ("sign-in", format!("{whose} would take {}", shown(after)), false)
        }
        (Ok(before), Ok(after)) if after < before => {
            ("sign-in", format!("{whose} would take no more than {}", shown(after)), true)
        }
        (Ok(_), Ok(_)) | (Err(_), Err(_)) => return None,
        (Ok(_), Err(why)) => {
            ("signature", format!("{whose} would not be given again ({verb}): {why}"), false)
        }
        (Err(_), Ok(_)) => {
            ("signature", format!("{whose}, which was not, would be authorised ({verb})"), true)
        }
    };
    Some(Point { person: Some(standing.person), ..Point::of(about, words, loosens) })
}

fn shown(strength: Strength) -> &'static str {
    match strength {
        Strength::Single => "any sign-in",
        Strength::Second => "a sign-in with a second factor",
        Strength::Key => "a sign-in with a key that cannot be phished",
    }
}

/// The weakest sign-in with which it would pass, or why none would do.
fn could(
    sight: &Sight<'_>,
    standing: &Standing,
    who: &Who,
    (ticket, now): (bool, Timestamp),
) -> Result<Strength, String> {
    let mut last = String::new();
    for strength in [Strength::Single, Strength::Second, Strength::Key] {
        let ask = Ask {
            who: who.clone(),
            verb: standing.verb,
            case: sight.case.clone(),
            situation: Situation { strength, ticket, ..Situation::best() },
            deputy_for: standing.deputy_for,
        };
        match sight.folder.judge(&ask, now) {
            Ok(ruling) if ruling.permitted => return Ok(strength),
            Ok(ruling) => {
                let objected: Vec<String> =
                    ruling.objections.iter().map(ToString::to_string).collect();
                last = if objected.is_empty() {
                    "no policy would permit it to them".to_owned()
                } else {
                    objected.join(", ")
                };
            }
            Err(why) => last = why.to_string(),
        }
    }
    Err(last)
}
