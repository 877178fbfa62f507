//! The policy over HTTP: how it stands, who may do what by it, what it says to a question that is made up,
//! what its tests say, what became of earlier ones; and how it is changed, one file for each verb.

pub mod consequence;
pub mod countersign;
pub(crate) mod file;
pub mod propose;
pub mod withdraw;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use countersign_governance::authority::Verb;
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;
use countersign_policy::explain::Supposed;
use countersign_policy::tier::CRITICALITIES;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Api;
use super::caller::Caller;
use super::problem::code::Code;
use super::problem::{Problem, Wire};
use super::query::Query;
use super::reply;
use crate::act::Asked;
use crate::ask::List;
use crate::ask::policy::{
    self as ask, Change, Difference, Matrix, NotCompared, Standing, Tested, Told,
};

/// How the policy stands: which is in force, which is proposed, and what each tier asks for.
#[utoipa::path(get, path = "/api/v1/policy", tag = "policy", responses(
    (status = 200, body = Standing),
))]
pub async fn standing(State(api): State<Api>, _caller: Caller) -> Result<Response, Problem> {
    let standing = ask::standing(&api.workers.door).await?;
    Ok(reply::record(standing.sequence, &standing))
}

/// Which seat may do what in which tier, and by which policies.
#[utoipa::path(get, path = "/api/v1/policy/matrix", tag = "policy", responses(
    (status = 200, body = Matrix),
    (status = 503, body = Wire, content_type = "application/problem+json"),
))]
pub async fn matrix(State(api): State<Api>, _caller: Caller) -> Result<Response, Problem> {
    let matrix = ask::matrix(&api.workers.door.policy).await;
    Ok(Json(matrix.ok_or_else(|| Problem::of(Code::FaultBusy))?).into_response())
}

/// A question that is made up. What is left out stands at its best, save the case: a process that is not
/// known counts as the policy says, and a reach that is not known as without end.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Question {
    /// What they want to do, such as `exception.accept`.
    pub verb: String,
    /// Their seats, with commas between them.
    pub seats: Option<String>,
    /// How critical the process is: `low`, `medium`, `high` or `critical`.
    pub criticality: Option<String>,
    /// How many resources are within reach.
    pub radius: Option<u64>,
    /// The law or a supervisor has a say.
    #[serde(default)]
    pub regulated: bool,
    /// They asked for the access.
    #[serde(default)]
    pub asked: bool,
    /// They hold the access.
    #[serde(default)]
    pub holds: bool,
    /// They sign as a deputy.
    #[serde(default)]
    pub deputy: bool,
    /// Hours since the system was read.
    #[serde(default)]
    pub data_age_hours: u32,
    /// That read did not see everything.
    #[serde(default)]
    pub partial: bool,
    /// No ticket is linked.
    #[serde(default)]
    pub no_ticket: bool,
    /// They signed in with a password or a token alone.
    #[serde(default)]
    pub weak_sign_in: bool,
}

impl Question {
    /// The question with its words read.
    ///
    /// # Errors
    /// When one of them is not known, with those that are.
    pub fn read(&self) -> Result<Supposed, Problem> {
        let verb = Verb::ALL.into_iter().find(|verb| verb.as_str() == self.verb);
        let verb = verb.ok_or_else(|| unknown("verb", &Verb::ALL.map(Verb::as_str)))?;
        let words = self.seats.as_deref().unwrap_or_default().split(',').map(str::trim);
        let seat = |word: &str| {
            SeatName::parse(word)
                .ok_or_else(|| unknown("seats", &SeatName::ALL.map(SeatName::as_str)))
        };
        let seats = words.filter(|word| !word.is_empty()).map(seat).collect::<Result<_, _>>()?;
        let criticality = self.criticality.as_deref().map(|word| {
            let found = CRITICALITIES.into_iter().find(|it| it.as_str() == word);
            found.ok_or_else(|| unknown("criticality", &CRITICALITIES.map(Criticality::as_str)))
        });
        Ok(Supposed {
            verb,
            seats,
            criticality: criticality.transpose()?,
            radius: self.radius,
            regulated: self.regulated,
            asked: self.asked,
            holds: self.holds,
            deputy: self.deputy,
            data_age_hours: self.data_age_hours,
            partial: self.partial,
            no_ticket: self.no_ticket,
            weak_sign_in: self.weak_sign_in,
        })
    }
}

