//! The register of exceptions: where each stands now, when it ends and what follows, and what its
//! controls showed last. The counts and the list are asked at the same instant.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_store::read::exception::{Filter, Item, counts, list as ask};
use jiff::Timestamp;
use serde::Deserialize;

use super::super::finding::titles;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Dial, Moments};
use super::super::person::People;
use super::super::refusal::sentence;
use super::super::state::{Chip, Level, exception_words};
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::matter::identities;
use super::show::is_over;
use crate::api::csv;
use crate::api::exception::list::STATUSES;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::ask::exception::whole::case;
use crate::ask::exception::{PREFIX, Untested, page, untested};
use crate::ask::finding::{PREFIX as FINDING, find};
use crate::door::{Door, NotDone};

/// Exceptions on a page.
const ROWS: i64 = 50;

/// Most exceptions in a file.
const FILE_ROWS_MAX: usize = 5_000;

/// How many are read at once for a file.
const BATCH: i64 = 200;

/// Where the register is.
const PATH: &str = "/exceptions";

/// Which exceptions; an empty field filters nothing.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::ui) struct Which {
    #[serde(default)]
    pub(in crate::ui) status: String,
    #[serde(default)]
    pub(in crate::ui) owner: String,
    #[serde(default)]
    pub(in crate::ui) finding: String,
    #[serde(default)]
    pub(in crate::ui) rule: String,
    #[serde(default)]
    pub(in crate::ui) cursor: String,
}

/// A row as it was read.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Row {
    pub(in crate::ui) reference: String,
    pub(in crate::ui) title: String,
    pub(in crate::ui) status: String,
    pub(in crate::ui) severity: String,
    pub(in crate::ui) finding: String,
    pub(in crate::ui) owner: String,
    pub(in crate::ui) covered_total: i64,
    pub(in crate::ui) proposed_at: Timestamp,
    pub(in crate::ui) until: Timestamp,
    /// What the tests showed last, one for each control; nothing before the first.
    pub(in crate::ui) verdicts: Vec<Option<String>>,
    pub(in crate::ui) next_test_at: Option<Timestamp>,
}

/// All that the page is made of.
pub(in crate::ui) struct Known {
    pub(in crate::ui) rows: Vec<Row>,
    pub(in crate::ui) next: Option<String>,
    /// How many stand where, of all.
    pub(in crate::ui) counts: Vec<(String, i64)>,
    pub(in crate::ui) untested: Vec<Untested>,
    pub(in crate::ui) people: People,
    /// What the rule is called that is filtered by.
    pub(in crate::ui) rule: String,
}

#[derive(Debug, Template)]
#[template(path = "exception/list.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    which: Which,
    rows: Vec<Shown>,
    statuses: Vec<Status>,
    notices: Vec<Notice>,
    tags: Vec<(String, String)>,
    next: Option<String>,
    is_first: bool,
    first: String,
    file: String,
    in_force: i64,
    in_review: i64,
}

#[derive(Debug, Clone)]
struct Shown {
    reference: String,
    title: String,
    about: String,
    chip: Chip,
    level: Level,
    owner: String,
    clock: Option<Dial>,
    until: At,
    then: &'static str,
    test: Chip,
    next_test: String,
}

/// A state with how many stand there.
#[derive(Debug, Clone)]
struct Status {
    name: &'static str,
    words: &'static str,
    count: i64,
    is_chosen: bool,
    address: String,
}

/// Controls of one system that could not be tested.
#[derive(Debug, Clone)]
struct Notice {
    what: String,
    since: Option<At>,
}

