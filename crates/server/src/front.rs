//! What stands in front of this server: the address at which people reach it, and the proxies that are
//! believed about who is behind them. Nobody else's word about an address counts. Knows no page.

use std::net::IpAddr;

use axum::http::HeaderMap;
use serde::Deserialize;

/// Most proxies or networks of them in one configuration.
pub const PROXIES_MAX: usize = 64;

/// Most addresses of a way through proxies that are looked at.
const HOPS_MAX: usize = 32;

/// What stands in front of this server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Front {
    /// Where people reach it; without one, browsers on this machine alone.
    pub(crate) public: Option<PublicOrigin>,
    /// Who is believed about who is behind them.
    pub(crate) proxies: Vec<Network>,
}

impl Front {
    /// Whose address counts: the last one on the way that is none of our proxies. What stands before it
    /// is the word of whoever sent it.
    pub(crate) fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut caller = peer.to_canonical();
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        // A line that is no text ends the way like an address that is none.
        let hops = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
        for hop in hops.take(HOPS_MAX) {
            if !self.trusts(caller) {
                break;
            }
            let Some(address) = address_of(hop) else { break };
            caller = address;
        }
        caller
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.has(address))
    }
}

/// An address as proxies write it: some put its port behind it.
fn address_of(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|it| it.ip());
    hop.parse().ok().or_else(with_port).map(|it: IpAddr| it.to_canonical())
}

/// Where people reach this server: `https://` and a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicOrigin {
    /// Name and port, in lower case, without the port that https has anyway.
    authority: String,
}

impl PublicOrigin {
    /// Whether a browser says `Origin` so for our own pages.
    pub(crate) fn is(&self, origin: &str) -> bool {
        origin.strip_prefix("https://") == Some(self.authority.as_str())
    }

    /// Whether a request for this `Host` is for this server.
    pub(crate) fn has(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        usual(&host) == self.authority
    }
}

impl std::fmt::Display for PublicOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "https://{}", self.authority)
    }
}

impl TryFrom<String> for PublicOrigin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bad = || {
            format!(
                "`{text}` is no public origin: write `https://` and the name that people type, as in \
                 `https://countersign.example.com`, without a path"
            )
        };
        let lower = text.trim().to_ascii_lowercase();
        let authority = lower.strip_prefix("https://").ok_or_else(bad)?;
        let authority = usual(authority.strip_suffix('/').unwrap_or(authority));
        let parsed: axum::http::uri::Authority = authority.parse().map_err(|_| bad())?;
        let port = parsed.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        let is_whole = format!("{}{port}", parsed.host()) == authority;
        if parsed.host().is_empty() || !is_whole {
            return Err(bad());
        }
        Ok(Self { authority: authority.to_owned() })
    }
}

fn usual(authority: &str) -> &str {
    authority.strip_suffix(":443").unwrap_or(authority)
}

/// An address, or all addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    first: IpAddr,
    bits: u32,
}

impl Network {
    /// Whether an address is in it.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) => {
                start(address.to_canonical(), self.bits) == self.first
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bad = || {
            format!(
                "`{text}` is no proxy: write its address or the network of all of them, as in \
                 `10.1.2.3` or `10.1.0.0/16`"
            )
        };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| bad())?)),
            None => (text.as_str(), None),
        };
        let address = address.trim().parse::<IpAddr>().map_err(|_| bad())?.to_canonical();
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(whole);
        // All the addresses there are would be everybody's own word.
        if bits == 0 || bits > whole || start(address, bits) != address {
            return Err(bad());
        }
        Ok(Self { first: address, bits })
    }
}

