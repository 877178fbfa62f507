//! How grave a case is decides what it asks for: the tier is computed at each decision from the process
//! and the graph, and what it objects to is said with what would mend it. The ledger keeps which policies
//! and which row of accountability gave the authority.

use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::Text;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::rightful::{NOWHERE, proposal, proposed, shop, show, statement, watching};
use crate::lab::Lab;

/// The process of the finding from now on counts as this critical.
async fn counts_as(lab: &Lab, criticality: &str) {
    let process = json!({
        "key": "procure-to-pay", "name": "Procure to pay", "criticality": criticality,
        "owner": lab.id("owner"),
    });
    lab.post("security", "/processes", process).await.ok();
}

/// The event of this name, with what gave the authority for it.
async fn authority(lab: &Lab, address: &str, name: &str) -> Value {
    let history = lab.get("auditor", &format!("{address}/history")).await.ok();
    let events = history["items"].as_array().cloned().unwrap_or_default();
    let found = events.into_iter().find(|it| it["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}: {history:#}"))["event"]["authority"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graver_process_asks_for_a_ticket_a_shorter_time_and_the_legal_seat() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let tier = lab.finding(&finding).await["tier"].clone();
    assert_eq!((&tier["id"], &tier["process"]), (&json!("elevated"), &json!("procure-to-pay")));
    assert_eq!((&tier["radius_complete"], &tier["read_complete"]), (&json!(true), &json!(true)));

    counts_as(&lab, "critical").await;
    assert_eq!(lab.finding(&finding).await["tier"]["id"], "critical");
    let mut asked = proposal(&lab, &finding, NOWHERE);
    let no = lab.post("owner", "/exceptions", asked.clone()).await.refused(409, "policy.objects");
    assert!(no["detail"].as_str().is_some_and(|it| it.contains("link a ticket")), "{no:#}");
    for bad in ["", "two words", &"x".repeat(201)] {
        asked["ticket"] = json!(bad);
        let no = lab.post("owner", "/exceptions", asked.clone()).await;
        assert_eq!(no.refused(422, "request.malformed")["field"], "ticket", "{bad}");
    }
    asked["ticket"] = json!("CHG-4711");
    asked["until"] =
        json!((lab.server_clock().now() + SignedDuration::from_hours(24 * 31)).to_string());
    lab.post("owner", "/exceptions", asked.clone()).await.refused(422, "case.bad-end");
    asked["until"] =
        json!((lab.server_clock().now() + SignedDuration::from_hours(24 * 30)).to_string());
    let done = lab.post("owner", "/exceptions", asked).await.ok();
    let exception = done["reference"].as_str().expect("a reference").to_owned();
    let whole = show(&lab, &exception).await;
    assert_eq!((&whole["legal_needed"], &whole["ticket"]), (&json!(true), &json!("CHG-4711")));
    assert_eq!(whole["case"]["pin"]["tier"], "critical");

    // What was grave when it was proposed needs the legal seat for good.
    counts_as(&lab, "low").await;
    assert_eq!(show(&lab, &exception).await["legal_needed"], true);
    lab.states_are_folds().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_becomes_graver_while_it_waits_asks_for_what_its_tier_asks_by_then() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let exception = proposed(&lab, &finding).await;
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    lab.post("owner", &at("accept"), json!({})).await.ok();
    counts_as(&lab, "critical").await;
    let no = lab.post("control", &at("confirm"), statement()).await;
    assert!(
        no.refused(409, "policy.objects")["detail"]
            .as_str()
            .is_some_and(|it| it.contains("ticket"))
    );
    assert_eq!(show(&lab, &exception).await["legal_needed"], true);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_decided_on_data_older_than_the_tier_accepts_and_taking_away_never_waits() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let exception = proposed(&lab, &finding).await;
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    lab.turn(SignedDuration::from_hours(49)).await;
    let no = lab.post("owner", &at("accept"), json!({})).await.refused(409, "policy.objects");
    let detail = no["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("49 hours old") && detail.contains("read the system again"), "{no:#}");
    assert_eq!(
        authority(&lab, &format!("/exceptions/{exception}"), "exception.proposed.1").await["by"],
        json!(["exception.propose"])
    );

    // A duty is told before anything that could be mended.
    lab.post("security", &at("accept"), json!({})).await.refused(403, "duty.wrong-seat");
    lab.sync("shop").await;
    lab.post("owner", &at("accept"), json!({})).await.ok();
    let kept = authority(&lab, &format!("/exceptions/{exception}"), "exception.accepted.1").await;
    assert_eq!(kept, json!({ "by": ["exception.accept"], "row": null }));
    lab.turn(SignedDuration::from_hours(49)).await;
    let reason = json!({ "reason": "the data is old, and a veto does not wait for it" });
    lab.post("security", &at("veto"), reason).await.ok();
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

/// The built-in policy, in which one stands in for the owner in the approval of the shop.
fn with_a_deputy(lab: &Lab) -> Folder {
    let mut texts = folder::builtin_texts();
    let raci = texts.iter_mut().find(|it| it.name == "raci.toml").expect("the file");
    raci.text.push_str(&format!(
        r#"
[people]
olga = "{}"
otto = "{}"

[[row]]
plane = "approval"
system = "shop"
accountable = "olga"
attested = "2027-01-02"

[[deputy]]
for = "olga"
by = "otto"
planes = ["approval"]
systems = ["shop"]
from = "2027-01-01"
until = "2027-12-31"
"#,
        lab.id("owner"),
        lab.id("other-owner"),
    ));
    // The rules of the test are the business rules alone.
    texts.retain(|Text { name, .. }| !name.starts_with("rules/") || name.contains("business"));
    folder::load(&texts).unwrap_or_else(|bad| panic!("{bad:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deputy_signs_for_the_owner_within_scope_and_time_and_the_owner_stays_accountable() {
    let sandbox = shop(1);
    let Some((mut lab, finding)) = watching(&sandbox).await else { return };
    let exception = proposed(&lab, &finding).await;
    let accept = format!("/exceptions/{exception}/accept");
    let appoint = json!({
        "name": "Otto Other", "seats": ["business"],
        "stands_in": [{ "person": lab.id("owner"), "until": "2027-03-01T00:00:00Z" }],
    });
    lab.post("security", &format!("/people/{}/appoint", lab.id("other-owner")), appoint).await.ok();
    // Appointed, but the policy gives no scope yet.
    lab.post("other-owner", &accept, json!({})).await.refused(403, "duty.not-the-owner");

    let policy = with_a_deputy(&lab);
    lab = lab.under(policy).await;
    lab.sync("shop").await;
    lab.post("other-owner", &accept, json!({})).await.ok();
    let whole = show(&lab, &exception).await;
    assert_eq!(whole["owner"], lab.id("owner"), "who owns it stays accountable");
    let signed = &whole["signatures"][0];
    assert_eq!(
        (&signed["person"], &signed["for"]),
        (&json!(lab.id("other-owner")), &json!(lab.id("owner")))
    );
    let kept = authority(&lab, &format!("/exceptions/{exception}"), "exception.accepted.1").await;
    assert_eq!(kept, json!({ "by": ["exception.accept"], "row": "raci.approval.shop" }));

    // Whoever stands in may take it back too; and in a graver tier no deputy signs.
    let reason = json!({ "reason": "the access is not needed any more after all" });
    lab.post("other-owner", &format!("/exceptions/{exception}/reject"), reason).await.ok();
    counts_as(&lab, "critical").await;
    let mut graver = proposal(&lab, &finding, NOWHERE);
    graver["ticket"] = json!("CHG-4712");
    let done = lab.post("owner", "/exceptions", graver).await.ok();
    let accept = format!("/exceptions/{}/accept", done["reference"].as_str().expect("a reference"));
    let no = lab.post("other-owner", &accept, json!({})).await.refused(409, "policy.objects");
    assert!(no["detail"].as_str().is_some_and(|it| it.contains("a deputy may not sign")), "{no:#}");
    lab.post("owner", &accept, json!({})).await.ok();
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_told_whether_somebody_may_and_what_would_make_it_a_yes() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let exception = proposed(&lab, &finding).await;
    let may = async |who: &str, verb: &str, case: &str| {
        let path = format!("/policy/may?case={case}&verb={verb}&who={}", lab.id(who));
        lab.get("auditor", &path).await
    };
    let yes = may("owner", "exception.accept", &exception).await.ok();
    assert_eq!((&yes["permitted"], &yes["tier"]), (&json!(true), &json!("elevated")), "{yes:#}");
    let no = may("control", "exception.accept", &exception).await.ok();
    assert_eq!(no["permitted"], false);
    assert_eq!(no["others"], json!([lab.id("owner")]), "only the owner accepts: {no:#}");
    assert_eq!(no["yes_if"], json!(["somebody else does it, from the seat: business"]));
    let other = may("other-owner", "exception.accept", &exception).await.ok();
    assert_eq!((&other["permitted"], &other["why"][0]["by"]), (&json!(false), &json!("law")));
    lab.turn(SignedDuration::from_hours(60)).await;
    let old = may("owner", "exception.accept", &exception).await.ok();
    assert_eq!(old["yes_if"], json!(["the system is read again"]), "{old:#}");
    assert_eq!(old["why"].as_array().map(Vec::len), Some(2), "{old:#}");
    assert_eq!(may("security", "exception.veto", &exception).await.ok()["permitted"], true);
    assert_eq!(may("security", "finding.settle", &finding).await.ok()["permitted"], false);
    for (verb, case) in [("exception.accept", finding.as_str()), ("exception.steal", &exception)] {
        may("owner", verb, case).await.refused(422, "request.malformed");
    }
    may("owner", "exception.accept", "EX-99").await.refused(404, "case.unknown");
    lab.end().await;
}
