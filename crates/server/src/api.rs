//! HTTP under /api/v1. One file a noun's verb, each with its wire type; the routes and the OpenAPI
//! document are made of the same declarations. Parses and renders; decides nothing.

pub mod accountability;
pub mod body;
pub mod caller;
pub mod csv;
mod document;
pub mod evidence;
pub mod exception;
pub mod finding;
pub(crate) mod gate;
pub mod graph;
pub mod ledger;
pub mod may;
pub mod person;
pub mod policy;
pub mod problem;
pub mod process;
pub mod query;
mod ready;
pub mod reply;
pub mod review;
pub mod run;
pub mod sign_in;
pub mod system;
mod wording;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::device::Pace;
use crate::front::Front;
use crate::worker::Workers;
use body::BODY_BYTES_MAX;
use csv::Lists;
use problem::Problem;
use problem::code::Code;

/// What every handler is given.
#[derive(Debug)]
pub struct Api {
    /// The door and what stands behind it.
    pub workers: Workers,
    pub(crate) front: Arc<Front>,
    pub(crate) pace: Pace,
}

impl Clone for Api {
    /// Each request is handed its own, which goes by the policy of that moment to its end.
    fn clone(&self) -> Self {
        Self {
            workers: self.workers.now(),
            front: Arc::clone(&self.front),
            pace: self.pace.clone(),
        }
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Countersign",
        version = "1",
        description = "No risky access without an owner, no exception without an end, no fix without proof.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    security(("token" = [])),
    components(schemas(problem::Wire)),
    tags(
        (name = "findings", description = "Toxic access on its way to proof"),
        (name = "exceptions", description = "Toxic access that is countersigned for a while"),
        (name = "reviews", description = "Access that people are asked about, item by item, until every change is proven"),
        (name = "people", description = "People and their seats"),
        (name = "processes", description = "Business processes and who owns their risk"),
        (name = "accountability", description = "Who answers for which control plane of which system"),
        (name = "systems", description = "Connected systems"),
        (name = "runs", description = "Reads of systems, and those that wait for a person"),
        (name = "graph", description = "Who can reach what. Ids of nodes stand in the query, where they need no care for the `/` and `:` in them"),
        (name = "sign-in", description = "Signing a program in from a browser (RFC 8628): these need no token"),
        (name = "policy", description = "Who may decide what, how grave a case is, and how that came to be"),
        (name = "ledger", description = "Entries, checkpoints and proofs"),
    )
)]
struct Document;

fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(finding::list::list))
        .routes(routes!(finding::get::get))
        .routes(routes!(finding::history::history))
        .routes(routes!(finding::remedies::remedies))
        .routes(routes!(finding::owner::owner))
        .routes(routes!(finding::preview::preview))
        .routes(routes!(finding::assign::assign))
        .routes(routes!(finding::choose::choose))
        .routes(routes!(finding::order::order))
        .routes(routes!(finding::withdraw_order::withdraw_order))
        .routes(routes!(finding::dispute::dispute))
        .routes(routes!(finding::settle::settle))
        .merge(exceptions())
        .merge(reviews())
        .merge(people())
        .routes(routes!(process::list, process::define))
        .merge(accountabilities())
        .routes(routes!(system::list))
        .routes(routes!(system::get))
        .routes(routes!(system::sync))
        .routes(routes!(run::list))
        .routes(routes!(run::release))
        .routes(routes!(graph::whole::stats))
        .routes(routes!(graph::reach::reach))
        .routes(routes!(graph::who_can::who_can))
        .routes(routes!(graph::reach::blast))
        .routes(routes!(graph::access::access))
        .routes(routes!(graph::path::path))
        .routes(routes!(graph::ways::ways))
        .routes(routes!(graph::difference::difference))
        .routes(routes!(graph::cut::cut))
        .routes(routes!(graph::what_if::what_if))
        .routes(routes!(graph::whole::verify))
        .routes(routes!(evidence::evidence))
        .merge(of_policy())
        .routes(routes!(ledger::entries))
        .routes(routes!(ledger::checkpoint))
        .routes(routes!(ledger::proof))
        .routes(routes!(sign_in::begin))
        .routes(routes!(sign_in::poll))
}

/// Who may decide what, and how that is changed.
fn of_policy() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(may::may))
        .routes(routes!(policy::standing))
        .routes(routes!(policy::matrix))
        .routes(routes!(policy::explain))
        .routes(routes!(policy::tests))
        .routes(routes!(policy::history))
        .routes(routes!(policy::difference))
        .routes(routes!(policy::consequence::of_kept, policy::consequence::of_sent))
        .routes(routes!(policy::propose::propose))
        .routes(routes!(policy::countersign::countersign))
        .routes(routes!(policy::withdraw::withdraw))
}

fn exceptions() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(exception::list::list, exception::propose::propose))
        .routes(routes!(exception::untested::untested))
        .routes(routes!(exception::renew::renew))
        .routes(routes!(exception::period::period))
        .routes(routes!(exception::get::get))
        .routes(routes!(exception::history::history))
        .routes(routes!(exception::unsigned::unsigned))
        .routes(routes!(exception::accept::accept))
        .routes(routes!(exception::reject::reject))
        .routes(routes!(exception::confirm::confirm))
        .routes(routes!(exception::veto::veto))
        .routes(routes!(exception::answer::answer))
        .routes(routes!(exception::sign::sign))
        .routes(routes!(exception::activate::activate))
        .routes(routes!(exception::suspend::suspend))
        .routes(routes!(exception::resume::resume))
        .routes(routes!(exception::revoke::revoke))
        .routes(routes!(exception::withdraw::withdraw))
        .routes(routes!(exception::hand_over::hand_over))
        .routes(routes!(exception::take_over::take_over))
}

fn people() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(person::list, person::appoint))
        .routes(routes!(person::get))
        .routes(routes!(person::reappoint))
        .routes(routes!(person::appoint_for_case::appoint_for_case))
        .routes(routes!(person::appoint_for_case::reappoint_for_case))
        .routes(routes!(person::deactivate))
        .routes(routes!(person::unlink))
}

fn accountabilities() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(accountability::list))
        .routes(routes!(accountability::gaps))
        .routes(routes!(accountability::attest))
        .routes(routes!(accountability::hand_over))
        .routes(routes!(accountability::take_over))
}

fn reviews() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(review::list::list, review::stage::stage))
        .routes(routes!(review::stage::preview))
        .routes(routes!(review::get::get))
        .routes(routes!(review::history::history))
        .routes(routes!(review::items::items))
        .routes(routes!(review::items::item))
        .routes(routes!(review::decide::decide))
        .routes(routes!(review::decide::decide_many))
        .routes(routes!(review::delegate::delegate))
        .routes(routes!(review::start::start))
        .routes(routes!(review::pause::pause))
        .routes(routes!(review::resume::resume))
        .routes(routes!(review::cancel::cancel))
        .routes(routes!(review::accept::accept))
        .routes(routes!(review::reject::reject))
}

/// The OpenAPI document, as committed in docs/reference.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    document::completed(routes().into_openapi())
}

/// All routes, without what stands around them.
pub(crate) fn router(api: Api) -> Router {
    let (router, document) = routes().split_for_parts();
    let document = document::completed(document);
    let lists = Lists::of(&document);
    router
        .route("/openapi.json", get(move || std::future::ready(Json(document))))
        .route("/healthz", get(|| std::future::ready("ok\n")))
        .route("/readyz", get(ready::ready))
        .method_not_allowed_fallback(|| std::future::ready(Problem::of(Code::RequestMethod)))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(lists, csv::pass))
        .with_state(api)
}
