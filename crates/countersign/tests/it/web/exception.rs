use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use super::browser::{Browser, Seen};
use super::shop;
use crate::lab::Lab;
use crate::lab::sandbox::Sandbox;

const FORM: &str = "/findings/FN-1/except";
const PAGE: &str = "/exceptions/EX-1";
const GUEST: &str = "/exceptions/EX-1/decide";
const WHY: &str = "the till needs both <b>until</b> the new one is there";

/// The value of the choice that says this.
fn choice(page: &Seen, words: &str) -> String {
    let before = page.text.split(words).next().expect("such a choice");
    let value = before.rsplit("value=\"").next().expect("its value");
    value.split('"').next().expect("its end").to_owned()
}

/// A day so many days from now, as a date field sends it.
fn day(lab: &Lab, days: i64) -> String {
    let then = lab.server_clock().now() + SignedDuration::from_hours(24 * days);
    then.strftime("%F").to_string()
}

/// What somebody types who does everything right.
fn typed(lab: &Lab, page: &Seen) -> Vec<(&'static str, String)> {
    let text = |words: &str| words.to_owned();
    vec![
        ("need", text(WHY)),
        ("not_removable", text(WHY)),
        ("would_change", text(WHY)),
        ("owner", lab.id("owner")),
        ("use", text("continuous")),
        ("controls", text("1")),
        ("what-1", text("the clerk's account is locked in the shop")),
        ("test-1", choice(page, "cannot sign in, in shop")),
        ("control_owner-1", lab.id("control")),
        ("every_hours-1", text("24")),
        ("max_age_hours-1", text("48")),
        ("until", day(lab, 5)),
        ("review_days", text("7")),
        ("do", text("propose")),
    ]
}

fn pairs<'a>(typed: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    typed.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn with(
    mut typed: Vec<(&'static str, String)>,
    name: &'static str,
    value: &str,
) -> Vec<(&'static str, String)> {
    typed.retain(|(known, _)| *known != name);
    typed.push((name, value.to_owned()));
    typed
}

