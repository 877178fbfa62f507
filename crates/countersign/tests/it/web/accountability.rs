//! Who answers for what, by forms alone: named where nobody was, taken over, attested, and the gap that is
//! over because it is gone.

use super::browser::Browser;
use super::{shop, until_gaps};

const PAGE: &str = "/accountability/detection/shop";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_is_over_once_somebody_has_taken_over_what_was_handed_to_them() {
    let (lab, _sandbox) = shop().await;
    until_gaps(&lab, 5).await;
    let mut security = Browser::signed_in(&lab, "security").await;
    let map = security.get("/accountability").await;
    assert!(map.text.contains("0 of 5 are sound. 5 gaps are open"), "{}", map.text);
    let mut owner = Browser::signed_in(&lab, "owner").await;
    let before = owner.get(PAGE).await;
    assert!(before.text.contains("Nobody answers for this in shop"), "{}", before.text);
    assert!(!before.text.contains("<form class=\"form\""), "nothing here is theirs to say");

    let hand_over = format!("{PAGE}/hand-over");
    let to = lab.id("owner");
    let sent = security.fill(PAGE, &hand_over, &[("to", &to)]).await;
    assert_eq!((sent.status, sent.leads_to()), (303, PAGE), "{}", sent.text);
    let work = owner.get("/").await;
    assert!(work.text.contains("Take over: Detect, escalate, roll back of shop"), "{}", work.text);
    let gaps = lab.get("auditor", "/accountability/gaps").await.ok();
    assert_eq!(
        gaps["items"].as_array().map(Vec::len),
        Some(5),
        "nothing has changed yet: {gaps:#}"
    );

    let sent = owner.fill(PAGE, &format!("{PAGE}/take-over"), &[]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    until_gaps(&lab, 4).await;
    let sent = owner.fill(PAGE, &format!("{PAGE}/attest"), &[]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let seen = security.get(PAGE).await;
    assert!(seen.text.contains("Olga Owner answers for this in shop"), "{}", seen.text);
    assert!(seen.text.contains("Only the person who answers for this may do that"));
    assert!(lab.states_are_folds().await > 5, "people, system, policy, gaps and the cell");
    lab.end().await;
}
