//! The second story, on both databases and against a real PostgreSQL: a toxic role that cannot be
//! removed now is countersigned, stays in every count, and ends: by the clock, by a control that was
//! really undone, or because what it was about is gone.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{assign, found, toxic_target, watching};
use crate::lab::place::PG15;
use crate::lab::target::Target;
use crate::lab::{Keep, Lab};

const WHY: &str = "the month-end run of the ledger needs both until the new interface is there";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_toxic_role_is_countersigned_until_its_end_and_then_open_again_on_sqlite() {
    to_its_end(Keep::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_toxic_role_is_countersigned_until_its_end_and_then_open_again_on_postgresql() {
    to_its_end(Keep::Postgres).await;
}

async fn to_its_end(keep: Keep) {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(keep, &target).await else { return target.end().await };
    let finding = found(&lab).await;
    assign(&lab, &finding).await;
    let due = lab.finding(&finding).await["due_at"].clone();

    // Put forward by its owner, who may accept and may not enforce.
    let exception = propose(&lab, &finding, json!({})).await;
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    assert_eq!(show(&lab, &exception).await["status"], "in_review");
    let early = lab.post("owner", &at("activate"), json!({})).await.refused(409, "case.not-ready");
    assert!(early["detail"].as_str().unwrap_or_default().contains("control seat"), "{early:#}");
    lab.post("other-owner", &at("accept"), json!({})).await.refused(403, "duty.not-the-owner");
    lab.post("security", &at("accept"), json!({})).await.refused(403, "duty.wrong-seat");
    lab.post("owner", &at("accept"), json!({})).await.ok();
    let statement = json!({ "statement": "the role cannot sign in, seen in pg_roles today" });
    lab.post("owner", &at("confirm"), statement.clone()).await.refused(403, "duty.wrong-seat");
    lab.post("control", &at("confirm"), statement).await.ok();

    // In force with the last of them: the control was read in the real system.
    let whole = until(&lab, &exception, "active").await;
    assert_eq!(whole["in_force"], true);
    assert_eq!(whole["controls"][0]["verdict"], "passed");
    assert_eq!(whole["waits_for"], json!([]));
    assert_eq!(whole["would"], "fail");
    let seats = whole["signatures"].as_array().expect("signatures").iter();
    assert_eq!(seats.map(|it| it["seat"].clone()).collect::<Vec<_>>(), ["business", "control"]);
    let covers = &whole["covers"]["identities"];
    assert_eq!(target.plain(covers[0]["name"].as_str().unwrap_or_default()), "svc_pay");
    let evidence =
        super::text_of(&history(&lab, &exception).await, "exception.control_tested.1", "evidence");
    assert!(evidence.contains("rolcanlogin"), "{evidence}");

    // It hides nothing: the finding stays in every count, and its clock runs on.
    let covered = lab.finding(&finding).await;
    assert_eq!((&covered["status"], &covered["excepted_total"]), (&json!("assigned"), &json!(1)));
    assert_eq!(covered["due_at"], due);
    assert_eq!(covered["affected"][0]["excepted_by"], exception.as_str());

    joins_and_other_paths(&lab, &target, &finding).await;

    // The end comes by the clock alone, wherever it is asked.
    lab.turn(SignedDuration::from_hours(24 * 20)).await;
    let ended = show(&lab, &exception).await;
    assert_eq!((&ended["status"], &ended["in_force"]), (&json!("expired"), &json!(false)));
    let open = lab.finding(&finding).await;
    assert_eq!(open["excepted_total"], 0);
    assert_eq!((&open["due_at"], &open["overdue"]), (&due, &json!(false)));
    let history = until_event(&lab, &exception, "ended").await;
    let last = history.last().expect("an event");
    assert_eq!(last["event"]["body"]["ending"], json!({ "how": "expired", "outcome": "reopen" }));
    assert_eq!(last["actor"], "machine:timekeeper");
    lab.turn(SignedDuration::from_hours(24 * 10)).await;
    assert_eq!(lab.finding(&finding).await["overdue"], true, "its clock ran on beneath");
    assert_eq!(show(&lab, &exception).await["status"], "expired");
    lab.post("owner", &at("accept"), json!({})).await.refused(409, "case.wrong-stage");
    assert!(lab.states_are_folds().await > 10);
    lab.ledger_is_whole().await;
    lab.end().await;
    target.end().await;
}

/// Who joins has a clock of their own, a binding made anew is nothing new, and another path is another
/// finding.
async fn joins_and_other_paths(lab: &Lab, target: &Target, finding: &str) {
    let all = lab.findings().await.len();
    lab.turn(SignedDuration::from_hours(1)).await;
    target.sql("create role @svc_two login; grant @team to @svc_two;").await;
    lab.sync("hospital").await;
    let joined = lab.finding(finding).await;
    assert_eq!(joined["detail"]["affected_total"], 2);
    assert_eq!(joined["excepted_total"], 1, "only who was frozen is covered");
    let affected = joined["affected"].as_array().expect("a list").clone();
    let (first, second): (Vec<&Value>, Vec<&Value>) =
        affected.iter().partition(|it| it["excepted_by"].is_string());
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_ne!(first[0]["since"], second[0]["since"]);
    assert_eq!(lab.findings().await.len(), all);
    let happened = lab.get("auditor", &format!("/findings/{finding}/history")).await.ok();
    let happened = happened["items"].as_array().expect("a list");
    let changed = happened.iter().rev().find(|it| it["name"] == "finding.changed.1");
    let changed = changed.expect("that it was seen otherwise");
    let moved = &changed["event"]["body"]["moved"];
    assert_eq!((&moved["joined_total"], &moved["left_total"]), (&json!(1), &json!(0)));
    assert_eq!(moved["totals_exact"], true);
    let names = moved["names"].as_str().expect("a digest");
    let names: Value =
        serde_json::from_str(changed["texts"][names].as_str().expect("a text")).expect("JSON");
    assert_eq!(names["joined"][0]["id"], second[0]["identity"], "who joined is named");

    target.sql("revoke @team from @svc_pay; grant @team to @svc_pay;").await;
    lab.sync("hospital").await;
    assert_eq!(lab.findings().await.len(), all, "the same binding made anew is nothing new");
    assert_eq!(lab.finding(finding).await["excepted_total"], 1);

    target
        .sql(
            "create role @shadow; grant usage on schema ap to @shadow;
             grant insert on ap.vendor to @shadow; grant update on ap.payment to @shadow;
             grant @shadow to @svc_pay;",
        )
        .await;
    lab.sync("hospital").await;
    let findings = lab.findings().await;
    assert_eq!(findings.len(), all + 1, "another path is another finding");
    let other = findings.iter().max_by_key(|it| it["opened_at"].as_str().map(str::to_owned));
    assert_eq!(other.expect("a finding")["excepted_total"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_control_that_was_really_undone_suspends_at_once_and_comes_back_by_the_control_seat() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let finding = found(&lab).await;
    assign(&lab, &finding).await;
    let exception = in_force(&lab, &finding).await;

    target.sql("alter role @payments_admin login").await;
    lab.turn(SignedDuration::from_hours(24)).await;
    let whole = until(&lab, &exception, "suspended").await;
    assert_eq!(whole["controls"][0]["verdict"], "failed");
    let history = until_event(&lab, &exception, "suspended").await;
    let evidence = super::text_of(&history, "exception.suspended.1", "evidence");
    assert!(target.plain(&evidence).contains("`payments_admin` can still log in"), "{evidence}");
    assert_eq!(lab.finding(&finding).await["excepted_total"], 0, "open again, with its old date");

    let again = json!({ "statement": "the login was taken away again and read back" });
    let at = format!("/exceptions/{exception}/resume");
    lab.post("control", &at, again.clone()).await.refused(409, "case.not-ready");
    target.sql("alter role @payments_admin nologin").await;
    lab.turn(SignedDuration::from_hours(24)).await;
    lab.until("the control has passed", async || {
        (show(&lab, &exception).await["controls"][0]["verdict"] == "passed").then_some(())
    })
    .await;
    assert_eq!(show(&lab, &exception).await["status"], "suspended");
    lab.post("owner", &at, again.clone()).await.refused(403, "duty.wrong-seat");
    lab.post("control", &at, again).await.ok();
    assert_eq!(show(&lab, &exception).await["status"], "active");
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_control_that_cannot_be_tested_is_unknown_and_suspends_at_the_maximum_age_only() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let finding = found(&lab).await;
    assign(&lab, &finding).await;
    let exception = in_force(&lab, &finding).await;

    // The read account is locked out: nothing can be told.
    target.sql("alter role @cs_read nologin").await;
    lab.turn(SignedDuration::from_hours(24)).await;
    lab.until("the control could not be tested", async || {
        (show(&lab, &exception).await["controls"][0]["verdict"] == "unknown").then_some(())
    })
    .await;
    assert_eq!(show(&lab, &exception).await["status"], "active", "unknown is not failed");
    let notices = lab.get("control", "/exceptions/untested").await.ok();
    assert_eq!(notices["items"][0]["system"], "hospital");
    assert_eq!(notices["items"][0]["controls"], 1);

    lab.turn(SignedDuration::from_hours(24)).await;
    assert_eq!(show(&lab, &exception).await["status"], "suspended", "no event was needed");
    assert_eq!(lab.finding(&finding).await["excepted_total"], 0);
    let history = until_event(&lab, &exception, "suspended").await;
    let because = &history.last().expect("an event")["event"]["body"]["because"];
    assert_eq!(*because, json!({ "because": "unproven", "control": 1 }));
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exception_ends_by_itself_when_nobody_whom_it_covers_has_the_combination() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let finding = found(&lab).await;
    assign(&lab, &finding).await;
    let exception = in_force(&lab, &finding).await;

    target.sql("create role @svc_two login; grant @team to @svc_two;").await;
    target.sql("revoke @team from @svc_pay").await;
    lab.sync("hospital").await;
    let history = until_event(&lab, &exception, "ended").await;
    let ending = &history.last().expect("an event")["event"]["body"]["ending"];
    assert_eq!((&ending["how"], &ending["finding"]), (&json!("moot"), &json!("nobody_covered")));
    assert_eq!(lab.finding(&finding).await["status"], "assigned", "somebody else has it still");
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_vetoes_and_only_the_owners_answer_takes_the_binding_away() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let finding = found(&lab).await;
    assign(&lab, &finding).await;
    let exception = in_force(&lab, &finding).await;
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");

    let why = json!({ "reason": "the role could be split in two today: see the design" });
    lab.post("control", &at("veto"), why.clone()).await.refused(403, "duty.wrong-seat");
    lab.post("security", &at("veto"), why.clone()).await.ok();
    assert_eq!(show(&lab, &exception).await["status"], "suspended");
    assert_eq!(lab.finding(&finding).await["excepted_total"], 0);
    let answer =
        json!({ "reason": "the split breaks the month-end run, which the owner has tried" });
    lab.post("security", &at("answer"), answer.clone()).await.refused(403, "duty.wrong-seat");
    lab.post("owner", &at("answer"), answer).await.ok();
    let back = json!({ "statement": "nothing was changed in the system meanwhile" });
    lab.post("control", &at("resume"), back).await.ok();
    assert_eq!(show(&lab, &exception).await["status"], "active");
    lab.post("other-security", &at("veto"), why).await.ok();
    let whole = show(&lab, &exception).await;
    assert_eq!((&whole["status"], &whole["veto"]["binds"]), (&json!("vetoed"), &json!(false)));
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_regulated_process_nothing_is_in_force_without_the_legal_seat() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let process = json!({
        "key": "procure-to-pay", "name": "Procure to pay", "criticality": "high",
        "owner": lab.id("owner"), "regulated": true,
    });
    lab.post("security", "/processes", process).await.ok();
    let finding = found(&lab).await;
    assign(&lab, &finding).await;
    let exception = propose(&lab, &finding, json!({ "review_days": 7 })).await;
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    lab.post("owner", &at("accept"), json!({})).await.ok();
    let statement = json!({ "statement": "the role cannot sign in, seen in pg_roles today" });
    lab.post("control", &at("confirm"), statement).await.ok();
    lab.until("the control has passed", async || {
        (show(&lab, &exception).await["controls"][0]["verdict"] == "passed").then_some(())
    })
    .await;
    let whole = show(&lab, &exception).await;
    assert_eq!(whole["status"], "in_review");
    assert_eq!(whole["waits_for"], json!(["the legal seat has not signed"]));
    lab.post("owner", &at("sign"), json!({})).await.refused(403, "duty.wrong-seat");
    lab.post("legal", &at("sign"), json!({})).await.ok();
    assert_eq!(show(&lab, &exception).await["status"], "active");
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_without_one_of_its_parts_or_with_a_reason_that_says_nothing_is_refused() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let finding = found(&lab).await;
    assign(&lab, &finding).await;
    let whole = proposal(&lab, &finding).await;
    for part in ["owner", "need", "not_removable", "would_change", "controls", "until"] {
        let mut without = whole.clone();
        without.as_object_mut().expect("an object").remove(part);
        let told = lab.post("owner", "/exceptions", without).await;
        let told = told.refused(422, "request.malformed");
        assert!(told["detail"].as_str().unwrap_or_default().contains(part), "{told:#}");
    }
    let control = whole["controls"][0].clone();
    let changed = |field: &str, value: Value| {
        let mut changed = control.clone();
        changed[field] = value;
        json!([changed])
    };
    for (field, value, code) in [
        ("need", json!("."), "request.malformed"),
        ("until", json!("2026-01-01T00:00:00Z"), "case.bad-end"),
        ("until", json!("2029-01-01T00:00:00Z"), "case.bad-end"),
        ("review_days", json!(0), "case.bad-cadence"),
        ("controls", json!([]), "case.no-control"),
        ("controls", changed("every_hours", json!(0)), "case.no-control"),
        ("controls", changed("test", json!({})), "request.malformed"),
        (
            "controls",
            changed("test", json!({ "test": "no_login", "account": "postgres/hospital/role/1" })),
            "request.malformed",
        ),
        ("controls", changed("system", json!("nowhere")), "request.malformed"),
        ("controls", changed("system", Value::Null), "case.no-control"),
    ] {
        let mut wrong = whole.clone();
        wrong[field] = value.clone();
        lab.post("owner", "/exceptions", wrong).await.refused(422, code);
    }
    for (who, code) in [("security", "duty.cannot-own"), ("control", "duty.cannot-own")] {
        let mut wrong = whole.clone();
        wrong["owner"] = json!(lab.id(who));
        lab.post("owner", "/exceptions", wrong).await.refused(403, code);
    }
    let none = lab.get("auditor", "/exceptions").await.ok();
    assert_eq!(none["items"], json!([]), "nothing was half made");
    lab.post("auditor", "/exceptions", whole).await.refused(403, "duty.not-permitted");
    lab.end().await;
    target.end().await;
}

/// A proposal about a finding: its root cause is a role that must not sign in, looked at every day, and
/// a passed look counts for two.
async fn proposal(lab: &Lab, finding: &str) -> Value {
    let shown = lab.finding(finding).await;
    let account = shown["detail"]["root_cause"]["id"].clone();
    let until = lab.server_clock().now() + SignedDuration::from_hours(24 * 20);
    json!({
        "finding": finding,
        "owner": lab.id("owner"),
        "need": WHY,
        "not_removable": WHY,
        "would_change": WHY,
        "used": { "use": "continuous" },
        "controls": [{
            "what": "nobody can sign in as the role itself",
            "owner": lab.id("control"),
            "system": "hospital",
            "test": { "test": "no_login", "account": account },
            "every_hours": 24,
            "max_age_hours": 48,
        }],
        "until": until.to_string(),
        "review_days": 14,
    })
}

/// Puts an exception forward, with some fields otherwise.
async fn propose(lab: &Lab, finding: &str, otherwise: Value) -> String {
    let mut proposal = proposal(lab, finding).await;
    for (field, value) in otherwise.as_object().into_iter().flatten() {
        proposal[field] = value.clone();
    }
    // Good for as long as the exception lasts.
    if otherwise == json!({}) {
        proposal["controls"][0]["every_hours"] = json!(744);
        proposal["controls"][0]["max_age_hours"] = json!(2_160);
    }
    let done = lab.post("owner", "/exceptions", proposal).await.ok();
    done["reference"].as_str().expect("a reference").to_owned()
}

/// An exception that is in force, tested every day.
async fn in_force(lab: &Lab, finding: &str) -> String {
    let exception = propose(lab, finding, json!({ "review_days": 7 })).await;
    lab.post("owner", &format!("/exceptions/{exception}/accept"), json!({})).await.ok();
    let statement = json!({ "statement": "the role cannot sign in, seen in pg_roles today" });
    lab.post("control", &format!("/exceptions/{exception}/confirm"), statement).await.ok();
    until(lab, &exception, "active").await;
    exception
}

async fn show(lab: &Lab, exception: &str) -> Value {
    lab.get("auditor", &format!("/exceptions/{exception}")).await.ok()
}

async fn history(lab: &Lab, exception: &str) -> Vec<Value> {
    let list = lab.get("auditor", &format!("/exceptions/{exception}/history")).await.ok();
    list["items"].as_array().cloned().unwrap_or_default()
}

async fn until(lab: &Lab, exception: &str, status: &str) -> Value {
    lab.until(&format!("{exception} is {status}"), async || {
        let whole = show(lab, exception).await;
        (whole["status"] == status).then_some(whole)
    })
    .await
}

async fn until_event(lab: &Lab, exception: &str, name: &str) -> Vec<Value> {
    let wanted = format!("exception.{name}.1");
    lab.until(&format!("{exception}: {name}"), async || {
        let history = history(lab, exception).await;
        history.iter().any(|it| it["name"] == wanted.as_str()).then_some(history)
    })
    .await
}
