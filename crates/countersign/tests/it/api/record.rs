//! Records and their ETags: what was looked at, and what is so by now.

use serde_json::json;

use super::{appointed, both, choice, reading};
use crate::lab::Keep;

both!(who_looked_at_something_else_is_told_how_it_is_now);

async fn who_looked_at_something_else_is_told_how_it_is_now(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    let looked = lab.get("owner", "/findings/FN-1").await;
    assert_eq!(looked.etag.as_deref(), Some("\"1\""));
    let body = json!({ "owner": lab.id("owner") });
    let path = "/findings/FN-1/assign";
    let done = lab.post_with("security", path, body.clone(), &[("If-Match", "\"1\"")]).await;
    assert_eq!(done.etag.as_deref(), Some("\"2\""));
    assert_eq!(done.ok()["sequence"], 2);

    let stale = lab.post_with("control", path, body.clone(), &[("If-Match", "\"1\"")]).await;
    let told = stale.refused(412, "case.stale");
    assert_eq!(told["current"], 2);
    assert_eq!(told["state"]["status"], "assigned");
    assert_eq!(told["state"]["sequence"], 2);
    assert_eq!(lab.events("FN-1").await, ["opened", "assigned"], "nothing came of it");

    // The same number is a wrong one on another record, in whatever form it is given.
    let choice = choice(&lab, "FN-1").await;
    let path = "/findings/FN-1/choose";
    for tag in ["\"3\"", "\"-1\"", "\"9223372036854775807\""] {
        let stale = lab.post_with("owner", path, choice.clone(), &[("If-Match", tag)]).await;
        stale.refused(412, "case.stale");
    }
    for tag in ["2", "\"two\"", "W/\"2\"", "\"2\", \"3\"", "\"\""] {
        let bad = lab.post_with("owner", path, choice.clone(), &[("If-Match", tag)]).await;
        assert_eq!(bad.refused(422, "request.malformed")["field"], "If-Match");
    }
    lab.post_with("owner", path, choice, &[("If-Match", "*")]).await.ok();
    let wrong = lab.post("owner", "/findings/FN-1/settle", json!({ "reason": "it is as it is" }));
    wrong.await.refused(403, "duty.wrong-seat");

    // People have one as well.
    let (id, _) = appointed(&lab, &json!({ "name": "Nora New", "seats": ["business"] })).await;
    let path = format!("/people/{id}/appoint");
    let other = json!({ "name": "Nora New", "seats": ["legal"] });
    assert_eq!(lab.get("auditor", &format!("/people/{id}")).await.etag.as_deref(), Some("\"1\""));
    lab.post_with("legal", &path, other.clone(), &[("If-Match", "\"1\"")]).await.ok();
    for verb in ["appoint", "deactivate"] {
        let path = format!("/people/{id}/{verb}");
        let body = if verb == "appoint" { other.clone() } else { json!({}) };
        let stale = lab.post_with("security", &path, body, &[("If-Match", "\"1\"")]).await;
        let told = stale.refused(412, "case.stale");
        assert_eq!(told["state"]["seats"], json!(["legal"]));
        assert_eq!(told["current"], 2);
    }
    let system = lab.get("auditor", "/systems/shop").await;
    assert!(system.etag.is_some());
    lab.end().await;
}
