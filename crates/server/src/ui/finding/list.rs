//! Findings in a list, the newest first, as far as the filters show them; what has ended only where it
//! is asked for. The same list is a file of comma-separated values.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_store::read::finding::{Filter, counts};
use serde::Deserialize;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Dial, Moments};
use super::super::person::People;
use super::super::refusal::sentence;
use super::super::state::{Chip, Level, has_ended, status_words};
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::read::{short, titles};
use crate::api::csv;
use crate::api::finding::list::{NOT_ENDED, STATUSES};
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::ask::finding::{Row, page};
use crate::ask::{List, system};

/// Findings on a page.
const ROWS: i64 = 50;

/// Most findings in a file.
const FILE_ROWS_MAX: usize = 5_000;

/// How many are read at once for a file.
const BATCH: i64 = 200;

/// Asks for those that have ended, too.
const EVERY: &str = "all";

/// Most systems among which a filter chooses.
const SYSTEMS_MAX: i64 = 200;

/// Where the list is.
const PATH: &str = "/findings";

const EVERY_WORDS: &str = "Every state, ended too";

const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

/// What rules are called.
type Titles<'a> = &'a dyn Fn(&str) -> String;

/// Which findings; an empty field filters nothing, save that without a state only those are shown
/// that have not ended.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::ui) struct Which {
    #[serde(default)]
    pub(in crate::ui) status: String,
    #[serde(default)]
    pub(in crate::ui) severity: String,
    #[serde(default)]
    pub(in crate::ui) system: String,
    #[serde(default)]
    pub(in crate::ui) owner: String,
    #[serde(default)]
    pub(in crate::ui) rule: String,
    #[serde(default)]
    pub(in crate::ui) cursor: String,
}

#[derive(Debug, Template)]
#[template(path = "finding/list.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    rows: Vec<Shown>,
    filters: Vec<Select>,
    tags: Vec<Tag>,
    next: Option<String>,
    is_first: bool,
    first: String,
    open: i64,
    /// How many have ended and are not shown.
    hidden: i64,
    every: String,
    file: String,
    /// Whether there are some that can be chosen.
    has_open: bool,
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
    ended: Option<At>,
}

/// A filter.
#[derive(Debug, Clone)]
struct Select {
    name: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
}

#[derive(Debug, Clone)]
struct Choice {
    value: String,
    words: String,
    is_chosen: bool,
}

/// A filter that is in force, and the address without it.
#[derive(Debug, Clone)]
struct Tag {
    words: String,
    without: String,
}

/// The page.
pub(in crate::ui) async fn list(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let you = visitor.person.to_string();
    let list = page(door, &filter(&which, &you)?, given(&which.cursor), ROWS).await?;
    let people =
        People::of(door, &you, list.items.iter().filter_map(|row| row.owner.clone())).await?;
    let systems = system::page(door, None, SYSTEMS_MAX).await?.items;
    let systems: Vec<String> = systems.into_iter().map(|row| row.name).collect();
    let counts = counts(&door.store).await?;
    let ended = counts.iter().filter(|it| has_ended(&it.status)).map(|it| it.count).sum();
    let frame = Frame::of(&ui, &visitor, Here::Findings).await?;
    let moments = Moments::new(door.clock.now());
    let title = titles(door);
    let page = Page::new(frame, (list, &title), (&which, &systems, ended), (&people, &moments));
    Ok(answer::page(StatusCode::OK, &page))
}

/// The same list as a file, at most [`FILE_ROWS_MAX`] of it.
pub(in crate::ui) async fn file(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let you = visitor.person.to_string();
    let filter = filter(&which, &you)?;
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
    Ok(csv::file("/api/v1/findings", "findings.csv", &rows)?)
}

