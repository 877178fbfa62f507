//! Signing in by a provider of OpenID Connect: there and back over HTTP as a browser goes, against a
//! certified provider.

use std::collections::BTreeMap;

use countersign_policy::folder::{Folder, builtin_texts, load};
use countersign_policy::rules::Text;
use jiff::SignedDuration;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Url, redirect};
use serde_json::{Value, json};

use super::browser::Browser;
use super::device::happened;
use crate::lab::provider::Op;
use crate::lab::{Keep, Lab, Place, business};

/// A browser that goes to two places and keeps the cookies of each.
pub(crate) struct Tour {
    http: Client,
    cookies: BTreeMap<(String, String), String>,
}

/// Where it came to.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(super) status: u16,
    pub(super) to: Option<Url>,
    pub(super) text: String,
}

impl Tour {
    pub(crate) fn new() -> Self {
        let http = Client::builder().redirect(redirect::Policy::none()).build().expect("a client");
        Self { http, cookies: BTreeMap::new() }
    }

    pub(super) async fn go(&mut self, at: &Url, form: Option<&[(&str, &str)]>) -> Stop {
        let place = at.authority().to_owned();
        let method = if form.is_some() { Method::POST } else { Method::GET };
        let mut request = self.http.request(method, at.clone());
        let cookies = self.cookies.iter().filter(|((of, _), _)| *of == place);
        let cookies: Vec<String> = cookies.map(|((_, name), it)| format!("{name}={it}")).collect();
        request = request.header(COOKIE, cookies.join("; "));
        request = request.header("sec-fetch-site", "same-origin");
        if let Some(form) = form {
            let body = Url::parse_with_params("http://x/", form).expect("a form");
            let kind = "application/x-www-form-urlencoded";
            let body = body.query().unwrap_or_default().to_owned();
            request = request.header("content-type", kind).body(body);
        }
        let answer = request.send().await.expect("an answer");
        for set in answer.headers().get_all(SET_COOKIE) {
            let pair = set.to_str().expect("a cookie").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie");
            let key = (place.clone(), name.to_owned());
            if value.is_empty() {
                self.cookies.remove(&key);
            } else {
                self.cookies.insert(key, value.to_owned());
            }
        }
        let to = answer.headers().get(LOCATION).and_then(|it| it.to_str().ok());
        let to = to.map(|to| at.join(to).expect("an address"));
        Stop { status: answer.status().as_u16(), to, text: answer.text().await.expect("a page") }
    }

    /// Begins at the server; answers where the provider is asked.
    pub(super) async fn begin(&mut self, op: &Op, path: &str) -> Url {
        let begun = self.go(&url(&format!("{}{path}", op.server)), None).await;
        assert_eq!(begun.status, 303, "{}", begun.text);
        begun.to.expect("the provider's address")
    }

    /// Shows the provider who somebody is; answers the address at which it sends them back.
    pub(super) async fn show(&mut self, op: &Op, asked: Url, who: &str, how: &str) -> Url {
        let mut at = asked;
        loop {
            let stop = self.go(&at, None).await;
            let to = match stop.to {
                Some(to) => to,
                None => {
                    let shown = self.go(&at, Some(&[("who", who), ("how", how)])).await;
                    shown.to.expect("the provider goes on")
                }
            };
            if to.as_str().starts_with(&op.server) {
                return to;
            }
            at = to;
        }
    }

    /// The whole way.
    pub(super) async fn sign_in(&mut self, op: &Op, who: &str) -> Stop {
        let asked = self.begin(op, "/sign-in/provider?next=/findings").await;
        let back = self.show(op, asked, who, "one").await;
        self.go(&back, None).await
    }

    pub(super) async fn page(&mut self, op: &Op, path: &str) -> Stop {
        self.go(&url(&format!("{}{path}", op.server)), None).await
    }

    fn cookie(&self, op: &Op, name: &str) -> Option<String> {
        let place = url(&op.server).authority().to_owned();
        self.cookies.get(&(place, name.to_owned())).cloned()
    }
}

pub(super) fn url(text: &str) -> Url {
    Url::parse(text).expect("an address")
}

pub(super) fn people() -> Value {
    json!({
        "s-1": { "name": "Olga O.", "email": "olga@example.com", "email_verified": true,
                 "groups": ["risk", "staff"] },
        "s-2": { "name": "Olga Two", "email": "OLGA@example.com", "email_verified": true },
        "s-3": { "name": "Otto", "email": "otto@example.com", "email_verified": false },
    })
}

/// A server that has a provider; none where there is no provider.
pub(crate) async fn clinic(name: &str, more: &str) -> Option<(Lab, Op)> {
    let op = Op::new(name, people()).await?;
    let place = Place::new(Keep::Sqlite).await.expect("a place");
    let lab = Lab::start(place, &op.config(more), business()).await;
    Some((lab, op))
}

