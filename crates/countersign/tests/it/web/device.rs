//! Signing a program in from a browser (RFC 8628): what a person sees and says, and what the program is told.

use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::alone;
use super::browser::{Browser, Seen};
use crate::lab::{Answer, Lab};

/// A program that begins: its code, and the one that a person types.
async fn begins(lab: &Lab) -> (String, String) {
    let begun =
        lab.post("nobody", "/sign-in/device", json!({ "name": "<b>a laptop</b>" })).await.ok();
    let text = |name: &str| begun.get(name).and_then(Value::as_str).expect("a text").to_owned();
    let page = format!("http://{}/device", lab.running().address);
    assert_eq!((text("verification_uri"), begun.get("expires_in")), (page, Some(&json!(600))));
    (text("device_code"), text("user_code"))
}

async fn asks(lab: &Lab, device_code: &str) -> Answer {
    let body = json!({ "device_code": device_code });
    lab.post("nobody", "/sign-in/device/token", body).await
}

/// What the program is told in the words of RFC 8628.
async fn told(lab: &Lab, device_code: &str) -> String {
    let answer = asks(lab, device_code).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{:#}", answer.body);
    answer.body.get("error").and_then(Value::as_str).expect("an error").to_owned()
}

/// What happened to one of the people, the newest first.
pub(crate) async fn happened(lab: &Lab, who: &str) -> Vec<String> {
    lab.sealed().await;
    let entries = lab.get("auditor", "/ledger/entries?limit=200").await.ok();
    let subject = format!("person:{}", lab.id(who));
    let own = entries.get("items").and_then(Value::as_array).into_iter().flatten();
    let own = own.filter(|it| it.get("subject") == Some(&json!(subject)));
    own.filter_map(|it| it.get("name")?.as_str().map(str::to_owned)).collect()
}

async fn types(browser: &mut Browser, code: &str) -> Seen {
    browser.fill("/device", "/device", &[("code", code)]).await
}

async fn says(browser: &mut Browser, page: &Seen, answer: &str) -> Seen {
    let code = page.hidden("/device/answer", "code");
    browser.fill_of(page, "/device/answer", &[("code", &code), ("answer", answer)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_is_signed_in_once_a_person_typed_its_code_saw_who_asks_and_said_yes() {
    let lab = alone().await;
    let (device_code, user_code) = begins(&lab).await;
    assert_eq!(told(&lab, &device_code).await, "authorization_pending");
    assert_eq!(told(&lab, &device_code).await, "slow_down");
    lab.turn(SignedDuration::from_secs(6)).await;
    assert_eq!(told(&lab, &device_code).await, "authorization_pending");

    let mut browser = Browser::signed_in(&lab, "owner").await;
    let page = browser.get(&format!("/device?user_code={user_code}&code={user_code}")).await;
    assert!(!page.text.contains(&user_code), "no link types for somebody: {}", page.text);
    let page = types(&mut browser, &user_code.to_lowercase().replace('-', " ")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for shown in
        [user_code.as_str(), "&#60;b&#62;a laptop&#60;/b&#62;", "the machine of this server"]
    {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    assert_eq!(told(&lab, &device_code).await, "slow_down", "nothing was said yet");
    assert!(says(&mut browser, &page, "yes").await.text.contains("is signed in"));
    assert_eq!(says(&mut browser, &page, "no").await.status, 404, "it was answered");

    let given = asks(&lab, &device_code).await.ok();
    assert_eq!((&given["token_type"], &given["expires_in"]), (&json!("Bearer"), &json!(86_400)));
    assert_eq!(told(&lab, &device_code).await, "expired_token", "good once");
    let token = given["access_token"].as_str().expect("a token");
    let person = lab.id("other-owner");
    let refused = lab.post_by(token, &format!("/people/{person}/deactivate"), json!({})).await;
    refused.refused(403, "duty.not-permitted");
    let events = happened(&lab, "owner").await;
    assert_eq!(events.first().map(String::as_str), Some("person.token_taken.1"), "{events:?}");
    lab.turn(SignedDuration::from_hours(24)).await;
    let over = lab.post_by(token, &format!("/people/{person}/deactivate"), json!({})).await;
    over.refused(401, "token.invalid");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_a_code_that_is_over_and_one_that_is_none_sign_nobody_in() {
    let lab = alone().await;
    let mut browser = Browser::signed_in(&lab, "owner").await;
    let (device_code, user_code) = begins(&lab).await;
    let page = types(&mut browser, &user_code).await;
    assert!(says(&mut browser, &page, "no").await.text.contains("is not signed in"));
    assert_eq!(told(&lab, &device_code).await, "access_denied");
    assert_eq!(types(&mut browser, &user_code).await.status, 404);

    let (device_code, user_code) = begins(&lab).await;
    let page = types(&mut browser, &user_code).await;
    lab.turn(SignedDuration::from_mins(10)).await;
    assert_eq!(says(&mut browser, &page, "yes").await.status, 404, "over");
    assert_eq!(told(&lab, &device_code).await, "expired_token");
    assert_eq!(told(&lab, "none").await, "expired_token");
    let mut nobody = Browser::new(&lab);
    assert_eq!(nobody.get("/device").await.leads_to(), "/sign-in?next=/device");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_are_not_guessed_and_whoever_is_deactivated_gets_no_token() {
    let lab = alone().await;
    let mut browser = Browser::signed_in(&lab, "owner").await;
    let (device_code, user_code) = begins(&lab).await;
    let page = types(&mut browser, &user_code).await;
    says(&mut browser, &page, "yes").await;
    let away = format!("/people/{}/deactivate", lab.id("owner"));
    lab.post("security", &away, json!({})).await.ok();
    assert_eq!(told(&lab, &device_code).await, "access_denied");

    let mut browser = Browser::signed_in(&lab, "control").await;
    for _ in 0..10 {
        assert_eq!(types(&mut browser, "BBBB-BBBB").await.status, 404);
    }
    let (_, user_code) = begins(&lab).await;
    let seen = types(&mut browser, &user_code).await;
    assert_eq!(seen.status, 429, "{}", seen.text);
    let mut refused: Option<Value> = None;
    for _ in 0..100 {
        let answer = lab.post("nobody", "/sign-in/device", json!({ "name": "again" })).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer.body);
            break;
        }
    }
    let refused = refused.expect("too many programs of one address");
    assert_eq!(refused["error"], "temporarily_unavailable");
    lab.end().await;
}
