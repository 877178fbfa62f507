//! The judge killed between what it says and its note of how far it has come. It repeats the read it
//! was at, never skips it, and never takes an older read for news; and until the graph is there again,
//! nobody decides without it.

use countersign_governance::Command;
use countersign_governance::actor::Actor;
use countersign_governance::finding::{self, assign};
use countersign_governance::id::FindingId;
use countersign_server::act::{Asked, NotDone};
use serde_json::json;

use super::both;
use super::instance::{Instance, OWNER, SECURITY, SYSTEMS};

/// What somebody takes away by hand, and the finding that ends by it.
const BY_HAND: &str =
    "sandbox/erp/account/svc-vendor-sync,member_of,sandbox/erp/group/month-end-cover";
const RULE: &str = "business.vendor-and-payment";

both! {
    a_judge_that_dies_over_what_it_opens_opens_it_once,
    a_judge_that_dies_over_what_it_ends_does_not_see_it_come_back,
    a_read_that_was_accepted_and_not_judged_is_judged_after_all,
    a_server_whose_graph_is_not_there_yet_lets_nobody_pass_for_uninvolved,
}

/// The read is answered, or the server is dead before it can.
async fn read_while_it_dies(instance: &Instance) {
    if let Some((status, body)) = instance.send_sync("erp").await {
        assert_eq!(status, 200, "{body:#}");
    }
}

/// What has happened to a finding, and then its end.
async fn and_ended(instance: &Instance, reference: &str) -> Vec<String> {
    let mut events = instance.events(reference).await;
    events.push("ended".to_owned());
    events
}

async fn a_judge_that_dies_over_what_it_opens_opens_it_once(mut instance: Instance) {
    instance.start(Some("after-commit:finding.opened"));
    read_while_it_dies(&instance).await;
    instance.died().await;
    instance.start(None);
    instance.judged().await;
    let opened = instance.findings().await.len();
    assert!(opened > 0, "what was opened before the end is there");
    for system in SYSTEMS {
        instance.sync(system).await;
    }
    let findings = instance.findings().await;
    assert_eq!(findings.len(), instance.not_ended().await.len(), "no finding is there twice");
    for finding in &findings {
        let reference = finding["reference"].as_str().expect("a reference");
        let events = instance.events(reference).await;
        let again = events.iter().skip(1).any(|event| event != "changed");
        assert!(events[0] == "opened" && !again, "{reference}: {events:?}");
    }
    instance.ends_whole().await;
}

async fn a_judge_that_dies_over_what_it_ends_does_not_see_it_come_back(mut instance: Instance) {
    instance.start(Some("after-commit:finding.ended"));
    for system in SYSTEMS {
        instance.sync(system).await;
    }
    let reference = instance.of_rule(RULE).await;
    let ended = and_ended(&instance, &reference).await;
    instance.sandbox.by_hand("remove", &["--system", "erp", "--edge", BY_HAND]);
    read_while_it_dies(&instance).await;
    instance.died().await;
    instance.start(None);
    instance.judged().await;
    instance.until_status(&reference, "gone").await;
    assert_eq!(instance.events(&reference).await, ended);
    instance.sync("erp").await;
    assert_eq!(instance.events(&reference).await, ended);
    instance.ends_whole().await;
}

async fn a_read_that_was_accepted_and_not_judged_is_judged_after_all(mut instance: Instance) {
    instance.start(None);
    for system in SYSTEMS {
        instance.sync(system).await;
    }
    let reference = instance.of_rule(RULE).await;
    let ended = and_ended(&instance, &reference).await;
    instance.stop().await;
    instance.sandbox.by_hand("remove", &["--system", "erp", "--edge", BY_HAND]);
    instance.start(Some("after-commit:system.run_accepted"));
    let died = instance.send_sync("erp").await;
    assert_eq!(died, None, "it died before it answered");
    instance.died().await;
    instance.start(None);
    instance.until_status(&reference, "gone").await;
    assert_eq!(instance.events(&reference).await, ended);
    instance.ends_whole().await;
}

async fn a_server_whose_graph_is_not_there_yet_lets_nobody_pass_for_uninvolved(
    mut instance: Instance,
) {
    instance.start(None);
    instance.sync("erp").await;
    let findings = instance.findings().await;
    let id: FindingId = findings[0]["id"].as_str().expect("an id").parse().expect("an id");
    let door = instance.door().await;
    let [owner, by] = [OWNER, SECURITY].map(|name| instance.id(name).parse().expect("a person"));
    let assign = finding::Command::Assign(assign::Assign { owner });
    let asked = Asked::new(Actor::Person(by), Command::Finding(id, assign));
    let answer = door.act(asked).await;
    assert!(matches!(answer, Err(NotDone::NoGraph(_))), "{answer:?}");
    door.store.close().await;
    let reference = findings[0]["reference"].as_str().expect("a reference");
    let owner = json!({ "owner": instance.id(OWNER) });
    instance.change(SECURITY, &format!("/findings/{reference}/assign"), owner).await;
    instance.ends_whole().await;
}
