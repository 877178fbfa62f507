//! What another policy would change for open cases is told before anybody countersigns it, and the change
//! itself is made over HTTP as on the pages: the same refusals, one person to propose and another to put it
//! in force.

use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::Text;
use serde_json::{Value, json};

use super::rightful::{proposed, shop, show, watching};
use crate::lab::Lab;
use crate::web::browser::Browser;

const WHY: &str = "the auditors asked for shorter exceptions in the month-end run";

/// The policy of this server with the elevated tier made stricter, and a second factor for the business.
fn stricter(lab: &Lab) -> Vec<Text> {
    let mut texts = lab.door().now().policy.texts.clone();
    let mut change = |name: &str, from: &str, to: &str| {
        let file = texts.iter_mut().find(|it| it.name == name).expect("the file");
        assert!(file.text.contains(from), "{name} has {from}");
        file.text = file.text.replacen(from, to, 1);
    };
    change(
        "tiers.toml",
        "days_max = 90\nreview_days_max = 30\nrenewals_max = 2\nrenewal_climb = 1\n\
         renewal_days = 90\ntakeover_days = 14\nat_expiry = \"contain\"\nlegal_signs = false",
        "days_max = 10\nreview_days_max = 5\nrenewals_max = 2\nrenewal_climb = 1\n\
         renewal_days = 90\ntakeover_days = 14\nat_expiry = \"contain\"\nlegal_signs = true",
    );
    change(
        "authority/exception.cedar",
        "@id(\"exception.accept\")",
        "@id(\"own.strong\")\n@because(\"It is grave.\")\nforbid (principal, action == \
         Action::\"exception.accept\", resource) unless { context.strength >= 2 };\n\
         @id(\"exception.accept\")",
    );
    texts
}

fn files(texts: &[Text]) -> Value {
    texts.iter().map(|it| json!({ "path": it.name, "text": it.text })).collect()
}

