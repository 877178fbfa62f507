//! Orders that wait: for a person, for a server that has the system, for a system that can be read
//! again. Whoever looks at the finding sees why, and nothing waits for ever unseen.

use countersign_server::worker::prune;
use countersign_store::job::{self, ATTEMPTS_MAX, Claimed};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{assign, order, text_of};
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

/// Two accounts in one role that may do both: a finding each.
fn shop() -> Sandbox {
    let nodes = "id,kind,name,system,tags,action\n\
        sandbox/erp,system,Finance system,erp,,\n\
        sandbox/erp/account/pay,account,pay,erp,login,\n\
        sandbox/erp/role/ap,role,accounts payable,erp,,\n\
        sandbox/erp/entitlement/vendor,entitlement,create vendors,erp,duty=create_vendor,create\n\
        sandbox/erp/entitlement/payment,entitlement,approve payments,erp,duty=approve_payment,approve\n";
    let edges = "source,kind,target\n\
        sandbox/erp/account/pay,member_of,sandbox/erp/role/ap\n\
        sandbox/erp/role/ap,grants,sandbox/erp/entitlement/vendor\n\
        sandbox/erp/role/ap,grants,sandbox/erp/entitlement/payment\n";
    Sandbox::of_csv(nodes, edges)
}

/// A server that watches the shop, configured so, and its finding with the remedy chosen.
async fn chosen(sandbox: &Sandbox, lines: &str) -> Option<(Lab, String)> {
    let place = Place::new(Keep::Sqlite).await?;
    let lab = Lab::start(place, &sandbox.system("erp", &[], lines), business()).await;
    lab.sync("erp").await;
    let reference = Lab::only(&lab.findings().await);
    assign(&lab, &reference).await;
    choose(&lab, &reference).await;
    Some((lab, reference))
}

async fn choose(lab: &Lab, reference: &str) {
    let offers = lab.get("owner", &format!("/findings/{reference}/remedies")).await.ok();
    let offer = &offers["items"][0];
    let choice = json!({
        "remedy": offer["remedy"], "system": offer["system"], "change": offer["change"],
    });
    lab.post("owner", &format!("/findings/{reference}/choose"), choice).await.ok();
}

/// The job that a finding's order waits for.
async fn job(lab: &Lab, reference: &str) -> Option<Claimed> {
    let id = lab.finding(reference).await["id"].as_str().unwrap_or_default().to_owned();
    job::open_of(&lab.door().store, &format!("finding:{id}")).await.expect("an answer")
}

/// What the finding says that its order waits for.
async fn waits(lab: &Lab, reference: &str) -> Value {
    lab.finding(reference).await["waits"].clone()
}

