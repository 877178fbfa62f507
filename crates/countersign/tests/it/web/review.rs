//! A review by forms alone: planned after counting, started, decided one by one and in bulk, and nothing
//! chosen beforehand.

use super::browser::Browser;
use super::shop;
use crate::lab::Lab;

const WHY: &str = "the month-end run needs it until the new interface is there";

/// Plans and starts a review of the shop before the owner, by the forms of the control seat.
pub(crate) async fn started(lab: &Lab, control: &mut Browser) {
    let owner = lab.id("owner");
    let scope = [("title", "Who may pay in the shop"), ("systems", "shop")];
    let count = [scope[0], scope[1], ("do", "count")];
    let counted = control.fill("/reviews/new", "/reviews/new", &count).await;
    assert_eq!(counted.status, 200, "{}", counted.text);
    assert!(counted.text.contains("The first of them"), "{}", counted.text);
    let plan = [
        ("by", "people"),
        ("person_1", owner.as_str()),
        ("days", "14"),
        ("keep_days", "180"),
        ("do", "plan"),
    ];
    let silent: Vec<(&str, &str)> = scope.into_iter().chain(plan).collect();
    let refused = control.fill("/reviews/new", "/reviews/new", &silent).await;
    assert!(refused.text.contains("Choose what becomes of an item that nobody answers"));
    let all: Vec<(&str, &str)> = silent.into_iter().chain([("no_answer", "revoke")]).collect();
    let planned = control.fill("/reviews/new", "/reviews/new", &all).await;
    assert_eq!((planned.status, planned.leads_to()), (303, "/reviews/RV-1"), "{}", planned.text);
    let sent = control.fill("/reviews/RV-1", "/reviews/RV-1/start", &[]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    until(lab, "active").await;
}

pub(crate) async fn until(lab: &Lab, status: &str) {
    lab.until(&format!("the review is {status}"), async || {
        let review = lab.get("auditor", "/reviews/RV-1").await.ok();
        (review.get("status")? == status).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_is_lived_by_forms_and_nothing_is_chosen_beforehand() {
    let (lab, _sandbox) = shop().await;
    let mut control = Browser::signed_in(&lab, "control").await;
    started(&lab, &mut control).await;
    let mut owner = Browser::signed_in(&lab, "owner").await;
    let work = owner.get("/").await;
    assert!(work.text.contains("/reviews/RV-1/items/1"), "{}", work.text);
    let queue = owner.get("/reviews/RV-1/queue").await;
    assert!(queue.text.contains("name=\"item-1\""), "{}", queue.text);
    assert!(!queue.text.contains("checked") && !queue.text.contains("selected"));
    let seen = control.get("/reviews/RV-1/items/1").await;
    assert!(!seen.text.contains("name=\"decision\""), "it is not before the control seat");

    let decide = "/reviews/RV-1/items/1/decide";
    let revoke = [("decision", "revoke"), ("reason", "")];
    let sent = owner.fill("/reviews/RV-1/items/1", decide, &revoke).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let queue = owner.get("/reviews/RV-1/queue").await;
    assert!(!queue.text.contains("name=\"item-1\""), "decided, and gone from the queue");

    let list = lab.get("auditor", "/reviews/RV-1/items?standing=open").await.ok();
    let open = list.get("items").and_then(|it| it.as_array().cloned()).unwrap_or_default();
    let names: Vec<String> =
        open.iter().map(|it| format!("item-{}", it.get("number").expect("a number"))).collect();
    let chosen: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "yes")).collect();
    let page = "/reviews/RV-1/queue";
    let many = "/reviews/RV-1/decide";
    let keep = |reason: &'static str| {
        let more = [("decision", "keep"), ("until", "2027-03-01"), ("reason", reason)];
        chosen.iter().copied().chain(more).collect::<Vec<_>>()
    };
    let refused = owner.fill(page, many, &keep("")).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("was not decided"), "{}", refused.text);
    let sent = owner.fill(page, many, &keep(WHY)).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    until(&lab, "remediating").await;
    let shown = control.get("/reviews/RV-1").await;
    assert!(shown.text.contains("Everything is decided"), "{}", shown.text);
    assert!(shown.text.contains("Decided in bulk"), "{}", shown.text);
    let refused = owner.post("/reviews/RV-1/accept", &[]).await;
    assert_eq!(refused.status, 403, "a form of nobody's session: {}", refused.text);
    lab.states_are_folds().await;
    lab.end().await;
}
