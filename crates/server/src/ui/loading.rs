//! What a page that needs the graph shows right after a start: what of it is loaded. It loads itself again,
//! by a header and without script, until the graph is there.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::answer;
use super::asset::Links;
use crate::graph::NotThere;

/// Seconds until it loads itself again.
const AGAIN: &str = "2";

/// Most systems that are named.
const NAMED_MAX: usize = 50;

#[derive(Debug, Template)]
#[template(path = "loading.html")]
pub(super) struct Page {
    pub(super) links: Links,
    pub(super) now: NotThere,
    pub(super) more: usize,
}

impl Page {
    pub(super) fn of(mut now: NotThere) -> Self {
        let more = now.systems.len().saturating_sub(NAMED_MAX);
        now.systems.truncate(NAMED_MAX);
        Self { links: Links::new(), now, more }
    }
}

/// The page.
pub(super) fn page(now: NotThere) -> Response {
    let mut response = answer::page(StatusCode::SERVICE_UNAVAILABLE, &Page::of(now));
    let headers = response.headers_mut();
    headers.insert(header::REFRESH, HeaderValue::from_static(AGAIN));
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static(AGAIN));
    response
}