/// A shop in which FN-1 has an owner.
async fn owned() -> (Lab, Sandbox, Browser) {
    let (lab, sandbox) = shop().await;
    let mut security = Browser::signed_in(&lab, "security").await;
    let assign = "/findings/FN-1/assign";
    let sent = security.fill("/findings/FN-1", assign, &[("owner", &lab.id("owner"))]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let owner = Browser::signed_in(&lab, "owner").await;
    (lab, sandbox, owner)
}

/// The same, with EX-1 asked for by the owner.
pub(super) async fn asked() -> (Lab, Sandbox, Browser) {
    let (lab, sandbox, mut owner) = owned().await;
    let page = owner.get(FORM).await;
    let sent = owner.fill_of(&page, FORM, &pairs(&typed(&lab, &page))).await;
    assert_eq!((sent.status, sent.leads_to()), (303, PAGE), "{}", sent.text);
    // After it nothing happens by itself, and no form is overtaken by a test.
    lab.until("the control has passed", async || {
        let case = lab.get("auditor", PAGE).await.ok();
        let verdict = case.pointer("/controls/0/verdict")?;
        (verdict == "passed").then_some(())
    })
    .await;
    (lab, sandbox, owner)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exception_is_asked_for_accepted_confirmed_and_vetoed_by_forms_alone() {
    let (lab, _sandbox, mut owner) = asked().await;
    let seen = owner.get(PAGE).await;
    assert!(seen.text.contains("You</b> asked for the exception"), "{}", seen.text);
    assert!(seen.text.contains("Waits for you") && seen.text.contains("No veto so far"));
    assert!(seen.text.contains("&#60;b&#62;until&#60;/b&#62;"), "markup is text");
    let work = owner.get("/").await;
    assert!(work.text.contains(GUEST) && work.text.contains("<b>Decide</b>"), "{}", work.text);

    let seen = owner.get(GUEST).await;
    assert!(seen.text.contains("Do you accept this risk until"), "{}", seen.text);
    assert!(seen.text.contains("If nothing is done:") && seen.text.contains("Clerk"));
    let sent = owner.fill_of(&seen, GUEST, &[("answer", "accept")]).await;
    assert_eq!((sent.status, sent.leads_to()), (303, GUEST), "{}", sent.text);
    let seen = owner.get(GUEST).await;
    assert!(seen.text.contains("You accepted it on"), "{}", seen.text);
    assert!(seen.text.contains("confirms that the protections are in place"));

    let mut control = Browser::signed_in(&lab, "control").await;
    assert!(control.get("/").await.text.contains("<b>Confirm</b>"));
    let statement = [("statement", "the account is locked, seen in the shop today")];
    let sent = control.fill(PAGE, "/exceptions/EX-1/confirm", &statement).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    stands(&lab, "active").await;
    let seen = control.get(PAGE).await;
    assert!(seen.text.contains("In force") && seen.text.contains("class=\"passed\""));
    let finding = control.get("/findings/FN-1").await;
    assert!(finding.text.contains("by <a href=\"/exceptions/EX-1\">EX-1</a>"), "{}", finding.text);
    let list = control.get("/exceptions?status=active").await;
    assert!(list.text.contains("In force <b>1</b>") && list.text.contains("EX-1"));
    assert!(
        control.get("/exceptions?status=in_review").await.text.contains("No exception is like")
    );

    let mut security = Browser::signed_in(&lab, "security").await;
    let why = [("reason", "the role could be split in two today")];
    let sent = security.fill(PAGE, "/exceptions/EX-1/veto", &why).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    stands(&lab, "suspended").await;
    assert!(owner.get("/").await.text.contains("Answer the veto"));
    let answer = [("answer", "answer"), ("reason", "the split breaks the till until spring")];
    let sent = owner.fill(GUEST, GUEST, &answer).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert!(control.get("/").await.text.contains("<b>Resume</b>"));
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_that_must_be_mended_says_where_and_loses_nothing() {
    let (lab, _sandbox, mut owner) = owned().await;
    let page = owner.get(FORM).await;
    assert!(page.text.contains("Only within a window") && page.text.contains("Clerk"));
    let all = typed(&lab, &page);
    let more = with(all.clone(), "do", "more");
    let seen = owner.fill_of(&page, FORM, &pairs(&more)).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert!(seen.text.contains("name=\"what-2\"") && !seen.text.contains("name=\"what-3\""));
    assert!(seen.text.contains("the till needs both &#60;b&#62;until"), "{}", seen.text);
    for (name, value, status, told) in [
        ("need", "no", 422, "that is no reason"),
        ("until", "2031-01-01", 422, "must lie after now"),
        ("until", "soon", 422, "give the last day"),
        ("review_days", "99", 422, "must be reviewed at least"),
        ("test-1", "guessed", 422, "choose how it is tested"),
        ("use", "", 422, "choose one of the two"),
        ("max_age_hours-1", "1", 422, "control 1"),
    ] {
        let page = owner.get(FORM).await;
        let wrong = with(all.clone(), name, value);
        let sent = owner.fill_of(&page, FORM, &pairs(&wrong)).await;
        assert_eq!(sent.status, status, "{name}: {}", sent.text);
        let text = sent.text.to_lowercase();
        assert!(text.contains(told), "{name}: {}", sent.text);
        assert!(sent.text.contains("the till needs both &#60;b&#62;until"), "{name}");
    }
    let window =
        [("use", "window"), ("day-1", "on"), ("from", "08:00"), ("to", "18:00"), ("zone", "CET/X")];
    let window = window.iter().fold(all, |all, (name, value)| with(all, name, value));
    let page = owner.get(FORM).await;
    let sent = owner.fill_of(&page, FORM, &pairs(&window)).await;
    assert_eq!(sent.status, 422, "{}", sent.text);
    assert!(sent.text.contains("There is no time zone “CET/X”"), "{}", sent.text);
    assert!(sent.text.contains("value=\"CET/X\""), "{}", sent.text);
    let none = lab.get("auditor", "/exceptions").await.ok();
    assert_eq!(none["items"], json!([]), "nothing was half made");
    // Who cannot own it is not offered, and who cannot ask for it is told so.
    let owners = page.text.split("name=\"owner\"").nth(1).expect("the choice");
    let owners = owners.split("</select>").next().expect("its end");
    assert!(owners.contains("Olga Owner") && !owners.contains("Sem Security"), "{owners}");
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let seen = auditor.get(FORM).await;
    assert!(seen.text.contains("Policy does not let you do this"), "{}", seen.text);
    assert!(!seen.text.contains("name=\"need\""), "no form that is dead");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_or_replayed_form_of_an_exception_does_nothing_and_one_sent_twice_is_carried_out_once()
 {
    let (lab, _sandbox, mut owner) = owned().await;
    let page = owner.get(FORM).await;
    let all = typed(&lab, &page);
    let hidden = ["token", "seen", "once"].map(|name| (name, page.hidden(FORM, name)));
    let sent = [hidden.to_vec(), all].concat();
    for headers in
        [vec![], vec![("sec-fetch-site", "cross-site")], vec![("origin", "https://evil.example")]]
    {
        let forged = owner.send(Method::POST, FORM, Some(&pairs(&sent)), &headers).await;
        assert_eq!(forged.status, 403, "{headers:?}");
    }
    let mut other = Browser::signed_in(&lab, "control").await;
    assert_eq!(other.post(FORM, &pairs(&sent)).await.status, 403, "the form of somebody else");
    let none = lab.get("auditor", "/exceptions").await.ok();
    assert_eq!(none["items"], json!([]));
    let first = owner.post(FORM, &pairs(&sent)).await;
    let second = owner.post(FORM, &pairs(&sent)).await;
    assert_eq!((first.status, second.status), (303, 303), "{}", second.text);
    assert_eq!((first.leads_to(), second.leads_to()), (PAGE, PAGE));

    let guest = owner.get(GUEST).await;
    let token = guest.hidden(GUEST, "token");
    let fields = [("token", token.as_str()), ("seen", "1"), ("answer", "accept")];
    let cross = [("sec-fetch-site", "cross-site")];
    assert_eq!(owner.send(Method::POST, GUEST, Some(&fields), &cross).await.status, 403);
    assert_eq!(other.post(GUEST, &fields).await.status, 403, "the form of somebody else");
    let case = lab.get("auditor", PAGE).await.ok();
    // The control may have been tested by itself meanwhile; nothing else happened.
    assert_eq!(case["signatures"], json!([]));
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_decide_is_told_so_and_a_form_that_was_overtaken_loses_nothing() {
    let (lab, _sandbox, mut owner) = asked().await;
    let mut control = Browser::signed_in(&lab, "control").await;
    let guest = control.get(GUEST).await;
    assert!(guest.text.contains("You do not decide this"), "{}", guest.text);
    assert!(!guest.text.contains("value=\"accept\""), "no button that is dead");
    let before = control.get(PAGE).await;
    let token = before.hidden("/sign-out", "token");
    let fields = [("token", token.as_str()), ("seen", "1"), ("answer", "accept")];
    let sent = control.post(GUEST, &fields).await;
    assert_eq!(sent.status, 403, "{}", sent.text);
    assert!(sent.text.contains("Who could"), "{}", sent.text);
    let short = owner.fill(GUEST, GUEST, &[("answer", "reject"), ("reason", "<i>")]).await;
    assert_eq!(short.status, 422, "{}", short.text);
    assert!(short.text.contains("&#60;i&#62;</textarea>") && short.text.contains("bad-field"));
    let sent = owner.fill(GUEST, GUEST, &[("answer", "accept")]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let statement = [("statement", "locked <script>x()</script> & \"seen\" today")];
    let late = control.fill_of(&before, "/exceptions/EX-1/confirm", &statement).await;
    assert_eq!(late.status, 412, "{}", late.text);
    assert!(late.text.contains("Somebody else changed this while you were looking"));
    assert!(late.text.contains("accepted the risk for the business"), "{}", late.text);
    assert!(late.text.contains("locked &#60;script&#62;x()"), "{}", late.text);
    let again = control.fill_of(&late, "/exceptions/EX-1/confirm", &statement).await;
    assert_eq!(again.status, 303, "{}", again.text);
    lab.end().await;
}

async fn stands(lab: &Lab, status: &str) {
    lab.until(&format!("EX-1 is {status}"), async || {
        let case = lab.get("auditor", PAGE).await.ok();
        case.get("status").is_some_and(|it| it == status).then_some(())
    })
    .await;
}
