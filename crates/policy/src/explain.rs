//! May this person do this on this case now, why, who else could, and what would make it a yes: the
//! same question that decides, asked again with one or two things changed. Decides nothing.

mod supposed;

use std::fmt;

use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;
use countersign_governance::seat::SeatName;
use jiff::Timestamp;
use serde::Serialize;

pub use supposed::Supposed;

use crate::authority::{Ask, Case, NotAsked, Strength, Who};
use crate::folder::{Folder, Ruling};

/// With whom somebody is bound when they sign.
const BOUND: &str = "they, somebody they stand in for, or somebody they report to";

/// Most people whom an answer names.
pub const OTHERS_MAX: usize = 50;

/// An answer with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// Whether policy and the laws that can be told here let it pass.
    pub permitted: bool,
    /// The tier of the case.
    pub tier: String,
    /// Why, in sentences.
    pub why: Vec<Reason>,
    /// The row of accountability behind the person.
    pub row: Option<String>,
    /// The seats that could.
    pub seats: Vec<&'static str>,
    /// The people who could as things stand, at most [`OTHERS_MAX`].
    pub others: Vec<PersonId>,
    /// How many more could.
    pub others_more: usize,
    /// What would make it a yes, each entry by itself.
    pub yes_if: Vec<String>,
}

/// One reason and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The policy's id, `tier.ID.KEY`, or `law` for what no policy can change.
    pub by: String,
    /// In words.
    pub words: String,
    /// The file and line, for a policy of authority.
    pub place: Option<String>,
}

/// Answers a question with its reasons. `people` are those who could be asked instead.
///
/// # Errors
/// [`NotAsked`] on a defect, or for a tier that the folder does not know.
pub fn explain(
    folder: &Folder,
    ask: &Ask,
    people: &[Who],
    now: Timestamp,
) -> Result<Explained, NotAsked> {
    let ruling = folder.judge(ask, now)?;
    let laws = laws(ask);
    let permitted = ruling.permitted && laws.is_empty();
    let could = |who: &&Who| {
        let other = Ask { who: (*who).clone(), deputy_for: None, ..ask.clone() };
        who.person != ask.who.person && passes(folder, &other, now)
    };
    let mut others: Vec<PersonId> = people.iter().filter(could).map(|who| who.person).collect();
    let others_more = others.len().saturating_sub(OTHERS_MAX);
    others.truncate(OTHERS_MAX);
    let seats = folder.authorities.seats(ask.verb, &ask.case.tier);
    Ok(Explained {
        permitted,
        tier: ask.case.tier.clone(),
        why: reasons(folder, ask, &ruling, laws),
        row: ruling.row,
        seats: seats.into_iter().map(SeatName::as_str).collect(),
        others,
        others_more,
        yes_if: if permitted { Vec::new() } else { yes_if(folder, ask, now) },
    })
}

fn passes(folder: &Folder, ask: &Ask, now: Timestamp) -> bool {
    laws(ask).is_empty() && folder.judge(ask, now).is_ok_and(|ruling| ruling.permitted)
}

/// What the laws say of whoever has part in an access, as governance will: it decides, this only tells.
fn laws(ask: &Ask) -> Vec<String> {
    let Ask { who, case, .. } = ask;
    let mut found = Vec::new();
    if !who.active {
        found.push("they are no longer active".to_owned());
    }
    let is_theirs = |owner| who.person == owner || ask.deputy_for == Some(owner);
    if is_for_the_owner(ask.verb) && case.owner.is_some_and(|owner| !is_theirs(owner)) {
        found.push("only the owner of this case does that, or a deputy of theirs".to_owned());
    }
    if signs(ask.verb) {
        if who.is_among(&case.requesters) {
            found.push(format!("{BOUND}, asked for the access"));
        }
        if who.is_among(&case.beneficiaries) {
            found.push(format!("{BOUND}, hold the access"));
        }
    }
    found
}

/// Whether only the owner of a case does it, where it has one.
fn is_for_the_owner(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::FindingChoose
            | Verb::ExceptionAccept
            | Verb::ExceptionReject
            | Verb::ExceptionAnswer
            | Verb::ExceptionHandOver
    )
}

