//! Who an exception rests on, and what changes around it while it waits or stands: a process that
//! becomes regulated, rules that are replaced, an owner who leaves, people behind the access under other
//! names, and identities that join.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::rules::{adopt, adopt_unreadable};
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business, own_rules};

const WHY: &str = "the month-end run needs both until the new interface is there";

/// Accounts, this many, in one role that may do both: one finding about the role.
pub(super) fn shop(accounts: usize) -> Sandbox {
    let mut nodes = "id,kind,name,system,tags,action\n\
        shop,system,Corner shop,shop,,\n\
        shop/role/ap,role,accounts payable,shop,,\n\
        shop/role/idle,role,idle,shop,,\n\
        shop/ent/vendor,entitlement,create vendors,shop,duty=create_vendor,create\n\
        shop/ent/payment,entitlement,approve payments,shop,duty=approve_payment,approve\n"
        .to_owned();
    let mut edges = "source,kind,target\n\
        shop/role/ap,grants,shop/ent/vendor\n\
        shop/role/ap,grants,shop/ent/payment\n"
        .to_owned();
    for n in 1..=accounts {
        nodes.push_str(&format!("shop/account/clerk-{n},account,Clerk {n},shop,,\n"));
        edges.push_str(&format!("shop/account/clerk-{n},member_of,shop/role/ap\n"));
    }
    Sandbox::of_csv(&nodes, &edges)
}

pub(super) async fn watching(sandbox: &Sandbox) -> Option<(Lab, String)> {
    let place = Place::new(Keep::Sqlite).await?;
    let lab = Lab::start(place, &sandbox.system("shop", &[], ""), business()).await;
    lab.sync("shop").await;
    let finding = Lab::only(&lab.findings().await);
    Some((lab, finding))
}

/// A proposal whose control is a path between these two that the graph does not have.
pub(super) fn proposal(lab: &Lab, finding: &str, (from, to): (&str, &str)) -> Value {
    let until = lab.server_clock().now() + SignedDuration::from_hours(24 * 20);
    json!({
        "finding": finding, "owner": lab.id("owner"),
        "need": WHY, "not_removable": WHY, "would_change": WHY,
        "used": { "use": "continuous" },
        "controls": [{
            "what": "nobody gets there by the other role", "owner": lab.id("control"),
            "test": { "test": "path_absent", "from": from, "to": to },
            "every_hours": 24, "max_age_hours": 48,
        }],
        "until": until.to_string(), "review_days": 7,
    })
}

pub(super) const NOWHERE: (&str, &str) = ("shop/role/idle", "shop/ent/payment");

/// An exception whose control was seen to work.
pub(super) async fn proposed(lab: &Lab, finding: &str) -> String {
    let done = lab.post("owner", "/exceptions", proposal(lab, finding, NOWHERE)).await.ok();
    let exception = done["reference"].as_str().expect("a reference").to_owned();
    lab.until("the control has passed", async || {
        (show(lab, &exception).await["controls"][0]["verdict"] == "passed").then_some(())
    })
    .await;
    exception
}

pub(super) async fn show(lab: &Lab, exception: &str) -> Value {
    lab.get("auditor", &format!("/exceptions/{exception}")).await.ok()
}

pub(super) fn statement() -> Value {
    json!({ "statement": "the two roles were read and neither has both" })
}

