//! My work: what waits for the one who looks, by due time. Whether a deed is really theirs the door
//! decides when they come to it; here stands what their seats are asked for.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_access::fact::SourceId;
use countersign_governance::person::{From, LocalWay};
use countersign_governance::seat::SeatName;
use countersign_store::read::finding::{Item, not_ended};
use jiff::{SignedDuration, Timestamp};

use super::accountability::waiting as accountability;
use super::exception::waiting as exceptions;
use super::finding::{short, titles};
use super::frame::{Frame, Here};
use super::halt::Halt;
use super::moment::{Dial, Moments};
use super::person::People;
use super::refusal::sentence;
use super::review::waiting as reviews;
use super::state::Level;
use super::visitor::Visitor;
use super::{Ui, answer};
use crate::ask::finding::{PREFIX, case};
use crate::ask::person::{Past, past_provider as past};
use crate::ask::system::{Row as System, page as systems};
use crate::door::NotDone;

/// Most open findings that are looked through; the page says when there are more.
const LOOKED_MAX: usize = 2_000;

/// How many are read at once.
const BATCH: i64 = 200;

/// Most things on the page.
const SHOWN_MAX: usize = 100;

/// Most systems that are looked through.
const SYSTEMS_MAX: i64 = 200;

/// How long a sign-in past the provider is told to whoever looks after security.
const PAST_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Most of them that are told.
const PAST_MAX: i64 = 20;

/// Something that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) title: String,
    pub(super) reference: String,
    pub(super) address: String,
    pub(super) about: String,
    /// What is to be done, in a word or two.
    pub(super) deed: &'static str,
    pub(super) level: Option<Level>,
    pub(super) began: Timestamp,
    pub(super) due: Option<Timestamp>,
    pub(super) is_late: bool,
}

#[derive(Debug, Template)]
#[template(path = "work.html")]
pub(super) struct Page {
    frame: Frame,
    lead: String,
    /// Who signed in past the provider lately, for whoever looks after security.
    past: Vec<String>,
    groups: Vec<Group>,
    /// How many more there are than are shown.
    more: usize,
    /// Whether not everything was looked through.
    is_cut: bool,
}

/// What is due at about the same time.
#[derive(Debug, Clone)]
struct Group {
    name: String,
    rows: Vec<Shown>,
}

#[derive(Debug, Clone)]
struct Shown {
    waiting: Waiting,
    clock: Option<Dial>,
}

/// The page.
pub(super) async fn work(State(ui): State<Ui>, visitor: Visitor) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let (mut waiting, is_cut) = findings(&ui, &visitor).await?;
    let (exceptions, more) = exceptions(&ui, &visitor).await?;
    waiting.extend(exceptions);
    waiting.extend(accountability(&ui, &visitor).await?);
    waiting.extend(reviews(&ui, &visitor).await?);
    let is_cut = is_cut || more;
    if visitor.sits_in(SeatName::Control) {
        let systems = systems(door, None, SYSTEMS_MAX).await?.items;
        waiting.extend(systems.iter().filter_map(|it| held(it, door.clock.now())));
    }
    let frame = Frame::of(&ui, &visitor, Here::Work).await?;
    let moments = Moments::new(door.clock.now());
    let past = past_provider(&ui, &visitor, &moments).await?;
    // What it says, this page says more exactly.
    let told = if past.is_empty() { frame.past_provider } else { Vec::new() };
    let frame = Frame { past_provider: told, ..frame };
    Ok(answer::page(StatusCode::OK, &Page::new(frame, (waiting, past), is_cut, &moments)))
}

/// Who signed in past the provider within a day, as the ledger has it, for whoever looks after security.
async fn past_provider(
    ui: &Ui,
    visitor: &Visitor,
    moments: &Moments,
) -> Result<Vec<String>, NotDone> {
    if ui.provider.is_none() || !visitor.sits_in(SeatName::Security) {
        return Ok(Vec::new());
    }
    let door = &ui.api.workers.door;
    let since = moments.now.checked_sub(PAST_FOR).unwrap_or(Timestamp::MIN);
    let rows = past(door, since, PAST_MAX).await?;
    let you = visitor.person.to_string();
    let people = People::of(door, &you, rows.iter().map(|it| it.person.clone())).await?;
    Ok(rows.iter().map(|it| in_words(it, &people, moments)).collect())
}

fn in_words(it: &Past, people: &People, moments: &Moments) -> String {
    let way = it.how.map_or("", |how| match how.way {
        LocalWay::Password => " with a password",
        LocalWay::Link => " with a link",
    });
    let from = it.how.map_or("", |how| match how.from {
        From::ThisMachine => " from the machine of this server",
        From::PrivateNetwork => " from a private network",
        From::Elsewhere => " from elsewhere",
    });
    format!("{}{way}{from}, {}", sentence(&people.name(&it.person)), moments.ago(it.at))
}

impl Page {
    pub(super) fn new(
        frame: Frame,
        (mut waiting, past): (Vec<Waiting>, Vec<String>),
        is_cut: bool,
        moments: &Moments,
    ) -> Self {
        waiting.sort_by_key(|it| (it.due.is_none(), it.due, it.began));
        let lead = lead(&waiting, moments);
        let more = waiting.len().saturating_sub(SHOWN_MAX);
        waiting.truncate(SHOWN_MAX);
        let mut groups: Vec<Group> = Vec::new();
        for it in waiting {
            let name = group(&it, moments);
            let clock = it.due.map(|due| moments.dial(it.began, due, it.is_late));
            let row = Shown { waiting: it, clock };
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group { name, rows: vec![row] }),
            }
        }
        Self { frame, lead, past, groups, more, is_cut }
    }
}