/// The first address of the network of so many bits in which an address is.
pub(crate) fn start(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(four) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits)).unwrap_or(0);
            IpAddr::V4((four.to_bits() & mask).into())
        }
        IpAddr::V6(six) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits)).unwrap_or(0);
            IpAddr::V6((six.to_bits() & mask).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn front(proxies: &[&str]) -> Front {
        let network = |text: &&str| Network::try_from((*text).to_owned()).unwrap();
        Front { public: None, proxies: proxies.iter().map(network).collect() }
    }

    fn caller(front: &Front, peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        front.caller(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn without_trusted_proxies_nobody_is_believed_about_an_address() {
        let nobody = front(&[]);
        for peer in ["127.0.0.1", "::1", "203.0.113.5"] {
            assert_eq!(caller(&nobody, peer, &["198.51.100.7"]), peer);
        }
    }

    #[test]
    fn the_last_address_that_is_no_proxy_of_ours_counts_whatever_stands_before_it() {
        let ours = front(&["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"]);
        let from = |peer: &str, lines: &[&str]| caller(&ours, peer, lines);
        assert_eq!(from("127.0.0.1", &["1.1.1.1, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(from("127.0.0.1", &["1.1.1.1", "198.51.100.7"]), "198.51.100.7", "two lines");
        assert_eq!(from("127.0.0.1", &["1.1.1.1, 198.51.100.7, 10.9.9.9"]), "198.51.100.7");
        assert_eq!(from("::ffff:127.0.0.1", &["::ffff:198.51.100.7"]), "198.51.100.7");
        assert_eq!(from("127.0.0.1", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(from("2001:db8::1", &["[2001:db9::7]:4711"]), "2001:db9::7");
        assert_eq!(from("203.0.113.5", &["198.51.100.7"]), "203.0.113.5", "no proxy of ours");
        assert_eq!(from("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(from("127.0.0.1", &["1.1.1.1, unknown"]), "127.0.0.1");
        assert_eq!(from("127.0.0.1", &["1.1.1.1, , 10.0.0.1"]), "10.0.0.1");
        let long = "10.0.0.1,".repeat(5_000);
        assert_eq!(from("127.0.0.1", &[&format!("1.1.1.1,{long}10.0.0.1")]), "10.0.0.1");
    }

    #[test]
    fn a_public_origin_is_https_and_a_name_and_nothing_else() {
        let origin = |text: &str| PublicOrigin::try_from(text.to_owned());
        let plain = origin("https://Countersign.example.com:443/").unwrap();
        assert_eq!(plain.to_string(), "https://countersign.example.com");
        assert!(plain.has("countersign.example.com") && plain.has("COUNTERSIGN.example.com:443"));
        assert!(!plain.has("countersign.example.com:8443") && !plain.has("evil.example"));
        assert!(plain.is("https://countersign.example.com"));
        assert!(!plain.is("http://countersign.example.com") && !plain.is("null"));
        let other = origin("https://[2001:db8::1]:8443").unwrap();
        assert!(other.has("[2001:db8::1]:8443") && !other.has("[2001:db8::1]"));
        for bad in [
            "http://countersign.example.com",
            "countersign.example.com",
            "https://",
            "https://a/b",
            "https://a@b",
            "https://a:",
            "https://a:x",
            "https://a b",
            "https://a:99999",
            "",
        ] {
            let said = origin(bad).unwrap_err();
            assert!(said.contains("is no public origin: write `https://`"), "{bad}: {said}");
        }
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network_that_begins_where_it_says() {
        let network = |text: &str| Network::try_from(text.to_owned());
        assert!(network("10.1.0.0/16").unwrap().has("10.1.255.255".parse().unwrap()));
        assert!(!network("10.1.0.0/16").unwrap().has("10.2.0.0".parse().unwrap()));
        assert!(!network("10.1.0.0/16").unwrap().has("::1".parse().unwrap()));
        for bad in ["0.0.0.0/0", "::/0", "10.1.2.3/16", "10.0.0.0/33", "proxy.example", "", "/8"] {
            let said = network(bad).unwrap_err();
            assert!(said.contains("is no proxy: write its address"), "{bad}: {said}");
        }
    }
}
