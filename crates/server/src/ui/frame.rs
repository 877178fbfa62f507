//! What stands around every page of somebody who is signed in: the five groups, the state of the reads
//! on which every figure rests, and who is looking, from which seat.

use countersign_store::read::{exception, finding, review};
use countersign_store::session::without_provider;
use jiff::Timestamp;

use super::Ui;
use super::asset::Links;
use super::moment::Moments;
use super::person::{People, initials, seats};
use super::refusal::sentence;
use super::state::has_ended;
use super::visitor::Visitor;
use crate::ask::system::{Row, page};
use crate::auth::session;
use crate::door::{Door, NotDone};

/// Most systems whose reads are looked at for the foot of a page.
const SYSTEMS_MAX: i64 = 200;

/// Most sign-ins past the provider that are told on a page.
const PAST_MAX: i64 = 5;

/// A read is old after this many hours.
const OLD_HOURS: i64 = 24;

/// A page that the navigation leads to: name, address, and what the page says it is.
type Page = (&'static str, &'static str, Here);

/// The navigation: groups with their pages. A group without pages is not shown.
const GROUPS: [(&str, &[Page]); 5] = [
    ("", &[("My work", "/", Here::Work)]),
    (
        "Cases",
        &[
            ("Findings", "/findings", Here::Findings),
            ("Exceptions", "/exceptions", Here::Exceptions),
            ("Reviews", "/reviews", Here::Reviews),
        ],
    ),
    (
        "Structure",
        &[
            ("Graph", "/graph", Here::Graph),
            ("Accountability", "/accountability", Here::Accountability),
            ("Systems", "/systems", Here::Systems),
        ],
    ),
    ("Rules", &[("Policy", "/policy", Here::Policy)]),
    ("Record", &[("Ledger", "/ledger", Here::Ledger)]),
];

/// Which page of the navigation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Here {
    Work,
    Findings,
    Exceptions,
    Reviews,
    Graph,
    Accountability,
    Systems,
    Policy,
    Ledger,
}

/// How many cases are open, as the navigation counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) findings: i64,
    pub(super) exceptions: i64,
    pub(super) reviews: i64,
}

/// What stands around a page.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) links: Links,
    pub(super) groups: Vec<Group>,
    pub(super) reads: Reads,
    pub(super) name: String,
    pub(super) initials: String,
    pub(super) seats: String,
    /// Of which session the forms are.
    pub(super) token: String,
    /// Who signed in past the provider of the organisation, and when.
    pub(super) past_provider: Vec<String>,
    /// Why this server could not take up the policy in force; empty where it decides by that one.
    pub(super) behind: String,
}

/// A group of the navigation.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) pages: Vec<Entry>,
}

/// A page of the navigation.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) address: &'static str,
    pub(super) is_here: bool,
    /// How many are open; nothing where that is no number.
    pub(super) count: Option<i64>,
}

/// On what every figure rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reads {
    /// `fine` or `soon`.
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) words: String,
    /// The one thing to know about it.
    pub(super) note: String,
}

impl Frame {
    pub(super) async fn of(ui: &Ui, visitor: &Visitor, here: Here) -> Result<Self, NotDone> {
        let door = &ui.api.workers.door;
        let systems = page(door, None, SYSTEMS_MAX).await?.items;
        let open = Open {
            findings: open_findings(door).await?,
            exceptions: open_exceptions(door).await?,
            reviews: review::open(&door.store).await?,
        };
        let moments = Moments::new(door.clock.now());
        let past_provider = match &ui.provider {
            Some(_) => past_provider(door, visitor, &moments).await?,
            None => Vec::new(),
        };
        let behind = door.live.behind().map(|it| it.why).unwrap_or_default();
        Ok(Self {
            past_provider,
            behind,
            ..Self::around(visitor, here, (open, &systems), &moments)
        })
    }

