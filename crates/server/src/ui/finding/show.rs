//! One finding whole: what is the matter, the path, what can be done and why not, what was done and
//! read back. Everything that is shown was read; nothing is worked out that the door does not say.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_access::fact::RestsOn;
use countersign_access::finding::Certainty;
use countersign_store::read::finding::Item;
use serde::Deserialize;
use serde_json::Value;

use super::super::form::{Fields, Form};
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Dial, Moments};
use super::super::person::{People, Who};
use super::super::refusal::Refused;
use super::super::state::{Chip, Level};
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::affected::{Listed, Waiting, listed, waiting};
use super::deed::{Deed, Fix, Verb, answers, is_disputed, verbs};
use super::path::{Chain, Picture, chains, picture};
use super::read::{RuleWords, rests_on, rule};
use super::told::{Around, Proof, Told, named, proof, told};
use crate::api::finding::find;
use crate::api::query::Query;
use crate::ask::finding::{Entry, Offer, Whole, history, remedies, whole};
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
}

#[derive(Debug, Template)]
#[template(path = "finding/show.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    reference: String,
    sequence: i64,
    title: String,
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
) -> Result<Response, Halt> {
    let item = find(&ui.api, &reference).await?;
    render(&ui, &visitor, &item, (StatusCode::OK, None)).await
}

/// What a page has shown already.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Seen {
    seen: i64,
}

/// Whether there is something new to a page that shows a sequence; the page is loaded again then.
pub(in crate::ui) async fn standing(
    State(ui): State<Ui>,
    _visitor: Visitor,
    Path(reference): Path<String>,
    Query(seen): Query<Seen>,
) -> Result<Response, Halt> {
    let item = find(&ui.api, &reference).await?;
    let mut headers = HeaderMap::new();
    if item.sequence != seen.seen {
        headers.insert("hx-refresh", HeaderValue::from_static("true"));
    }
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// The page, after something that did not work.
pub(super) async fn render(
    ui: &Ui,
    visitor: &Visitor,
    item: &Item,
    (status, trouble): (StatusCode, Option<Trouble>),
) -> Result<Response, Halt> {
    let frame = Frame::of(ui, visitor, Here::Findings).await?;
    let known = known(ui, visitor, item, trouble).await?;
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
    })
}

/// The last [`ENTRIES_MAX`] events.
async fn all_entries(ui: &Ui, item: &Item) -> Result<Vec<Entry>, NotDone> {
    let after = item.sequence.saturating_sub(ENTRIES_MAX).max(0);
    Ok(history(&ui.api.workers.door, &item.row.id, after, ENTRIES_MAX).await?.items)
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { whole, entries, rests_on, rule, people, form, trouble, you, .. } = &known;
        let toxic = whole.detail.as_ref();
        let around = Around::new(people, moments, toxic);
        let tell = |entry: &Entry| told(entry, &around);
        let row = &whole.row;
        let seen = trouble.as_ref().and_then(|trouble| trouble.stale);
        let meanwhile = entries.iter().filter(|it| seen.is_some_and(|seen| it.sequence > seen));
        let title = toxic.map_or(&rule.title, |toxic| &toxic.title);
        Self {
            reference: row.reference.clone(),
            sequence: row.sequence,
            title: if title.is_empty() { row.rule.clone() } else { title.clone() },
            chips: chips(whole),
            level: Level::of(&row.severity),
            just_now: just_now(entries, you, moments).filter(|_| trouble.is_none()).map(tell),
            meanwhile: meanwhile.map(tell).collect(),
            refused: trouble.as_ref().map(|trouble| trouble.refused.clone()),
            owner: row.owner.as_ref().map(|id| people.who(id)),
            clock: row
                .due_at
                .filter(|_| row.ended_at.is_none())
                .map(|due| moments.dial(row.opened_at, due, row.overdue)),
            ended: row.ended_at.map(|at| moments.at(at)),
            affected: affected(whole),
            listed: listed(whole, moments),
            waiting: waiting(whole, moments),
            rests: rests_on.iter().map(|it| rest(it, moments)).collect(),
            picture: toxic.and_then(picture),
            chains: toxic.map(chains).unwrap_or_default(),
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
            deeds: deeds(&known.verbs, &known.answers, form, trouble.as_ref()),
            frame,
        }
    }
}

fn deeds(
    verbs: &[Verb],
    answers: &[Option<Refused>],
    form: &Form,
    trouble: Option<&Trouble>,
) -> Vec<Deed> {
    let deed = |(verb, no): (&Verb, &Option<Refused>)| {
        let own = trouble.filter(|trouble| trouble.verb == verb.name());
        let bad = own.and_then(|it| Some((it.refused.field.clone()?, it.refused.why.clone())));
        Deed {
            verb: verb.clone(),
            no: no.clone(),
            form: form.clone(),
            typed: own.map(|it| it.fields.clone()).unwrap_or_default(),
            bad,
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

fn chips(whole: &Whole) -> Vec<Chip> {
    let mut chips = vec![Chip::of_finding(&whole.row.status)];
    if is_disputed(whole) && whole.row.ended_at.is_none() {
        chips.push(Chip::new("wait", "wait", "Disputed, waits for the security seat"));
    }
    if whole.row.certainty == "potential" {
        chips.push(Chip::new("unk", "unk", "Potential: not every step could be read"));
    }
    chips
}

/// What the one who looks did last, if that was the last thing that happened and just now.
fn just_now<'a>(entries: &'a [Entry], you: &str, moments: &Moments) -> Option<&'a Entry> {
    let is_theirs = |it: &&Entry| it.actor.strip_prefix("person:") == Some(you);
    let is_new = |it: &&Entry| moments.now.duration_since(it.at).as_secs() <= JUST_NOW;
    entries.last().filter(is_theirs).filter(is_new)
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
