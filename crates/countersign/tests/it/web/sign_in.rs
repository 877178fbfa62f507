use reqwest::Method;

use super::alone;
use super::browser::{Browser, PASSWORD};
use jiff::SignedDuration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_a_page_before_signing_in_and_is_led_back_to_it_afterwards() {
    let lab = alone().await;
    let mut browser = Browser::new(&lab);
    for page in ["/", "/findings?owner=me", "/findings/FN-1", "/ledger", "/ledger/0", "/systems"] {
        let seen = browser.get(page).await;
        assert_eq!(seen.status, 303, "{page}");
        assert!(seen.leads_to().starts_with("/sign-in?next=/"), "{page}: {}", seen.leads_to());
        assert!(!seen.text.contains("<main"), "{page}");
    }
    let seen = browser.get("/findings?owner=me").await;
    let form = browser.get(seen.leads_to()).await;
    assert!(form.text.contains("name=\"next\" value=\"/findings?owner=me\""), "{}", form.text);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_and_a_name_that_nobody_has_are_told_apart_by_nobody() {
    let lab = alone().await;
    drop(Browser::signed_in(&lab, "control").await);
    let mut browser = Browser::new(&lab);
    let wrong = browser.post("/sign-in", &[("name", "control"), ("password", "wrong")]).await;
    let nobody = browser.post("/sign-in", &[("name", "nobody"), ("password", PASSWORD)]).await;
    assert_eq!((wrong.status, nobody.status), (401, 401));
    assert_eq!(wrong.text.replace("control", "nobody"), nobody.text);
    assert_eq!(browser.cookie, None);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_cannot_be_tried_without_end() {
    let lab = alone().await;
    drop(Browser::signed_in(&lab, "control").await);
    let mut browser = Browser::new(&lab);
    for _ in 0..9 {
        let seen = browser.post("/sign-in", &[("name", "Control"), ("password", "wrong")]).await;
        assert_eq!(seen.status, 401);
    }
    let right = [("name", "control"), ("password", PASSWORD)];
    let seen = browser.post("/sign-in", &right).await;
    assert_eq!(seen.status, 429, "even the right password waits");
    assert!(
        seen.text.contains("wait a quarter of an hour") || seen.text.contains("Wait a quarter")
    );
    lab.clock.turn(SignedDuration::from_mins(15));
    assert_eq!(browser.post("/sign-in", &right).await.status, 303);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_signs_in_once_and_a_preview_does_not_spend_it() {
    let lab = alone().await;
    let link = Browser::link(&lab, "owner").await;
    let mut browser = Browser::new(&lab);
    for _preview in 0..3 {
        let seen = browser.get(&link).await;
        assert_eq!(seen.status, 200);
        assert!(seen.text.contains("Sign in as Olga Owner"), "{}", seen.text);
    }
    assert_eq!(browser.post(&link, &[]).await.status, 303);
    assert!(browser.get("/").await.text.contains("Olga Owner"));
    let mut second = Browser::new(&lab);
    assert_eq!(second.post(&link, &[]).await.status, 410);
    assert_eq!((second.get(&link).await.status, second.cookie), (410, None));
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_good_for_fifteen_minutes_and_on_this_machine_only() {
    let lab = alone().await;
    let link = Browser::link(&lab, "owner").await;
    let mut browser = Browser::new(&lab);
    let ours = ("sec-fetch-site", "same-origin");
    for elsewhere in [("host", "countersign.example"), ("x-forwarded-for", "192.0.2.1")] {
        let sent = browser.send(Method::POST, &link, Some(&[]), &[ours, elsewhere]).await;
        assert_eq!(sent.status, 403, "{elsewhere:?}");
        let looked = browser.send(Method::GET, &link, None, &[elsewhere]).await;
        assert_eq!(looked.status, 403, "{elsewhere:?}");
    }
    assert_eq!(browser.get(&link).await.status, 200, "it is not spent");
    lab.clock.turn(SignedDuration::from_mins(15));
    assert_eq!(browser.post(&link, &[]).await.status, 410);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn away_from_this_machine_a_password_goes_over_an_encrypted_way_only() {
    let lab = alone().await;
    drop(Browser::signed_in(&lab, "control").await);
    let mut browser = Browser::new(&lab);
    let right = [("name", "control"), ("password", PASSWORD)];
    let (host, ours) = (("host", "countersign.example"), ("sec-fetch-site", "same-origin"));
    let plain = browser.send(Method::POST, "/sign-in", Some(&right), &[host, ours]).await;
    assert_eq!((plain.status, browser.cookie.clone()), (403, None));
    let proto = ("x-forwarded-proto", "https");
    let seen = browser.send(Method::POST, "/sign-in", Some(&right), &[host, ours, proto]).await;
    let set = seen.headers["set-cookie"].to_str().unwrap_or_default();
    assert!(set.starts_with("__Host-countersign=") && set.ends_with("; Secure"), "{set}");
    assert!(set.contains("HttpOnly; SameSite=Lax"), "{set}");
    lab.end().await;
}
