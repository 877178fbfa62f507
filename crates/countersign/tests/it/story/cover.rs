//! Whom an exception covers: who was there when it was put forward and has been there since. Whoever
//! leaves and comes back, and everybody under a finding that ended and recurs, begins anew; and neither
//! an erased text nor a change that came before anybody looked keeps an exception from ending.

use countersign_store::text;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::assign;
use crate::api::both;
use crate::lab::log::Log;
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

both!(
    who_comes_back_and_a_finding_that_recurs_begin_anew_and_uncovered,
    an_exception_ends_though_the_texts_that_say_whom_it_covers_were_erased,
    whom_findings_of_an_earlier_version_affect_is_written_down_at_the_next_start,
);

const FIRST: &str = "shop/account/clerk-1";
const SECOND: &str = "shop/account/clerk-2";
const FINDING: &str = "FN-1";
const EXCEPTION: &str = "EX-1";
const WHY: &str = "the archive reads the records each night until the new one is there";

const NODES: &str = "\
id,kind,name,system,tags
shop,system,Corner shop,shop,
shop/role/both,role,Both,shop,
shop/role/spare,role,Spare,shop,
shop/ent/vendor,entitlement,Create vendors,shop,duty=create_vendor
shop/ent/payment,entitlement,Approve payments,shop,duty=approve_payment
shop/account/clerk-1,account,Clerk Number 1,shop,
shop/account/clerk-2,account,Clerk Number 2,shop,
";

const EDGES: &str = "\
source,kind,target
shop/role/both,grants,shop/ent/vendor
shop/role/both,grants,shop/ent/payment
shop/account/clerk-1,member_of,shop/role/both
shop/account/clerk-2,member_of,shop/role/both
";

/// A server with a role that may do both, and two clerks in it: one finding that affects the two.
async fn shop(keep: Keep) -> Option<(Lab, Sandbox)> {
    let place = Place::new(keep).await?;
    let sandbox = Sandbox::of_csv(NODES, EDGES);
    let lab = Lab::start(place, &sandbox.system("shop", &[], ""), business()).await;
    lab.sync("shop").await;
    assert_eq!(affected(&lab).await.len(), 2);
    Some((lab, sandbox))
}

/// Whom the finding affects: who, since when, and by which exception each is covered.
async fn affected(lab: &Lab) -> Vec<(String, Value, Value)> {
    let finding = lab.finding(FINDING).await;
    let all = finding["affected"].as_array().cloned().unwrap_or_default();
    let one = |it: &Value| {
        let who = it["identity"].as_str().unwrap_or_default().to_owned();
        (who, it["since"].clone(), it["excepted_by"].clone())
    };
    all.iter().map(one).collect()
}

/// Takes clerks out of the role, puts them back, and reads the shop an hour later.
async fn members(lab: &Lab, sandbox: &Sandbox, clerks: &[&str]) {
    sandbox.change(|file| {
        let edges = file["systems"]["shop"]["edges"].as_array_mut().expect("edges");
        let like = edges.iter().find(|it| it["target"] == "shop/role/both").cloned();
        let like = like.or_else(|| edges.first().cloned()).expect("an edge");
        edges.retain(|it| it["target"] != "shop/role/both");
        for clerk in clerks {
            let mut edge = like.clone();
            edge["source"] = json!(clerk);
            edge["kind"] = json!("member_of");
            edge["target"] = json!("shop/role/both");
            edges.push(edge);
        }
    });
    lab.turn(SignedDuration::from_hours(1)).await;
    lab.sync("shop").await;
}

/// An exception in force about whomever the finding affects now.
async fn in_force(lab: &Lab) {
    assign(lab, FINDING).await;
    let until = lab.server_clock().now() + SignedDuration::from_hours(24 * 20);
    let proposal = json!({
        "finding": FINDING,
        "owner": lab.id("owner"),
        "need": WHY,
        "not_removable": WHY,
        "would_change": WHY,
        "used": { "use": "continuous" },
        "controls": [{
            "what": WHY,
            "owner": lab.id("control"),
            "test": { "test": "path_absent", "from": "shop/role/spare", "to": "shop/ent/vendor" },
            "every_hours": 744,
            "max_age_hours": 2_160,
        }],
        "until": until.to_string(),
        "review_days": 14,
    });
    lab.post("owner", "/exceptions", proposal).await.ok();
    lab.post("owner", &format!("/exceptions/{EXCEPTION}/accept"), json!({})).await.ok();
    let statement = json!({ "statement": WHY });
    lab.post("control", &format!("/exceptions/{EXCEPTION}/confirm"), statement).await.ok();
    until_it_is(lab, "active").await;
}

async fn until_it_is(lab: &Lab, status: &str) -> Value {
    lab.until(&format!("{EXCEPTION} is {status}"), async || {
        let whole = lab.get("auditor", &format!("/exceptions/{EXCEPTION}")).await.ok();
        (whole["status"] == status).then_some(whole)
    })
    .await
}

