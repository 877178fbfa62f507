//! Whether somebody may do something to a case, why, and what would make it a yes.

use axum::Json;
use axum::extract::State;
use countersign_governance::Subject;
use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Api;
use super::caller::Caller;
use super::problem::{Problem, Wire};
use super::query::Query;
use crate::ask::finding::bare;
use crate::signed::Signed;

/// Which question.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The case: `FN-12` or `EX-3`.
    #[param(min_length = 1, max_length = 200)]
    case: String,
    /// What somebody wants to do with it, such as `exception.accept`.
    #[param(min_length = 1, max_length = 40)]
    verb: String,
    /// Who; left out for the one who asks.
    who: Option<Uuid>,
}

/// The answer of policy, as a decision would be given now. Where a case stands, and what was signed
/// already, are not part of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = May)]
pub struct May {
    /// Version of this form.
    pub version: u32,
    /// Whether policy and the laws about having part in an access let it pass.
    pub permitted: bool,
    /// The tier of the case.
    pub tier: String,
    /// Why.
    pub why: Vec<Reason>,
    /// The row of accountability behind the person.
    pub row: Option<String>,
    /// The seats that could.
    pub seats: Vec<String>,
    /// Ids of people who could as things stand.
    pub others: Vec<String>,
    /// How many more could.
    pub others_more: usize,
    /// What would make it a yes, each by itself.
    pub yes_if: Vec<String>,
}

/// One reason and where it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MayReason)]
pub struct Reason {
    /// The policy's id, `tier.ID.KEY`, or `law` for what no policy can change.
    pub by: String,
    /// In words.
    pub words: String,
    /// File and line, for a policy of authority.
    pub place: Option<String>,
}

/// Says whether somebody may do something to a finding or an exception now, why, who else could, and what
/// would make it a yes. Nothing is decided and nothing is recorded.
#[utoipa::path(
    get,
    path = "/api/v1/policy/may",
    tag = "policy",
    params(Asked),
    responses(
        (status = 200, body = May),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 422, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn may(
    State(api): State<Api>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<May>, Problem> {
    let who = match asked.who {
        Some(id) => (PersonId(id), None),
        None => (caller.person, Some(caller.signed())),
    };
    Ok(Json(told(&api, who, (&asked.case, &asked.verb)).await?))
}

/// The answer to somebody, with how they signed in where that is known, about a case and a verb by name.
///
/// # Errors
/// When there is no such case, verb or person, or the store cannot answer.
pub(crate) async fn told(
    api: &Api,
    who: (PersonId, Option<Signed>),
    (case, verb): (&str, &str),
) -> Result<May, Problem> {
    let known = Verb::ALL.into_iter().find(|it| it.as_str() == verb);
    let verb = known.ok_or_else(|| Problem::malformed_at(Some("verb"), "there is no such verb"))?;
    let subject = subject(api, case).await?;
    let told = api.workers.door.explain(who, verb, subject).await?;
    let told = told.ok_or_else(|| {
        let detail = "nobody is called so, or this verb is of another kind of case";
        Problem::malformed(detail)
    })?;
    let reason = |it: countersign_policy::explain::Reason| Reason {
        by: it.by,
        words: it.words,
        place: it.place,
    };
    Ok(May {
        version: 1,
        permitted: told.permitted,
        tier: told.tier,
        why: told.why.into_iter().map(reason).collect(),
        row: told.row,
        seats: told.seats.into_iter().map(str::to_owned).collect(),
        others: told.others.iter().map(ToString::to_string).collect(),
        others_more: told.others_more,
        yes_if: told.yes_if,
    })
}

/// The case of a reference.
async fn subject(api: &Api, reference: &str) -> Result<Subject, Problem> {
    if reference.to_ascii_uppercase().starts_with(crate::ask::exception::PREFIX) {
        let item = super::exception::find(api, reference).await?;
        let id = bare(&item.row.id).parse().map_err(|_| Problem::unknown("exception"))?;
        return Ok(Subject::Exception(id));
    }
    let item = super::finding::find(api, reference).await?;
    let id = bare(&item.row.id).parse().map_err(|_| Problem::unknown("finding"))?;
    Ok(Subject::Finding(id))
}
