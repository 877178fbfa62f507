//! Findings in a list, the newest first, as far as the filters show them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_store::read::finding::Filter;
use serde::Deserialize;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Dial, Moments};
use super::super::person::People;
use super::super::refusal::sentence;
use super::super::state::{Chip, Level, status_words};
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::read::{short, titles};
use crate::api::finding::list::STATUSES;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::ask::finding::{Row, page};
use crate::ask::{List, system};

/// Findings on a page.
const ROWS: i64 = 50;

/// Most systems among which a filter chooses.
const SYSTEMS_MAX: i64 = 200;

const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

/// What rules are called.
type Titles<'a> = &'a dyn Fn(&str) -> String;

/// Which findings; an empty field filters nothing.
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
    let owner = match which.owner.as_str() {
        "me" => Some(you.as_str()),
        _ => given(&which.owner),
    };
    let filter = Filter {
        status: one_of(&which.status, "status", &STATUSES)?,
        severity: one_of(&which.severity, "severity", &SEVERITIES)?,
        owner,
        system: given(&which.system),
        rule: given(&which.rule),
    };
    let list = page(door, &filter, given(&which.cursor), ROWS).await?;
    let people =
        People::of(door, &you, list.items.iter().filter_map(|row| row.owner.clone())).await?;
    let systems = system::page(door, None, SYSTEMS_MAX).await?.items;
    let systems: Vec<String> = systems.into_iter().map(|row| row.name).collect();
    let frame = Frame::of(&ui, &visitor, Here::Findings).await?;
    let moments = Moments::new(door.clock.now());
    let title = titles(door);
    let page = Page::new(frame, (list, &title), (&which, &systems), (&people, &moments));
    Ok(answer::page(StatusCode::OK, &page))
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        (list, title): (List<Row>, Titles<'_>),
        (which, systems): (&Which, &[String]),
        (people, moments): (&People, &Moments),
    ) -> Self {
        let open =
            frame.groups.iter().flat_map(|it| &it.pages).filter(|it| it.address == "/findings");
        Self {
            open: open.filter_map(|it| it.count).sum(),
            rows: list
                .items
                .iter()
                .map(|row| shown(row, title(&row.rule), people, moments))
                .collect(),
            filters: filters(which, systems),
            tags: tags(which, title),
            next: list.next.map(|cursor| address(&Which { cursor, ..which.clone() })),
            is_first: which.cursor.is_empty(),
            first: address(&Which { cursor: String::new(), ..which.clone() }),
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
            "Every state",
            &which.status,
            STATUSES.iter().map(|it| words(it, status_words(it))).collect(),
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
    let tags = [
        of(&which.status, status_words(&which.status).to_owned(), Which { status: none(), ..w() }),
        of(&which.severity, sentence(&which.severity), Which { severity: none(), ..w() }),
        of(&which.system, which.system.clone(), Which { system: none(), ..w() }),
        of(&which.owner, "Mine".to_owned(), Which { owner: none(), ..w() }),
        of(&which.rule, title(&which.rule), Which { rule: none(), ..w() }),
    ];
    tags.into_iter().flatten().collect()
}

/// The address of the same list, filtered like this.
fn address(which: &Which) -> String {
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
        Ok(query) if !query.is_empty() => format!("/findings?{query}"),
        Ok(_) | Err(_) => "/findings".to_owned(),
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
