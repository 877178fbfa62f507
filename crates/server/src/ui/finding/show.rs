//! One finding whole: what is the matter, the path, what can be done and why not, what was done and
//! read back. Everything that is shown was read; nothing is worked out that the door does not say.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_access::fact::RestsOn;
use countersign_access::finding::{Certainty, Finding as Toxic};
use countersign_store::read::exception::covered;
use countersign_store::read::finding::Item;
use serde_json::Value;

use super::super::form::{Fields, Form};
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::live::{Live, Seen, stamp};
use super::super::moment::{At, Dial, Moments};
use super::super::person::{People, Who};
use super::super::refusal::Refused;
use super::super::state::{Chip, Level};
use super::super::tier::Weight;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::affected::{Listed, Waiting, listed, waiting};
use super::chip::chips;
use super::deed::{Deed, Filled, Fix, Hint, Verb, answers, verbs};
use super::path::{Chain, Drawn, Picture, chains, picture};
use super::read::{RuleWords, rests_on, rule, short};
use super::told::{Around, Proof, Told, named, proof, told};
use crate::api::finding::find;
use crate::api::query::Query;
use crate::ask::finding::{Entry, Offer, Whole, history, remedies, whole};
use crate::ask::owner::{Proposed, proposed};
use crate::door::NotDone;

/// Most events of a history on a page.
const ENTRIES_MAX: i64 = 200;

/// Most affected identities that are named.
const NAMED_MAX: usize = 8;

/// How long a page says what was done just now, in seconds.
const JUST_NOW: i64 = 60;

/// What did not work, with all that was typed.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    pub(super) verb: &'static str,
    pub(super) fields: Fields,
    pub(super) refused: Refused,
    /// The sequence that was seen, where somebody else has changed the case since.
    pub(super) stale: Option<i64>,
}

/// All that the page is made of.
pub(in crate::ui) struct Known {
    pub(in crate::ui) whole: Whole,
    pub(in crate::ui) entries: Vec<Entry>,
    pub(in crate::ui) offers: Vec<Offer>,
    pub(in crate::ui) rests_on: Vec<RestsOn>,
    pub(in crate::ui) rule: RuleWords,
    pub(in crate::ui) people: People,
    pub(super) verbs: Vec<Verb>,
    pub(in crate::ui) answers: Vec<Option<Refused>>,
    pub(in crate::ui) form: Form,
    pub(super) trouble: Option<Trouble>,
    pub(in crate::ui) you: String,
    /// The sequence when the page was opened that looks again by itself.
    pub(in crate::ui) opened: Option<i64>,
    /// Who should own it.
    pub(in crate::ui) proposed: Option<Proposed>,
    /// Whom the one who looks wants to see in the field of the owner.
    pub(in crate::ui) filled: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "finding/show.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    reference: String,
    title: String,
    /// Who can, and through what.
    lead: String,
    live: Live,
    /// What happened since the page was opened, where it looked again by itself.
    since: Vec<Told>,
    /// What was typed into a form that is not on the page any more.
    kept: String,
    chips: Vec<Chip>,
    level: Level,
    /// What the one who looks did a moment ago.
    just_now: Option<Told>,
    /// What others did meanwhile.
    meanwhile: Vec<Told>,
    refused: Option<Refused>,
    owner: Option<Who>,
    clock: Option<Dial>,
    ended: Option<At>,
    weight: Option<Weight>,
    affected: Affected,
    listed: Listed,
    waiting: Option<Waiting>,
    rests: Vec<Rest>,
    picture: Option<Picture>,
    chains: Vec<Chain>,
    missing: Vec<String>,
    rule: RuleWords,
    rule_id: String,
    fixes: Vec<Fix>,
    deeds: Vec<Deed>,
    proofs: Vec<Proof>,
    history: Vec<Told>,
    owasp: String,
    csf: String,
    fingerprint: String,
    /// Whether something happens by itself that is worth looking for again.
    is_moving: bool,
}

/// Whom it affects.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Affected {
    words: String,
    names: String,
}

/// A read on which it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rest {
    tone: &'static str,
    icon: &'static str,
    words: String,
}

/// The page.
pub(in crate::ui) async fn show(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
    Query(filled): Query<Filled>,
) -> Result<Response, Halt> {
    let item = find(&ui.api, &reference).await?;
    let known = Known { filled: filled.owner, ..known(&ui, &visitor, &item, None).await? };
    shown(&ui, &visitor, known, StatusCode::OK).await
}

