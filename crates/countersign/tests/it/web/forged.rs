use reqwest::Method;

use super::browser::Browser;
use super::shop;

const ACTION: &str = "/findings/FN-1/dispute";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_site_or_another_session_does_nothing() {
    let (lab, _sandbox) = shop().await;
    let mut control = Browser::signed_in(&lab, "control").await;
    let mut other = Browser::signed_in(&lab, "other-control").await;
    let page = control.get("/findings/FN-1").await;
    let token = page.hidden(ACTION, "token");
    let fields =
        |token: &'static str| [("token", token), ("seen", "1"), ("reason", "a reason of mine")];
    let own: &'static str = Box::leak(token.into_boxed_str());
    for headers in [
        vec![],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
    ] {
        let sent = control.send(Method::POST, ACTION, Some(&fields(own)), &headers).await;
        assert_eq!(sent.status, 403, "{headers:?}");
    }
    for token in ["", "guessed"] {
        let sent = control.post(ACTION, &fields(token)).await;
        assert_eq!(sent.status, 403, "{token:?}");
        assert!(sent.text.contains("not from a page of your present session"), "{}", sent.text);
    }
    let replayed = other.post(ACTION, &fields(own)).await;
    assert_eq!(replayed.status, 403, "the form of somebody else");
    control.cookie = None;
    assert_eq!(control.post(ACTION, &fields(own)).await.status, 303, "nobody");
    let case = lab.get("auditor", "/findings/FN-1").await.ok();
    assert_eq!(case["sequence"], 1, "nothing was done");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_sent_twice_is_carried_out_once() {
    let (lab, _sandbox) = shop().await;
    let mut control = Browser::signed_in(&lab, "control").await;
    let page = control.get("/findings/FN-1").await;
    let typed = [("reason", "two people look at each payment")];
    let first = control.fill_of(&page, ACTION, &typed).await;
    let second = control.fill_of(&page, ACTION, &typed).await;
    assert_eq!((first.status, second.status), (303, 303), "{}", second.text);
    let history = lab.get("auditor", "/findings/FN-1/history").await.ok();
    let names = history["items"].as_array().map(Vec::len);
    assert_eq!(names, Some(2), "{history:#}");
    lab.end().await;
}