/// Whether the verb is a signature.
fn signs(verb: Verb) -> bool {
    !matches!(
        verb,
        Verb::FindingAssign
            | Verb::FindingDispute
            | Verb::ExceptionPropose
            | Verb::ExceptionRenew
            | Verb::ExceptionActivate
            | Verb::PersonAppoint
            | Verb::PersonAppointForCase
            | Verb::PersonDeactivate
            | Verb::PersonUnlink
            | Verb::ProcessDefine
            | Verb::SystemConnect
            | Verb::SystemReleaseRun
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
    )
}

fn reasons(folder: &Folder, ask: &Ask, ruling: &Ruling, laws: Vec<String>) -> Vec<Reason> {
    let law = |words| Reason { by: "law".to_owned(), words, place: None };
    let mut why: Vec<Reason> = laws.into_iter().map(law).collect();
    let policies = ruling.by.iter().filter_map(|id| folder.authorities.about.get(id));
    why.extend(policies.map(|about| Reason {
        by: about.id.clone(),
        words: about.because.clone(),
        place: Some(format!("{}:{}", about.file, about.line)),
    }));
    why.extend(ruling.objections.iter().map(|it| Reason {
        by: format!("tier.{}.{}", ask.case.tier, it.key()),
        words: it.to_string(),
        place: None,
    }));
    why.extend(ruling.failed.iter().map(|it| Reason {
        by: "failed".to_owned(),
        words: format!("a policy could not be evaluated, which is a no: {it}"),
        place: None,
    }));
    if why.is_empty() {
        let words = format!("no policy permits `{}` to them here", ask.verb.as_str());
        why.push(Reason { by: "nothing".to_owned(), words, place: None });
    }
    why
}

type Change = (String, Ask);

/// The single changes that would make it a yes; where there is none, the pairs.
fn yes_if(folder: &Folder, ask: &Ask, now: Timestamp) -> Vec<String> {
    let single = changes(ask);
    let works = |(_, ask): &&Change| passes(folder, ask, now);
    let found: Vec<String> = single.iter().filter(works).map(|(words, _)| words.clone()).collect();
    if !found.is_empty() {
        return found;
    }
    let mut pairs = Vec::new();
    for (at, (words, first)) in single.iter().enumerate() {
        let later = single.iter().skip(at.saturating_add(1)).map(|(words, _)| words);
        for (more, both) in
            changes(first).into_iter().filter(|(more, _)| later.clone().any(|it| it == more))
        {
            if passes(folder, &both, now) {
                pairs.push(format!("{words}, and {more}"));
            }
        }
    }
    if pairs.is_empty() {
        let seats = folder.authorities.seats(ask.verb, &ask.case.tier);
        let seats: Vec<&str> = seats.into_iter().map(SeatName::as_str).collect();
        pairs.push(match seats.as_slice() {
            [] => "the security seat changes the policy: it is open to nobody".to_owned(),
            seats => format!("somebody else does it, from the seat: {}", seats.join(" or ")),
        });
    }
    pairs
}

/// What could be otherwise about who they are and how things stand. Nobody becomes uninvolved by it.
fn changes(ask: &Ask) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |words: String, change: &dyn Fn(&mut Ask)| {
        let mut other = ask.clone();
        change(&mut other);
        if other != *ask {
            changes.push((words, other));
        }
    };
    for seat in SeatName::ALL {
        add(format!("they are appointed to the {seat} seat"), &|it| {
            it.who.seats.insert(seat);
        });
    }
    add("they sign in with a second factor".to_owned(), &|it| {
        it.situation.strength = it.situation.strength.max(Strength::Second);
    });
    add("they sign in with a key that cannot be phished".to_owned(), &|it| {
        it.situation.strength = Strength::Key;
    });
    add("they sign in again".to_owned(), &|it| it.situation.signed_in_minutes = 0);
    add("the system is read again".to_owned(), &|it| it.situation.data_age_hours = 0);
    add("the system is read completely".to_owned(), &|it| it.situation.data_complete = true);
    add("a ticket is linked".to_owned(), &|it| it.situation.ticket = true);
    add("it is done in working hours".to_owned(), &|it| it.situation.working_hours = true);
    add("the person themselves signs, not a deputy".to_owned(), &|it| it.deputy_for = None);
    for fact in &ask.situation.facts {
        add(format!("it is no longer so: {fact}"), &|it| {
            it.situation.facts.remove(fact);
        });
    }
    changes
}

