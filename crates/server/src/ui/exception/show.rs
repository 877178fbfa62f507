//! One exception whole: what it allows and until when, who has signed, what keeps the risk down and what
//! its tests showed, what it covers and whom it does not. Everything that is shown was read.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_access::finding::Finding as Toxic;
use countersign_governance::seat::SeatName;
use countersign_store::read::exception::Item;

use super::super::finding::{rule, titles};
use super::super::form::Form;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::live::{Live, Seen, stamp};
use super::super::moment::{At, Dial, Moments};
use super::super::person::{People, Who, in_seat};
use super::super::refusal::{Refused, sentence};
use super::super::state::{Chip, Level, status_words};
use super::super::tier::Weight;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::cover::{Covers, Joined, covers, joined};
use super::deed::{Deed, answers, verbs};
use super::heading::{heading, review, succession, then, title, why};
use super::matter::{identities, named, used};
use super::pulse::{Pulse, pulse};
use super::renew::Renewal;
use super::told::{self, Line, told};
use super::trouble::{Trouble, kept_words};
use super::unsigned::cannot_sign;
use super::verb::Verb;
use super::{pulse as pulses, seat};
use crate::api::exception::find;
use crate::api::query::Query;
use crate::ask::exception::whole::case;
use crate::ask::exception::{Whole, whole};
use crate::ask::finding::{Entry, history};
use crate::ask::unsigned::of_exception;
use crate::door::NotDone;
use crate::kept::read_words;

/// Most events of a history on a page.
const ENTRIES_MAX: i64 = 200;

/// How long a page says what was done just now, in seconds.
const JUST_NOW: i64 = 60;

/// All that the page is made of.
pub(in crate::ui) struct Known {
    pub(super) whole: Whole,
    pub(super) entries: Vec<Entry>,
    /// The finding as it was when the exception was proposed.
    pub(super) toxic: Option<Toxic>,
    /// What the rule is called.
    pub(super) title: String,
    /// What can come of it, in the rule's words.
    pub(super) explanation: String,
    pub(super) people: People,
    pub(super) seats: Vec<SeatName>,
    pub(super) verbs: Vec<Verb>,
    pub(super) answers: Vec<Option<Refused>>,
    pub(super) form: Form,
    pub(super) trouble: Option<Trouble>,
    pub(super) you: String,
    /// The sequence when the page was opened that looks again by itself.
    pub(super) opened: Option<i64>,
    /// Seats from which nobody could sign, in words.
    pub(super) unsigned: Vec<String>,
    /// To whom it could be handed.
    pub(super) successors: Vec<Who>,
}

