//! All that listens on one address: the API and the pages, behind one gate. What is at no address is a
//! problem for programs and a page for people.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::api::gate::{self, Gate};
use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::api::{self, Api};
use crate::auth::device::Pace;
use crate::auth::provider::Provider;
use crate::front::Front;
use crate::ui;
use crate::worker::Workers;

/// The whole application.
pub(crate) fn router(api: Api, provider: Option<Provider>) -> Router {
    let gate = Gate::new(api.front.public.is_some());
    api::router(api.clone())
        .merge(ui::router(api, provider))
        .fallback(nothing_here)
        .layer(from_fn_with_state(gate, gate::pass))
}

/// Serves until told to stop.
pub(crate) async fn serve(
    listener: TcpListener,
    (workers, front, provider): (Workers, Front, Option<Provider>),
    mut stop: watch::Receiver<bool>,
) {
    let stopped = async move {
        // A sender that is gone means stop as well.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    let api = Api { workers, front: Arc::new(front), pace: Pace::default() };
    let app = router(api, provider).into_make_service_with_connect_info::<SocketAddr>();
    if let Err(problem) = axum::serve(listener, app).with_graceful_shutdown(stopped).await {
        tracing::error!(%problem, "the server does not listen any more");
    }
}

async fn nothing_here(asked: Uri) -> Response {
    let is_api =
        asked.path().strip_prefix("/api").is_some_and(|it| it.is_empty() || it.starts_with('/'));
    if is_api { Problem::of(Code::RequestAddress).into_response() } else { ui::no_such_page() }
}
