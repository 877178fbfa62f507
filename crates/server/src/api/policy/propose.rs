//! POST /api/v1/policy/propose

use axum::extract::State;
use axum::response::Response;
use countersign_governance::actor::Actor;
use countersign_policy::folder::Folder;
use countersign_policy::rules::Text;
use serde::Deserialize;
use utoipa::ToSchema;

use super::change;
use super::file::{File, loaded};
use crate::adoption::{self, FILES_BYTES_MAX, NotPutForward};
use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::reply::Done;
use crate::door::{Asked, NotDone};

/// Largest body: a policy as JSON, in bytes.
const BODY_MAX: usize = 2 * FILES_BYTES_MAX;

/// The policy that is proposed: its files, or what is changed of the policy by which this server decides.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyPropose)]
pub struct Content {
    /// Why, in a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub reason: String,
    /// All files of the policy, tests beside them included.
    #[schema(max_items = 1024)]
    pub files: Option<Vec<File>>,
    /// Files that are new or other than in the policy by which this server decides; one without a text is
    /// taken out.
    #[schema(max_items = 1024)]
    pub changes: Option<Vec<Change>>,
}

/// A file that is new, other or gone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyFileChange)]
pub struct Change {
    /// Its path in the folder.
    #[schema(min_length = 1, max_length = 200)]
    pub path: String,
    /// Its text; the file is taken out when left out.
    pub text: Option<String>,
}

/// Proposes a policy, signed from the security seat. Where the policy in force asks for a second person it
/// is not in force before they countersign, which they can for 30 days; else it comes into force at once.
/// The policy is loaded whole or refused whole.
#[utoipa::path(
    post,
    path = "/api/v1/policy/propose",
    tag = "policy",
    request_body = Content,
    params(
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn propose(
    State(api): State<Api>,
    caller: Caller,
    body: Body<Content, BODY_MAX>,
) -> Result<Response, Problem> {
    let digest = body.digest().to_owned();
    let Content { reason, files, changes } = body.content;
    let folder = match (files, changes) {
        (Some(files), None) => loaded("files", files).await?,
        (None, Some(changes)) => {
            let files = changed(&api.workers.door.policy, changes)?;
            loaded("changes", files).await?
        }
        (None, None) | (Some(_), Some(_)) => {
            let detail = "send `files`, the whole policy, or `changes`, what is other than now";
            return Err(Problem::malformed(detail));
        }
    };
    let asked = asked(&api, Actor::Person(caller.person), &folder, &reason)?;
    change(&api, &caller, ("propose", &digest), asked).await
}

/// What is asked of the door, whoever sends it.
///
/// # Errors
/// When the reason is none, or the policy is too large.
pub(crate) fn asked(
    api: &Api,
    actor: Actor,
    folder: &Folder,
    reason: &str,
) -> Result<Asked, Problem> {
    let chance = &api.workers.door.chance;
    adoption::adopt(chance, actor, folder, reason).map_err(not_put_forward)
}

/// The files of a policy with these changes.
///
/// # Errors
/// When one is named twice, or is to be taken out and is not there.
pub(crate) fn changed(folder: &Folder, changes: Vec<Change>) -> Result<Vec<File>, Problem> {
    let file = |it: &Text| File { path: it.name.clone(), text: it.text.clone() };
    let mut files: Vec<File> = folder.texts.iter().map(file).collect();
    let mut named = std::collections::BTreeSet::new();
    for Change { path, text } in changes {
        let shown: String = path.chars().take(100).collect();
        if !named.insert(path.clone()) {
            let detail = format!("`{shown}` is changed twice: keep one");
            return Err(Problem::malformed_at(Some("changes"), &detail));
        }
        let place = files.iter().position(|it| it.path == path);
        match (place.and_then(|at| files.get_mut(at)), text) {
            (Some(file), Some(text)) => file.text = text,
            (None, Some(text)) => files.push(File { path, text }),
            (Some(_), None) => files.retain(|it| it.path != path),
            (None, None) => {
                let detail = format!("the policy has no file `{shown}` that could be taken out");
                return Err(Problem::malformed_at(Some("changes"), &detail));
            }
        }
    }
    Ok(files)
}

/// Why nothing can be asked, as it is told.
pub(crate) fn not_put_forward(why: NotPutForward) -> Problem {
    match why {
        NotPutForward::Reason(why) => Problem::malformed_at(Some("reason"), &why.to_string()),
        NotPutForward::TooLarge => Problem::malformed(&why.to_string()),
        NotPutForward::Chance(why) => NotDone::Chance(why).into(),
    }
}
