//! Signing in again in the middle of something: a form that asks for a stronger or newer sign-in is kept
//! for whoever filled it in, and nothing is done before they send it themselves.

use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::Text;
use jiff::SignedDuration;
use reqwest::Url;
use serde_json::json;

use super::browser::{Browser, PASSWORD, Seen};
use super::provider::{Stop, Tour, known_by, people, url};
use super::{EDGES, NODES, alone, shop};
use crate::lab::provider::Op;
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

const REASON: &str = "It is a test account & nobody pays with it";
const DISPUTE: &str = "/findings/FN-1/dispute";

/// A shop with a provider, where saying that a finding is not toxic asks this of a sign-in.
async fn strict(name: &str, least: &str) -> Option<(Lab, Op, Sandbox)> {
    let op = Op::new(name, people()).await?;
    let sandbox = Sandbox::of_csv(NODES, EDGES);
    let place = Place::new(Keep::Sqlite).await.expect("a place");
    let config = format!("{}\n{}", op.config(""), sandbox.system("shop", &[], ""));
    let lab = Lab::start(place, &config, business()).await;
    let lab = anew(lab, least).await;
    known_by(&lab, "owner", "Olga Owner", "olga@example.com").await;
    Some((lab, op, sandbox))
}

/// The server once more, with what it read, under a policy that asks this of a sign-in.
async fn anew(lab: Lab, least: &str) -> Lab {
    let lab = lab.under(disputes(least)).await;
    lab.sync("shop").await;
    lab
}

/// The policy of the tests, where saying that a finding is not toxic asks this of a sign-in.
fn disputes(least: &str) -> Folder {
    let mut texts = folder::builtin_texts();
    let name = "authority/own.cedar".to_owned();
    let text = format!(
        "@id(\"own.sign-in\")\n@because(\"Whoever disputes shows who they are.\")\nforbid (principal, \
         action == Action::\"finding.dispute\", resource) unless {{ {least} }};\n"
    );
    texts.push(Text { name, text });
    let loaded = folder::load(&texts).expect("a policy that holds together");
    loaded.judging_by(business())
}

const SECOND: &str = "context.strength >= 2 && context.signed_in_minutes <= 5";
const NEW: &str = "context.signed_in_minutes <= 5";

fn hidden<'a>(text: &'a str, action: &str, name: &str) -> &'a str {
    let form = text.split(&format!("action=\"{action}\"")).nth(1).expect("such a form");
    let field = form.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("such a field");
    field.split('"').next().expect("its end")
}

/// Sends the form of a page that was loaded.
async fn send(tour: &mut Tour, op: &Op, page: &str) -> Stop {
    let form = ["token", "seen", "once"].map(|name| (name, hidden(page, DISPUTE, name)));
    let form = [form.as_slice(), &[("reason", REASON)]].concat();
    tour.go(&url(&format!("{}{DISPUTE}", op.server)), Some(&form)).await
}

/// Where a page offers to sign in again.
fn offered(text: &str, words: &str) -> String {
    let before = text.split(words).next().expect("its beginning");
    let address = before.rsplit("href=\"").next().expect("a link");
    address.split('"').next().expect("its end").replace("&#38;", "&")
}

async fn status(lab: &Lab) -> bool {
    let finding = lab.get("auditor", "/findings/FN-1").await.ok();
    finding.pointer("/case/dispute").is_some_and(serde_json::Value::is_object)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_needs_a_second_factor_is_kept_until_it_was_shown_and_sent_again() {
    let Some((lab, op, _sandbox)) = strict("stronger", SECOND).await else { return };
    let mut tour = Tour::new();
    assert_eq!(tour.sign_in(&op, "s-1").await.status, 303);
    let page = tour.page(&op, "/findings/FN-1").await.text;
    let stop = send(&mut tour, &op, &page).await;
    assert_eq!(stop.status, 401, "{}", stop.text);
    for says in ["a sign-in with a second factor, at most 5 minutes ago", "is kept"] {
        assert!(stop.text.contains(says), "{says}: {}", stop.text);
    }
    assert!(!stop.text.contains("test account"), "what was typed stands in no page and no address");
    let address = offered(&stop.text, "Sign in again and go on");
    assert!(address.ends_with("&strength=second&age=5"), "{address}");

    let asked = tour.begin(&op, &address).await;
    for part in ["acr_values=two+three", "max_age=300", "prompt=login"] {
        assert!(asked.as_str().contains(part), "{part}: {asked}");
    }
    let back = tour.show(&op, asked, "s-1", "one").await;
    let stop = tour.go(&back, None).await;
    assert_eq!(stop.status, 401, "{}", stop.text);
    assert!(stop.text.contains("the provider says: a single factor"), "{}", stop.text);
    assert_eq!(offered(&stop.text, "Sign in again</a>"), address);

    let asked = tour.begin(&op, &address).await;
    let back = tour.show(&op, asked, "s-1", "two").await;
    let to = tour.go(&back, None).await.to.expect("back to the form");
    assert!(to.path().starts_with("/again/"), "{to}");
    let page = tour.go(&to, None).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("It is a test account &#38; nobody pays with it"), "{}", page.text);
    assert!(!status(&lab).await, "nothing is done by itself");
    assert_eq!(send(&mut tour, &op, &page.text).await.status, 303);
    assert!(status(&lab).await);

    another_person_and_a_later_time_find_nothing(&lab, &op, &to).await;
    lab.end().await;
}

