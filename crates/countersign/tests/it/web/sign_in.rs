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
async fn whoever_guesses_is_slowed_down_and_told_for_how_long() {
    let lab = alone().await;
    Browser::password(&lab, "control").await;
    let mut browser = Browser::new(&lab);
    for _ in 0..10 {
        let seen = browser.post("/sign-in", &[("name", "Control"), ("password", "wrong")]).await;
        assert_eq!(seen.status, 401);
    }
    let right = [("name", "control"), ("password", PASSWORD)];
    let seen = browser.post("/sign-in", &right).await;
    assert_eq!(seen.status, 429, "even the right password waits");
    let wait = seen.headers["retry-after"].to_str().unwrap_or_default().to_owned();
    assert!(seen.text.to_lowercase().contains(&format!("wait {wait} seconds")), "{}", seen.text);
    assert!(wait.parse::<i64>().is_ok_and(|wait| (60..=121).contains(&wait)), "{wait}");
    lab.clock.turn(SignedDuration::from_mins(2));
    assert_eq!(browser.post("/sign-in", &right).await.status, 303);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_gives_a_new_session_and_takes_none_that_was_planted() {
    let lab = alone().await;
    Browser::password(&lab, "owner").await;
    let right = [("name", "owner"), ("password", PASSWORD)];
    let planted = "countersign=planted".to_owned();
    let mut browser = Browser::new(&lab);
    browser.cookie = Some(planted.clone());
    assert_eq!(browser.post("/sign-in", &right).await.status, 303);
    let first = browser.cookie.clone().expect("a session");
    assert_ne!(first, planted);
    assert_eq!(browser.post("/sign-in", &right).await.status, 303);
    let second = browser.cookie.clone().expect("a session");
    assert_eq!(browser.get("/").await.status, 200);
    let link = Browser::link(&lab, "owner").await;
    assert_eq!(browser.post(&link, &[]).await.status, 303);
    let third = browser.cookie.clone().expect("a session");
    assert!(first != second && second != third && first != third);
    for over in [planted, first, second] {
        browser.cookie = Some(over);
        assert_eq!(browser.get("/").await.status, 303, "over, or never was");
    }
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
