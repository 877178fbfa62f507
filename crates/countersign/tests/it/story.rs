//! The main story and what may go wrong in it, over HTTP and against real systems: a toxic role is
//! found, owned, ordered away, really taken away, read back and ended with its proof. Each test tells
//! one such story in its name.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod around;
mod checkpoints;
mod consequence;
mod cover;
mod exception;
mod kept;
mod main_story;
mod nodes;
mod other_path;
mod outside;
mod reads;
mod refusals;
mod renewal;
mod review;
mod rightful;
mod routine;
mod rules;
mod succession;
mod tiers;
mod waiting;

use serde_json::{Value, json};

use crate::lab::target::Target;
use crate::lab::{Keep, Lab, Place, business};

/// A login that is a member of a team that is a member of a role which may enter vendors and approve
/// payments.
const NESTED: &str = "
    create role @payments_admin;
    grant usage on schema ap to @payments_admin;
    grant insert on ap.vendor to @payments_admin;
    grant update on ap.payment to @payments_admin;
    create role @team;
    grant @payments_admin to @team;
    create role @svc_pay login password 'x' valid until '2099-12-31';
    grant @team to @svc_pay;
";

/// The rule of the main story.
const RULE: &str = "business.vendor-and-payment";

/// A target with the nested toxic role in it, whose members we may remove.
async fn toxic_target(server: (u32, &str)) -> Option<Target> {
    let target = Target::new(server).await?.with_tables().await;
    target.sql(NESTED).await;
    target.guide("write-team", "@team").await;
    target.guide("write-team", "@payments_admin").await;
    Some(target)
}

/// A server that knows this target and the business rules.
async fn watching(keep: Keep, target: &Target) -> Option<Lab> {
    let place = Place::new(keep).await?;
    Some(Lab::start(place, &target.system(), business()).await)
}

/// The remedy that a finding offers in these words.
async fn offer(lab: &Lab, reference: &str, words: &str) -> Value {
    let offers = lab.get("owner", &format!("/findings/{reference}/remedies")).await.ok();
    let items = offers["items"].as_array().cloned().unwrap_or_default();
    let found = items.iter().find(|it| it["words"] == words);
    found.unwrap_or_else(|| panic!("no remedy `{words}` among {items:#?}")).clone()
}

async fn assign(lab: &Lab, reference: &str) {
    let owner = json!({ "owner": lab.id("owner") });
    lab.post("security", &format!("/findings/{reference}/assign"), owner).await.ok();
}

/// The owner chooses the remedy that is offered in these words.
async fn choose(lab: &Lab, reference: &str, words: &str) {
    let offer = offer(lab, reference, words).await;
    let choice = json!({
        "remedy": offer["remedy"], "system": offer["system"], "change": offer["change"],
    });
    lab.post("owner", &format!("/findings/{reference}/choose"), choice).await.ok();
}

async fn order(lab: &Lab, reference: &str) {
    lab.post("control", &format!("/findings/{reference}/order"), json!({})).await.ok();
}

/// Reads the target and answers the reference of the finding about the planted role. The account that
/// acts for the tables' owner is one too, and rightly so: our own credentials are in the inventory.
async fn found(lab: &Lab) -> String {
    let read = lab.sync("hospital").await;
    assert_eq!(read["unreadable"], json!([]), "the read is complete");
    for row in lab.findings().await {
        let reference = row["reference"].as_str().unwrap_or_default();
        let root = lab.finding(reference).await["detail"]["root_cause"]["name"].clone();
        if root.as_str().is_some_and(|name| name.starts_with("payments_admin")) {
            return reference.to_owned();
        }
    }
    panic!("the planted role is no finding: {:#?}", lab.findings().await);
}

/// The text behind one of the references in the last event of this name.
#[track_caller]
fn text_of(history: &[Value], name: &str, field: &str) -> String {
    let entry = history.iter().rfind(|it| it["name"].as_str() == Some(name));
    let entry = entry.unwrap_or_else(|| panic!("no `{name}` in {history:#?}"));
    let body = &entry["event"]["body"];
    let digest = find(body, field).unwrap_or_else(|| panic!("no `{field}` in {body:#}"));
    let text = &entry["texts"][digest];
    text.as_str().unwrap_or_else(|| panic!("no text of `{field}` in {entry:#}")).to_owned()
}

/// The text under a key, however deep.
fn find<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .find_map(|(name, value)| (name == key).then(|| value.as_str()).flatten())
            .or_else(|| fields.values().find_map(|value| find(value, key))),
        Value::Array(items) => items.iter().find_map(|value| find(value, key)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Waits until this has happened to a finding; answers its history then.
async fn until_event(lab: &Lab, reference: &str, name: &str) -> Vec<Value> {
    let wanted = format!("finding.{name}.");
    lab.until(&format!("{reference}: {name}"), async || {
        let history = lab.history(reference).await;
        let happened = |it: &Value| it["name"].as_str().is_some_and(|is| is.starts_with(&wanted));
        history.iter().any(happened).then_some(history)
    })
    .await
}

/// A finding with an owner, who has chosen the remedy in these words.
async fn chosen(lab: &Lab, words: &str) -> String {
    let reference = found(lab).await;
    assign(lab, &reference).await;
    choose(lab, &reference, words).await;
    reference
}

/// The names along a finding's first path.
fn path(finding: &Value, target: &Target) -> Vec<String> {
    let steps = finding["detail"]["paths"][0].as_array().cloned().unwrap_or_default();
    steps.iter().map(|it| target.plain(it["name"].as_str().unwrap_or_default())).collect()
}