async fn another_person_and_a_later_time_find_nothing(lab: &Lab, op: &Op, to: &Url) {
    let mut other = Browser::signed_in(lab, "control").await;
    assert_eq!(other.get(to.path()).await.status, 410, "it is somebody else's");
    let mut nobody = Tour::new();
    assert_eq!(nobody.go(to, None).await.status, 303, "nobody is led to signing in");
    lab.turn(SignedDuration::from_mins(10)).await;
    let mut own = Tour::new();
    assert_eq!(own.sign_in(op, "s-1").await.status, 303);
    let stop = own.go(to, None).await;
    assert_eq!(stop.status, 410, "{}", stop.text);
    assert!(!stop.text.contains("test account"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_the_provider_calls_too_old_is_refused_with_what_was_asked() {
    let Some((lab, op, _sandbox)) = strict("newer", NEW).await else { return };
    let mut tour = Tour::new();
    assert_eq!(tour.sign_in(&op, "s-1").await.status, 303);
    lab.turn(SignedDuration::from_mins(6)).await;
    let page = tour.page(&op, "/findings/FN-1").await.text;
    let stop = send(&mut tour, &op, &page).await;
    assert_eq!(stop.status, 401, "{}", stop.text);
    let address = offered(&stop.text, "Sign in again and go on");
    // The clock of this provider stands still: what it calls now is six minutes ago.
    let asked = tour.begin(&op, &address).await;
    let back = tour.show(&op, asked, "s-1", "three").await;
    let stop = tour.go(&back, None).await;
    assert_eq!(stop.status, 401, "{}", stop.text);
    assert!(stop.text.contains("at most 5 minutes ago was asked for"), "{}", stop.text);
    assert_eq!(tour.page(&op, "/findings").await.status, 200, "the former session goes on");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_provider_a_password_is_new_enough() {
    let (lab, _sandbox) = shop().await;
    let lab = anew(lab, NEW).await;
    let mut browser = Browser::signed_in(&lab, "owner").await;
    lab.turn(SignedDuration::from_mins(6)).await;
    let seen = dispute(&mut browser).await;
    assert_eq!(seen.status, 401, "{}", seen.text);
    let address = offered(&seen.text, "Sign in again and go on");
    let next = address.strip_prefix("/sign-in?next=").expect("the page of signing in");
    let form = [("name", "owner"), ("password", PASSWORD), ("next", next)];
    let seen = browser.post("/sign-in", &form).await;
    assert_eq!((seen.status, seen.leads_to()), (303, next));
    let page = browser.get(next).await;
    assert!(page.text.contains("nobody pays with it"), "{}", page.text);
    let seen = browser.fill_of(&page, DISPUTE, &[("reason", REASON)]).await;
    assert_eq!(seen.status, 303, "{}", seen.text);

    lab.end().await;
}

async fn dispute(browser: &mut Browser) -> Seen {
    browser.fill("/findings/FN-1", DISPUTE, &[("reason", REASON)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_on_which_nobody_could_sign_in_so_strongly_does_not_start() {
    let mut lab = alone().await;
    lab.adopt("security", &disputes(SECOND)).await.expect("the security seat signs");
    lab.stop().await;
    lab.use_policy(disputes(SECOND));
    let refused = lab.try_go_on().await.expect_err("nobody could dispute anything");
    for says in ["`finding.dispute`", "a second factor", "whoever runs this server", "the policy"] {
        assert!(refused.to_string().contains(says), "{says}: {refused}");
    }
    lab.use_systems(
        "[provider]\nissuer='https://login.example'\nclient_id='us'\nsecond={amr=['otp']}",
    );
    lab.go_on().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_a_single_factor_from_when_it_was_made_whatever_a_client_says() {
    let (lab, _sandbox) = shop().await;
    let lab = anew(lab, NEW).await;
    lab.turn(SignedDuration::from_mins(6)).await;
    let body = || json!({ "reason": REASON });
    let answer = lab.post("owner", "/findings/FN-1/dispute", body()).await;
    let challenge = answer.headers.get("www-authenticate").cloned().expect("a challenge");
    assert!(challenge.to_str().expect("words").contains("insufficient_user_authentication"));
    let problem = answer.refused(401, "sign-in.again");
    assert_eq!(problem["needed"], json!({ "strength": "single", "minutes": 5 }));
    let lab = anew(lab, "context.strength >= 1").await;
    lab.post("owner", "/findings/FN-1/dispute", body()).await.ok();
    lab.end().await;
}
