//! Killed from outside at moments that nobody chose, ten times in a row, while systems are read and
//! orders carried out. The moments come from a seed, so that a failure can be had again as nearly as
//! the machine allows; they are counted in answers, so that a slow machine gets as far.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::both;
use super::instance::{Answer, CONTROL, Instance, OWNER, SECURITY, SYSTEMS};

/// How often it is killed.
const KILLS: u64 = 10;

/// Most questions that a server answers in its life.
const LIFE_MAX: u64 = 12;

/// Longest wait for the answer over which it is killed, in milliseconds.
const LAST_MAX: u64 = 60;

/// Where the moments come from.
const SEED: u64 = 0x5eed_0fc0_de00_0002;

both! {
    a_server_killed_again_and_again_comes_to_where_it_would_have_come,
}

async fn a_server_killed_again_and_again_comes_to_where_it_would_have_come(mut instance: Instance) {
    let mut random = SEED;
    for _ in 0..KILLS {
        random = next(random);
        let mut life = Life(random % LIFE_MAX);
        let last = Duration::from_millis((random >> 32) % LAST_MAX);
        instance.start(None);
        while !life.is_over() {
            work(&instance, &mut life).await;
        }
        let _is_of_no_interest = tokio::time::timeout(last, read(&instance, "erp")).await;
        instance.kill();
    }
    instance.start(None);
    instance.no_job_is_left().await;
    for system in SYSTEMS {
        instance.sync(system).await;
    }
    let ordered = as_the_ledger_says(&instance).await;
    let done: Vec<String> =
        SYSTEMS.iter().flat_map(|system| keys(&instance.done(system))).collect();
    assert_eq!(done.iter().collect::<BTreeSet<_>>().len(), done.len(), "{done:?}");
    assert_eq!(done.into_iter().collect::<BTreeSet<_>>(), ordered, "each order once, and no other");
    let left = instance.not_ended().await;
    let sandbox = instance.ends_whole().await;

    let mut never_killed = Instance::watching(sandbox).await;
    never_killed.start(None);
    for system in SYSTEMS {
        never_killed.sync(system).await;
    }
    assert_eq!(left, never_killed.not_ended().await, "what a server sees that was never killed");
    never_killed.ends_whole().await;
}

/// How many more questions are answered.
struct Life(u64);

impl Life {
    fn is_over(&self) -> bool {
        self.0 == 0
    }

    /// One answer less; true when there is none left.
    fn is_over_now(&mut self) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.is_over()
    }
}

/// Reads systems and takes every finding a step further, as long as the server lives.
async fn work(instance: &Instance, life: &mut Life) {
    for system in SYSTEMS {
        read(instance, system).await;
        if life.is_over_now() {
            return;
        }
        for finding in instance.findings().await {
            if further(instance, &finding).await && life.is_over_now() {
                return;
            }
        }
    }
}

async fn read(instance: &Instance, system: &str) {
    must_not_fail(instance.send_sync(system).await);
}

/// Whether there was anything to do.
async fn further(instance: &Instance, finding: &Value) -> bool {
    let path = |verb: &str| {
        format!("/findings/{}/{verb}", finding["reference"].as_str().expect("a reference"))
    };
    let answer = match finding["status"].as_str().expect("a status") {
        "open" => {
            let owner = json!({ "owner": instance.id(OWNER) });
            instance.send(SECURITY, &path("assign"), Some(owner), None).await
        }
        "assigned" => {
            let offers = instance.ask(&path("remedies")).await;
            let items = offers["items"].as_array().expect("a list");
            let Some(offer) = items.iter().find(|it| can_be_done(it)) else { return false };
            let chosen = json!({
                "remedy": offer["remedy"], "system": offer["system"], "change": offer["change"],
            });
            instance.send(OWNER, &path("choose"), Some(chosen), None).await
        }
        "chosen" => instance.send(CONTROL, &path("order"), Some(json!({})), None).await,
        _ => return false,
    };
    must_not_fail(answer);
    true
}

/// The sandbox takes memberships and grants away.
fn can_be_done(offer: &Value) -> bool {
    let kind = offer["change"]["kind"].as_str();
    matches!(kind, Some("member_of" | "grants"))
}

/// Somebody may have been first, and a server that has just started may not be ready; nothing may
/// have failed.
fn must_not_fail(answer: Answer) {
    let (status, body) = answer.expect("the server lives until it is killed");
    let is_not_ready = status == 503 && body["code"] == "fault.transient";
    assert!(status < 500 || is_not_ready, "{status} {body:#}");
}

/// The orders that the ledger knows as carried out. Of each finding the events follow one another
/// as they must.
async fn as_the_ledger_says(instance: &Instance) -> BTreeSet<String> {
    let mut carried_out = BTreeSet::new();
    for finding in instance.findings().await {
        let reference = finding["reference"].as_str().expect("a reference");
        let path = format!("/findings/{reference}/history?limit=200");
        let history = instance.ask(&path).await;
        let items = history["items"].as_array().expect("a list").clone();
        let names: Vec<_> = instance.events(reference).await;
        let count = |name: &str| names.iter().filter(|it| *it == name).count();
        assert_eq!(count("opened"), 1, "{reference}: {names:?}");
        assert_eq!(count("recurred"), 0, "nobody gives anything back: {reference}: {names:?}");
        assert!(count("ended") <= 1, "{reference}: {names:?}");
        assert_eq!(count("ordered"), count("fulfilled"), "{reference}: {names:?}");
        for (item, name) in items.iter().zip(&names) {
            if name == "fulfilled" {
                let order = item["event"]["body"]["order"].as_str().expect("an order");
                assert!(carried_out.insert(order.to_owned()), "{order} was carried out twice");
            }
        }
    }
    assert!(!carried_out.is_empty(), "something was ordered between the kills");
    carried_out
}

fn keys(done: &[Value]) -> Vec<String> {
    done.iter().map(|order| order["key"].as_str().expect("a key").to_owned()).collect()
}

/// xorshift64, Marsaglia 2003.
fn next(mut random: u64) -> u64 {
    random ^= random << 13;
    random ^= random >> 7;
    random ^ (random << 17)
}