/// The page once more for one that looks again by itself, where something is otherwise than it shows.
pub(in crate::ui) async fn standing(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
    Query(seen): Query<Seen>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let item = find(&ui.api, &reference).await?;
    let number = item.row.number;
    let excepted = covered(&door.store, (number, number), door.clock.now()).await?;
    let excepted = excepted.get(&number).copied().unwrap_or(0);
    if seen.seen == stamp(item.sequence, &excepted.to_string()) {
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
    let frame = Frame::of(ui, visitor, Here::Findings).await?;
    let moments = Moments::new(ui.api.workers.door.clock.now());
    Ok(answer::page(status, &Page::new(frame, known, &moments)))
}

async fn known(
    ui: &Ui,
    visitor: &Visitor,
    item: &Item,
    trouble: Option<Trouble>,
) -> Result<Known, Halt> {
    let door = &ui.api.workers.door;
    let you = visitor.person.to_string();
    let whole = whole(door, item).await?;
    let entries = all_entries(ui, item).await?;
    let offers = match whole.row.ended_at {
        None => remedies(door, item).await?.items,
        Some(_) => Vec::new(),
    };
    let ids = entries.iter().flat_map(named).chain(whole.row.owner.clone());
    let people = People::of(door, &you, ids).await?;
    let verbs = verbs(ui, &whole, &offers, &you).await?;
    let answers = answers(ui, visitor, (&whole, &offers), &verbs).await?;
    let proposed = match verbs.iter().any(|verb| matches!(verb, Verb::Assign(_))) {
        true => Some(proposed(door, visitor.actor(), item).await?),
        false => None,
    };
    Ok(Known {
        rests_on: rests_on(door, whole.detail.as_ref()),
        rule: rule(door, &whole.row.rule).unwrap_or_default(),
        form: Form::new(ui, visitor, whole.row.sequence)?,
        whole,
        entries,
        offers,
        people,
        verbs,
        answers,
        trouble,
        you,
        opened: None,
        proposed,
        filled: None,
    })
}

/// The last [`ENTRIES_MAX`] events.
async fn all_entries(ui: &Ui, item: &Item) -> Result<Vec<Entry>, NotDone> {
    let after = item.sequence.saturating_sub(ENTRIES_MAX).max(0);
    Ok(history(&ui.api.workers.door, &item.row.id, after, ENTRIES_MAX).await?.items)
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { whole, entries, rests_on, rule, people, trouble, you, .. } = &known;
        let toxic = whole.detail.as_ref();
        let around = Around::new(people, moments, toxic);
        let tell = |entry: &Entry| told(entry, &around);
        let row = &whole.row;
        let seen = trouble.as_ref().and_then(|trouble| trouble.stale);
        let meanwhile = entries.iter().filter(|it| seen.is_some_and(|seen| it.sequence > seen));
        let title = toxic.map_or(&rule.title, |toxic| &toxic.title);
        let deeds = deeds(&known);
        let since = entries.iter().filter(|it| known.opened.is_some_and(|at| it.sequence > at));
        Self {
            reference: row.reference.clone(),
            lead: toxic.map(|toxic| lead(whole, toxic)).unwrap_or_default(),
            live: live(&known, &deeds),
            since: since.map(tell).collect(),
            kept: trouble.as_ref().map(|it| kept(it, &deeds)).unwrap_or_default(),
            title: if title.is_empty() { row.rule.clone() } else { title.clone() },
            chips: chips(whole),
            level: Level::of(&row.severity),
            just_now: just_now(entries, you, moments).filter(|_| trouble.is_none()).map(tell),
            meanwhile: meanwhile.map(tell).collect(),
            refused: trouble.as_ref().map(|trouble| people.told(&trouble.refused)),
            owner: row.owner.as_ref().map(|id| people.who(id)),
            clock: row
                .due_at
                .filter(|_| row.ended_at.is_none())
                .map(|due| moments.dial(row.opened_at, due, row.overdue)),
            ended: row.ended_at.map(|at| moments.at(at)),
            weight: whole.tier.as_ref().map(Weight::of),
            affected: affected(whole),
            listed: listed(whole, moments),
            waiting: waiting(whole, moments),
            rests: rests_on.iter().map(|it| rest(it, moments)).collect(),
            picture: toxic.map(Drawn::of).and_then(picture),
            chains: toxic.map(Drawn::of).map(chains).unwrap_or_default(),
            missing: missing(whole),
            fixes: fixes(&known),
            proofs: entries.iter().rev().filter_map(|it| proof(it, &around)).collect(),
            history: entries.iter().rev().map(tell).collect(),
            owasp: toxic.map(|it| it.owasp_nhi.join(", ")).unwrap_or_default(),
            csf: toxic.map(|it| it.csf.join(", ")).unwrap_or_default(),
            fingerprint: toxic.map(|it| it.fingerprint.0.clone()).unwrap_or_default(),
            is_moving: matches!(row.status.as_str(), "remediating" | "fulfilled"),
            rule: rule.clone(),
            rule_id: row.rule.clone(),
            deeds,
            frame,
        }
    }
}

/// The parts for reading, and what can be done where that holds no form.
fn live(known: &Known, deeds: &[Deed]) -> Live {
    let row = &known.whole.row;
    if row.ended_at.is_some() {
        return Live::default();
    }
    let mut parts =
        vec!["head", "facts", "moving", "path", "affected", "evidence", "history", "rail"];
    if deeds.iter().all(|deed| deed.no.is_some()) {
        parts.push("ends");
    }
    let shown = stamp(row.sequence, &row.excepted_total.to_string());
    let opened = known.opened.unwrap_or(row.sequence);
    Live::at(&format!("/findings/{}", row.reference), (opened, &shown), &parts)
}

