//! Every verb once, with success, in the order in which people use them.

use serde_json::{Value, json};

use super::{BATCH, Desk, SYNC, TWICE};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_is_followed_from_the_list_to_its_proof() {
    let desk = Desk::open().await;
    let list = desk.ok("owner", &["finding", "list"]).await;
    let heads = ["FINDING", "SEVERITY", "STATUS", "OWNER AND DATE", "RULE AND ROOT CAUSE"];
    assert!(list.lines().next().is_some_and(|line| heads.iter().all(|it| line.contains(it))));
    let fn_sync = desk.finding(SYNC).await;

    let shown = desk.ok("owner", &["finding", "show", &fn_sync]).await;
    for words in [
        "Creates vendors and approves payments",
        "CRITICAL",
        "open \u{b7} nobody is behind it",
        "root cause  sandbox/erp/account/svc-sync, account",
        "member of \u{2192} Month-end cover (group sandbox/erp/group/cover)",
        "grants \u{2192} Approve payments (entitlement sandbox/erp/entitlement/payment)",
        "what ends it",
        "1. revoke in erp:",
        &format!("next  countersign finding assign {fn_sync} --owner NAME"),
        "Carla Control",
    ] {
        assert!(shown.contains(words), "no `{words}` in\n{shown}");
    }

    let said = desk.ok("security", &["finding", "assign", &fn_sync, "--owner", "Olga Owner"]).await;
    assert!(said.contains(&format!("{fn_sync} is assigned to Olga Owner (sequence 2)")), "{said}");

    let offers = desk.ok("owner", &["finding", "remedies", &fn_sync]).await;
    let cover = "take `Month-end cover` away from `svc-sync`";
    let option = offers.lines().find(|line| line.contains(cover)).expect("the remedy is offered");
    let option = option.split_whitespace().next().expect("a number");
    let said = desk.ok("owner", &["finding", "choose", &fn_sync, "--option", option]).await;
    assert!(said.contains(cover), "{said}");

    let preview = desk.ok("control", &["finding", "preview", &fn_sync]).await;
    let dry = desk.ok("control", &["finding", "order", &fn_sync, "--dry-run"]).await;
    assert_eq!(preview, dry, "a dry run is the preview");
    assert!(dry.contains("countersign sandbox remove"), "{dry}");
    assert!(dry.contains("What takes it back") && dry.contains("Nothing was run."), "{dry}");
    assert_eq!(desk.lab.finding(&fn_sync).await["status"], "chosen", "nothing was ordered");

    let said = desk.ok("control", &["finding", "order", &fn_sync, "--if-match", "3"]).await;
    assert!(said.contains("is ordered"), "{said}");
    desk.lab.until_status(&fn_sync, "fixed").await;

    let shown = desk.ok("auditor", &["finding", "show", &fn_sync]).await;
    for words in ["fixed \u{b7} owner Olga Owner", "how it ended  fixed on", "is gone; erp read as"]
    {
        assert!(shown.contains(words), "no `{words}` in\n{shown}");
    }
    assert!(!shown.contains("next  "), "an ended finding has no next step\n{shown}");
    let history = desk.ok("auditor", &["finding", "history", &fn_sync]).await;
    for words in [
        "the judge saw it for the first time: critical, proven, affects 1",
        "Sem Security put Olga Owner behind it, due 2027-02-",
        "Olga Owner chose to revoke in erp",
        "Carla Control ordered it",
        "the enforcer made the change in the system, which is not yet proof",
        "the enforcer ended it as fixed: read back after our change",
    ] {
        assert!(history.contains(words), "no `{words}` in\n{history}");
    }
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fix_that_does_not_help_is_shown_with_who_still_has_it_through_what() {
    let desk = Desk::open().await;
    let finding = desk.finding(TWICE).await;
    desk.ok("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    let direct = format!("{TWICE},member_of,sandbox/erp/role/payments");
    desk.ok("owner", &["finding", "choose", &finding, "--revoke", &direct]).await;
    desk.ok("control", &["finding", "order", &finding]).await;
    desk.lab
        .until("the change was read back", async || {
            let events = desk.lab.events(&finding).await;
            events.iter().any(|it| it.starts_with("not")).then_some(())
        })
        .await;
    let words = "it is changed, and the access is still there";
    let still = "still has it: svc-twice";
    let history = desk.ok("auditor", &["finding", "history", &finding]).await;
    assert!(history.contains(words) && history.contains(still), "{history}");
    let shown = desk.ok("auditor", &["finding", "show", &finding]).await;
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "assigned \u{b7} owner Olga Owner",
        "not fixed read back that",
        still,
        &format!("next countersign finding choose {finding} --option N"),
        "who can Olga Owner, who owns it",
    ] {
        assert!(shown.contains(words), "no `{words}` in\n{shown}");
    }
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_waits_for_a_hand_is_shown_waiting_and_taken_back() {
    let desk = Desk::with("read_only = true").await;
    let finding = desk.finding(SYNC).await;
    desk.ok("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    desk.ok("owner", &["finding", "choose", &finding, "--option", "1"]).await;
    desk.ok("control", &["finding", "order", &finding]).await;
    let shown = desk.ok("owner", &["finding", "show", &finding]).await;
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("waits a person runs the script by hand"), "{shown}");
    let reason = "the maintenance window was moved";
    let withdraw = ["finding", "withdraw-order", &finding, "--reason", reason];
    let said = desk.run("owner", &withdraw).await;
    assert_eq!(said.code, 1, "{said:?}");
    let said = desk.ok("control", &withdraw).await;
    assert!(said.contains(&format!("the order of {finding} is taken back")), "{said}");
    let shown = desk.ok("owner", &["finding", "show", &finding]).await;
    assert!(shown.contains("chosen \u{b7} owner Olga Owner"), "{shown}");
    assert!(!shown.contains("waits"), "{shown}");
    let history = desk.ok("auditor", &["finding", "history", &finding]).await;
    assert!(history.contains("Carla Control took the order back"), "{history}");
    assert!(history.contains(reason), "{history}");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_that_cannot_be_kept_is_said_beside_the_last_one() {
    let desk = Desk::open().await;
    desk.lab.sealed().await;
    let asks = ["ledger", "checkpoint"];
    let before = desk.ok("auditor", &asks).await;
    let folder = desk.lab.folder().join("checkpoints");
    std::fs::rename(&folder, desk.lab.folder().join("kept")).expect("the folder");
    std::fs::write(&folder, "").expect("a file");
    let finding = desk.finding(SYNC).await;
    desk.ok("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    desk.lab
        .until("the sealer meets it", async || desk.lab.running().workers.sealer.trouble())
        .await;
    let said = desk.run("auditor", &asks).await;
    assert_eq!((said.code, said.out.as_str()), (0, before.as_str()), "{said:?}");
    let err = said.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(err.contains("no checkpoint covers what happened since 2027-01-04"), "{err}");
    assert!(err.contains("nothing more is decided"), "{err}");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_overdue_is_marked_in_the_list_and_on_its_own() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    // What is critical is due within a week, and a token of these tests is good for longer.
    let process = json!({
        "key": "procure-to-pay", "name": "Procure to pay", "criticality": "critical",
        "owner": desk.lab.id("owner"),
    });
    desk.lab.post("security", "/processes", process).await.ok();
    desk.ok("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    let list = desk.ok("owner", &["finding", "list"]).await;
    assert!(list.contains("due 2027-01-") && !list.contains("overdue"), "{list}");
    desk.lab.turn(jiff::SignedDuration::from_hours(24 * 20)).await;
    let list = desk.ok("owner", &["finding", "list"]).await;
    assert!(list.contains("overdue 2027-01-"), "{list}");
    let shown = desk.ok("owner", &["finding", "show", &finding]).await;
    assert!(shown.contains(", overdue"), "{shown}");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_is_raised_rejected_raised_again_and_accepted_until_the_end_of_a_day() {
    let desk = Desk::open().await;
    let finding = desk.finding(BATCH).await;
    let settle = ["finding", "settle", &finding, "--reason", "the second reader is not enough"];
    let dispute =
        ["finding", "dispute", &finding, "--reason", "a second person reads every payment"];
    let said = desk.ok("owner", &dispute).await;
    assert!(said.contains("is disputed"), "{said}");
    let shown = desk.ok("security", &["finding", "show", &finding]).await;
    for words in ["disputed", "\u{201c}a second person reads every payment\u{201d}", "Sem Security"]
    {
        assert!(shown.contains(words), "no `{words}` in\n{shown}");
    }

    let said = desk.ok("security", &[&settle[..], &["--reject"]].concat()).await;
    assert!(said.contains("is rejected"), "{said}");
    desk.ok("owner", &dispute).await;
    let until = ["--not-toxic-until", "2027-06-30"];
    let said = desk.ok("security", &[&settle[..], &until].concat()).await;
    assert!(said.contains("is not toxic until 2027-07-01 00:00 UTC"), "{said}");
    let whole = desk.lab.finding(&finding).await;
    assert_eq!(whole["status"], "not_toxic");
    assert_eq!(whole["case"]["stage"]["ending"]["until"], "2027-07-01T00:00:00Z");
    let history = desk.ok("auditor", &["finding", "history", &finding]).await;
    for words in ["said that it is not toxic", "rejected the dispute", "accepted the dispute"] {
        assert!(history.contains(words), "no `{words}` in\n{history}");
    }
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_remedy_is_chosen_by_what_it_takes_away() {
    let desk = Desk::open().await;
    for (account, flag, target, what) in [
        (
            SYNC,
            "--revoke",
            "sandbox/erp/account/svc-sync,member_of,sandbox/erp/group/cover",
            "remove_edge",
        ),
        (BATCH, "--disable", BATCH, "disable_account"),
    ] {
        let finding = desk.finding(account).await;
        desk.ok("control", &["finding", "assign", &finding, "--owner", &desk.lab.id("owner")])
            .await;
        desk.ok("owner", &["finding", "choose", &finding, flag, target]).await;
        let history = desk.lab.history(&finding).await;
        let chosen = history.last().map(|entry| entry["texts"].to_string()).unwrap_or_default();
        assert!(chosen.contains(what), "{chosen}");
    }
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_listed_shown_appointed_appointed_otherwise_and_deactivated() {
    let desk = Desk::open().await;
    let people = desk.ok("auditor", &["person", "list"]).await;
    assert!(people.contains("Olga Owner") && people.contains("business"), "{people}");
    let new =
        ["person", "appoint", "--name", "Ida Holm", "--seat", "control", "--seat", "operations"];
    let identity = ["--identity", SYNC, "--stands-in", "Carla Control=2027-03-31"];
    let said = desk.ok("security", &[&new[..], &identity].concat()).await;
    assert!(said.contains("Ida Holm is appointed: control, operations; person:"), "{said}");
    let shown = desk.ok("auditor", &["person", "show", "Ida Holm"]).await;
    assert!(shown.contains("seats  control, operations"), "{shown}");

    let again = ["person", "appoint", "--person", "Ida Holm", "--seat", "legal"];
    let unsaid = desk.run("security", &again).await;
    assert_eq!(unsaid.code, 2, "{unsaid:?}");
    assert!(unsaid.err.contains("--no-identity"), "{unsaid:?}");
    desk.ok("security", &[&again[..], &["--no-identity"]].concat()).await;
    let person = desk.json("auditor", &["person", "show", "Ida Holm"]).await;
    assert_eq!((&person["seats"], &person["active"]), (&json!(["legal"]), &json!(true)));

    let said = desk.ok("security", &["person", "deactivate", "Ida Holm"]).await;
    assert!(said.contains("Ida Holm is not active any more"), "{said}");
    let shown = desk.ok("auditor", &["person", "show", "Ida Holm"]).await;
    assert!(shown.contains("not active any more"), "{shown}");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_are_listed_and_defined() {
    let desk = Desk::open().await;
    let define = ["process", "define", "--key", "discharge", "--name", "Discharge letters"];
    let rest = ["--criticality", "high", "--owner", "Otto Other"];
    let said = desk.ok("security", &[&define[..], &rest].concat()).await;
    assert!(said.contains("Otto Other owns its risk"), "{said}");
    let list = desk.ok("auditor", &["process", "list"]).await;
    assert!(list.contains("Discharge letters") && list.contains("Otto Other"), "{list}");
    let define = ["process", "define", "--key", "consent", "--name", "Consent forms"];
    let said = desk.ok("security", &[&define[..], &rest, &["--regulated"]].concat()).await;
    assert!(said.contains("the legal seat signs exceptions"), "{said}");
    let list = desk.json("auditor", &["process", "list"]).await;
    let regulated = |name: &str| {
        let items = list["items"].as_array().into_iter().flatten();
        items.filter(|it| it["name"] == name).map(|it| it["regulated"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(regulated("Discharge letters"), [json!(false)]);
    assert_eq!(regulated("Consent forms"), [json!(true)]);
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_is_read_and_a_read_that_is_held_is_released() {
    let desk = Desk::open().await;
    let said = desk.ok("control", &["system", "sync", "erp"]).await;
    assert!(said.contains("erp read on 2027-01-04") && said.contains("everything"), "{said}");
    let list = desk.ok("auditor", &["system", "list"]).await;
    assert!(list.contains("erp") && list.contains("plugin"), "{list}");

    desk.sandbox.change(|file| file["systems"]["erp"]["nodes"] = json!([]));
    desk.sandbox.change(|file| file["systems"]["erp"]["edges"] = json!([]));
    let said = desk.ok("control", &["system", "sync", "erp"]).await;
    assert!(said.contains("held, because"), "{said}");
    let shown = desk.json("auditor", &["system", "show", "erp"]).await;
    let run = shown["held_run"].as_str().expect("a held read").to_owned();
    let shown = desk.ok("auditor", &["system", "show", "erp"]).await;
    assert!(shown.contains(&format!("countersign run release {run}")), "{shown}");
    let runs = desk.ok("auditor", &["run", "list", "--system", "erp"]).await;
    assert!(runs.contains("held") && runs.contains("vanish") && runs.contains(&run), "{runs}");

    let said = desk.ok("control", &["run", "release", &run]).await;
    assert!(said.contains("counts now"), "{said}");
    let shown = desk.json("auditor", &["system", "show", "erp"]).await;
    assert_eq!(shown["held_run"], Value::Null);
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ledger_is_asked_for_its_entries_its_head_and_a_proof() {
    let desk = Desk::open().await;
    desk.lab.sealed().await;
    let entries = desk.ok("auditor", &["ledger", "entries"]).await;
    assert!(entries.contains("finding.opened.1") && entries.contains("the judge"), "{entries}");
    let head = desk.ok("auditor", &["ledger", "checkpoint"]).await;
    assert!(head.starts_with("countersign/ledger\n"), "{head}");
    let proof = desk.ok("auditor", &["ledger", "proof", "3"]).await;
    assert!(proof.starts_with("entry 3 is under the signed head of"), "{proof}");
    let none = desk.run("auditor", &["ledger", "proof", "100000"]).await;
    assert_eq!(none.code, 2, "{none:?}");
    desk.end().await;
}
