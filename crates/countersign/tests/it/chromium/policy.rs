//! A policy that is proposed, and why somebody may not: on every screen, before anybody signs.

use serde_json::{Value, json};

use super::{Chromium, DESKTOP, SCREENS};
use crate::web::shop;

const WHY: &str = "findings of this weight are due sooner, as the auditors asked";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_proposed_policy_changes_and_why_somebody_may_not_are_sound_on_every_screen() {
    let (lab, _sandbox) = shop().await;
    let Some(browser) = Chromium::start(&lab, DESKTOP).await else { return lab.end().await };
    let sla = lab.door().now().policy.texts.iter().find(|it| it.name == "sla.toml").cloned();
    let text = sla.expect("the file").text.replacen("due_days = 30", "due_days = 20", 1);
    let changes = json!([{ "path": "sla.toml", "text": text }]);
    let before = lab.door().now().policy.digest.clone();
    let shown = async |name: &str, path: &str| {
        browser.open(path).await;
        browser.is_sound(name, DESKTOP).await;
        for screen in SCREENS {
            browser.on(screen).await;
            browser.picture(&format!("{name}-{}-{}", screen.width, screen.dark)).await;
        }
        browser.on(DESKTOP).await;
    };
    browser.sign_in(&lab, "security").await;
    shown("policy-propose", "/policy/propose?file=sla.toml&file=calendar.toml").await;
    browser.type_into("#reason", WHY).await;
    browser.click("Look first what it changes").await;
    browser.until_text("main", "Nothing is other than in the policy as it is").await;
    browser.is_sound("a try of nothing", DESKTOP).await;
    let body = json!({ "reason": WHY, "changes": changes });
    lab.post("security", "/policy/propose", body).await.ok();
    let now: Value = lab.get("auditor", "/policy").await.ok();
    let digest = now["proposal"]["digest"].as_str().expect("a digest").to_owned();
    browser.sign_in(&lab, "legal").await;
    shown("policy-proposed", "/policy").await;
    browser.until_text("#consequences", "Due in 20 days").await;
    shown("policy-compared", &format!("/policy/history?from={before}&to={digest}")).await;
    browser.open("/findings/FN-1").await;
    browser.is_sound("a finding with what legal may not do", DESKTOP).await;
    browser.press(".not a").await;
    browser.until_text("h1", "You may not").await;
    shown("policy-may", "/policy/may?case=FN-1&verb=finding.assign").await;
    browser.end().await;
    lab.end().await;
}
