//! The pages: server-rendered, working without scripts. Each page is a view model and a template; what
//! a form sends is parsed by what the API parses with and goes through the same door. Decides nothing.

mod again;
mod answer;
mod asset;
mod device;
mod form;
mod frame;
mod halt;
mod live;
mod loading;
mod moment;
mod origin;
mod outside;
mod people;
mod person;
mod refusal;
mod state;
mod visitor;

mod accountability;
pub(crate) mod evidence;
mod exception;
mod finding;
mod graph;
mod ledger;
mod policy;
mod review;
mod sign_in;
mod system;
mod tier;
mod work;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::api::Api;
use crate::ask::held::Compared;
use crate::auth::limit::Limit;
use crate::auth::provider::Provider;
use crate::front::Front;
use form::{FORM_BYTES_MAX, POLICY_FORM_BYTES_MAX};

pub(crate) use halt::no_such_page;

/// What every page is given.
#[derive(Debug, Clone)]
pub(crate) struct Ui {
    /// The door and what stands behind it.
    pub(crate) api: Api,
    front: Arc<Front>,
    provider: Option<Provider>,
    limit: Limit,
    compared: Compared,
}

/// All pages.
pub(crate) fn router(api: Api, provider: Option<Provider>) -> Router {
    Router::new()
        .merge(rules())
        .merge(reviews())
        .route("/", get(work::work))
        .route("/findings", get(finding::list::list))
        .route("/findings.csv", get(finding::list::file))
        .route("/findings/{reference}", get(finding::show::show))
        .route("/findings/{reference}/standing", get(finding::show::standing))
        .route("/findings/{reference}/assign", post(finding::act::assign))
        .route("/findings/{reference}/choose", post(finding::act::choose))
        .route("/findings/{reference}/order", get(finding::order::look).post(finding::act::order))
        .route("/findings/{reference}/dispute", post(finding::act::dispute))
        .route("/findings/{reference}/settle", post(finding::act::settle))
        .route(
            "/findings/{reference}/except",
            get(exception::propose::look).post(exception::propose::send),
        )
        .route("/exceptions", get(exception::list::list))
        .route("/exceptions.csv", get(exception::list::file))
        .route("/exceptions/{reference}", get(exception::show::show))
        .route("/exceptions/{reference}/standing", get(exception::show::standing))
        .route(
            "/exceptions/{reference}/decide",
            get(exception::decide::look).post(exception::decide::decide),
        )
        .route(
            "/exceptions/{reference}/renew",
            get(exception::renew::look).post(exception::renew::send),
        )
        .route("/exceptions/{reference}/{verb}", post(exception::act::act))
        .route("/evidence/{reference}", get(evidence::file))
        .route("/people", get(people::list))
        .route("/outside/{reference}", get(outside::look).post(outside::send))
        .route("/graph", get(graph::search::search))
        .route("/graph/blast", get(graph::node::blast))
        .route("/graph/who-can", get(graph::node::who_can))
        .route("/graph/access", get(graph::held::held))
        .route("/graph/csv/{what}", get(graph::file::file))
        .route("/graph/path", get(graph::ways::ways))
        .route("/graph/ways", get(graph::every::every))
        .route("/graph/clear", get(graph::clear::clear))
        .route("/graph/difference", get(graph::difference::difference))
        .route("/graph/what-if", get(graph::what_if::what_if))
        .route("/ledger", get(ledger::list::list))
        .route("/ledger/{position}", get(ledger::show::show))
        .route("/systems", get(system::list::list))
        .route("/systems/{name}", get(system::show::show))
        .route("/systems/{name}/runs/{run}/release", post(system::release::release))
        .route("/sign-in", get(sign_in::look).post(sign_in::sign_in))
        .route("/sign-in/provider", get(sign_in::provider::there))
        .route("/sign-in/provider/back", get(sign_in::provider::back))
        .route("/sign-in/provider/logout", post(sign_in::provider::hear))
        .route("/sign-in/link/{secret}", get(sign_in::look_at_link).post(sign_in::spend_link))
        .route("/device", get(device::look).post(device::find))
        .route("/device/answer", post(device::answer))
        .route("/again/{secret}", get(again::look))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/sign-out/everywhere", post(sign_in::sign_out_everywhere))
        .route("/static/{name}", get(asset::get))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn(answer::guard))
        .with_state(Ui {
            front: Arc::clone(&api.front),
            api,
            provider,
            limit: Limit::default(),
            compared: Compared::default(),
        })
}

/// The pages of reviews of access.
fn reviews() -> Router<Ui> {
    Router::new()
        .route("/reviews", get(review::list::list))
        .route("/reviews/new", get(review::plan::look).post(review::plan::send))
        .route("/reviews/{reference}", get(review::show::show))
        .route("/reviews/{reference}/queue", get(review::queue::queue))
        .route("/reviews/{reference}/decide", post(review::act::decide_many))
        .route("/reviews/{reference}/items/{number}", get(review::item::show))
        .route("/reviews/{reference}/items/{number}/decide", post(review::act::decide_one))
        .route("/reviews/{reference}/items/{number}/delegate", post(review::act::delegate_one))
        .route("/reviews/{reference}/{verb}", post(review::act::act))
}

/// The pages of who may decide what, and of who answers for what.
fn rules() -> Router<Ui> {
    Router::new()
        .route("/policy", get(policy::show::show))
        .route("/policy/matrix", get(policy::matrix::look))
        .route("/policy/what-if", get(policy::what_if::look))
        .route("/policy/tests", get(policy::tests::look))
        .route("/policy/history", get(policy::history::look))
        .route("/policy/may", get(policy::may::look))
        .route(
            "/policy/propose",
            get(policy::propose::look).merge(
                post(policy::propose::send).layer(DefaultBodyLimit::max(POLICY_FORM_BYTES_MAX)),
            ),
        )
        .route("/policy/countersign", post(policy::act::countersign))
        .route("/policy/withdraw", post(policy::act::withdraw))
        .route("/accountability", get(accountability::map::map))
        .route("/accountability/{plane}/{system}", get(accountability::cell::show))
        .route("/accountability/{plane}/{system}/{verb}", post(accountability::act::act))
}
