//! Where a request comes from: on which way the browser reaches this server, whether a form was sent by
//! one of our own pages, and which address is counted when somebody tries to sign in. There are two
//! ways, and a request on any other is answered with no page.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::front::{Front, PublicOrigin};

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    /// The address that is counted.
    pub(super) address: IpAddr,
    /// How the browser reaches us.
    pub(super) way: Way,
    /// Whether the browser says that one of our own pages sent it.
    pub(super) is_ours: bool,
}

/// How a browser reaches this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Browser and server are on one machine, with nothing between them.
    Here,
    /// Encrypted, at the public origin.
    Public,
}

impl Origin {
    /// # Errors
    /// When the request comes on neither way.
    pub(super) fn of(parts: &Parts, front: &Front) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let peer = peer.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)).to_canonical();
        let headers = &parts.headers;
        let host = text(headers, header::HOST.as_str()).unwrap_or_default();
        let (way, is_own) = match &front.public {
            Some(public) => {
                must_be_public(public, host, headers)?;
                (Way::Public, own(headers).map(|origin| public.is(origin)))
            }
            None => {
                must_be_here(peer, host, headers)?;
                let own = own(headers).and_then(|origin| origin.strip_prefix("http://"));
                (Way::Here, own.map(|of| of.eq_ignore_ascii_case(host)))
            }
        };
        let is_ours = is_ours(headers, is_own);
        Ok(Self { address: front.caller(peer, headers), way, is_ours })
    }
}

fn must_be_public(public: &PublicOrigin, host: &str, headers: &HeaderMap) -> Result<(), Problem> {
    if !public.has(host) {
        let words = format!("people reach this server at {public}, and this was sent elsewhere");
        let next = format!("open {public}; a proxy in front of this server must pass `Host` on");
        return Err(Problem::of(Code::RequestHost).because(&words).then(&next));
    }
    // Who says nothing of it is believed: the cookie goes no unencrypted way, and no form does.
    if text(headers, "x-forwarded-proto").is_some_and(|proto| proto != "https") {
        let next = format!("open {public}; a proxy in front of this server must lead there");
        return Err(Problem::of(Code::RequestNotEncrypted).then(&next));
    }
    Ok(())
}

fn must_be_here(peer: IpAddr, host: &str, headers: &HeaderMap) -> Result<(), Problem> {
    if peer.is_loopback() && is_loopback(host) && !is_forwarded(headers) {
        return Ok(());
    }
    Err(Problem::of(Code::RequestNotHere))
}

/// Browsers say where a request comes from (Fetch Metadata), and of which origin the page is that sent
/// it. What is said must be right, and one of the two must be: whoever says neither is no browser that
/// shows our pages.
fn is_ours(headers: &HeaderMap, is_own: Option<bool>) -> bool {
    let site = text(headers, "sec-fetch-site").map(|site| site == "same-origin");
    let has_origin = headers.contains_key(header::ORIGIN);
    match (site, has_origin) {
        (Some(site), true) => site && is_own == Some(true),
        (Some(site), false) => site,
        (None, _) => is_own == Some(true),
    }
}

fn own(headers: &HeaderMap) -> Option<&str> {
    text(headers, header::ORIGIN.as_str())
}

/// Whether anything between browser and server says that it is there.
fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().map(header::HeaderName::as_str).any(|name| {
        matches!(name, "forwarded" | "via" | "x-real-ip") || name.starts_with("x-forwarded-")
    })
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

