//! Proposing a change of one file of the policy in force.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::Text;
use serde::Deserialize;

use super::super::form::{Form, Posted};
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::act::give;
use super::deed::{deeds, not_put_forward};
use crate::adoption;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::ask::policy::standing;

/// Which file.
#[derive(Debug, Default, Deserialize)]
pub(in crate::ui) struct Which {
    #[serde(default)]
    file: String,
}

#[derive(Debug, Template)]
#[template(path = "policy/propose.html")]
pub(in crate::ui) struct Page {
    pub(super) frame: Frame,
    pub(super) refused: Option<Refused>,
    /// Everything that is wrong with the changed policy.
    pub(super) wrong: Vec<String>,
    pub(super) policy: String,
    /// Each file, and whether it is the one.
    pub(super) files: Vec<(String, bool)>,
    pub(super) file: String,
    pub(super) text: String,
    pub(super) reason: String,
    pub(super) form: Form,
}

/// The page.
pub(in crate::ui) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let folder = &ui.api.workers.door.policy;
    let file = if which.file.is_empty() { "tiers.toml" } else { which.file.as_str() };
    let text = folder.texts.iter().find(|it| it.name == file);
    let text = text.ok_or_else(|| Problem::unknown("file of the policy"))?.text.clone();
    let standing = standing(&ui.api.workers.door).await?;
    let no = deeds(&ui, &visitor, &standing).await?.propose.no;
    let refused = no.map(|no| Refused { what: "You want to change the policy".to_owned(), ..no });
    let tried = Tried { file, text: &text, reason: "", wrong: Vec::new() };
    render(&ui, &visitor, (StatusCode::OK, refused), tried).await
}

struct Tried<'a> {
    file: &'a str,
    text: &'a str,
    reason: &'a str,
    wrong: Vec<String>,
}

/// Proposes it.
pub(in crate::ui) async fn send(State(ui): State<Ui>, posted: Posted) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let (file, text) = (posted.fields.get("file"), posted.fields.raw("text"));
    let reason = posted.fields.get("reason");
    let (status, refused, wrong) = match changed(&door.policy, file, text).await? {
        Err(wrong) => {
            let why = "The changed policy does not hold together".to_owned();
            let next = "Mend what is said below and send it again".to_owned();
            let (what, who) = ("You wanted to change the policy".to_owned(), String::new());
            let refused = Refused { what, why, who, next, field: None };
            (StatusCode::UNPROCESSABLE_ENTITY, refused, wrong)
        }
        Ok(folder) => {
            let actor = posted.visitor.actor();
            let asked = adoption::adopt(&door.chance, actor, &folder, reason);
            match give(&ui, &posted, asked.map_err(not_put_forward), "propose").await {
                Ok(()) => return Ok(answer::see("/policy")),
                Err(problem) => {
                    let refused = Refused::of("You wanted to change the policy", &problem);
                    (problem.status(), refused, Vec::new())
                }
            }
        }
    };
    let tried = Tried { file, text, reason, wrong };
    render(&ui, &posted.visitor, (status, Some(refused)), tried).await
}

/// The policy with one file changed, or everything that is wrong with it.
async fn changed(
    folder: &Folder,
    file: &str,
    text: &str,
) -> Result<Result<Folder, Vec<String>>, Problem> {
    let mut texts: Vec<Text> = folder.texts.clone();
    let place = texts.iter_mut().find(|it| it.name == file);
    text.clone_into(&mut place.ok_or_else(|| Problem::unknown("file of the policy"))?.text);
    let loaded = tokio::task::spawn_blocking(move || folder::load(&texts)).await;
    let loaded = loaded.map_err(|_| Problem::malformed("this cannot be read"))?;
    Ok(loaded.map_err(|bad| bad.iter().map(ToString::to_string).collect()))
}

async fn render(
    ui: &Ui,
    visitor: &Visitor,
    (status, refused): (StatusCode, Option<Refused>),
    tried: Tried<'_>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let standing = standing(door).await?;
    let files = door.policy.texts.iter().map(|it| (it.name.clone(), it.name == tried.file));
    let page = Page {
        frame: Frame::of(ui, visitor, Here::Policy).await?,
        refused,
        wrong: tried.wrong,
        policy: door.policy.version.clone(),
        files: files.collect(),
        file: tried.file.to_owned(),
        text: tried.text.to_owned(),
        reason: tried.reason.to_owned(),
        form: Form::new(ui, visitor, standing.sequence)?,
    };
    Ok(answer::page(status, &page))
}
