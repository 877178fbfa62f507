//! The policy in a browser: everybody reads it, one person proposes a change, and another puts it in
//! force; the running server goes by it at once.

use super::browser::{Browser, Seen};
use super::shop;

const PAGE: &str = "/policy";
const FORM: &str = "/policy/propose?file=tiers.toml";
const WHY: &str = "the auditors asked for <b>shorter</b> exceptions";

/// The text of `tiers.toml` with one line changed.
fn changed(from: &str, to: &str) -> String {
    let folder = countersign_policy::folder::builtin_texts();
    let tiers = folder.iter().find(|it| it.name == "tiers.toml").expect("the file");
    tiers.text.replacen(from, to, 1)
}

/// Sends the second form of the page; the first chooses a file.
async fn proposed(browser: &mut Browser, sent: &[(&str, &str)]) -> Seen {
    let mut page = browser.get(FORM).await;
    let at = page.text.find("method=\"post\" action=\"/policy/propose\"").expect("the form");
    page.text = page.text.split_off(at);
    browser.fill_of(&page, "/policy/propose", sent).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_proposes_a_change_and_another_puts_it_in_force() {
    let (lab, sandbox) = shop().await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let seen = auditor.get(PAGE).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert!(seen.text.contains("an active person in the security seat"), "{}", seen.text);

    let mut security = Browser::signed_in(&lab, "security").await;
    let before = lab.door().now().policy.digest.clone();
    let wrong = changed("days_max = 180", "days_max = 181");
    let sent = [("file", "tiers.toml"), ("text", wrong.as_str()), ("reason", WHY)];
    let refused = proposed(&mut security, &sent).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("below its baseline"), "{}", refused.text);
    assert!(refused.text.contains("days_max = 181"), "what was typed stays");

    let good = changed("days_max = 180", "days_max = 120");
    let sent = [("file", "tiers.toml"), ("text", good.as_str()), ("reason", WHY)];
    let done = proposed(&mut security, &sent).await;
    assert_eq!((done.status, done.leads_to()), (303, PAGE), "{}", done.text);
    let seen = security.get(PAGE).await;
    assert!(seen.text.contains("is proposed"), "{}", seen.text);
    assert!(!seen.text.contains("action=\"/policy/countersign\""), "not by who proposed it");
    assert!(seen.text.contains("one person never puts a policy in force alone"), "{}", seen.text);
    assert_eq!(lab.door().now().policy.digest, before, "it is not in force");

    let mut legal = Browser::signed_in(&lab, "legal").await;
    let page = legal.get(PAGE).await;
    let digest = page.hidden("/policy/countersign", "digest");
    let compare = format!("/policy/history?from={before}&to={digest}");
    let seen = legal.get(&compare).await;
    assert!(seen.text.contains("tier standard, days_max"), "{}", seen.text);
    assert!(seen.text.contains("-36  days_max = 180") || seen.text.contains("days_max = 120"));
    let done = legal.fill(PAGE, "/policy/countersign", &[("digest", digest.as_str())]).await;
    assert_eq!((done.status, done.leads_to()), (303, PAGE), "{}", done.text);
    lab.until("the server goes by it", async || {
        (lab.door().now().policy.digest == digest).then_some(())
    })
    .await;
    let seen = auditor.get(PAGE).await;
    assert!(seen.text.contains("at most 120 days"), "{}", seen.text);
    assert!(seen.text.contains("&#60;b&#62;shorter"), "the reason is text");

    // The same for programs.
    let now = lab.get("auditor", "/policy").await.ok();
    assert_eq!(now["digest"], digest.as_str());
    assert_eq!((&now["decides_by"], now["proposal"].is_null()), (&now["digest"], true));
    let past = lab.get("auditor", "/policy/history").await.ok();
    let what: Vec<_> =
        past["items"].as_array().expect("a list").iter().map(|it| &it["what"]).collect();
    assert_eq!(what, ["adopted", "proposed", "adopted"], "{past:#}");
    assert_eq!(past["items"][2]["countersigned_by"], lab.id("legal"));
    let other = format!("/policy/difference?from={before}");
    let other = lab.get("auditor", &other).await.ok();
    assert_eq!(other["files"][0]["path"], "tiers.toml", "{other:#}");
    let none = format!("/policy/difference?from={}", "0".repeat(64));
    lab.get("auditor", &none).await.refused(404, "case.unknown");
    lab.states_are_folds().await;
    lab.end().await;
    drop(sandbox);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_reads_who_may_do_what_and_asks_what_it_would_say() {
    let (lab, sandbox) = shop().await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let seen = auditor.get("/policy/matrix").await;
    assert!(seen.text.contains("The business takes the risk, and only the business."));
    let asked = "/policy/what-if?verb=exception.accept&seat=business&criticality=high&radius=140&no_ticket=true";
    let seen = auditor.get(asked).await;
    assert_eq!(seen.status, 200);
    assert!(seen.text.contains("No, in tier critical"), "{}", seen.text);
    assert!(seen.text.contains("a ticket is linked"), "{}", seen.text);
    let wrong = auditor.get("/policy/what-if?verb=exception.accept&radius=many").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("no whole number"), "{}", wrong.text);
    lab.until("the tests have run", async || {
        let tests = lab.get("auditor", "/policy/tests").await.ok();
        (tests["state"] == "done").then_some(())
    })
    .await;
    let seen = auditor.get("/policy/tests").await;
    assert!(seen.text.contains("tiers.test.toml"), "{}", seen.text);
    let told = "/policy/explain?verb=exception.accept&seats=business&criticality=high&radius=140";
    let told = lab.get("auditor", told).await.ok();
    assert_eq!((&told["permitted"], &told["tier"]), (&true.into(), &"critical".into()), "{told:#}");
    assert!(told["others"].to_string().contains(&lab.id("owner")), "{told:#}");
    let unknown = "/policy/explain?verb=exception.acept";
    lab.get("auditor", unknown).await.refused(422, "request.malformed");
    lab.end().await;
    drop(sandbox);
}