fn filter<'a>(which: &'a Which, you: &'a str) -> Result<Filter<'a>, Problem> {
    let owner = if which.owner == "me" { Some(you) } else { given(&which.owner) };
    let status = match which.status.as_str() {
        "" | EVERY | NOT_ENDED => None,
        status => one_of(status, "status", &STATUSES)?,
    };
    Ok(Filter {
        status,
        not_ended: which.status.is_empty() || which.status == NOT_ENDED,
        severity: one_of(&which.severity, "severity", &SEVERITIES)?,
        owner,
        system: given(&which.system),
        rule: given(&which.rule),
    })
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        (list, title): (List<Row>, Titles<'_>),
        (which, systems, ended): (&Which, &[String], i64),
        (people, moments): (&People, &Moments),
    ) -> Self {
        let open =
            frame.groups.iter().flat_map(|it| &it.pages).filter(|it| it.address == "/findings");
        let without = Which { cursor: String::new(), ..which.clone() };
        let is_all = address(&without) == PATH;
        Self {
            hidden: if is_all { ended } else { 0 },
            every: address(&Which { status: EVERY.to_owned(), ..without.clone() }),
            file: format!("{PATH}.csv{}", query(&without)),
            open: open.filter_map(|it| it.count).sum(),
            has_open: list.items.iter().any(|row| row.ended_at.is_none()),
            rows: list
                .items
                .iter()
                .map(|row| shown(row, title(&row.rule), people, moments))
                .collect(),
            filters: filters(which, systems),
            tags: tags(which, title),
            next: list.next.map(|cursor| address(&Which { cursor, ..which.clone() })),
            is_first: which.cursor.is_empty(),
            first: address(&without),
            frame,
        }
    }
}

fn shown(row: &Row, title: String, people: &People, moments: &Moments) -> Shown {
    let ends = |due| moments.dial(row.opened_at, due, row.overdue);
    let affected = match row.affected_total {
        1 => "affects 1 identity".to_owned(),
        total => format!("affects {total} identities"),
    };
    let potential = if row.certainty == "potential" { ", potential" } else { "" };
    Shown {
        reference: row.reference.clone(),
        title,
        about: format!("{} in {}, {affected}{potential}", short(&row.root_cause), row.system),
        chip: Chip::of_finding(&row.status),
        level: Level::of(&row.severity),
        owner: match &row.owner {
            Some(id) => sentence(&people.name(id)),
            None => "Nobody yet".to_owned(),
        },
        clock: row.due_at.filter(|_| row.ended_at.is_none()).map(ends),
        ended: row.ended_at.map(|at| moments.at(at)),
    }
}

fn filters(which: &Which, systems: &[String]) -> Vec<Select> {
    let choice = |value: &str, words: String, chosen: &str| Choice {
        value: value.to_owned(),
        words,
        is_chosen: value == chosen,
    };
    let select = |name, label, any: &str, chosen: &str, of: Vec<(String, String)>| {
        let any = choice("", any.to_owned(), chosen);
        let of = of.into_iter().map(|(value, words)| choice(&value, words, chosen));
        Select { name, label, choices: [any].into_iter().chain(of).collect() }
    };
    let words = |value: &str, words: &str| (value.to_owned(), words.to_owned());
    vec![
        select(
            "status",
            "State",
            "Not ended",
            &which.status,
            [words(EVERY, EVERY_WORDS)]
                .into_iter()
                .chain(STATUSES.iter().map(|it| words(it, status_words(it))))
                .collect(),
        ),
        select(
            "severity",
            "Risk",
            "Every risk",
            &which.severity,
            SEVERITIES.iter().map(|it| words(it, &sentence(it))).collect(),
        ),
        select(
            "system",
            "System",
            "Every system",
            &which.system,
            systems.iter().map(|it| words(it, it)).collect(),
        ),
        select("owner", "Owner", "Everybody's", &which.owner, vec![words("me", "Mine")]),
    ]
}

fn tags(which: &Which, title: Titles<'_>) -> Vec<Tag> {
    let of = |value: &str, words: String, without: Which| {
        let without = Which { cursor: String::new(), ..without };
        (!value.is_empty()).then(|| Tag { words, without: address(&without) })
    };
    let w = || which.clone();
    let none = String::new;
    let status = match which.status.as_str() {
        EVERY => EVERY_WORDS,
        NOT_ENDED => "Not ended",
        status => status_words(status),
    };
    let owner = if which.owner == "me" { "Mine" } else { "One owner" };
    let tags = [
        of(&which.status, status.to_owned(), Which { status: none(), ..w() }),
        of(&which.severity, sentence(&which.severity), Which { severity: none(), ..w() }),
        of(&which.system, which.system.clone(), Which { system: none(), ..w() }),
        of(&which.owner, owner.to_owned(), Which { owner: none(), ..w() }),
        of(&which.rule, title(&which.rule), Which { rule: none(), ..w() }),
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
        ("severity", &which.severity),
        ("system", &which.system),
        ("owner", &which.owner),
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

fn one_of<'a>(value: &'a str, field: &str, words: &[&str]) -> Result<Option<&'a str>, Problem> {
    match given(value) {
        Some(value) if !words.contains(&value) => {
            let detail = format!("`{value}` is none of: {}", words.join(", "));
            Err(Problem::malformed_at(Some(field), &detail))
        }
        given => Ok(given),
    }
}
