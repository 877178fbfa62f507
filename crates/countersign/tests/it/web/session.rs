use countersign_server::auth::{NotSigned, link, session};
use jiff::SignedDuration;
use serde_json::json;

use super::browser::Browser;
use super::{alone, alone_on};
use crate::api::both;
use crate::lab::{Keep, Lab};

both!(
    a_session_is_over_the_moment_its_person_is_deactivated,
    nothing_that_was_issued_before_a_deactivation_comes_back_with_an_appointment,
);

async fn deactivate(lab: &Lab, who: &str) {
    let path = format!("/people/{}/deactivate", lab.id(who));
    lab.post("security", &path, json!({})).await.ok();
}

async fn a_session_is_over_the_moment_its_person_is_deactivated(keep: Keep) {
    let Some(lab) = alone_on(keep).await else { return };
    let mut browser = Browser::signed_in(&lab, "owner").await;
    assert_eq!(browser.get("/").await.status, 200);
    deactivate(&lab, "owner").await;
    lab.clock.turn(SignedDuration::from_secs(1));
    assert_eq!(browser.get("/").await.status, 303);
    let sent = browser.post("/findings/FN-1/dispute", &[("reason", "a reason of mine")]).await;
    assert_eq!((sent.status, sent.leads_to()), (303, "/sign-in?next=/"));
    lab.get("owner", "/people").await.refused(401, "token.invalid");
    lab.post("owner", "/people", json!({})).await.refused(401, "token.invalid");
    lab.end().await;
}

async fn nothing_that_was_issued_before_a_deactivation_comes_back_with_an_appointment(keep: Keep) {
    let Some(lab) = alone_on(keep).await else { return };
    let link = Browser::link(&lab, "owner").await;
    let mut browser = Browser::signed_in_by_link(&lab, "owner").await;
    assert_eq!(browser.get("/").await.status, 200);
    deactivate(&lab, "owner").await;
    let person = *lab.people.get("owner").expect("one of the people");
    let shown = session::Shown::here(session::Way::Link, lab.server_clock().now());
    for refused in [
        session::begin(lab.door(), person, shown).await.err(),
        link::issue(lab.door(), person).await.err(),
    ] {
        assert!(matches!(refused, Some(NotSigned::Inactive)), "{refused:?}");
    }
    let appointment = json!({ "name": "Olga Owner", "seats": ["business"] });
    let path = format!("/people/{}/appoint", lab.id("owner"));
    lab.post("security", &path, appointment).await.ok();
    assert_eq!(browser.get("/").await.status, 303, "the session is over for good");
    assert_eq!(Browser::new(&lab).post(&link, &[]).await.status, 410, "so is the link");
    lab.get("owner", "/people").await.refused(401, "token.invalid");
    let mut anew = Browser::signed_in_by_link(&lab, "owner").await;
    assert_eq!(anew.get("/").await.status, 200, "what is issued afterwards is good");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_password_and_signing_somebody_out_end_their_unspent_links_too() {
    let lab = alone().await;
    let link = Browser::link(&lab, "owner").await;
    drop(Browser::signed_in(&lab, "owner").await);
    assert_eq!(Browser::new(&lab).post(&link, &[]).await.status, 410);
    let (link, other) = (Browser::link(&lab, "owner").await, Browser::link(&lab, "control").await);
    let person = *lab.people.get("owner").expect("one of the people");
    assert_eq!(session::end_all(lab.door(), person).await.expect("an answer"), 1);
    assert_eq!(Browser::new(&lab).get(&link).await.status, 410);
    assert_eq!(Browser::new(&lab).post(&other, &[]).await.status, 303, "nobody else's");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_without_use_and_however_much_it_is_used() {
    let lab = alone().await;
    let mut idle = Browser::signed_in(&lab, "owner").await;
    let mut busy = Browser::signed_in(&lab, "control").await;
    lab.clock.turn(SignedDuration::from_mins(90));
    assert_eq!(busy.get("/").await.status, 200);
    lab.clock.turn(SignedDuration::from_mins(30));
    assert_eq!(idle.get("/").await.status, 303, "two hours without use");
    for _ in 0..19 {
        assert_eq!(busy.get("/").await.status, 200);
        lab.clock.turn(SignedDuration::from_mins(30));
    }
    assert_eq!(busy.get("/").await.status, 200);
    lab.clock.turn(SignedDuration::from_mins(30));
    assert_eq!(busy.get("/").await.status, 303, "twelve hours in all");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_ends_the_session_and_a_new_password_ends_them_all() {
    let lab = alone().await;
    let mut browser = Browser::signed_in(&lab, "owner").await;
    let kept = browser.cookie.clone();
    let page = browser.get("/").await;
    let token = page.hidden("/sign-out", "token");
    let out = browser.post("/sign-out", &[("token", &token)]).await;
    assert_eq!((out.status, browser.cookie.clone()), (303, None));
    browser.cookie = kept;
    assert_eq!(
        browser.get("/").await.status,
        303,
        "the cookie that somebody kept is good for nothing"
    );
    let mut first = Browser::signed_in(&lab, "owner").await;
    assert_eq!(first.get("/").await.status, 200);
    let mut second = Browser::signed_in(&lab, "owner").await;
    assert_eq!(first.get("/").await.status, 303, "the password was set anew");
    assert_eq!(second.get("/").await.status, 200);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_everywhere_ends_every_session_and_link_of_one_person() {
    let lab = alone().await;
    let mut elsewhere = Browser::signed_in_by_link(&lab, "owner").await;
    let mut here = Browser::signed_in_by_link(&lab, "owner").await;
    let mut other = Browser::signed_in_by_link(&lab, "control").await;
    let link = Browser::link(&lab, "owner").await;
    let page = here.get("/").await;
    let token = page.hidden("/sign-out/everywhere", "token");
    let out = here.post("/sign-out/everywhere", &[("token", &token)]).await;
    assert_eq!((out.status, out.leads_to(), here.cookie.clone()), (303, "/sign-in", None));
    assert_eq!(elsewhere.get("/").await.status, 303);
    assert_eq!(elsewhere.post(&link, &[]).await.status, 410);
    assert_eq!(other.get("/").await.status, 200);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_load_nothing_but_our_own_files_and_are_kept_nowhere() {
    let lab = alone().await;
    let mut browser = Browser::signed_in(&lab, "owner").await;
    let mut links = Vec::new();
    for page in ["/", "/findings", "/ledger", "/systems", "/sign-in", "/nothing-here"] {
        let seen = browser.get(page).await;
        let header = |name: &str| seen.headers[name].to_str().unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'; script-src 'self'; style-src 'self'"),
            "{policy}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{page}");
        assert_eq!(header("cache-control"), "no-store", "{page}");
        assert!(header("content-type").starts_with("text/html"), "{page}");
        links = ["/static/countersign.css?v=", "/static/htmx.js?v="]
            .iter()
            .map(|start| {
                let at = seen.text.find(start).expect("a link to it");
                seen.text[at..].split('"').next().unwrap_or_default().to_owned()
            })
            .collect();
    }
    for link in links {
        let seen = browser.get(&link).await;
        assert_eq!(seen.status, 200, "{link}");
        let kept = seen.headers["cache-control"].to_str().unwrap_or_default();
        assert_eq!(kept, "public, max-age=31536000, immutable");
    }
    assert_eq!(browser.get("/static/..%2Fbuild.rs").await.status, 404);
    lab.end().await;
}
