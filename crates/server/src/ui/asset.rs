//! The files that pages load: embedded when this was built, each under the digest of its content, so
//! that a browser may keep it for good. Serves nothing from a disk.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// An embedded file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    hash: &'static str,
    raw: &'static [u8],
    packed: &'static [u8],
}

static ASSETS: &[Asset] = &include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The addresses that every page refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Links {
    pub(super) style: String,
    pub(super) script: String,
    pub(super) icon: String,
}

impl Links {
    pub(super) fn new() -> Self {
        let [style, script, icon] = ["countersign.css", "htmx.js", "icon.svg"].map(address);
        Self { style, script, icon }
    }
}

/// Serves one file.
pub(super) async fn get(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    let mut response = if takes_packed(&headers) {
        ([(header::CONTENT_ENCODING, "gzip")], asset.packed).into_response()
    } else {
        asset.raw.into_response()
    };
    let sent = response.headers_mut();
    sent.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    sent.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    sent.insert(header::CACHE_CONTROL, kept);
    response
}

/// The address of a file, with the digest of its content.
fn address(name: &str) -> String {
    let hash = ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| asset.hash);
    format!("/static/{name}?v={hash}")
}

/// Whether gzip is among what a browser takes, and not with the weight nought (RFC 9110 section 12.5.3).
fn takes_packed(headers: &HeaderMap) -> bool {
    let takes = headers.get(header::ACCEPT_ENCODING).and_then(|takes| takes.to_str().ok());
    takes.into_iter().flat_map(|takes| takes.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight != Some(0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_pages_refer_to_is_embedded_and_not_empty() {
        let Links { style, script, icon } = Links::new();
        for address in [style, script, icon] {
            let (_, hash) = address.split_once("?v=").unwrap();
            assert_eq!(hash.len(), 16, "{address}");
        }
        for asset in ASSETS {
            assert!(
                asset.raw.len() > 100 && asset.packed.starts_with(&[0x1f, 0x8b]),
                "{}",
                asset.name
            );
        }
    }

    #[test]
    fn a_browser_that_takes_no_gzip_gets_none() {
        let takes = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            takes_packed(&headers)
        };
        assert!(takes("gzip, deflate, br") && takes("br;q=1.0, gzip;q=0.8"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes("xgzip"));
        assert!(!takes_packed(&HeaderMap::new()));
    }
}