fn reason() -> Value {
    json!({ "reason": "somebody has looked at it and says why" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_becomes_regulated_while_it_waits_needs_legal_before_it_is_in_force() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let exception = proposed(&lab, &finding).await;
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    assert_eq!(show(&lab, &exception).await["legal_needed"], false);
    lab.post("legal", &at("sign"), json!({})).await.refused(409, "case.not-needed");
    lab.post("owner", &at("accept"), json!({})).await.ok();
    let process = json!({
        "key": "procure-to-pay", "name": "Procure to pay", "criticality": "high",
        "owner": lab.id("owner"), "regulated": true,
    });
    lab.post("security", "/processes", process).await.ok();
    lab.post("control", &at("confirm"), statement()).await.ok();
    let whole = show(&lab, &exception).await;
    assert_eq!(whole["status"], "in_review", "{whole:#}");
    assert_eq!(whole["legal_needed"], true);
    assert_eq!(whole["waits_for"], json!(["the legal seat has not signed"]));
    lab.post("owner", &at("activate"), json!({})).await.refused(409, "case.not-ready");
    lab.post("legal", &at("sign"), json!({})).await.ok();
    assert_eq!(show(&lab, &exception).await["status"], "active");
    lab.states_are_folds().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_other_rules_than_those_in_force_brings_nothing_into_force() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let exception = proposed(&lab, &finding).await;
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    lab.post("owner", &at("accept"), json!({})).await.ok();
    adopt_unreadable(&lab, "security", &own_rules(super::rules::OTHER)).await;

    let again = proposal(&lab, &finding, NOWHERE);
    let told = lab.post("owner", "/exceptions", again).await.refused(409, "case.other-rules");
    let words = |field: &str| told[field].as_str().unwrap_or_default().to_owned();
    assert!(words("detail").contains("other rules than those in force"), "{told:#}");
    assert!(words("next").contains("with the rules in force"), "{told:#}");
    for (who, verb, body) in [
        ("owner", "activate", json!({})),
        ("control", "confirm", statement()),
        ("legal", "sign", json!({})),
    ] {
        lab.post(who, &at(verb), body).await.refused(409, "case.other-rules");
    }
    let whole = show(&lab, &exception).await;
    assert_eq!((&whole["status"], &whole["legal_needed"]), (&json!("in_review"), &Value::Null));
    assert!(whole["waits_for"].to_string().contains("other rules"), "{whole:#}");

    // With the rules in force again, all goes on.
    adopt(&lab, "other-security", &business()).await.expect("the seat signs");
    lab.post("control", &at("confirm"), statement()).await.ok();
    assert_eq!(show(&lab, &exception).await["status"], "active");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_owner_nothing_comes_into_force_and_security_ends_what_is_left() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let (waits, stands) = (proposed(&lab, &finding).await, proposed(&lab, &finding).await);
    let at = |exception: &str, verb: &str| format!("/exceptions/{exception}/{verb}");
    for exception in [&waits, &stands] {
        lab.post("owner", &at(exception, "accept"), json!({})).await.ok();
    }
    lab.post("control", &at(&stands, "confirm"), statement()).await.ok();
    assert_eq!(show(&lab, &stands).await["status"], "active");
    // As long as the owner is there, it is theirs to take back.
    lab.post("security", &at(&stands, "revoke"), reason()).await.refused(403, "duty.wrong-seat");
    lab.post("security", &at(&waits, "withdraw"), reason())
        .await
        .refused(403, "duty.not-the-owner");

    lab.post("legal", &format!("/people/{}/deactivate", lab.id("owner")), json!({})).await.ok();
    assert_eq!(show(&lab, &stands).await["status"], "active", "that alone cuts nothing off");
    let told = lab.post("control", &at(&waits, "confirm"), statement()).await;
    let told = told.refused(409, "case.owner-gone");
    assert!(told["who"].as_str().is_some_and(|who| who.contains("security seat")), "{told:#}");
    lab.post("control", &at(&waits, "activate"), json!({})).await.refused(409, "case.owner-gone");
    let whole = show(&lab, &waits).await;
    assert!(whole["waits_for"].to_string().contains("its owner is not active"), "{whole:#}");
    lab.post("control", &at(&stands, "suspend"), reason()).await.ok();
    lab.post("control", &at(&stands, "resume"), statement()).await.refused(409, "case.owner-gone");

    lab.post("other-owner", &at(&stands, "revoke"), reason())
        .await
        .refused(403, "duty.not-the-owner");
    lab.post("security", &at(&stands, "revoke"), reason()).await.ok();
    assert_eq!(show(&lab, &stands).await["status"], "revoked");
    lab.post("security", &at(&waits, "withdraw"), reason()).await.ok();
    assert_eq!(show(&lab, &waits).await["status"], "withdrawn");
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

/// A rule about a credential by itself, and people behind credentials, accounts and an agent.
const NEGLECT: &str = r#"
[pack]
id = "own"
version = "1"

[[rule]]
id = "own.key-without-end"
title = "A key that never ends"
severity = "high"
process = "procure-to-pay"
explanation = "Whoever finds it can use it for ever."
remedy = "Give it an end."
[rule.where]
kinds = ["credential", "ai_agent"]
tags = ["watched"]
expires = false
"#;

fn behind() -> Sandbox {
    let nodes = "id,kind,name,system,tags\n\
        shop,system,Corner shop,shop,\n\
        shop/cred/key,credential,the key,shop,watched\n\
        shop/agent/bot,ai_agent,the bot,shop,watched\n\
        shop/person/hal,person,Hal,shop,\n\
        shop/account/hal-mail,account,hal by mail,shop,\n\
        shop/person/pia,person,Pia,shop,\n\
        shop/role/idle,role,idle,shop,\n\
        shop/ent/payment,entitlement,approve payments,shop,\n";
    let edges = "source,kind,target\n\
        shop/person/hal,holds,shop/cred/key\n\
        shop/account/hal-mail,is_account_of,shop/person/hal\n\
        shop/agent/bot,acts_on_behalf_of,shop/person/pia\n\
        shop/role/idle,grants,shop/ent/payment\n";
    Sandbox::of_csv(nodes, edges)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stands_behind_a_key_or_an_agent_signs_for_neither_under_any_name() {
    let sandbox = behind();
    let Some(place) = Place::new(Keep::Sqlite).await else { return };
    let lab = Lab::start(place, &sandbox.system("shop", &[], ""), own_rules(NEGLECT)).await;
    lab.sync("shop").await;
    let all = lab.findings().await;
    let about = |id: &str| {
        let found = all.iter().find(|it| it["root_cause"] == id).expect("a finding");
        found["reference"].as_str().unwrap_or_default().to_owned()
    };
    // The appointment names another account of Hal than anything on the path; and Pia herself.
    let cases = [
        (about("shop/cred/key"), "shop/account/hal-mail"),
        (about("shop/agent/bot"), "shop/person/pia"),
    ];
    for (finding, identity) in cases {
        let appoint = async |seat: &str| {
            let body =
                json!({ "name": "Under Another Name", "seats": [seat], "identities": [identity] });
            let done = lab.post("legal", "/people", body).await.ok();
            let subject = done["subject"].as_str().unwrap_or_default();
            subject.trim_start_matches("person:").to_owned()
        };
        let business = appoint("business").await;
        let owner = json!({ "owner": business });
        lab.post("security", &format!("/findings/{finding}/assign"), owner)
            .await
            .refused(403, "duty.cannot-own");
        let mut wrong = proposal(&lab, &finding, ("shop/cred/key", "shop/ent/payment"));
        wrong["owner"] = json!(business);
        lab.post("owner", "/exceptions", wrong).await.refused(403, "duty.cannot-own");

        let right = proposal(&lab, &finding, ("shop/cred/key", "shop/ent/payment"));
        let done = lab.post("owner", "/exceptions", right).await.ok();
        let exception = done["reference"].as_str().expect("a reference");
        let control = appoint("control").await;
        let token = lab.token_of(&control).await;
        let confirm = format!("/exceptions/{exception}/confirm");
        let told = lab.post_by(&token, &confirm, statement()).await;
        told.refused(403, "duty.own-access");
        let security = appoint("security").await;
        let token = lab.token_of(&security).await;
        let dispute = format!("/findings/{finding}/dispute");
        lab.post("operations", &dispute, reason()).await.ok();
        let told = lab.post_by(&token, &format!("/findings/{finding}/settle"), reason()).await;
        told.refused(403, "duty.own-access");
        lab.post("control", &confirm, statement()).await.ok();
    }
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_said_whom_a_proposal_covers_and_how_many_stay_open() {
    let sandbox = shop(2);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let done = lab.post("owner", "/exceptions", proposal(&lab, &finding, NOWHERE)).await.ok();
    assert_eq!(done["covers"], json!(["shop/account/clerk-1", "shop/account/clerk-2"]));
    let of = |it: &Value| (it["not_covered_total"].clone(), it["not_covered_exact"].clone());
    assert_eq!(of(&done), (json!(0), json!(true)));
    let exception = done["reference"].as_str().expect("a reference").to_owned();

    join(&sandbox, 3..=3);
    lab.turn(SignedDuration::from_secs(1)).await;
    lab.sync("shop").await;
    let whole = show(&lab, &exception).await;
    assert_eq!(of(&whole), (json!(1), json!(true)), "{whole:#}");
    assert_eq!(whole["not_covered"][0]["identity"], "shop/account/clerk-3");

    // More than a finding names: none of the list is told as if it were all.
    join(&sandbox, 4..=1_001);
    lab.turn(SignedDuration::from_secs(1)).await;
    lab.sync("shop").await;
    let whole = show(&lab, &exception).await;
    assert_eq!(of(&whole), (json!(999), json!(false)), "{whole:#}");
    let told = lab.post("owner", "/exceptions", proposal(&lab, &finding, NOWHERE)).await;
    let told = told.refused(409, "case.cannot-freeze");
    let words = told["detail"].as_str().unwrap_or_default();
    assert!(words.contains("affects 1001 identities and names 1000"), "{told:#}");
    lab.end().await;
}

/// More accounts in the role.
fn join(sandbox: &Sandbox, numbers: std::ops::RangeInclusive<usize>) {
    sandbox.change(|file| {
        let system = &mut file["systems"]["shop"];
        let (mut node, mut edge) = (Value::Null, Value::Null);
        for it in system["nodes"].as_array().into_iter().flatten() {
            if it["id"] == "shop/account/clerk-1" {
                node = it.clone();
            }
        }
        for it in system["edges"].as_array().into_iter().flatten() {
            if it["source"] == "shop/account/clerk-1" {
                edge = it.clone();
            }
        }
        for n in numbers {
            let id = format!("shop/account/clerk-{n}");
            (node["id"], edge["source"]) = (json!(id), json!(id));
            system["nodes"].as_array_mut().expect("a list").push(node.clone());
            system["edges"].as_array_mut().expect("a list").push(edge.clone());
        }
    });
}