/// The page.
pub(in crate::ui) async fn list(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let you = visitor.person.to_string();
    let finding = finding(door, &which).await?;
    let filter = filter(&which, finding.as_deref(), &you)?;
    let now = door.clock.now();
    let page = ask(&door.store, &filter, now, (given(&which.cursor), ROWS)).await?;
    let title = titles(door);
    let rows: Result<Vec<Row>, _> =
        page.items.iter().map(|item| row(item, title(&item.row.rule))).collect();
    let owners = page.items.iter().map(|item| item.row.owner.clone());
    let known = Known {
        rows: rows?,
        next: page.next,
        counts: counts(&door.store, now).await?,
        untested: untested(door).await?.items,
        people: People::of(door, &you, owners).await?,
        rule: title(&which.rule),
    };
    let frame = Frame::of(&ui, &visitor, Here::Exceptions).await?;
    Ok(answer::page(StatusCode::OK, &Page::new(frame, known, which, &Moments::new(now))))
}

/// The same list as a file, at most [`FILE_ROWS_MAX`] of it.
pub(in crate::ui) async fn file(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let you = visitor.person.to_string();
    let finding = finding(door, &which).await?;
    let filter = filter(&which, finding.as_deref(), &you)?;
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    while rows.len() < FILE_ROWS_MAX {
        let list = page(door, &filter, cursor.as_deref(), BATCH).await?;
        rows.extend(list.items.iter().filter_map(|row| serde_json::to_value(row).ok()));
        cursor = list.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(csv::file("/api/v1/exceptions", "exceptions.csv", &rows)?)
}

/// The id of the finding that is filtered by; one that is not there has no exceptions.
async fn finding(door: &Door, which: &Which) -> Result<Option<String>, NotDone> {
    let Some(it) = given(&which.finding) else { return Ok(None) };
    Ok(Some(find(door, it).await?.map_or_else(|| it.to_owned(), |item| item.row.id)))
}

fn filter<'a>(
    which: &'a Which,
    finding: Option<&'a str>,
    you: &'a str,
) -> Result<Filter<'a>, Problem> {
    let owner = if which.owner == "me" { Some(you) } else { given(&which.owner) };
    Ok(Filter { status: status(&which.status)?, owner, finding, rule: given(&which.rule) })
}

fn row(item: &Item, title: String) -> Result<Row, NotDone> {
    let case = case(item)?;
    let pulses = case.iter().flat_map(|case| &case.pulses);
    let verdicts = pulses.map(|pulse| pulse.last.map(|(_, verdict)| verdict.as_str().to_owned()));
    let next = case.iter().filter(|case| !case.is_ended()).filter_map(|case| {
        let controls = case.terms.controls.as_slice().iter().zip(&case.pulses);
        controls.filter_map(|(control, pulse)| pulse.due_at(control)).min()
    });
    Ok(Row {
        reference: format!("{PREFIX}{}", item.row.number),
        title,
        status: item.status.clone(),
        severity: item.severity.clone(),
        finding: format!("{FINDING}{}", item.finding_number),
        owner: item.row.owner.clone(),
        covered_total: item.row.covered_total,
        proposed_at: item.row.proposed_at,
        until: item.row.until_at,
        next_test_at: next.min(),
        verdicts: verdicts.collect(),
    })
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, which: Which, moments: &Moments) -> Self {
        let count = |name: &str| {
            let found = known.counts.iter().find(|(status, _)| status == name);
            found.map_or(0, |(_, count)| *count)
        };
        let without = Which { cursor: String::new(), ..which.clone() };
        let statuses = STATUSES.iter().map(|name| Status {
            name,
            words: exception_words(name),
            count: count(name),
            is_chosen: which.status == *name,
            address: address(&Which { status: (*name).to_owned(), ..without.clone() }),
        });
        Self {
            rows: known.rows.iter().map(|row| shown(row, &known.people, moments)).collect(),
            statuses: statuses.collect(),
            notices: known.untested.iter().map(|it| notice(it, moments)).collect(),
            tags: tags(&which, &known.rule),
            next: known.next.map(|cursor| address(&Which { cursor, ..which.clone() })),
            is_first: which.cursor.is_empty(),
            first: address(&without),
            file: format!("{PATH}.csv{}", query(&without)),
            in_force: count("active"),
            in_review: count("in_review"),
            which,
            frame,
        }
    }
}

