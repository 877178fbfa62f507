//! What every request passes: at most so many at once, an answer within a time, and headers that keep
//! answers out of caches and from being taken for something else. Knows no route but the one that
//! reads a whole system, which may take long.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::problem::Problem;
use super::problem::code::Code;

/// Most requests at once; the next is told to come again.
const AT_ONCE_MAX: usize = 256;

/// Most reads of systems at once.
const READS_AT_ONCE_MAX: usize = 8;

/// Longest time that a request may take. A read of a system has its own limit.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The route that reads a whole system.
const SYNC: &str = "/api/v1/systems/{name}/sync";

/// For a year a browser that was here comes back encrypted only.
const ENCRYPTED_ONLY: &str = "max-age=31536000";

/// Places for requests; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    is_public: bool,
    places: Arc<Semaphore>,
    reads: Arc<Semaphore>,
}

impl Gate {
    /// As many places as this server has; it has a public origin or not.
    pub(crate) fn new(is_public: bool) -> Self {
        Self { is_public, ..Self::with(AT_ONCE_MAX, READS_AT_ONCE_MAX) }
    }

    fn with(requests: usize, reads: usize) -> Self {
        let places = |most| Arc::new(Semaphore::new(most));
        Self { is_public: false, places: places(requests), reads: places(reads) }
    }

    async fn answer(&self, request: Request, next: Next) -> Response {
        let matched = request.extensions().get::<MatchedPath>();
        let is_read = matched.is_some_and(|path| path.as_str() == SYNC);
        let places = if is_read { &self.reads } else { &self.places };
        let Ok(_place) = places.try_acquire() else {
            return Problem::of(Code::FaultBusy).into_response();
        };
        if is_read {
            return next.run(request).await;
        }
        let answer = tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await;
        answer.unwrap_or_else(|_| too_long().into_response())
    }
}

/// Lets a request through.
pub(crate) async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let mut response = gate.answer(request, next).await;
    let headers = response.headers_mut();
    if gate.is_public {
        let only = HeaderValue::from_static(ENCRYPTED_ONLY);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, only);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // What may be kept says so itself.
    let kept = headers.entry(header::CACHE_CONTROL);
    kept.or_insert(HeaderValue::from_static("no-store"));
    response
}

fn too_long() -> Problem {
    let seconds = ANSWER_WITHIN.as_secs();
    let detail = format!("this took longer than {seconds} seconds: it may be done, or not");
    Problem::of(Code::FaultTooLong).because(&detail)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::{get, post};
    use tower::ServiceExt;

    use super::*;

    fn app(gate: Gate) -> Router {
        Router::new()
            .route("/never", get(std::future::pending::<()>))
            .route("/at-once", get(|| std::future::ready("yes")))
            .route(SYNC, post(|| tokio::time::sleep(ANSWER_WITHIN * 10)))
            .layer(from_fn_with_state(gate, pass))
    }

    async fn ask(app: &Router, method: &str, path: &str) -> Response {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        app.clone().oneshot(request).await.unwrap()
    }

    async fn code(response: Response) -> (u16, String) {
        let status = response.status().as_u16();
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        (status, body["code"].as_str().unwrap().to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_without_an_answer_is_ended_in_words_but_a_read_may_take_long() {
        let app = app(Gate::with(1, 1));
        let never = ask(&app, "GET", "/never").await;
        assert_eq!(code(never).await, (503, "fault.too-long".to_owned()));
        let read = ask(&app, "POST", "/api/v1/systems/erp/sync").await;
        assert_eq!(read.status(), StatusCode::OK);
    }

    #[tokio::test(start_paused = true)]
    async fn one_request_too_many_is_told_to_come_again_and_reads_have_places_of_their_own() {
        let app = app(Gate::with(1, 1));
        let waiting = tokio::spawn({
            let app = app.clone();
            async move { ask(&app, "GET", "/never").await }
        });
        tokio::task::yield_now().await;
        let refused = ask(&app, "GET", "/at-once").await;
        assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
        assert_eq!(code(refused).await, (503, "fault.busy".to_owned()));
        let read = ask(&app, "POST", "/api/v1/systems/erp/sync").await;
        assert_eq!(read.status(), StatusCode::OK);
        assert_eq!(code(waiting.await.unwrap()).await.0, 503);
        assert_eq!(ask(&app, "GET", "/at-once").await.status(), StatusCode::OK);
    }
}