/// A header that stands there once; what is said twice is not said.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_none() { Some(value) } else { Some("") }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    const LOOPBACK: &str = "127.0.0.1:9";

    fn origin(front: &Front, peer: &str, headers: &[(&str, &str)]) -> Result<Origin, u16> {
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let peer: SocketAddr = peer.parse().unwrap();
        parts.extensions.insert(ConnectInfo(peer));
        Origin::of(&parts, front).map_err(|problem| problem.status().as_u16())
    }

    fn public() -> Front {
        let public = PublicOrigin::try_from("https://cs.example".to_owned()).unwrap();
        Front { public: Some(public), proxies: Vec::new() }
    }

    #[test]
    fn a_form_is_ours_only_when_the_browser_says_so() {
        let ours = |headers: &[(&str, &str)]| {
            let host = [("host", "localhost:1")];
            let headers = [&host[..], headers].concat();
            origin(&Front::default(), LOOPBACK, &headers).unwrap().is_ours
        };
        assert!(ours(&[("sec-fetch-site", "same-origin")]));
        assert!(ours(&[("origin", "http://localhost:1")]));
        assert!(ours(&[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:1")]));
        for not in [
            vec![],
            vec![("sec-fetch-site", "cross-site"), ("origin", "http://localhost:1")],
            vec![("sec-fetch-site", "same-origin"), ("origin", "http://evil.example")],
            vec![("sec-fetch-site", "same-origin"), ("origin", "null")],
            vec![("sec-fetch-site", "same-site")],
            vec![("sec-fetch-site", "none")],
            vec![("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            vec![("origin", "http://localhost:2")],
            vec![("origin", "https://localhost:1")],
            vec![("origin", "null")],
            vec![("origin", "http://")],
        ] {
            assert!(!ours(&not), "{not:?}");
        }
    }

    #[test]
    fn a_form_at_the_public_origin_is_ours_only_from_there() {
        let ours = |headers: &[(&str, &str)]| {
            let headers = [&[("host", "cs.example")][..], headers].concat();
            origin(&public(), LOOPBACK, &headers).unwrap().is_ours
        };
        assert!(ours(&[("origin", "https://cs.example")]));
        assert!(ours(&[("sec-fetch-site", "same-origin")]));
        for not in ["http://cs.example", "https://cs.example:8443", "https://a.cs.example", "null"]
        {
            assert!(!ours(&[("origin", not)]), "{not}");
            assert!(!ours(&[("origin", not), ("sec-fetch-site", "same-origin")]), "{not}");
        }
    }

    #[test]
    fn without_a_public_origin_only_a_browser_on_this_machine_without_a_proxy_is_answered() {
        let front = Front::default();
        for host in ["127.0.0.1:7070", "localhost:7070", "[::1]:7070", "LOCALHOST"] {
            let here = origin(&front, LOOPBACK, &[("host", host)]).unwrap();
            assert_eq!(here.way, Way::Here, "{host}");
        }
        for header in [
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-forwarded-host",
            "forwarded",
            "via",
            "x-real-ip",
        ] {
            let headers = [("host", "localhost"), (header, "127.0.0.1")];
            assert_eq!(origin(&front, LOOPBACK, &headers), Err(403), "{header}");
        }
        for host in
            ["countersign.example", "localhost.evil.example:80", "127.0.0.1.evil.example", ""]
        {
            assert_eq!(origin(&front, LOOPBACK, &[("host", host)]), Err(403), "{host}");
        }
        let twice = [("host", "localhost"), ("host", "evil.example")];
        assert_eq!(origin(&front, LOOPBACK, &twice), Err(403));
        assert_eq!(origin(&front, "192.0.2.1:9", &[("host", "localhost")]), Err(403));
        assert_eq!(origin(&front, LOOPBACK, &[]), Err(403));
    }

    #[test]
    fn with_a_public_origin_nobody_is_here_and_other_names_and_plain_ways_are_refused() {
        let front = public();
        let at = |headers: &[(&str, &str)]| origin(&front, LOOPBACK, headers).map(|it| it.way);
        assert_eq!(at(&[("host", "cs.example")]), Ok(Way::Public));
        assert_eq!(at(&[("host", "cs.example"), ("x-forwarded-proto", "https")]), Ok(Way::Public));
        assert_eq!(at(&[("host", "cs.example"), ("x-forwarded-proto", "http")]), Err(403));
        for host in ["localhost:7411", "127.0.0.1:7411", "evil.example", ""] {
            assert_eq!(at(&[("host", host)]), Err(421), "{host}");
        }
    }
}
