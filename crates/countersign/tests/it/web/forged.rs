use reqwest::Method;

use super::browser::Browser;
use super::exception::asked;
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

/// Every form there is.
const FORMS: [&str; 20] = [
    "/findings/FN-1/assign",
    "/findings/FN-1/choose",
    "/findings/FN-1/order",
    "/findings/FN-1/dispute",
    "/findings/FN-1/settle",
    "/findings/FN-1/except",
    "/exceptions/EX-1/decide",
    "/exceptions/EX-1/accept",
    "/exceptions/EX-1/reject",
    "/exceptions/EX-1/confirm",
    "/exceptions/EX-1/sign",
    "/exceptions/EX-1/veto",
    "/exceptions/EX-1/answer",
    "/exceptions/EX-1/suspend",
    "/exceptions/EX-1/resume",
    "/exceptions/EX-1/revoke",
    "/exceptions/EX-1/withdraw",
    "/systems/shop/runs/01890000-0000-7000-8000-000000000000/release",
    "/sign-out",
    "/sign-out/everywhere",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_is_taken_from_another_site_another_session_or_nobody() {
    let (lab, _sandbox, mut owner) = asked().await;
    let mut other = Browser::signed_in(&lab, "control").await;
    let own = owner.get("/").await.hidden("/sign-out", "token");
    let others = other.get("/").await.hidden("/sign-out", "token");
    let fields = |token| {
        let why = "a reason that is long enough";
        [("token", token), ("seen", "1"), ("answer", "accept"), ("reason", why)]
    };
    let before = lab.events("FN-1").await;
    for form in FORMS {
        for headers in [
            vec![],
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("sec-fetch-site", "none")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
            vec![("origin", "null")],
        ] {
            let sent = owner.send(Method::POST, form, Some(&fields(&own)), &headers).await;
            assert_eq!(sent.status, 403, "{form} {headers:?}");
        }
        for token in ["", "guessed", others.as_str()] {
            assert_eq!(owner.post(form, &fields(token)).await.status, 403, "{form} {token}");
        }
        let mut nobody = Browser::new(&lab);
        let sent = nobody.post(form, &fields(&own)).await;
        assert_eq!((sent.status, sent.leads_to()), (303, "/sign-in?next=/"), "{form}");
    }
    assert_eq!(lab.events("FN-1").await, before, "nothing was done");
    let history = lab.get("auditor", "/exceptions/EX-1/history").await.ok();
    let items = history["items"].as_array().cloned().unwrap_or_default();
    // Its control is tested meanwhile, by the server itself.
    let by_people = items.iter().filter(|it| it["actor"] != "machine:prober");
    let names: Vec<_> = by_people.map(|it| &it["name"]).collect();
    assert_eq!(names, ["exception.proposed.1"], "{items:#?}");
    assert_eq!(owner.get("/").await.status, 200, "nobody was signed out");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_a_session_that_is_over_is_good_for_nothing_in_the_next() {
    let (lab, _sandbox, mut owner) = asked().await;
    let guest = "/exceptions/EX-1/decide";
    let kept = owner.get(guest).await;
    let out = owner.get("/").await.hidden("/sign-out", "token");
    assert_eq!(owner.post("/sign-out", &[("token", &out)]).await.status, 303);
    let link = Browser::link(&lab, "owner").await;
    assert_eq!(owner.post(&link, &[]).await.status, 303);
    assert_eq!(owner.fill_of(&kept, guest, &[("answer", "accept")]).await.status, 403);
    assert_eq!(owner.post("/sign-out", &[("token", &out)]).await.status, 403);
    let twice = owner.get(guest).await;
    for _ in 0..2 {
        let sent = owner.fill_of(&twice, guest, &[("answer", "accept")]).await;
        assert_eq!((sent.status, sent.leads_to()), (303, guest), "{}", sent.text);
    }
    let history = lab.get("auditor", "/exceptions/EX-1/history").await.ok();
    let items = history["items"].as_array().cloned().unwrap_or_default();
    let accepted = items.iter().filter(|it| it["name"] == "exception.accepted.1").count();
    assert_eq!(accepted, 1, "{items:#?}");
    lab.end().await;
}
