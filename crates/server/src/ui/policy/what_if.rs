//! What the policy would say: a question that is made up and stands whole in the address, so that it can
//! be sent on.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_governance::authority::Verb;
use countersign_governance::seat::SeatName;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::person::People;
use super::super::refusal::{Refused, sentence};
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::tabs;
use crate::api::policy::Question;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::ask::policy::{Told, told};

/// What can be so or not: name, words.
const SO: [(&str, &str); 7] = [
    ("regulated", "The law or a supervisor has a say"),
    ("asked", "They asked for the access"),
    ("holds", "They hold the access"),
    ("deputy", "They sign as a deputy"),
    ("partial", "The last read did not see everything"),
    ("no_ticket", "No ticket is linked"),
    ("weak_sign_in", "They signed in with a password alone"),
];

#[derive(Debug, Template)]
#[template(path = "policy/what_if.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    tabs: Vec<(&'static str, &'static str, bool)>,
    form: Form,
    refused: Option<Refused>,
    told: Option<Told>,
    /// Who could do it, by name.
    others: Vec<String>,
}

/// What was asked, as the form shows it.
#[derive(Debug, Clone, Default)]
pub(in crate::ui) struct Form {
    verbs: Vec<(&'static str, bool)>,
    seats: Vec<(&'static str, bool)>,
    criticalities: Vec<(&'static str, bool)>,
    so: Vec<(&'static str, &'static str, bool)>,
    radius: String,
    data_age_hours: String,
}

/// The page.
pub(in crate::ui) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let form = Form::of(&pairs);
    let answered = match read(&pairs) {
        Ok(None) => Ok(None),
        Ok(Some(question)) => match question.read() {
            Ok(supposed) => told(door, &supposed).await?.map(Some).ok_or_else(|| {
                Problem::malformed("the policy has no tier for this: choose another case")
            }),
            Err(problem) => Err(problem),
        },
        Err(problem) => Err(problem),
    };
    let (status, told, refused) = match answered {
        Ok(told) => (StatusCode::OK, told, None),
        Err(problem) => (problem.status(), None, Some(Refused::of("", &problem))),
    };
    let ids: Vec<String> = told.iter().flat_map(|it| it.others.clone()).collect();
    let people = People::of(door, &visitor.person.to_string(), ids.clone()).await?;
    let others = ids.iter().map(|id| people.name(id)).collect();
    let frame = Frame::of(&ui, &visitor, Here::Policy).await?;
    Ok(answer::page(status, &Page::new(frame, form, told, others, refused)))
}

/// The question, where one is asked. What is no number is said; what is not known is left out.
fn read(pairs: &[(String, String)]) -> Result<Option<Question>, Problem> {
    let get = |name: &str| {
        let found = pairs.iter().find(|(it, value)| it == name && !value.trim().is_empty());
        found.map(|(_, value)| value.trim())
    };
    let Some(verb) = get("verb") else { return Ok(None) };
    let seats: Vec<&str> =
        pairs.iter().filter(|(name, _)| name == "seat").map(|(_, it)| it.as_str()).collect();
    let number = |field: &str| {
        let wrong = |_| Problem::malformed_at(Some(field), "this is no whole number from 0 on");
        get(field).map(|it| it.parse::<u64>().map_err(wrong)).transpose()
    };
    let is_so = |name: &str| get(name).is_some();
    let hours = number("data_age_hours")?.unwrap_or_default();
    Ok(Some(Question {
        verb: verb.to_owned(),
        seats: Some(seats.join(",")),
        criticality: get("criticality").map(str::to_owned),
        radius: number("radius")?,
        regulated: is_so("regulated"),
        asked: is_so("asked"),
        holds: is_so("holds"),
        deputy: is_so("deputy"),
        data_age_hours: u32::try_from(hours).unwrap_or(u32::MAX),
        partial: is_so("partial"),
        no_ticket: is_so("no_ticket"),
        weak_sign_in: is_so("weak_sign_in"),
    }))
}

impl Form {
    pub(in crate::ui) fn of(pairs: &[(String, String)]) -> Self {
        let has = |name: &str, value: &str| pairs.iter().any(|(it, is)| it == name && is == value);
        let is_so = |name: &str| pairs.iter().any(|(it, is)| it == name && !is.is_empty());
        let typed = |name: &str| {
            let found = pairs.iter().find(|(it, _)| it == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let criticalities = ["low", "medium", "high", "critical"];
        Self {
            verbs: Verb::ALL.map(|it| (it.as_str(), has("verb", it.as_str()))).to_vec(),
            seats: SeatName::ALL.map(|it| (it.as_str(), has("seat", it.as_str()))).to_vec(),
            criticalities: criticalities.map(|it| (it, has("criticality", it))).to_vec(),
            so: SO.map(|(name, words)| (name, words, is_so(name))).to_vec(),
            radius: typed("radius"),
            data_age_hours: typed("data_age_hours"),
        }
    }
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        form: Form,
        told: Option<Told>,
        others: Vec<String>,
        refused: Option<Refused>,
    ) -> Self {
        Self { frame, tabs: tabs("/policy/what-if"), form, refused, told, others }
    }

    fn sentence(&self, words: &str) -> String {
        sentence(words)
    }

    fn bad(&self, field: &str) -> Option<&str> {
        let refused = self.refused.as_ref()?;
        (refused.field.as_deref() == Some(field)).then_some(refused.why.as_str())
    }
}
