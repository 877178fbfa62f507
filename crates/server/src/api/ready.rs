//! `/readyz`: whether this node has its graph, so that whoever shares out requests can wait for it. That the
//! process lives is what `/healthz` says.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Api;
use crate::live::Behind;

/// Seconds until it is worth asking again.
const AGAIN: &str = "1";

/// Ready, or how much of the graph is there.
pub(super) async fn ready(State(api): State<Api>) -> Response {
    match api.workers.door.graph.loading().not_there() {
        None => match api.workers.door.live.behind() {
            None => "ready\n".into_response(),
            Some(behind) => {
                let Behind { in_force, why } = behind;
                format!("ready, and only follows: the policy in force ({in_force}) was not taken up: {why}\n")
                    .into_response()
            }
        },
        Some(now) => {
            let headers = [(header::RETRY_AFTER, AGAIN)];
            (StatusCode::SERVICE_UNAVAILABLE, headers, format!("not ready: {now}\n"))
                .into_response()
        }
    }
}