/// Appoints one of the people with an e-mail address among their identities.
pub(crate) async fn known_by(lab: &Lab, who: &str, name: &str, email: &str) {
    let identities = [format!("mailto:{email}")];
    let appointment = json!({ "name": name, "seats": ["business"], "identities": identities });
    lab.post("security", &format!("/people/{}/appoint", lab.id(who)), appointment).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_the_provider_vouches_for_is_signed_in_once_somebody_appointed_them() {
    let Some((lab, op)) = clinic("whole", "").await else { return };
    let mut tour = Tour::new();
    let stop = tour.sign_in(&op, "s-1").await;
    assert_eq!(stop.status, 403, "{}", stop.text);
    for says in ["Nobody appointed you", "Olga O.", "Sem Security", "Lea Legal"] {
        assert!(stop.text.contains(says), "{says}: {}", stop.text);
    }
    assert!(!stop.text.contains("Omar"), "who could not appoint anybody is not named");
    assert_eq!(tour.page(&op, "/").await.status, 303, "no session");

    known_by(&lab, "owner", "Olga Owner", "Olga@Example.com").await;
    let stop = tour.sign_in(&op, "s-1").await;
    assert_eq!(stop.status, 303, "{}", stop.text);
    assert_eq!(stop.to.expect("back to where they were").path(), "/findings");
    assert!(tour.page(&op, "/").await.text.contains("Olga Owner"));
    assert_eq!(tour.cookie(&op, "countersign-begun"), None, "what was begun is over");

    // From now on the subject counts, not the address, and nobody else comes by the address.
    let mut other = Tour::new();
    assert_eq!(other.sign_in(&op, "s-2").await.status, 403);
    known_by(&lab, "owner", "Olga Owner", "married@example.com").await;
    let mut again = Tour::new();
    assert_eq!(again.sign_in(&op, "s-1").await.status, 303);

    the_link_is_taken_away(&lab, &op, &mut again).await;

    lab.post("security", &format!("/people/{}/deactivate", lab.id("owner")), json!({})).await.ok();
    lab.clock.turn(SignedDuration::from_secs(1));
    assert_eq!(again.page(&op, "/").await.status, 303, "over");
    assert_eq!(again.sign_in(&op, "s-1").await.status, 403, "nor anew");
    lab.end().await;
}

/// Whoever signed in by a link that is taken away is out at once, and known again by their address alone.
async fn the_link_is_taken_away(lab: &Lab, op: &Op, tour: &mut Tour) {
    let link = format!("/people/{}/link", lab.id("owner"));
    lab.delete("owner", &link).await.refused(403, "duty.not-permitted");
    assert_eq!(tour.page(op, "/").await.status, 200);
    let done = lab.delete("security", &link).await.ok();
    assert_eq!(done.get("events"), Some(&json!(["person.unlinked.1"])));
    assert_eq!(tour.page(op, "/").await.status, 303, "out at once");
    let done = lab.delete("security", &link).await.ok();
    assert_eq!(done.get("events"), Some(&json!([])), "it is so already");
    assert_eq!(tour.sign_in(op, "s-1").await.status, 403, "another address by now");
    known_by(lab, "owner", "Olga Owner", "olga@example.com").await;
    assert_eq!(tour.sign_in(op, "s-1").await.status, 303, "known again");
}

/// The policy in which one group stands for the legal seat.
fn with_groups() -> Folder {
    let mut texts = builtin_texts();
    let row = "[[group]]\nname = 'risk'\nseats = ['legal']\n";
    texts.push(Text { name: "groups.toml".to_owned(), text: row.to_owned() });
    load(&texts).expect("a policy").judging_by(business())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_seats_whom_somebody_appointed_and_who_left_it_has_left_the_seat() {
    let Some((lab, op)) = clinic("groups", "").await else { return };
    let lab = lab.under(with_groups()).await;
    let stop = Tour::new().sign_in(&op, "s-1").await;
    assert_eq!(stop.status, 403, "a group makes nobody known");
    assert!(stop.text.contains("legal seat"), "{}", stop.text);
    known_by(&lab, "owner", "Olga Owner", "olga@example.com").await;
    let seats = async || {
        lab.get("auditor", &format!("/people/{}", lab.id("owner"))).await.ok()["seats"].clone()
    };
    assert_eq!(seats().await, json!(["business"]));

    let mut tour = Tour::new();
    assert_eq!(tour.sign_in(&op, "s-1").await.status, 303);
    assert_eq!(seats().await, json!(["business", "legal"]));
    assert_eq!(tour.sign_in(&op, "s-1").await.status, 303);
    let seated = async || {
        let all = happened(&lab, "owner").await;
        all.iter().filter(|it| *it == "person.seated_by_group.1").count()
    };
    assert_eq!(seated().await, 1, "what stays as it is is no event");

    // The page asks as whoever came from the provider, a token as whom people appointed.
    let mine = tour.page(&op, "/policy/propose").await;
    assert_eq!(mine.status, 200, "{}", mine.text);
    let link = format!("/people/{}/link", lab.id("other-owner"));
    lab.delete("owner", &link).await.refused(403, "duty.not-permitted");

    op.regroup("s-1", &["staff"]).await;
    assert_eq!(Tour::new().sign_in(&op, "s-1").await.status, 303);
    assert_eq!(seats().await, json!(["business"]));
    assert_eq!(seated().await, 2);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_not_verified_or_of_two_people_links_nobody() {
    let Some((lab, op)) = clinic("mail", "").await else { return };
    known_by(&lab, "other-owner", "Otto Other", "otto@example.com").await;
    let stop = Tour::new().sign_in(&op, "s-3").await;
    assert_eq!(stop.status, 403);
    assert!(stop.text.contains("tells no e-mail address"), "{}", stop.text);
    known_by(&lab, "owner", "Olga Owner", "olga@example.com").await;
    known_by(&lab, "other-owner", "Otto Other", "olga@example.com").await;
    assert_eq!(Tour::new().sign_in(&op, "s-1").await.status, 403, "two people");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_this_browser_did_not_ask_for_or_that_comes_twice_signs_nobody_in() {
    let Some((lab, op)) = clinic("answer", "").await else { return };
    known_by(&lab, "owner", "Olga Owner", "olga@example.com").await;
    let mut tour = Tour::new();
    let asked = tour.begin(&op, "/sign-in/provider").await;
    let back = tour.show(&op, asked, "s-1", "one").await;
    // Somebody else is led to it: no cookie, and another cookie.
    assert_eq!(Tour::new().go(&back, None).await.status, 400, "fixed from elsewhere");
    let mut other = Tour::new();
    other.begin(&op, "/sign-in/provider").await;
    assert_eq!(other.go(&back, None).await.status, 400, "of another sign-in");
    let begun = tour.cookies.clone();
    let wrong = url(&back.as_str().replace("state=", "state=0"));
    assert_eq!(tour.go(&wrong, None).await.status, 400, "wrong state");
    assert_eq!(tour.go(&back, None).await.status, 400, "what was begun is over with it");
    tour.cookies.clone_from(&begun);
    let elsewhere = url(&back.as_str().replace("iss=http", "iss=https"));
    assert_eq!(tour.go(&elsewhere, None).await.status, 401, "of another provider");
    tour.cookies.clone_from(&begun);
    assert_eq!(tour.go(&back, None).await.status, 303);
    let session = tour.cookie(&op, "countersign");
    assert!(session.is_some());
    tour.cookies = begun;
    let stop = tour.go(&back, None).await;
    assert_eq!(stop.status, 401, "the code is spent");
    assert!(stop.text.contains("invalid_grant"), "{}", stop.text);

    let mut tour = Tour::new();
    let asked = tour.begin(&op, "/sign-in/provider").await;
    let asked = url(&asked.as_str().replace("nonce=", "nonce=0"));
    let back = tour.show(&op, asked, "s-1", "one").await;
    let stop = tour.go(&back, None).await;
    assert_eq!(stop.status, 401, "{}", stop.text);
    assert!(stop.text.contains("does not answer what this browser asked"), "{}", stop.text);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_over_and_one_with_new_keys_that_are_not_read_yet_are_refused() {
    let Some((lab, op)) = clinic("keys", "").await else { return };
    known_by(&lab, "owner", "Olga Owner", "olga@example.com").await;
    assert_eq!(Tour::new().sign_in(&op, "s-1").await.status, 303);
    op.new_keys().await;
    let stop = Tour::new().sign_in(&op, "s-1").await;
    assert_eq!(stop.status, 401, "the keys were read just now");
    lab.clock.turn(SignedDuration::from_secs(31));
    assert_eq!(Tour::new().sign_in(&op, "s-1").await.status, 303, "they are read again");
    lab.clock.turn(SignedDuration::from_hours(2));
    let stop = Tour::new().sign_in(&op, "s-1").await;
    assert_eq!(stop.status, 401);
    assert!(stop.text.contains("It is over") || stop.text.contains("it is over"), "{}", stop.text);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_calls_itself_otherwise_or_is_not_there_signs_nobody_in_and_stops_no_server()
 {
    let Some(op) = Op::new("named", people()).await else { return };
    let config = op.config("").replace("issuer='http://127.0.0.1", "issuer='http://localhost");
    let place = Place::new(Keep::Sqlite).await.expect("a place");
    let mut lab = Lab::start(place, &config, business()).await;
    let mut tour = Tour::new();
    assert_eq!(tour.page(&op, "/sign-in/provider").await.status, 503);
    lab.stop().await;
    lab.use_systems(
        &op.config("").replace("issuer='http://127.0.0.1:", "issuer='http://127.0.0.1:1"),
    );
    if lab.try_go_on().await.is_ok() {
        assert_eq!(tour.page(&op, "/sign-in/provider").await.status, 503);
        drop(Browser::signed_in(&lab, "owner").await);
    }
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_at_the_provider_ends_the_session_here_at_once_and_counts_once() {
    let Some((lab, op)) = clinic("logout", "").await else { return };
    known_by(&lab, "owner", "Olga Owner", "olga@example.com").await;
    let (mut tour, mut elsewhere) = (Tour::new(), Tour::new());
    assert_eq!(tour.sign_in(&op, "s-1").await.status, 303);
    assert_eq!(elsewhere.sign_in(&op, "s-1").await.status, 303);
    let place = url(&format!("{}/session/end", op.issuer));
    let form = tour.go(&place, None).await;
    let xsrf = form.text.split("name=\"xsrf\" value=\"").nth(1).expect("a form");
    let xsrf = xsrf.split('"').next().unwrap_or_default().to_owned();
    let sure = url(&format!("{}/session/end/confirm", op.issuer));
    tour.go(&sure, Some(&[("xsrf", &xsrf), ("logout", "yes")])).await;
    let message = op.heard().await;
    assert_eq!(tour.page(&op, "/").await.status, 200);
    let hear = url(&format!("{}/sign-in/provider/logout", op.server));
    let forged = format!("{}x", &message[..message.len() - 4]);
    let mut provider = Tour::new();
    assert_eq!(provider.go(&hear, Some(&[("logout_token", &forged)])).await.status, 400);
    assert_eq!(tour.page(&op, "/").await.status, 200, "nobody signed that");
    assert_eq!(provider.go(&hear, Some(&[("logout_token", &message)])).await.status, 200);
    assert_eq!(tour.page(&op, "/").await.status, 303, "over");
    assert_eq!(elsewhere.page(&op, "/").await.status, 200, "another session at the provider");
    let again = provider.go(&hear, Some(&[("logout_token", &message)])).await;
    assert_eq!(again.status, 400, "heard before");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_in_an_emergency_is_seen_by_everybody_as_long_as_it_could_be_used() {
    let Some((lab, op)) = clinic("loud", "").await else { return };
    known_by(&lab, "owner", "Olga Owner", "olga@example.com").await;
    let mut tour = Tour::new();
    assert_eq!(tour.sign_in(&op, "s-1").await.status, 303);
    assert!(!tour.page(&op, "/").await.text.contains("past the provider"));
    let page = tour.page(&op, "/sign-in").await.text;
    let (first, second) = (page.find("Sign in with Clinic login"), page.find("In an emergency"));
    assert!(first.is_some() && first < second, "the provider comes first: {page}");
    drop(Browser::signed_in(&lab, "control").await);
    lab.clock.turn(SignedDuration::from_mins(5));
    let page = tour.page(&op, "/findings").await.text;
    assert!(page.contains("Signed in past the provider"), "{page}");
    assert!(page.contains("Carla Control, 5 min ago"), "{page}");
    assert_eq!(happened(&lab, "control").await[0], "person.signed_in_locally.1");

    // Whoever looks after security sees it for a day, by what and from where.
    let mut security = Browser::signed_in_by_link(&lab, "security").await;
    lab.turn(SignedDuration::from_hours(1)).await;
    let page = security.get("/").await.text;
    let words = "Carla Control with a password from the machine of this server";
    assert!(page.contains(words) && page.contains("with a link from"), "{page}");
    assert!(!security.get("/findings").await.text.contains(words), "on the first page");
    lab.turn(SignedDuration::from_hours(22)).await;
    assert!(Browser::signed_in(&lab, "security").await.get("/").await.text.contains(words));
    lab.turn(SignedDuration::from_hours(1)).await;
    let page = Browser::signed_in(&lab, "security").await.get("/").await.text;
    assert!(!page.contains(words), "{page}");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passwords_can_be_closed_and_signing_out_shows_the_way_out_at_the_provider() {
    let Some((lab, op)) = clinic("closed", "local_sign_in=false").await else { return };
    Browser::password(&lab, "control").await;
    let mut browser = Browser::new(&lab);
    let right = [("name", "control"), ("password", super::browser::PASSWORD)];
    let seen = browser.post("/sign-in", &right).await;
    assert_eq!((seen.status, browser.cookie.clone()), (403, None));
    assert!(!seen.text.contains("type=\"password\""), "{}", seen.text);
    let seen = browser.get("/sign-in?out=true").await;
    let out = format!("{}/session/end?client_id=countersign", op.issuer);
    assert!(seen.text.contains(&out), "{}", seen.text);
    lab.end().await;
}
