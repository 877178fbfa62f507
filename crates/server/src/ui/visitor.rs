//! Who is looking: the person of the session in the cookie, as they are at this moment. Whoever is
//! nobody is led to the sign-in page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use countersign_governance::Command;
use countersign_governance::actor::Actor;
use countersign_governance::id::PersonId;
use countersign_governance::seat::SeatName;

use super::Ui;
use super::halt::Halt;
use super::origin::{Origin, Way};
use crate::ask::person::one;
use crate::auth::session::{self, LIFE_MAX, Shown, Use};
use crate::door::Asked;
use crate::signed::Signed;

/// The cookie's name on this machine, where the way is not encrypted.
const HERE: &str = "countersign";

/// The cookie's name at the public origin: no other host, and nothing unencrypted, can set one of this
/// name.
const PUBLIC: &str = "__Host-countersign";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(super) person: PersonId,
    pub(super) name: String,
    pub(super) seats: Vec<SeatName>,
    /// How they showed who they are.
    pub(super) shown: Shown,
    /// The secret of the session.
    pub(super) secret: String,
    /// Whether the page asks without anybody having done something.
    pub(super) by_itself: bool,
}

impl Visitor {
    /// A command of theirs.
    pub(super) fn asks(&self, command: Command) -> Asked {
        Asked::of_person(self.person, self.shown.signed, command)
    }

    /// As the door knows them.
    pub(super) fn actor(&self) -> Actor {
        Actor::Person(self.person)
    }

    /// How and when they showed who they are.
    pub(super) fn signed(&self) -> Signed {
        self.shown.signed
    }

    /// A command of theirs that was put together already.
    pub(super) fn shows(&self, asked: Asked) -> Asked {
        asked.shown(self.shown.signed)
    }

    pub(super) fn sits_in(&self, seat: SeatName) -> bool {
        self.seats.contains(&seat)
    }
}

impl FromRequestParts<Ui> for Visitor {
    type Rejection = Halt;

    async fn from_request_parts(parts: &mut Parts, ui: &Ui) -> Result<Self, Halt> {
        let way = Origin::of(parts, &ui.front)?.way;
        let nobody = || Halt::sign_in(parts);
        let secret = cookie(&parts.headers, way).ok_or_else(nobody)?.to_owned();
        let door = &ui.api.workers.door;
        let by_itself = looks_by_itself(parts);
        let used = if by_itself { Use::ByItself } else { Use::Made };
        let (person, shown) = session::check(door, &secret, used).await?.ok_or_else(nobody)?;
        let row = one(door, &person.to_string()).await?.ok_or_else(nobody)?;
        Ok(Self { person, name: row.name, seats: row.seats, shown, secret, by_itself })
    }
}

/// Whether a page asks without anybody having done something.
pub(super) fn looks_by_itself(parts: &Parts) -> bool {
    parts.headers.contains_key("hx-request")
}

/// The header that gives a browser a session, or takes it away.
pub(super) fn set_cookie(secret: Option<&str>, way: Way) -> Option<HeaderValue> {
    let secure = match way {
        Way::Here => "",
        Way::Public => "; Secure",
    };
    let name = name(way);
    let (value, age) = match secret {
        Some(secret) => (secret, LIFE_MAX.as_secs()),
        None => ("", 0),
    };
    let cookie = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&cookie).ok()
}

/// The secret that a browser shows.
pub(super) fn cookie(headers: &HeaderMap, way: Way) -> Option<&str> {
    cookie_named(headers, name(way))
}

/// The value of the cookie of this name.
pub(super) fn cookie_named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs =
        lines.flat_map(|line| line.split(';')).filter_map(|it| it.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

fn name(way: Way) -> &'static str {
    match way {
        Way::Here => HERE,
        Way::Public => PUBLIC,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_hidden_from_scripts_and_leaves_this_machine_encrypted_only() {
        let set = |way| set_cookie(Some("s"), way).unwrap().to_str().unwrap().to_owned();
        assert_eq!(set(Way::Here), "countersign=s; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax");
        assert_eq!(
            set(Way::Public),
            "__Host-countersign=s; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure"
        );
    }

    #[test]
    fn a_cookie_that_could_have_been_planted_is_not_read() {
        let mut headers = HeaderMap::new();
        let cookies = "a=b; countersign=planted; __Host-countersign=ours";
        headers.insert(header::COOKIE, HeaderValue::from_static(cookies));
        assert_eq!(cookie(&headers, Way::Public), Some("ours"));
        assert_eq!(cookie(&headers, Way::Here), Some("planted"));
    }
}