#[derive(Debug, Template)]
#[template(path = "exception/show.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    reference: String,
    title: String,
    heading: String,
    live: Live,
    /// What happened since the page was opened, where it looked again by itself.
    since: Vec<Line>,
    /// What was typed into a form that is not on the page any more.
    kept: String,
    until: At,
    chips: Vec<Chip>,
    level: Level,
    just_now: Option<Line>,
    meanwhile: Vec<Line>,
    refused: Option<Refused>,
    owner: Who,
    clock: Option<Dial>,
    /// What happens when the clock is at nought.
    then: String,
    ended: Option<At>,
    used: String,
    weight: Option<Weight>,
    ticket: String,
    covered: String,
    review: String,
    finding: Of,
    waits: Vec<String>,
    /// Whether a seat that nobody could sign from can be given to somebody from outside.
    calls_in: bool,
    seats: Vec<seat::Line>,
    why: [(&'static str, String); 3],
    pulses: Vec<Pulse>,
    covers: Option<Covers>,
    joined: Vec<Joined>,
    /// How many are affected and not covered, where not all of them can be listed.
    unlisted: Option<u64>,
    asked_by: String,
    deeds: Vec<Deed>,
    history: Vec<Line>,
    rule: String,
    /// Whether the owner may decide on the page that is theirs.
    decides: bool,
    /// Whether it is in a stage in which it can be renewed, and was not yet.
    may_renew: bool,
    renewal: Option<Renewal>,
    renewed_by: Option<String>,
    /// Who is accountable since its owner left, and to whom it was handed, in sentences.
    succession: Vec<String>,
}

/// The finding beneath it, whose clock runs on.
#[derive(Debug, Clone)]
struct Of {
    reference: String,
    state: String,
    clock: Option<Dial>,
}

/// The page.
pub(in crate::ui) async fn show(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
) -> Result<Response, Halt> {
    let item = find(&ui.api, &reference).await?;
    render(&ui, &visitor, &item, (StatusCode::OK, None)).await
}

/// The page once more for one that looks again by itself, where something is otherwise than it shows.
pub(in crate::ui) async fn standing(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
    Query(seen): Query<Seen>,
) -> Result<Response, Halt> {
    let item = find(&ui.api, &reference).await?;
    if seen.seen == stamp(item.sequence, &item.status) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let known = Known { opened: Some(seen.opened), ..known(&ui, &visitor, &item, None).await? };
    shown(&ui, &visitor, known, StatusCode::OK).await
}

/// The page, after something that did not work.
pub(super) async fn render(
    ui: &Ui,
    visitor: &Visitor,
    item: &Item,
    (status, trouble): (StatusCode, Option<Trouble>),
) -> Result<Response, Halt> {
    let known = known(ui, visitor, item, trouble).await?;
    shown(ui, visitor, known, status).await
}

async fn shown(
    ui: &Ui,
    visitor: &Visitor,
    known: Known,
    status: StatusCode,
) -> Result<Response, Halt> {
    let frame = Frame::of(ui, visitor, Here::Exceptions).await?;
    let moments = Moments::new(ui.api.workers.door.clock.now());
    Ok(answer::page(status, &Page::new(frame, known, &moments)))
}

/// Reads all that the page is made of; the guest page is made of the same.
pub(super) async fn known(
    ui: &Ui,
    visitor: &Visitor,
    item: &Item,
    trouble: Option<Trouble>,
) -> Result<Known, Halt> {
    let door = &ui.api.workers.door;
    let you = visitor.person.to_string();
    let nothing = || crate::api::problem::Problem::unknown("exception");
    let whole = whole(door, item).await?.ok_or_else(nothing)?;
    let after = item.sequence.saturating_sub(ENTRIES_MAX).max(0);
    let entries = history(door, &item.row.id, after, ENTRIES_MAX).await?.items;
    let people = People::of(door, &you, everybody(&whole, &entries)).await?;
    let verbs = verbs(&whole);
    let mut successors = in_seat(door, SeatName::Business, &you).await?;
    successors.retain(|who| who.id != whole.row.owner);
    Ok(Known {
        toxic: frozen(ui, item).await?,
        title: titles(door)(&whole.row.rule),
        explanation: rule(door, &whole.row.rule).map(|rule| rule.explanation).unwrap_or_default(),
        answers: answers(ui, visitor, (&whole, &successors), &verbs).await?,
        successors,
        form: Form::new(ui, visitor, whole.row.sequence)?,
        seats: visitor.seats.clone(),
        whole,
        entries,
        people,
        verbs,
        trouble,
        you,
        opened: None,
        unsigned: cannot_sign(door, of_exception(door, item).await?).await?,
    })
}

fn everybody(whole: &Whole, entries: &[Entry]) -> Vec<String> {
    let mut all: Vec<String> = entries.iter().filter_map(told::named).collect();
    all.push(whole.row.owner.clone());
    all.extend(whole.controls.iter().map(|control| control.owner.clone()));
    all.extend(whole.signatures.iter().map(|it| it.person.clone()));
    all.extend(whole.veto.iter().map(|veto| veto.by.clone()));
    all.extend(whole.requested_by.iter().cloned());
    all.extend(whole.left.iter().filter_map(|left| left.accountable.clone()));
    all.extend(whole.handed_to.iter().cloned());
    all
}

/// The finding as it was when the exception was proposed; nothing where that was erased.
async fn frozen(ui: &Ui, item: &Item) -> Result<Option<Toxic>, NotDone> {
    let Some(case) = case(item)? else { return Ok(None) };
    let words = read_words(&ui.api.workers.door.store, &case.pin.detail).await?;
    Ok(words.and_then(|words| serde_json::from_str(&words).ok()))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { whole, entries, toxic, people, trouble, .. } = &known;
        let row = &whole.row;
        let tell = |entry: &Entry| told(entry, people, moments);
        let seen = trouble.as_ref().and_then(|trouble| trouble.stale);
        let meanwhile = entries.iter().filter(|it| seen.is_some_and(|seen| it.sequence > seen));
        let deeds = deeds(&known);
        let nodes = named(toxic.as_ref(), whole.covers.as_ref());
        let beat = pulses::Around { people, moments, entries, names: &nodes };
        let drawn =
            seat::Around { whole, entries, people, moments, seats: &known.seats, deeds: &deeds };
        let asked_by: Vec<String> = whole.requested_by.iter().map(|id| people.name(id)).collect();
        let is_over = is_over(&row.status);
        let waits = whole.waits_for.iter().map(|it| sentence(it));
        let since = entries.iter().filter(|it| known.opened.is_some_and(|at| it.sequence > at));
        Self {
            reference: row.reference.clone(),
            title: title(&known).to_owned(),
            heading: heading(&known, moments),
            live: live(&known, &deeds),
            since: told::listed(since).into_iter().map(tell).collect(),
            kept: trouble.as_ref().map(|it| kept_words(it, &deeds)).unwrap_or_default(),
            until: moments.at(row.until),
            chips: chips(whole),
            level: Level::of(&row.severity),
            just_now: just_now(&known, moments).map(tell),
            meanwhile: meanwhile.map(tell).collect(),
            refused: trouble.as_ref().map(|trouble| people.told(&trouble.refused)),
            owner: people.who(&row.owner),
            clock: (!is_over).then(|| moments.dial(row.proposed_at, row.until, false)),
            then: then(whole),
            ended: is_over.then(|| moments.at(ended_at(&known))),
            used: used(&whole.used),
            weight: whole.tier.as_ref().map(Weight::of),
            ticket: whole.ticket.clone().unwrap_or_default(),
            covered: identities(row.covered_total),
            review: review(whole.review_days),
            finding: finding(&known, moments),
            waits: waits.chain(known.unsigned.iter().cloned()).collect(),
            calls_in: !known.unsigned.is_empty(),
            seats: seat::lines(&drawn),
            why: why(whole),
            pulses: whole.controls.iter().map(|control| pulse(control, &beat)).collect(),
            covers: whole.covers.as_ref().map(covers),
            joined: joined(whole, moments),
            unlisted: (!whole.not_covered_exact).then_some(whole.not_covered_total),
            asked_by: asked_by.join(", "),
            history: told::listed(entries.iter()).into_iter().rev().map(tell).collect(),
            rule: row.rule.clone(),
            may_renew: may_renew(whole),
            renewal: whole.renews.as_ref().map(|it| Renewal::of(it, moments)),
            renewed_by: whole.renewed_by.clone(),
            succession: succession(whole, people, moments),
            decides: row.owner == known.you
                && deeds.iter().any(|it| it.verb == Verb::Accept && it.no.is_none()),
            deeds,
            frame,
        }
    }
}