fn abouts(told: &Value, reference: &str) -> Vec<String> {
    let cases = told["cases"].as_array().expect("a list");
    let case = cases.iter().find(|it| it["reference"] == reference);
    let points = case.and_then(|it| it["otherwise"].as_array()).cloned().unwrap_or_default();
    points.iter().map(|it| it["about"].as_str().expect("a word").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_policy_would_change_is_told_before_it_is_countersigned_and_nothing_that_stands_is_undone()
 {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let exception = proposed(&lab, &finding).await;
    lab.post("owner", &format!("/exceptions/{exception}/accept"), json!({})).await.ok();
    let (before, texts) = (lab.door().now().policy.digest.clone(), stricter(&lab));
    let new = folder::load(&texts).unwrap_or_else(|bad| panic!("{bad:?}"));

    // A policy that nobody proposed, sent along by somebody who only asks.
    let same = lab.post("auditor", "/policy/consequences", json!({})).await.ok();
    assert_eq!((&same["cases"], &same["from"]), (&json!([]), &same["to"]), "{same:#}");
    let body = json!({ "to": files(&texts) });
    let told = lab.post("auditor", "/policy/consequences", body).await.ok();
    assert_eq!(abouts(&told, &exception), ["end", "review", "legal", "sign-in"], "{told:#}");
    assert_eq!((&told["version"], &told["to"]), (&json!(1), &json!(new.digest)));
    assert_eq!((&told["findings_looked"], &told["exceptions_looked"]), (&json!(1), &json!(1)));
    let signed = told["cases"][0]["otherwise"].as_array().expect("a list").last().cloned();
    assert_eq!(signed.expect("a signature")["person"], lab.id("owner"));
    let back = json!({ "from": files(&texts), "to": files(&lab.door().now().policy.texts) });
    let back = lab.post("auditor", "/policy/consequences", back).await.ok();
    let points = back["cases"][0]["otherwise"].as_array().expect("a list");
    assert!(points.iter().all(|it| it["loosens"] == true), "{back:#}");

    // What is proposed is compared the same, over HTTP and on the page.
    let body = json!({ "reason": WHY, "files": files(&texts) });
    let done = lab.post("security", "/policy/propose", body).await.ok();
    assert_eq!(done["events"], json!(["policy.proposed.1"]), "{done:#}");
    let kept = format!("/policy/consequences?from={before}&to={}", new.digest);
    let kept = lab.get("auditor", &kept).await.ok();
    assert_eq!(kept["cases"], told["cases"]);
    let nobody = format!("/policy/consequences?from={before}&to={}", "0".repeat(64));
    lab.get("auditor", &nobody).await.refused(404, "case.unknown");
    let mut legal = Browser::signed_in(&lab, "legal").await;
    let seen = legal.get("/policy").await;
    assert!(seen.text.contains("What it changes for open cases"), "{}", seen.text);
    assert!(seen.text.contains(&format!("/exceptions/{exception}")), "{}", seen.text);
    assert!(seen.text.contains("at most 10 would be had"), "{}", seen.text);

    let digest = json!({ "digest": new.digest });
    lab.post("legal", "/policy/countersign", digest).await.ok();
    lab.until("the server goes by it", async || {
        (lab.door().now().policy.digest == new.digest).then_some(())
    })
    .await;
    let whole = show(&lab, &exception).await;
    assert_eq!(whole["status"], "in_review", "nothing that stands is undone: {whole:#}");
    assert_eq!(whole["signatures"].as_array().map(Vec::len), Some(1), "{whole:#}");
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

/// The policy of this server with one figure changed.
fn changed(lab: &Lab, to: &str) -> Value {
    let texts = &lab.door().now().policy.texts;
    let tiers = texts.iter().find(|it| it.name == "tiers.toml").expect("the file");
    json!([{ "path": "tiers.toml", "text": tiers.text.replacen("days_max = 180", to, 1) }])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_is_proposed_taken_back_and_countersigned_over_http_with_the_refusals_of_the_pages()
 {
    let sandbox = shop(1);
    let Some((lab, _)) = watching(&sandbox).await else { return };
    let good = json!({ "reason": WHY, "changes": changed(&lab, "days_max = 120") });
    for who in ["owner", "control", "auditor", "legal"] {
        lab.post(who, "/policy/propose", good.clone()).await.refused(403, "duty.wrong-seat");
    }
    let bad = |body: Value, field: &'static str| {
        let lab = &lab;
        async move {
            let no = lab.post("security", "/policy/propose", body).await;
            let no = no.refused(422, "request.malformed");
            assert_eq!(no["field"].as_str().unwrap_or_default(), field, "{no:#}");
            no["detail"].as_str().unwrap_or_default().to_owned()
        }
    };
    let wrong = json!({ "reason": WHY, "changes": changed(&lab, "days_max = 181") });
    assert!(bad(wrong, "changes").await.contains("below its baseline"));
    bad(json!({ "reason": "short", "changes": changed(&lab, "days_max = 120") }), "reason").await;
    bad(json!({ "reason": WHY }), "").await;
    bad(json!({ "reason": WHY, "files": [], "changes": [] }), "").await;
    bad(json!({ "reason": WHY, "files": [] }), "files").await;
    let gone = json!([{ "path": "rules/none.toml" }]);
    assert!(bad(json!({ "reason": WHY, "changes": gone }), "changes").await.contains("taken out"));
    let needed = json!([{ "path": "sla.toml" }]);
    assert!(bad(json!({ "reason": WHY, "changes": needed }), "changes").await.contains("sla.toml"));
    let twice = json!([{ "path": "a" }, { "path": "a", "text": "" }]);
    bad(json!({ "reason": WHY, "changes": twice }), "changes").await;

    let reason = json!({ "reason": "one tier is missing in it, which comes along next time" });
    lab.post("security", "/policy/withdraw", reason.clone()).await.refused(409, "case.wrong-stage");
    lab.post("security", "/policy/propose", good.clone()).await.ok();
    lab.post("security", "/policy/propose", good.clone()).await.refused(409, "case.wrong-stage");
    lab.post("owner", "/policy/withdraw", reason.clone()).await.refused(403, "duty.not-permitted");
    let done = lab.post("legal", "/policy/withdraw", reason).await.ok();
    assert_eq!(done["events"], json!(["policy.withdrawn.1"]));

    lab.post("security", "/policy/propose", good).await.ok();
    let now = lab.get("auditor", "/policy").await.ok();
    let digest = json!({ "digest": now["proposal"]["digest"] });
    let short = json!({ "digest": "c51f4fa0" });
    lab.post("legal", "/policy/countersign", short).await.refused(422, "request.malformed");
    let other = json!({ "digest": "0".repeat(64) });
    lab.post("legal", "/policy/countersign", other).await.refused(404, "case.unknown");
    for (who, code) in [("security", "duty.own-proposal"), ("owner", "duty.wrong-seat")] {
        lab.post(who, "/policy/countersign", digest.clone()).await.refused(403, code);
    }
    let stale = [("if-match", "\"1\"")];
    let no = lab.post_with("legal", "/policy/countersign", digest.clone(), &stale).await;
    no.refused(412, "case.stale");
    let once = [("idempotency-key", "one")];
    for _ in 0..2 {
        let done = lab.post_with("legal", "/policy/countersign", digest.clone(), &once).await.ok();
        assert_eq!(done["events"], json!(["policy.adopted.2"]));
    }
    lab.until("the server goes by it", async || {
        let now = lab.get("auditor", "/policy").await.ok();
        (now["decides_by"] == digest["digest"]).then_some(())
    })
    .await;
    let folder: &Folder = &lab.door().now().policy;
    assert_eq!(folder.tiers.named("standard").map(|it| it.days_max), Some(120));
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}
