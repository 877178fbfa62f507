//! Proposing a change of several files of the policy at once: whole or not at all. What was typed stays
//! until it is proposed, and can be tried before.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_policy::diff::diff;
use countersign_policy::folder::Folder;

use super::super::form::{Form, Posted};
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::person::People;
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::act::give;
use super::consequence::{self, Told};
use super::deed::deeds;
use super::typed::Typed;
use crate::api::policy::{file, propose as api};
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::ask::policy::{Consequences, consequences, standing};

/// The file that is shown where none is chosen.
const FIRST: &str = "tiers.toml";

#[derive(Debug, Template)]
#[template(path = "policy/propose.html")]
pub(in crate::ui) struct Page {
    pub(super) frame: Frame,
    pub(super) refused: Option<Refused>,
    /// Everything that is wrong with the changed policy.
    pub(super) wrong: Vec<String>,
    /// What would be otherwise, where it was tried: about, was, is, and whether it asks for less.
    pub(super) tried: Option<Vec<Otherwise>>,
    /// What it would change for open cases, where it was tried.
    pub(super) consequence: Option<Told>,
    pub(super) policy: String,
    pub(super) typed: Typed,
    pub(super) form: Form,
}

/// About what, how it is now, how it would be, and whether that asks for less.
pub(super) type Otherwise = (String, String, String, bool);

/// What came of what was typed.
#[derive(Default)]
struct Outcome {
    status: StatusCode,
    refused: Option<Refused>,
    wrong: Vec<String>,
    tried: Option<(Vec<Otherwise>, Consequences)>,
}

/// The page.
pub(in crate::ui) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Halt> {
    let folder = &ui.api.workers.door.policy;
    let mut chosen: Vec<&str> =
        pairs.iter().filter(|(name, _)| name == "file").map(|(_, file)| file.as_str()).collect();
    if chosen.is_empty() {
        chosen.push(FIRST);
    }
    if chosen.iter().any(|file| !folder.texts.iter().any(|it| it.name == *file)) {
        return Err(Problem::unknown("file of the policy").into());
    }
    let typed = Typed::showing(folder, &chosen);
    let standing = standing(&ui.api.workers.door).await?;
    let no = deeds(&ui, &visitor, &standing).await?.propose.no;
    let refused = no.map(|no| Refused { what: WANTED.to_owned(), ..no });
    render(&ui, &visitor, Outcome { refused, ..Outcome::default() }, typed).await
}

const WANTED: &str = "You wanted to change the policy";

/// Shows more files, tries what was typed, or proposes it.
pub(in crate::ui) async fn send(State(ui): State<Ui>, posted: Posted) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let folder = &door.policy;
    let typed = Typed::of(&posted.fields, folder);
    if posted.fields.get("do") == "show" {
        let outcome = match typed.too_many() {
            None => Outcome::default(),
            Some(problem) => no(&problem, Vec::new()),
        };
        return render(&ui, &posted.visitor, outcome, typed).await;
    }
    let changed = match changed(folder, &typed).await {
        Ok(changed) => changed,
        Err((problem, wrong)) => {
            return render(&ui, &posted.visitor, no(&problem, wrong), typed).await;
        }
    };
    if posted.fields.get("do") == "try" {
        let changed = std::sync::Arc::new(changed);
        let told = consequences(door, folder, &changed).await?;
        let otherwise = diff(folder, &changed).into_iter();
        let otherwise = otherwise.map(|it| (it.about, it.was, it.is, it.loosens)).collect();
        let outcome = Outcome { tried: Some((otherwise, told)), ..Outcome::default() };
        return render(&ui, &posted.visitor, outcome, typed).await;
    }
    let asked = api::asked(&ui.api, posted.visitor.actor(), &changed, &typed.reason);
    match give(&ui, &posted, asked, "propose").await {
        Ok(()) => Ok(answer::see("/policy")),
        Err(problem) => render(&ui, &posted.visitor, no(&problem, Vec::new()), typed).await,
    }
}

fn no(problem: &Problem, wrong: Vec<String>) -> Outcome {
    let refused = Some(Refused::of(WANTED, problem));
    Outcome { status: problem.status(), refused, wrong, tried: None }
}

/// The policy with what was typed, or why not and everything that is wrong with it.
async fn changed(folder: &Folder, typed: &Typed) -> Result<Folder, (Problem, Vec<String>)> {
    let plain = |problem| (problem, Vec::new());
    if let Some(problem) = typed.too_many() {
        return Err(plain(problem));
    }
    let changes = typed.changes(folder);
    if changes.is_empty() {
        let detail = "nothing is other than in the policy as it is";
        return Err(plain(Problem::malformed(detail)));
    }
    let texts = file::texts(api::changed(folder, changes).map_err(plain)?);
    file::within("changes", &texts).map_err(plain)?;
    file::whole(texts).await.map_err(plain)?.map_err(|wrong| {
        (Problem::malformed("the changed policy does not hold together: see below"), wrong)
    })
}

async fn render(
    ui: &Ui,
    visitor: &Visitor,
    outcome: Outcome,
    typed: Typed,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let standing = standing(door).await?;
    let told = outcome.tried.as_ref().map(|(_, told)| told);
    let people = People::of(door, &visitor.person.to_string(), consequence::people(told)).await?;
    let page = Page {
        frame: Frame::of(ui, visitor, Here::Policy).await?,
        refused: outcome.refused,
        wrong: outcome.wrong,
        consequence: told.map(|told| Told::of(told, &people)),
        tried: outcome.tried.map(|(otherwise, _)| otherwise),
        policy: door.policy.version.clone(),
        typed,
        form: Form::new(ui, visitor, standing.sequence)?,
    };
    Ok(answer::page(outcome.status, &page))
}