/// Turns the clock to the next try whenever the order waits for one, until something is so.
async fn until_after_tries(lab: &Lab, reference: &str, is_so: impl AsyncFn() -> bool) {
    lab.until("it is so after some tries", async || {
        if is_so().await {
            return Some(());
        }
        let now = lab.server_clock().now();
        if let Some(job) = job(lab, reference).await
            && job.leased_until <= now
            && job.run_at > now
        {
            lab.turn(job.run_at.duration_since(now)).await;
        }
        None
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_waits_for_a_server_that_has_its_system_and_it_costs_no_try() {
    let sandbox = shop();
    let Some((mut lab, reference)) = chosen(&sandbox, "").await else { return };
    lab.stop().await;
    lab.use_systems("");
    lab.go_on().await;
    lab.turn(SignedDuration::from_secs(1)).await;
    lab.until("the graph is there", async || (lab.door().graph.read().position > 0).then_some(()))
        .await;
    order(&lab, &reference).await;
    for _ in 0..20 {
        lab.turn(SignedDuration::from_mins(10)).await;
        let waits = waits(&lab, &reference).await;
        let why = waits["why"].as_str().unwrap_or_default();
        assert!(why.contains("`erp` is not configured on this server"), "{waits:#}");
        assert_eq!((&waits["what"], &waits["tries"]), (&json!("enforce"), &json!(0)));
    }
    // Nobody takes it back, and it stays with its owner: we may be at it somewhere else.
    let withdraw = format!("/findings/{reference}/withdraw-order");
    let why = json!({ "reason": "nobody seems to do it" });
    lab.post("control", &withdraw, why).await.refused(409, "case.not-by-hand");
    let other = json!({ "owner": lab.id("other-owner") });
    let assign = format!("/findings/{reference}/assign");
    let refused = lab.post("security", &assign, other).await.refused(409, "case.order-under-way");
    assert!(refused["next"].as_str().is_some_and(|next| next.contains("read back")), "{refused:#}");

    lab.stop().await;
    lab.use_systems(&sandbox.system("erp", &[], ""));
    lab.go_on().await;
    lab.until_status(&reference, "fixed").await;
    assert_eq!(lab.finding(&reference).await["waits"], Value::Null);
    lab.states_are_folds().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_on_a_read_only_system_says_that_a_person_runs_the_script() {
    let sandbox = shop();
    let Some((lab, reference)) = chosen(&sandbox, "read_only = true").await else { return };
    order(&lab, &reference).await;
    until_after_tries(&lab, &reference, async || {
        job(&lab, &reference).await.is_some_and(|job| job.key.ends_with(":3"))
    })
    .await;
    let waits = waits(&lab, &reference).await;
    assert!(waits["why"].as_str().is_some_and(|why| why.contains("by hand")), "{waits:#}");
    sandbox.change(|file| file["systems"]["erp"]["edges"] = json!([]));
    until_after_tries(&lab, &reference, async || {
        lab.finding(&reference).await["status"] == "fixed"
    })
    .await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_nobody_ran_is_taken_back_and_the_finding_handed_on_with_its_choice() {
    let sandbox = shop();
    let Some((lab, reference)) = chosen(&sandbox, "read_only = true").await else { return };
    order(&lab, &reference).await;
    let withdraw = format!("/findings/{reference}/withdraw-order");
    let reason = json!({ "reason": "the maintenance window was moved" });
    let no = lab.post("owner", &withdraw, reason.clone()).await;
    no.refused(403, "duty.wrong-seat");
    lab.post("control", &withdraw, json!({ "reason": "no" }))
        .await
        .refused(422, "request.malformed");
    lab.post("control", &withdraw, reason.clone()).await.ok();
    lab.post("control", &withdraw, reason).await.refused(409, "case.wrong-stage");
    let finding = lab.finding(&reference).await;
    assert_eq!((&finding["status"], &finding["waits"]), (&json!("chosen"), &Value::Null));
    until_after_tries(&lab, &reference, async || job(&lab, &reference).await.is_none()).await;

    let other = json!({ "owner": lab.id("other-owner") });
    lab.post("security", &format!("/findings/{reference}/assign"), other).await.ok();
    let finding = lab.finding(&reference).await;
    assert_eq!(finding["status"], "chosen");
    assert_eq!(finding["owner"], lab.id("other-owner"));
    let chose = &finding["case"]["stage"]["chosen"]["signed"];
    assert!(chose.to_string().contains(&lab.id("owner")), "who chose stays who chose: {chose:#}");
    order(&lab, &reference).await;
    sandbox.change(|file| file["systems"]["erp"]["edges"] = json!([]));
    until_after_tries(&lab, &reference, async || {
        lab.finding(&reference).await["status"] == "fixed"
    })
    .await;
    let events = lab.events(&reference).await;
    assert_eq!(events.iter().filter(|it| *it == "ordered").count(), 2, "{events:?}");
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_back_that_takes_many_times_its_lease_is_done_once() {
    let sandbox = shop();
    let Some((lab, reference)) = chosen(&sandbox, "").await else { return };
    let target = lab.running().workers.targets.values().next().expect("a system").clone();
    let reading = target.reading.lock().await;
    order(&lab, &reference).await;
    lab.until_status(&reference, "fulfilled").await;
    let first = lab
        .until("the read-back has begun", async || {
            job(&lab, &reference).await.filter(|job| job.leased_until > lab.server_clock().now())
        })
        .await;
    let mut held_until = first.leased_until;
    for _ in 0..6 {
        lab.turn(SignedDuration::from_secs(20)).await;
        held_until = lab
            .until("the lease is renewed", async || {
                let until = job(&lab, &reference).await?.leased_until;
                (until > held_until).then_some(until)
            })
            .await;
    }
    let waits = waits(&lab, &reference).await;
    assert_eq!((&waits["what"], &waits["tries"]), (&json!("verify"), &json!(1)), "{waits:#}");
    drop(reading);
    lab.until_status(&reference, "fixed").await;
    let events = lab.events(&reference).await;
    assert_eq!(events.iter().filter(|it| *it == "fulfilled").count(), 1, "{events:?}");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_can_never_be_read_back_goes_back_to_its_owner_with_the_reason() {
    let sandbox = shop();
    let Some((lab, reference)) = chosen(&sandbox, "").await else { return };
    let target = lab.running().workers.targets.values().next().expect("a system").clone();
    let reading = target.reading.lock().await;
    order(&lab, &reference).await;
    lab.until_status(&reference, "fulfilled").await;
    lab.until("the read-back has begun", async || {
        job(&lab, &reference).await.filter(|job| job.leased_until > lab.server_clock().now())
    })
    .await;
    let away = sandbox.file().with_extension("away");
    std::fs::rename(sandbox.file(), &away).expect("the file");
    drop(reading);
    lab.until("it says why it waits", async || {
        let waits = waits(&lab, &reference).await;
        let why = waits["why"].as_str().unwrap_or_default();
        (why.contains("organisation.json") && waits["next_at"].is_string()).then_some(())
    })
    .await;
    until_after_tries(&lab, &reference, async || {
        lab.finding(&reference).await["status"] == "assigned"
    })
    .await;
    let finding = lab.finding(&reference).await;
    assert_eq!(finding["owner"], lab.id("owner"));
    assert_eq!(finding["waits"], Value::Null);
    let history = lab.history(&reference).await;
    let why = text_of(&history, "finding.not_read_back.1", "why");
    assert!(why.contains("organisation.json") && why.contains("choose a remedy again"), "{why}");
    assert_eq!(job(&lab, &reference).await, None, "nothing is tried any more");

    // Once it can be read again, what is done already counts as done.
    std::fs::rename(&away, sandbox.file()).expect("the file");
    lab.sync("erp").await;
    lab.until_status(&reference, "gone").await;
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_over_which_workers_fell_silent_time_and_again_goes_back_to_the_owner() {
    let sandbox = shop();
    let Some((mut lab, reference)) = chosen(&sandbox, "").await else { return };
    lab.stop().await;
    lab.use_systems("");
    lab.go_on().await;
    lab.until("the graph is there", async || (lab.door().graph.read().position > 0).then_some(()))
        .await;
    order(&lab, &reference).await;
    // Somebody takes it and is never heard of again, as often as before a job is given up.
    let (store, kinds) = (lab.door().store.clone(), [countersign_server::follow::ENFORCE]);
    for _ in 1..ATTEMPTS_MAX {
        let now = lab.server_clock().now();
        let lease = SignedDuration::from_secs(1);
        let claim =
            job::Claim { kinds: &kinds, systems: &["erp"], holder: "silent", now, lease, limit: 1 };
        assert_eq!(store.claim(&claim).await.expect("an answer").len(), 1);
        lab.turn(lease).await;
    }
    lab.stop().await;
    lab.use_systems(&sandbox.system("erp", &[], ""));
    lab.go_on().await;
    lab.until_status(&reference, "assigned").await;
    let why = text_of(&lab.history(&reference).await, "finding.order_failed.1", "why");
    assert!(why.contains("fell silent each time"), "{why}");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_is_forgotten_and_what_the_graph_rests_on_stays() {
    let sandbox = shop();
    let Some((mut lab, reference)) = chosen(&sandbox, "").await else { return };
    order(&lab, &reference).await;
    lab.until_status(&reference, "fixed").await;
    let body = json!({ "name": "Nora New", "seats": ["business"] });
    let key = [("Idempotency-Key", "nora")];
    lab.post_with("legal", "/people", body, &key).await.ok();
    let unseen = countersign_access::fact::SourceId::new("erp");
    let store = lab.door().store.clone();
    let now = lab.server_clock().now();
    store.begin_run("never-ended", &unseen, now).await.expect("a run");
    let after = |hours| now.checked_add(SignedDuration::from_hours(hours)).expect("a time");
    assert_eq!(prune::once(&store, now).await.expect("an answer"), prune::Pruned::default());
    let pruned = prune::once(&store, after(25)).await.expect("an answer");
    assert_eq!((pruned.answers, pruned.jobs, pruned.runs), (1, 0, 1));
    let pruned = prune::once(&store, after(31 * 24)).await.expect("an answer");
    assert_eq!((pruned.answers, pruned.jobs, pruned.runs), (0, 2, 0));
    lab.stop().await;
    lab.go_on().await;
    lab.until("the graph is there", async || (lab.door().graph.read().position > 0).then_some(()))
        .await;
    assert_eq!(lab.finding(&reference).await["status"], "fixed");
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}