fn unknown(field: &str, known: &[&str]) -> Problem {
    let detail = format!("this is none: write one of {}", known.join(", "));
    Problem::malformed_at(Some(field), &detail)
}

/// What the policy says to a question that is made up, why, who could do it, and what would make it a yes.
#[utoipa::path(get, path = "/api/v1/policy/explain", tag = "policy", params(Question), responses(
    (status = 200, body = Told),
    (status = 422, body = Wire, content_type = "application/problem+json"),
))]
pub async fn explain(
    State(api): State<Api>,
    _caller: Caller,
    Query(question): Query<Question>,
) -> Result<Response, Problem> {
    let told = ask::told(&api.workers.door, &question.read()?).await?;
    let told = told.ok_or_else(|| Problem::malformed("the policy has no tier for this"))?;
    Ok(Json(told).into_response())
}

/// What the tests beside the policy say. They run by themselves when it is loaded.
#[utoipa::path(get, path = "/api/v1/policy/tests", tag = "policy", responses(
    (status = 200, body = Tested),
))]
pub async fn tests(State(api): State<Api>, _caller: Caller) -> Result<Response, Problem> {
    Ok(Json(ask::tested(&api.workers.door)).into_response())
}

/// Where a history goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
}

/// What became of the policy, the oldest first: proposed, adopted, withdrawn and refused.
#[utoipa::path(get, path = "/api/v1/policy/history", tag = "policy", params(After), responses(
    (status = 200, body = List<Change>),
    (status = 422, body = Wire, content_type = "application/problem+json"),
))]
pub async fn history(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Query(after): Query<After>,
) -> Result<Response, Problem> {
    let paging = reply::Paging { cursor: after.cursor, limit: reply::Limit::default() };
    let list = ask::history(&api.workers.door, paging.after()?).await?;
    Ok(reply::page(&asked, list))
}

/// Which two policies.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Both {
    /// Digest of the one, from the history.
    pub from: String,
    /// Digest of the other; the one in force when left out.
    pub to: Option<String>,
}

/// What is otherwise between two policies that are kept: in words, and line by line.
#[utoipa::path(get, path = "/api/v1/policy/difference", tag = "policy", params(Both), responses(
    (status = 200, body = Difference),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn difference(
    State(api): State<Api>,
    _caller: Caller,
    Query(both): Query<Both>,
) -> Result<Response, Problem> {
    let door = &api.workers.door;
    let to = both.to.unwrap_or_else(|| door.policy.digest.clone());
    let compared = ask::difference(door, &both.from, &to).await;
    Ok(Json(compared.map_err(not_compared)?).into_response())
}

/// Gives a change of the policy to the door, and sends what came of it. This server takes it up at once.
async fn change(
    api: &Api,
    caller: &Caller,
    (verb, digest): (&str, &str),
    asked: Asked,
) -> Result<Response, Problem> {
    let once = caller.once(&format!("policy {verb}"), digest);
    let done = reply::change(api, caller, Asked { once, ..caller.shows(asked) }).await?;
    api.workers.accepted.notify_waiters();
    Ok(done)
}

/// Why two policies were not compared, as it is told.
pub(crate) fn not_compared(why: NotCompared) -> Problem {
    match why {
        NotCompared::NotKept(_) => Problem::unknown("policy").because(&why.to_string()),
        NotCompared::NotDone(why) => why.into(),
    }
}