fn shown(row: &Row, people: &People, moments: &Moments) -> Shown {
    let over = is_over(&row.status);
    let covered = identities(row.covered_total);
    Shown {
        reference: row.reference.clone(),
        title: row.title.clone(),
        about: format!("for {}, covers {covered}", row.finding),
        chip: Chip::of_exception(&row.status),
        level: Level::of(&row.severity),
        owner: sentence(&people.name(&row.owner)),
        clock: (!over).then(|| moments.dial(row.proposed_at, row.until, false)),
        until: moments.at(row.until),
        then: match row.status.as_str() {
            "in_review" => "then it ends unsigned",
            "active" | "suspended" => "then the finding stands uncovered",
            "expired" => "ended",
            _ => "would have ended",
        },
        test: if over { Chip { tone: "", ..test(row) } } else { test(row) },
        next_test: match row.next_test_at {
            Some(at) if !over => format!("next test {}", moments.at(at).words),
            Some(_) | None => String::new(),
        },
    }
}

/// The worst that the tests showed last.
fn test(row: &Row) -> Chip {
    let any = |which: &str| row.verdicts.iter().flatten().any(|verdict| verdict == which);
    if any("failed") {
        Chip::new("bad", "stop", "A control failed")
    } else if row.verdicts.iter().any(Option::is_none) {
        Chip::new("wait", "wait", "Not tested yet")
    } else if any("unknown") {
        Chip::new("wait", "unk", "Could not be told")
    } else {
        Chip::new("ok", "ok", "All passed")
    }
}

fn notice(it: &Untested, moments: &Moments) -> Notice {
    let controls = match it.controls {
        1 => "1 control".to_owned(),
        count => format!("{count} controls"),
    };
    let at = it.system.as_ref().map_or_else(
        || "in the graph: a system was read in part only".to_owned(),
        |system| format!("in {system}"),
    );
    Notice {
        what: format!("{controls} could not be tested {at}"),
        since: it.since.map(|at| moments.at(at)),
    }
}

fn tags(which: &Which, rule: &str) -> Vec<(String, String)> {
    let of = |value: &str, words: String, without: Which| {
        let without = Which { cursor: String::new(), ..without };
        (!value.is_empty()).then(|| (words, address(&without)))
    };
    let (w, none) = (|| which.clone(), String::new);
    let owner = if which.owner == "me" { "Mine" } else { "One owner" };
    let tags = [
        of(
            &which.status,
            exception_words(&which.status).to_owned(),
            Which { status: none(), ..w() },
        ),
        of(&which.owner, owner.to_owned(), Which { owner: none(), ..w() }),
        of(&which.finding, which.finding.clone(), Which { finding: none(), ..w() }),
        of(&which.rule, rule.to_owned(), Which { rule: none(), ..w() }),
    ];
    tags.into_iter().flatten().collect()
}

/// The address of the same list, filtered like this.
fn address(which: &Which) -> String {
    format!("{PATH}{}", query(which))
}

/// What filters the list, as an address ends.
fn query(which: &Which) -> String {
    let pairs = [
        ("status", &which.status),
        ("owner", &which.owner),
        ("finding", &which.finding),
        ("rule", &which.rule),
        ("cursor", &which.cursor),
    ];
    let set: Vec<_> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
    match serde_urlencoded::to_string(&set) {
        Ok(query) if !query.is_empty() => format!("?{query}"),
        Ok(_) | Err(_) => String::new(),
    }
}

fn given(value: &str) -> Option<&str> {
    Some(value).filter(|value| !value.is_empty())
}

fn status(value: &str) -> Result<Option<&str>, Problem> {
    match given(value) {
        Some(value) if !STATUSES.contains(&value) => {
            let detail = format!("`{value}` is none of: {}", STATUSES.join(", "));
            Err(Problem::malformed_at(Some("status"), &detail))
        }
        given => Ok(given),
    }
}
