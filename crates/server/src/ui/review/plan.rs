//! A review is planned: its scope with what is in it, who is asked in which stage, and what becomes of
//! silence. Counting comes first and plans nothing.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_governance::Command;
use uuid::Uuid;

use super::super::form::{Fields, Form, Posted};
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::person::{Who, active};
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::words::count;
use crate::api::problem::Problem;
use crate::api::review::stage;
use crate::ask::review::PREFIX;
use crate::ask::review::preview::{Preview, preview};
use crate::door::Asked;
use crate::review::proposal::{self, By, Proposal, Silence};
use crate::review::scope::Scope;

/// Most people who can be named in the form.
const NAMED: usize = 3;

#[derive(Debug, Template)]
#[template(path = "review/plan.html")]
pub(in crate::ui) struct Page {
    pub(super) frame: Frame,
    pub(super) refused: Option<Refused>,
    pub(super) counted: Vec<(String, String)>,
    pub(super) first: Vec<String>,
    pub(super) fields: Fields,
    pub(super) choices: Vec<Who>,
    pub(super) form: Form,
}

impl Page {
    fn get(&self, name: &str) -> String {
        self.fields.get(name).to_owned()
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.fields.get(name) == value
    }
}

/// The empty form.
pub(in crate::ui) async fn look(State(ui): State<Ui>, visitor: Visitor) -> Result<Response, Halt> {
    let fields = Fields::of(&[("days", "14"), ("keep_days", "180")]);
    render(&ui, &visitor, (StatusCode::OK, None), (fields, None)).await
}

/// Counts what is in the scope, or plans it.
pub(in crate::ui) async fn send(State(ui): State<Ui>, posted: Posted) -> Result<Response, Halt> {
    let fields = posted.fields.clone();
    let what = "You wanted to plan a review";
    let failed = |problem: &Problem| (problem.status(), Some(Refused::of(what, problem)));
    let scope = scope(&fields);
    let checked = stage::check(&scope);
    if let Err(problem) = checked {
        return render(&ui, &posted.visitor, failed(&problem), (fields, None)).await;
    }
    let counted = preview(&ui.api.workers.door, &scope, changed_only(&fields)).await?;
    if fields.get("do") != "plan" {
        let told = (StatusCode::OK, None);
        return render(&ui, &posted.visitor, told, (fields, Some(counted))).await;
    }
    match planned(&ui, &posted).await {
        Ok(place) => Ok(answer::see(&place)),
        Err(problem) => {
            render(&ui, &posted.visitor, failed(&problem), (fields, Some(counted))).await
        }
    }
}

async fn planned(ui: &Ui, posted: &Posted) -> Result<String, Problem> {
    let (verb, texts) = stage::asked(&ui.api, &proposal(&posted.fields)?)?;
    let once = posted.once("review.stage");
    let asked = posted.visitor.asks(Command::Review(stage::new(&ui.api)?, verb)).with_texts(texts);
    let done = ui.api.workers.door.act(Asked { once, ..asked }).await?;
    Ok(format!("/reviews/{PREFIX}{}", done.number.unwrap_or_default()))
}

fn changed_only(fields: &Fields) -> bool {
    fields.get("changed_only") == "yes"
}

fn scope(fields: &Fields) -> Scope {
    let given = |name: &str| Some(fields.get(name).to_owned()).filter(|it| !it.is_empty());
    let list = |name: &str| {
        let words = fields.get(name).split(',').map(str::trim).filter(|it| !it.is_empty());
        words.map(str::to_owned).collect()
    };
    Scope {
        systems: list("systems"),
        kinds: list("kind"),
        entitlement: given("entitlement"),
        identity: given("identity"),
        process: given("process"),
        severity: given("severity"),
        unused_days: fields.number("unused_days").and_then(|days| u32::try_from(days).ok()),
    }
}

fn proposal(fields: &Fields) -> Result<Proposal, Problem> {
    let days = |name: &'static str| {
        let days = fields.number(name).and_then(|days| u32::try_from(days).ok());
        days.ok_or_else(|| Problem::malformed_at(Some(name), "say how many days"))
    };
    let person = |name: &'static str| {
        let given = Some(fields.get(name)).filter(|it| !it.is_empty());
        let wrong = |_| Problem::malformed_at(Some(name), "choose a person");
        given.map(|id| id.parse::<Uuid>().map_err(wrong)).transpose()
    };
    let mut people = BTreeSet::new();
    for name in ["person_1", "person_2", "person_3"].into_iter().take(NAMED) {
        people.extend(person(name)?);
    }
    let fallback = person("fallback")?;
    let by = match fields.get("by") {
        "owner" => By::Owner,
        "process_owner" => By::ProcessOwner,
        "system_owner" => By::SystemOwner,
        "people" => By::People,
        _ => return Err(Problem::malformed_at(Some("by"), "choose how it is found who is asked")),
    };
    let mut stages = vec![proposal::Asked { by, people, fallback, days: days("days")? }];
    if let Some(second) = person("second")? {
        let people = BTreeSet::from([second]);
        let days = days("second_days")?;
        stages.push(proposal::Asked { by: By::People, people, fallback, days });
    }
    let no_answer = match (fields.get("no_answer"), person("escalate_to")?) {
        ("revoke", _) => Silence::Revoke,
        ("escalate", Some(to)) => Silence::Escalate { to, days: days("escalate_days")? },
        ("escalate", None) => {
            return Err(Problem::malformed_at(Some("escalate_to"), "choose who is asked then"));
        }
        _ => {
            let detail = "choose what becomes of an item that nobody answers";
            return Err(Problem::malformed_at(Some("no_answer"), detail));
        }
    };
    Ok(Proposal {
        title: fields.get("title").to_owned(),
        scope: scope(fields),
        stages,
        no_answer,
        keep_days_max: days("keep_days")?,
        remind_days: BTreeSet::new(),
        ladder: Vec::new(),
        changed_only: changed_only(fields),
    })
}

async fn render(
    ui: &Ui,
    visitor: &Visitor,
    (code, refused): (StatusCode, Option<Refused>),
    (fields, counted): (Fields, Option<Preview>),
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let page = Page {
        frame: Frame::of(ui, visitor, Here::Reviews).await?,
        refused,
        first: counted.iter().flat_map(first).collect(),
        counted: counted.as_ref().map(told).unwrap_or_default(),
        fields,
        choices: active(door, &visitor.person.to_string()).await?,
        form: Form::new(ui, visitor, 0)?,
    };
    Ok(answer::page(code, &page))
}

pub(super) fn told(preview: &Preview) -> Vec<(String, String)> {
    let number = |it: u64| i64::try_from(it).unwrap_or(i64::MAX);
    let mut told = vec![
        ("Items".to_owned(), count(number(preview.items), "item", "items")),
        ("Identities".to_owned(), preview.identities.to_string()),
    ];
    let each = [
        ("By system", &preview.by_system),
        ("By kind", &preview.by_kind),
        ("In findings", &preview.by_severity),
    ];
    for (name, counts) in each {
        if !counts.is_empty() {
            let words: Vec<String> = counts
                .iter()
                .map(|(name, count)| format!("{count} {}", name.replace('_', " ")))
                .collect();
            told.push((name.to_owned(), words.join(", ")));
        }
    }
    if preview.unchanged > 0 {
        told.push(("Left out, unchanged".to_owned(), preview.unchanged.to_string()));
    }
    told
}

fn first(preview: &Preview) -> Vec<String> {
    preview
        .first
        .iter()
        .map(|it| format!("{} has {} in {}", it.identity, it.entitlement, it.system))
        .collect()
}