    pub(super) fn around(
        visitor: &Visitor,
        here: Here,
        (open, systems): (Open, &[Row]),
        moments: &Moments,
    ) -> Self {
        let held = systems.iter().filter(|row| row.held_run.is_some()).count();
        let count = |page: Here| match page {
            Here::Findings => Some(open.findings),
            Here::Exceptions => Some(open.exceptions),
            Here::Reviews => Some(open.reviews),
            Here::Systems => i64::try_from(held).ok().filter(|held| *held > 0),
            Here::Work | Here::Graph | Here::Accountability | Here::Policy | Here::Ledger => None,
        };
        let entry = |(name, address, page): &(&'static str, &'static str, Here)| Entry {
            name,
            address,
            is_here: *page == here,
            count: count(*page),
        };
        let full = GROUPS.iter().filter(|(_, pages)| !pages.is_empty());
        Self {
            links: Links::new(),
            groups: full
                .map(|(name, pages)| Group { name, pages: pages.iter().map(entry).collect() })
                .collect(),
            reads: reads(systems, moments),
            name: visitor.name.clone(),
            initials: initials(&visitor.name),
            seats: seats(&visitor.seats),
            token: session::form_token(&visitor.secret),
            past_provider: Vec::new(),
            behind: String::new(),
        }
    }
}

/// Who signed in with a password or a link where the organisation has a provider: as long as such a
/// session can last, everybody sees it.
async fn past_provider(
    door: &Door,
    visitor: &Visitor,
    moments: &Moments,
) -> Result<Vec<String>, NotDone> {
    let since = moments.now.checked_sub(session::LIFE_MAX).unwrap_or(Timestamp::MIN);
    let rows = without_provider(&door.store, since, PAST_MAX).await?;
    let you = visitor.person.to_string();
    let people = People::of(door, &you, rows.iter().map(|(person, _)| person.clone())).await?;
    let told = |(person, at): &(String, Timestamp)| {
        format!("{}, {}", sentence(&people.name(person)), moments.ago(*at))
    };
    Ok(rows.iter().map(told).collect())
}

async fn open_findings(door: &Door) -> Result<i64, NotDone> {
    let counts = finding::counts(&door.store).await?;
    Ok(counts.iter().filter(|it| !has_ended(&it.status)).map(|it| it.count).sum())
}

async fn open_exceptions(door: &Door) -> Result<i64, NotDone> {
    let open = ["in_review", "active", "suspended"];
    let counts = exception::counts(&door.store, door.clock.now()).await?;
    let counts = counts.iter().filter(|(status, _)| open.contains(&status.as_str()));
    Ok(counts.map(|(_, count)| *count).sum())
}

/// The first thing that keeps the figures from resting on everything.
fn reads(systems: &[Row], moments: &Moments) -> Reads {
    let bad: Vec<(&Row, String)> =
        systems.iter().filter_map(|row| Some((row, matter(row, moments)?))).collect();
    let (whole, all) = (systems.len().saturating_sub(bad.len()), systems.len());
    let soon = |words: String, note: String| Reads { tone: "soon", icon: "part", words, note };
    match bad.first() {
        _ if all == 0 => {
            soon("No system is connected".to_owned(), "nothing can be found".to_owned())
        }
        Some((row, matter)) => soon(
            format!("{whole} of {all} systems were read whole"),
            format!("{}: {matter}", row.name),
        ),
        None => {
            let oldest = systems.iter().filter_map(|row| row.last_read_at).min();
            let note = oldest.map(|at| format!("the oldest read began {}", moments.ago(at)));
            let words = match all {
                1 => "The system was read whole".to_owned(),
                _ => format!("All {all} systems were read whole"),
            };
            Reads { tone: "fine", icon: "ok", words, note: note.unwrap_or_default() }
        }
    }
}

/// What is the matter with the reads of a system, in words; nothing where all is well.
pub(super) fn matter(row: &Row, moments: &Moments) -> Option<String> {
    let Some(at) = row.last_read_at else { return Some("never read".to_owned()) };
    if row.held_run.is_some() {
        return Some("a read is held and waits for a person".to_owned());
    }
    if row.complete == Some(false) {
        return Some("read in part only".to_owned());
    }
    let is_old = moments.now.duration_since(at).as_hours() >= OLD_HOURS;
    is_old.then(|| format!("read {}", moments.ago(at)))
}