fn group(it: &Waiting, moments: &Moments) -> String {
    let days = it.due.map(|due| moments.days_ahead(due));
    match days {
        _ if it.is_late => "Late".to_owned(),
        Some(..=0) => format!("Today, {}", moments.today()),
        Some(1..=6) => "Within a week".to_owned(),
        Some(_) => "Later".to_owned(),
        None => "Without a date".to_owned(),
    }
}

/// What is the matter, in a sentence or two.
fn lead(waiting: &[Waiting], moments: &Moments) -> String {
    let late = waiting.iter().filter(|it| it.is_late).count();
    let is_today =
        |it: &&Waiting| !it.is_late && it.due.is_some_and(|due| moments.days_ahead(due) <= 0);
    let today = waiting.iter().filter(is_today).count();
    let all = match waiting.len() {
        0 => return String::new(),
        1 => "1 thing waits for you.".to_owned(),
        count => format!("{count} things wait for you."),
    };
    let are = |count: usize| if count == 1 { "1 is".to_owned() } else { format!("{count} are") };
    let late = if late > 0 { format!(" {} late.", are(late)) } else { String::new() };
    let today = if today > 0 { format!(" {} due today.", are(today)) } else { String::new() };
    format!("{all}{late}{today}")
}

/// The findings that wait for this person, and whether some were not looked at.
async fn findings(ui: &Ui, visitor: &Visitor) -> Result<(Vec<Waiting>, bool), NotDone> {
    let door = &ui.api.workers.door;
    let mut waiting = Vec::new();
    let title = titles(door);
    let (mut after, mut looked) = (0, 0_usize);
    loop {
        let items = not_ended(&door.store, after, BATCH).await?;
        let Some(last) = items.last() else { return Ok((waiting, false)) };
        after = last.row.number;
        for item in &items {
            if let Some((deed, about)) = deed(ui, visitor, item)? {
                waiting.push(found(item, title(&item.row.rule), (deed, about), door.clock.now()));
            }
        }
        looked = looked.saturating_add(items.len());
        if looked >= LOOKED_MAX {
            return Ok((waiting, true));
        }
    }
}

fn found(
    item: &Item,
    title: String,
    (deed, about): (&'static str, &str),
    now: Timestamp,
) -> Waiting {
    let reference = format!("{PREFIX}{}", item.row.number);
    Waiting {
        title,
        address: format!("/findings/{reference}"),
        reference,
        about: format!("{} in {}, {about}", short(&item.row.root_cause), item.row.system),
        deed,
        level: Some(Level::of(&item.row.severity)),
        began: item.row.opened_at,
        due: item.row.due_at,
        is_late: item.row.due_at.is_some_and(|due| due <= now),
    }
}

/// What this person is asked to do about a finding, and why; nothing where it waits for others.
fn deed(
    ui: &Ui,
    visitor: &Visitor,
    item: &Item,
) -> Result<Option<(&'static str, &'static str)>, NotDone> {
    let you = visitor.person.to_string();
    let owns = item.row.owner.as_deref() == Some(you.as_str());
    if visitor.sits_in(SeatName::Security) && !owns {
        let disputed = case(item)?.and_then(|case| case.dispute.clone());
        if disputed.is_some_and(|dispute| dispute.by != visitor.person) {
            return Ok(Some(("Answer", "somebody says that it is not toxic")));
        }
    }
    Ok(match item.row.status.as_str() {
        "open" => {
            let seats = [SeatName::Business, SeatName::Control, SeatName::Security];
            let may = seats.iter().any(|seat| visitor.sits_in(*seat));
            may.then_some(("Assign", "nobody is behind it"))
        }
        "assigned" => owns.then_some(("Choose the fix", "it is yours")),
        "chosen" => {
            let may = visitor.sits_in(SeatName::Control);
            may.then_some(("Order", "its owner has chosen the fix"))
        }
        "remediating" if visitor.sits_in(SeatName::Control) => {
            let by_hand = is_run_by_hand(ui, item)?;
            by_hand.then_some(("Run the script", "its system is only read by us"))
        }
        _ => None,
    })
}

/// Whether what was ordered is run by a person, because we only read the system.
fn is_run_by_hand(ui: &Ui, item: &Item) -> Result<bool, NotDone> {
    let case = case(item)?;
    let system = case.as_ref().and_then(|case| case.order()).map(|it| &it.chosen.system);
    let target = system.and_then(|name| ui.api.workers.targets.get(&SourceId::new(name)));
    Ok(target.is_some_and(|target| target.read_only))
}

fn held(system: &System, now: Timestamp) -> Option<Waiting> {
    system.held_run.as_ref()?;
    Some(Waiting {
        title: format!("Is the last read of {} to be believed?", system.name),
        reference: system.name.clone(),
        address: format!("/systems/{}", system.name),
        about: "a large part of what is known would vanish".to_owned(),
        deed: "Release",
        level: None,
        began: system.last_read_at.unwrap_or(now),
        due: None,
        is_late: false,
    })
}