/// The parts for reading, and what can be done where that holds no form.
fn live(known: &Known, deeds: &[Deed]) -> Live {
    let row = &known.whole.row;
    if is_over(&row.status) {
        return Live::default();
    }
    let mut parts = vec!["head", "facts", "signatures", "waits", "controls", "frozen", "history"];
    parts.push("rail");
    if deeds.iter().all(|deed| deed.no.is_some()) {
        parts.push("ends");
    }
    let shown = stamp(row.sequence, &row.status);
    let opened = known.opened.unwrap_or(row.sequence);
    Live::at(&format!("/exceptions/{}", row.reference), (opened, &shown), &parts)
}

/// Whether a status says that nothing comes any more.
pub(super) fn is_over(status: &str) -> bool {
    !matches!(status, "in_review" | "active" | "suspended")
}

/// Whether it has been in force and nobody has asked for more time yet; the form says whether that is
/// possible.
fn may_renew(whole: &Whole) -> bool {
    let was = !whole.signatures.is_empty() && whole.row.status != "in_review";
    let ended_by_a_no = matches!(whole.row.status.as_str(), "rejected" | "withdrawn" | "vetoed");
    was && !ended_by_a_no && whole.renewed_by.is_none()
}

fn deeds(known: &Known) -> Vec<Deed> {
    let deed = |(verb, no): (&Verb, &Option<Refused>)| {
        let own = known.trouble.as_ref().filter(|trouble| trouble.verb == *verb);
        let bad = own.and_then(|it| Some((it.refused.field.clone()?, it.refused.why.clone())));
        Deed {
            verb: *verb,
            no: no.as_ref().map(|no| known.people.told(no)),
            form: known.form.clone(),
            typed: own.map(|it| it.fields.clone()).unwrap_or_default(),
            bad,
            people: match verb {
                Verb::HandOver => known.successors.clone(),
                _ => Vec::new(),
            },
        }
    };
    let mut deeds: Vec<Deed> = known.verbs.iter().zip(&known.answers).map(deed).collect();
    // What the one who looks can do stands first.
    deeds.sort_by_key(|deed| deed.no.is_some());
    deeds
}

fn chips(whole: &Whole) -> Vec<Chip> {
    let mut chips = vec![Chip::of_exception(&whole.row.status)];
    if whole.veto.as_ref().is_some_and(|veto| veto.binds) && !is_over(&whole.row.status) {
        chips.push(Chip::new("bad", "stop", "Vetoed, waits for the owner's answer"));
    }
    chips.push(match whole.would.as_str() {
        "pass" => Chip::new("", "ok", "Without it the rule would pass now"),
        _ => Chip::new("", "late", "Without it the rule would fail now"),
    });
    chips
}

fn ended_at(known: &Known) -> jiff::Timestamp {
    let ended = known.entries.iter().rev().find(|entry| told::event(entry) == "ended");
    ended.map_or(known.whole.row.until, |entry| entry.at)
}

fn finding(known: &Known, moments: &Moments) -> Of {
    let row = &known.whole.row;
    let runs = known.whole.would != "pass";
    let due = row.finding_due_at.filter(|_| runs);
    Of {
        reference: row.finding.clone(),
        state: status_words(&row.finding_status).to_owned(),
        clock: due.map(|due| moments.dial(row.proposed_at, due, due <= moments.now)),
    }
}

/// What the one who looks did last, if that was the last thing that happened and just now.
fn just_now<'a>(known: &'a Known, moments: &Moments) -> Option<&'a Entry> {
    let theirs = |it: &&Entry| it.actor.strip_prefix("person:") == Some(known.you.as_str());
    let new = |it: &&Entry| moments.now.duration_since(it.at).as_secs() <= JUST_NOW;
    // What follows of itself comes after what they did.
    let mut last = known.entries.iter().rev().skip_while(|it| told::event(it) == "activated");
    last.next().filter(theirs).filter(new).filter(|_| known.trouble.is_none())
}