async fn who_comes_back_and_a_finding_that_recurs_begin_anew_and_uncovered(keep: Keep) {
    let Some((lab, sandbox)) = shop(keep).await else { return };
    in_force(&lab).await;
    let before = affected(&lab).await;
    assert!(before.iter().all(|(_, _, by)| by == EXCEPTION), "{before:?}");
    members(&lab, &sandbox, &[SECOND]).await;
    members(&lab, &sandbox, &[FIRST, SECOND]).await;
    let now = affected(&lab).await;
    assert_ne!(now[0].1, before[0].1, "who came back has a clock of their own");
    assert_eq!((now[0].2.clone(), now[1].clone()), (Value::Null, before[1].clone()));
    let whole = until_it_is(&lab, "active").await;
    assert_eq!(whole["not_covered"][0]["identity"], FIRST, "{whole:#}");

    members(&lab, &sandbox, &[]).await;
    assert_eq!(lab.finding(FINDING).await["status"], "gone");
    assert_eq!(affected(&lab).await, [], "whom it affects is nobody");
    members(&lab, &sandbox, &[FIRST, SECOND]).await;
    assert_eq!(lab.events(FINDING).await.last().map(String::as_str), Some("recurred"));
    let back = affected(&lab).await;
    assert_eq!(back.len(), 2);
    for (who, since, by) in &back {
        assert!(before.iter().chain(&now).all(|(_, then, _)| since != then), "{who}: {back:?}");
        assert_eq!(*by, Value::Null);
    }
    until_it_is(&lab, "moot").await;
    assert!(lab.states_are_folds().await > 10);
    lab.end().await;
}

async fn an_exception_ends_though_the_texts_that_say_whom_it_covers_were_erased(keep: Keep) {
    let Some((lab, sandbox)) = shop(keep).await else { return };
    members(&lab, &sandbox, &[FIRST]).await;
    in_force(&lab).await;
    members(&lab, &sandbox, &[FIRST, SECOND]).await;
    let exception = lab.get("auditor", &format!("/exceptions/{EXCEPTION}")).await.ok();
    let finding = lab.finding(FINDING).await;
    for (noun, it) in [("exception", &exception), ("finding", &finding)] {
        let subject = format!("{noun}:{}", it["id"].as_str().expect("an id"));
        erase(&lab, &subject).await;
    }
    let erased = lab.get("auditor", &format!("/exceptions/{EXCEPTION}")).await.ok();
    assert_eq!((&erased["covers"], &erased["controls"][0]["test"]), (&Value::Null, &Value::Null));
    members(&lab, &sandbox, &[SECOND]).await;
    until_it_is(&lab, "moot").await;
    let history = lab.get("auditor", &format!("/exceptions/{EXCEPTION}/history")).await.ok();
    let ended = history["items"].as_array().and_then(|it| it.last()).expect("an end");
    assert_eq!(ended["event"]["body"]["ending"]["finding"], "nobody_covered", "{ended:#}");
    let led_to_it = ended["cause"].as_str().unwrap_or_default();
    assert!(led_to_it.starts_with("finding:"), "the change of the finding led to it: {ended:#}");
    lab.end().await;
}

/// Erases all words about a subject.
async fn erase(lab: &Lab, subject: &str) {
    let store = &lab.door().store;
    let now = lab.server_clock().now();
    for it in text::of_subject(store, subject).await.expect("texts") {
        let erased = store.transact(move |tx| {
            Box::pin(async move { tx.erase_text(it.digest, now, "operations").await })
        });
        assert!(erased.await.expect("an answer"));
    }
}

async fn whom_findings_of_an_earlier_version_affect_is_written_down_at_the_next_start(keep: Keep) {
    let Some((mut lab, sandbox)) = shop(keep).await else { return };
    members(&lab, &sandbox, &[SECOND]).await;
    members(&lab, &sandbox, &[FIRST, SECOND]).await;
    let before = affected(&lab).await;
    assert_ne!(before[0].1, before[1].1);
    lab.stop().await;
    lab.raw("delete from finding_affected").await;
    lab.raw("delete from reached where name = 'finding_affected'").await;
    lab.go_on().await;
    assert_eq!(affected(&lab).await, before);
    lab.end().await;
}

/// On one thread, so that the log of this test is its own.
#[tokio::test]
async fn a_run_that_is_torn_is_said_once_however_often_it_is_tried() {
    let (log, guard) = Log::of_this_thread();
    let Some((mut lab, _sandbox)) = shop(Keep::Sqlite).await else { return };
    lab.stop().await;
    lab.raw("delete from chunk").await;
    lab.go_on().await;
    lab.until("it was tried several times", async || {
        (log.text().matches("what was read was still not judged").count() >= 3).then_some(())
    })
    .await;
    let said = log.text();
    assert_eq!(said.matches("what was read was not judged").count(), 1);
    assert!(said.contains("is incomplete in the store: restore a backup"));
    drop(guard);
    lab.end().await;
}