/// A seat that nobody can give for a case, and who could be appointed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unsigned {
    /// The seat.
    pub seat: &'static str,
    /// People without part in the access who do not sit there yet; anybody else is from outside.
    pub could_be_appointed: Vec<PersonId>,
    /// Whether somebody from outside can be given it for the one case.
    pub from_outside: bool,
}

/// The seats that nobody could give for a case, as each person signs from one seat only (EXC-15).
/// People are matched to seats so that as many seats as possible are given (augmenting paths,
/// Berge 1957); empty when the case can be signed.
#[must_use]
pub fn unsigned(folder: &Folder, case: &Case, people: &[Who]) -> Vec<Unsigned> {
    let Some(tier) = folder.tiers.named(&case.tier) else { return Vec::new() };
    let needs = |seat: &SeatName| {
        tier.needs(*seat) || (*seat == SeatName::Legal && (case.regulated || case.legal_signs))
    };
    let uninvolved = |who: &&Who| {
        who.active && !who.is_among(&case.requesters) && !who.is_among(&case.beneficiaries)
    };
    let people: Vec<&Who> = people.iter().filter(uninvolved).collect();
    let seats: Vec<SeatName> = SeatName::ALL.into_iter().filter(needs).collect();
    let mut given: Vec<(SeatName, PersonId)> = Vec::new();
    let mut missing = Vec::new();
    for seat in &seats {
        if !place(*seat, &people, &mut given, &mut Vec::new()) {
            missing.push(*seat);
        }
    }
    let free = |who: &&&Who| !given.iter().any(|(_, taken)| *taken == who.person);
    let could: Vec<PersonId> =
        people.iter().filter(free).take(OTHERS_MAX).map(|who| who.person).collect();
    let for_case = [SeatName::Control, SeatName::Legal, SeatName::Security];
    let told = |seat: SeatName| Unsigned {
        seat: seat.as_str(),
        could_be_appointed: could.clone(),
        from_outside: for_case.contains(&seat),
    };
    missing.into_iter().map(told).collect()
}

fn place(
    seat: SeatName,
    people: &[&Who],
    given: &mut Vec<(SeatName, PersonId)>,
    seen: &mut Vec<PersonId>,
) -> bool {
    for who in people.iter().filter(|who| who.seats.contains(&seat)) {
        if seen.contains(&who.person) {
            continue;
        }
        seen.push(who.person);
        let holder = given.iter().position(|(_, taken)| *taken == who.person);
        let Some(at) = holder else {
            given.push((seat, who.person));
            return true;
        };
        let Some((other, _)) = given.get(at).copied() else { continue };
        if place(other, people, given, seen) {
            given.retain(|(old, person)| (*old, *person) != (other, who.person));
            given.push((seat, who.person));
            return true;
        }
    }
    false
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} in tier {}", if self.permitted { "yes" } else { "no" }, self.tier)?;
        for reason in &self.why {
            write!(f, "  because: {} ({}", reason.words, reason.by)?;
            match &reason.place {
                Some(place) => writeln!(f, ", {place})")?,
                None => writeln!(f, ")")?,
            }
        }
        if let Some(row) = &self.row {
            writeln!(f, "  accountable by: {row}")?;
        }
        if !self.seats.is_empty() {
            writeln!(f, "  open to: {}", self.seats.join(", "))?;
        }
        for person in &self.others {
            writeln!(f, "  could do it now: {person}")?;
        }
        if self.others_more > 0 {
            writeln!(f, "  and {} more", self.others_more)?;
        }
        for change in &self.yes_if {
            writeln!(f, "  yes if: {change}")?;
        }
        Ok(())
    }
}
