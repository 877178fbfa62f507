//! Where a request comes from: whether a form was sent by one of our own pages, whether the browser is
//! on this machine, and which address is counted when somebody tries to sign in.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// The address that is counted.
    pub(super) address: IpAddr,
    /// Whether browser and server are on one machine, with nothing between them.
    pub(super) is_here: bool,
    /// Whether the browser's way to us is encrypted, as far as the proxy in front says.
    pub(super) is_encrypted: bool,
    /// Whether the browser says that one of our own pages sent it.
    pub(super) is_ours: bool,
}

impl Origin {
    pub(super) fn of(parts: &Parts) -> Self {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let peer = peer.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        let headers = &parts.headers;
        let forwarded = text(headers, "x-forwarded-for").or(text(headers, "forwarded"));
        let host = text(headers, header::HOST.as_str()).unwrap_or_default();
        Self {
            address: counted(peer, text(headers, "x-forwarded-for")),
            is_here: peer.is_loopback() && forwarded.is_none() && is_loopback(host),
            is_encrypted: text(headers, "x-forwarded-proto") == Some("https"),
            is_ours: is_ours(headers, host),
        }
    }
}

/// A proxy on this machine says who is behind it; what anybody else says counts for nothing.
fn counted(peer: IpAddr, forwarded: Option<&str>) -> IpAddr {
    let last = forwarded.and_then(|all| all.rsplit(',').next()?.trim().parse().ok());
    last.filter(|_| peer.is_loopback()).unwrap_or(peer)
}

/// Browsers say where a request comes from (Fetch Metadata), or at least of which origin the page is
/// that sent it. Whoever says neither is no browser that shows our pages.
fn is_ours(headers: &HeaderMap, host: &str) -> bool {
    if let Some(site) = text(headers, "sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = text(headers, header::ORIGIN.as_str()).and_then(|it| it.split_once("://"));
    origin.is_some_and(|(_, of)| !host.is_empty() && of.eq_ignore_ascii_case(host))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn origin(peer: &str, headers: &[(&str, &str)]) -> Origin {
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let peer: SocketAddr = peer.parse().unwrap();
        parts.extensions.insert(ConnectInfo(peer));
        Origin::of(&parts)
    }

    #[test]
    fn a_form_is_ours_only_when_the_browser_says_so() {
        let ours = |headers: &[(&str, &str)]| origin("127.0.0.1:9", headers).is_ours;
        assert!(ours(&[("host", "a:1"), ("sec-fetch-site", "same-origin")]));
        assert!(ours(&[("host", "a:1"), ("origin", "http://a:1")]));
        for not in [
            vec![("host", "a:1")],
            vec![("host", "a:1"), ("sec-fetch-site", "cross-site"), ("origin", "http://a:1")],
            vec![("host", "a:1"), ("sec-fetch-site", "same-site")],
            vec![("host", "a:1"), ("sec-fetch-site", "none")],
            vec![("host", "a:1"), ("origin", "http://a:2")],
            vec![("host", "a:1"), ("origin", "null")],
            vec![("host", ""), ("origin", "http://")],
        ] {
            assert!(!ours(&not), "{not:?}");
        }
    }

    #[test]
    fn only_a_browser_on_this_machine_without_a_proxy_is_here() {
        let here = |peer: &str, headers: &[(&str, &str)]| origin(peer, headers).is_here;
        for host in ["127.0.0.1:7070", "localhost:7070", "[::1]:7070", "LOCALHOST"] {
            assert!(here("127.0.0.1:9", &[("host", host)]), "{host}");
        }
        assert!(!here("127.0.0.1:9", &[("host", "countersign.example")]));
        assert!(!here("127.0.0.1:9", &[("host", "localhost"), ("x-forwarded-for", "192.0.2.1")]));
        assert!(!here("192.0.2.1:9", &[("host", "localhost")]));
        assert!(!here("127.0.0.1:9", &[("host", "localhost.evil.example:80")]));
        assert!(!here("127.0.0.1:9", &[]));
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed_about_who_is_behind_it() {
        let headers = [("x-forwarded-for", "198.51.100.7, 192.0.2.1")];
        assert_eq!(origin("127.0.0.1:9", &headers).address.to_string(), "192.0.2.1");
        assert_eq!(origin("203.0.113.5:9", &headers).address.to_string(), "203.0.113.5");
    }
}
