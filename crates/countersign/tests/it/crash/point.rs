//! Every named crash point on the way of an order, from the decision to the proof.

use serde_json::{Value, json};

use super::both;
use super::instance::{CONTROL, Instance, OWNER, SECURITY, SYSTEMS};

/// The finding that is followed, and what is taken away for it.
const RULE: &str = "business.vendor-and-payment";
const TAKEN: &str = "sandbox/erp/group/month-end-cover";

both! {
    a_server_that_dies_after_the_decision_carries_it_out_when_it_comes_back,
    a_server_that_dies_with_the_order_in_hand_takes_it_up_again,
    a_server_that_dies_after_the_system_obeyed_does_not_change_it_twice,
    a_server_that_dies_after_the_receipt_goes_on_to_the_proof,
    a_server_that_dies_after_reading_back_reads_back_again,
    a_server_that_dies_after_the_proof_does_not_prove_it_twice,
}

async fn a_server_that_dies_after_the_decision_carries_it_out_when_it_comes_back(of: Instance) {
    survives(of, "after-commit:finding.ordered").await;
}

async fn a_server_that_dies_with_the_order_in_hand_takes_it_up_again(of: Instance) {
    survives(of, "after-claim").await;
}

async fn a_server_that_dies_after_the_system_obeyed_does_not_change_it_twice(of: Instance) {
    survives(of, "after-enforce").await;
}

async fn a_server_that_dies_after_the_receipt_goes_on_to_the_proof(of: Instance) {
    survives(of, "after-receipt").await;
}

async fn a_server_that_dies_after_reading_back_reads_back_again(of: Instance) {
    survives(of, "after-read-back").await;
}

async fn a_server_that_dies_after_the_proof_does_not_prove_it_twice(of: Instance) {
    survives(of, "after-evidence").await;
}

/// Plays the main job with a server that ends itself at a point, and to its end with another.
async fn survives(mut instance: Instance, point: &str) {
    instance.start(Some(point));
    for system in SYSTEMS {
        instance.sync(system).await;
    }
    let open = instance.findings().await.len();
    let reference = decided(&instance).await;
    let order = format!("/findings/{reference}/order");
    let once = Some("the one order");
    let first = instance.send(CONTROL, &order, Some(json!({})), once).await;
    instance.died().await;

    instance.start(None);
    instance.until_status(&reference, "fixed").await;
    instance.no_job_is_left().await;
    // Who lost the answer asks again under the same key, and is told what was decided then.
    let (status, again) =
        instance.send(CONTROL, &order, Some(json!({})), once).await.expect("life");
    assert_eq!((status, &again["events"]), (200, &json!(["finding.ordered.1"])), "{again:#}");
    assert!(first.is_none_or(|first| first == (200, again)), "the answer is the same");

    let happened = instance.events(&reference).await;
    let happened: Vec<_> = happened.iter().skip_while(|name| *name != "assigned").collect();
    let once_each = ["assigned", "remedy_chosen", "ordered", "fulfilled", "ended"];
    assert_eq!(happened, once_each, "{point}");
    assert_eq!(instance.not_ended().await.len(), open - 1, "no other finding has changed");
    assert_eq!(instance.findings().await.len(), open);
    changed_once(&instance);
    instance.ends_whole().await;
}

/// The finding, with an owner who chose what is to be taken away.
async fn decided(instance: &Instance) -> String {
    let reference = instance.of_rule(RULE).await;
    let path = |verb: &str| format!("/findings/{reference}/{verb}");
    let owner = json!({ "owner": instance.id(OWNER) });
    instance.change(SECURITY, &path("assign"), owner).await;
    let offers = instance.ask(&path("remedies")).await;
    let takes = |it: &&Value| it["change"]["target"] == TAKEN;
    let offer = offers["items"].as_array().and_then(|items| items.iter().find(takes));
    let offer = offer.unwrap_or_else(|| panic!("`{TAKEN}` is not offered: {offers:#}"));
    let chosen = json!({
        "remedy": offer["remedy"], "system": offer["system"], "change": offer["change"],
    });
    instance.change(OWNER, &path("choose"), chosen).await;
    reference
}

/// The sandbox was written once, for one order, and says so.
fn changed_once(instance: &Instance) {
    let erp = &instance.sandbox.json()["systems"]["erp"];
    let done = instance.done("erp");
    assert_eq!((done.len(), &done[0]["outcome"]), (1, &json!("changed")), "{done:#?}");
    assert_eq!(erp["revision"], 1, "written once");
    let edges = erp["edges"].as_array().expect("edges");
    let taken = &done[0]["change"];
    assert_eq!(taken["target"], TAKEN);
    let is_it = |edge: &&Value| ["source", "kind", "target"].iter().all(|it| edge[it] == taken[it]);
    assert_eq!(edges.iter().find(is_it), None, "the edge is gone");
}