/// The words that were typed into a form that is not on the page any more.
fn kept(trouble: &Trouble, deeds: &[Deed]) -> String {
    let mut forms = deeds.iter().filter(|deed| deed.no.is_none());
    if forms.any(|deed| deed.is(trouble.verb)) {
        return String::new();
    }
    trouble.fields.get("reason").to_owned()
}

fn deeds(known: &Known) -> Vec<Deed> {
    let Known { verbs, answers, form, trouble, people, filled, .. } = known;
    let hint = known.proposed.as_ref().and_then(Hint::of);
    let filled = |verb: &Verb| {
        let owner = filled.as_deref().filter(|_| matches!(verb, Verb::Assign(_)));
        owner.map(|owner| Fields::of(&[("owner", owner)]))
    };
    let trouble = trouble.as_ref();
    let deed = |(verb, no): (&Verb, &Option<Refused>)| {
        let own = trouble.filter(|trouble| trouble.verb == verb.name());
        let bad = own.and_then(|it| Some((it.refused.field.clone()?, it.refused.why.clone())));
        Deed {
            verb: verb.clone(),
            no: no.as_ref().map(|no| people.told(no)),
            form: form.clone(),
            typed: own.map(|it| it.fields.clone()).or_else(|| filled(verb)).unwrap_or_default(),
            bad,
            hint: hint.clone().filter(|_| matches!(verb, Verb::Assign(_))),
        }
    };
    let mut deeds: Vec<Deed> = verbs.iter().zip(answers).map(deed).collect();
    // What the one who looks can do stands first.
    deeds.sort_by_key(|deed| deed.no.is_some());
    deeds
}

/// The changes that would help, where the one who looks does not choose among them anyway.
fn fixes(known: &Known) -> Vec<Fix> {
    let mut answers = known.verbs.iter().zip(&known.answers);
    let chooses = answers.any(|(verb, no)| matches!(verb, Verb::Choose(_)) && no.is_none());
    if chooses { Vec::new() } else { known.offers.iter().map(Fix::of).collect() }
}

/// What the one who looks did last, if that was the last thing that happened and just now.
fn just_now<'a>(entries: &'a [Entry], you: &str, moments: &Moments) -> Option<&'a Entry> {
    let is_theirs = |it: &&Entry| it.actor.strip_prefix("person:") == Some(you);
    let is_new = |it: &&Entry| moments.now.duration_since(it.at).as_secs() <= JUST_NOW;
    entries.last().filter(is_theirs).filter(is_new)
}

/// Who can do it, and through what, in a sentence.
fn lead(whole: &Whole, toxic: &Toxic) -> String {
    let who = match (whole.row.affected_total, toxic.affected.as_slice()) {
        (1, [only]) if only.id == toxic.root_cause.id => return String::new(),
        (1, [only]) if !only.name.is_empty() => only.name.clone(),
        (1, _) => "one identity".to_owned(),
        (total, _) => format!("{total} identities"),
    };
    let root = &toxic.root_cause;
    let kind = root.kind.as_str().replace('_', " ");
    let name = if root.name.is_empty() { short(root.id.as_str()) } else { &root.name };
    format!("Who can: {who}, through the {kind} \u{201c}{name}\u{201d} in {}.", root.system)
}

fn affected(whole: &Whole) -> Affected {
    let total = whole.row.affected_total;
    let words = if total == 1 { "1 identity".to_owned() } else { format!("{total} identities") };
    let nodes = whole.detail.as_ref().map(|toxic| toxic.affected.as_slice()).unwrap_or_default();
    let names: Vec<&str> = nodes.iter().take(NAMED_MAX).map(|node| node.name.as_str()).collect();
    let more = total.saturating_sub(i64::try_from(names.len()).unwrap_or(i64::MAX));
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Affected { words, names: format!("{}{more}", names.join(", ")) }
}

fn rest(read: &RestsOn, moments: &Moments) -> Rest {
    let ago = moments.ago(read.read_at);
    if read.complete {
        Rest { tone: "", icon: "ok", words: format!("{}, {ago}", read.source) }
    } else {
        Rest { tone: "soon", icon: "part", words: format!("{}, {ago}, in part only", read.source) }
    }
}

fn missing(whole: &Whole) -> Vec<String> {
    let Some(toxic) = &whole.detail else { return Vec::new() };
    match toxic.certainty {
        Certainty::Proven => Vec::new(),
        Certainty::Potential => {
            toxic.missing.iter().map(|it| format!("{} {}", it.kind, it.what)).collect()
        }
    }
}

/// A word of the case as the ledger has it.
pub(super) fn case_word<'a>(whole: &'a Whole, pointer: &str) -> Option<&'a str> {
    whole.case.pointer(pointer).and_then(Value::as_str)
}
