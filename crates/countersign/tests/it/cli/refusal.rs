//! What is said and which exit code is given when the answer is no.

use serde_json::Value;

use super::{BATCH, Desk, SYNC};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_says_what_why_who_could_by_name_and_what_next() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    desk.ok("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    let choose = ["finding", "choose", &finding, "--option", "1"];
    let no = desk.run("other-owner", &choose).await;
    assert_eq!((no.code, no.out.as_str()), (1, ""), "{no:?}");
    for words in [
        "refused: only the owner of this case may do this (duty.not-the-owner)",
        "who could: the owner, Olga Owner\n",
        "next: ",
    ] {
        assert!(no.err.contains(words), "no `{words}` in\n{}", no.err);
    }
    let json = desk.run("other-owner", &[&choose[..], &["--format", "json"]].concat()).await;
    assert_eq!(json.code, 1);
    assert_eq!(json.json()["code"], "duty.not-the-owner");
    assert!(json.err.contains("refused: "), "the words are still said: {}", json.err);

    let order = desk.run("owner", &["finding", "order", &finding]).await;
    let could = "who could: an active person in the control seat (Carla Control, Carlo Control)";
    assert!(order.err.contains(could), "{}", order.err);

    let history = desk.ok("auditor", &["finding", "history", &finding]).await;
    let told = "Otto Other was told no: wanted to choose (duty.not-the-owner)";
    assert!(history.contains(told), "{history}");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_verb_that_is_refused_ends_with_1() {
    let desk = Desk::open().await;
    let finding = desk.finding(BATCH).await;
    let finding = finding.as_str();
    let reason = "this is not so at all";
    for (who, arguments) in [
        ("auditor", vec!["finding", "assign", finding, "--owner", "Olga Owner"]),
        ("security", vec!["finding", "assign", finding, "--owner", "Carla Control"]),
        ("owner", vec!["finding", "choose", finding, "--option", "1"]),
        ("control", vec!["finding", "order", finding]),
        ("control", vec!["finding", "order", finding, "--dry-run"]),
        ("control", vec!["finding", "preview", finding]),
        ("auditor", vec!["finding", "dispute", finding, "--reason", reason]),
        ("security", vec!["finding", "settle", finding, "--reject", "--reason", reason]),
        ("owner", vec!["person", "appoint", "--name", "X Y", "--seat", "control"]),
        ("owner", vec!["person", "deactivate", "Carla Control"]),
        (
            "owner",
            vec![
                "process",
                "define",
                "--key",
                "k",
                "--name",
                "n",
                "--criticality",
                "low",
                "--owner",
                "Olga Owner",
            ],
        ),
    ] {
        let no = desk.run(who, &arguments).await;
        assert_eq!((no.code, no.out.as_str()), (1, ""), "{arguments:?}: {no:?}");
        assert!(no.err.starts_with("countersign: refused: "), "{arguments:?}: {}", no.err);
        assert!(no.err.contains("\n  next: "), "{arguments:?}: {}", no.err);
    }
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_was_first_is_told_with_the_state_it_is_in_now() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    desk.ok("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    let late = ["finding", "choose", &finding, "--option", "1", "--if-match", "1"];
    let late = desk.run("owner", &late).await;
    assert_eq!(late.code, 1, "{late:?}");
    assert!(late.err.contains(&format!("now: {finding} is assigned (sequence 2)")), "{}", late.err);
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_meant_ends_with_2_and_says_how_to_say_it() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    let finding = finding.as_str();
    let settle = ["finding", "settle", finding, "--reason", "it is so", "--not-toxic-until"];
    let with = |date| [&settle[..], &[date]].concat();
    for (arguments, words) in [
        (vec!["finding", "show", "FN-999"], "there is no such finding"),
        (vec!["finding", "history", "nothing"], "there is no such finding"),
        (vec!["finding", "remedies", "../people"], "there is no such finding"),
        (vec!["finding", "show", ".."], "this names nothing"),
        (vec!["finding", "show", ""], "this names nothing"),
        (vec!["system", "show", "hr"], "there is no such system"),
        (vec!["system", "sync", "hr"], "there is no such system"),
        (vec!["person", "show", "Nobody"], "nobody is called `Nobody`"),
        (vec!["person", "show", "olga"], "give the whole name, as in `Olga Owner`"),
        (vec!["finding", "assign", finding, "--owner", "Olga"], "as in `Olga Owner`"),
        (vec!["finding", "choose", finding, "--option", "99"], "this is none of its"),
        (vec!["finding", "choose", finding, "--revoke", "a,b,c"], "this is none of its"),
        (vec!["finding", "choose", finding], "--option"),
        (vec!["finding", "list", "--cursor", "bogus"], "cursor"),
        (vec!["finding", "list", "--limit", "0"], "--limit"),
        (vec!["person", "appoint", "--name", "X", "--seat", "throne"], "throne"),
        (
            vec!["run", "release", "0195e5a0-0000-7000-8000-000000000000"],
            "`countersign run list` shows those there are",
        ),
        (with("31.12.2027"), "write `2027-01-31`"),
        (with("2027-02-30"), "write `2027-01-31`"),
        (with("2027-01-31T10:00"), "write `2027-01-31`"),
        (vec!["finding", "dispute", finding, "--reason", "no"], "reason"),
    ] {
        let bad = desk.run("security", &arguments).await;
        assert_eq!((bad.code, bad.out.as_str()), (2, ""), "{arguments:?}: {bad:?}");
        assert!(bad.err.contains(words), "{arguments:?}: no `{words}` in\n{}", bad.err);
    }
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_two_people_have_is_refused_with_the_ids_of_both() {
    let desk = Desk::open().await;
    for _ in 0..2 {
        let twin = ["person", "appoint", "--name", "Jo Twin", "--seat", "business"];
        desk.ok("security", &twin).await;
    }
    let finding = desk.finding(SYNC).await;
    let assign = ["finding", "assign", finding.as_str(), "--owner"];
    let two = desk.run("security", &[&assign[..], &["Jo Twin"]].concat()).await;
    assert_eq!(two.code, 2, "{two:?}");
    assert!(two.err.contains("2 people are called `Jo Twin`"), "{}", two.err);
    let people = desk.json("auditor", &["person", "list", "--limit", "200"]).await;
    let people = people["items"].as_array().cloned().unwrap_or_default();
    let twins: Vec<&str> = people
        .iter()
        .filter(|it| it["name"] == "Jo Twin")
        .filter_map(|it| it["id"].as_str())
        .collect();
    assert!(twins.len() == 2 && twins.iter().all(|id| two.err.contains(id)), "{}", two.err);

    // One who is not active any more is not meant.
    desk.ok("security", &["person", "deactivate", twins[0]]).await;
    desk.ok("security", &[&assign[..], &["Jo Twin"]].concat()).await;
    assert_eq!(desk.lab.finding(&finding).await["owner"], Value::from(twins[1]));
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_that_is_too_far_away_is_a_bad_date_of_the_server() {
    let desk = Desk::open().await;
    let finding = desk.finding(BATCH).await;
    let dispute = ["finding", "dispute", finding.as_str(), "--reason", "a second person reads it"];
    desk.ok("owner", &dispute).await;
    let settle = ["finding", "settle", finding.as_str(), "--reason", "agreed for a while"];
    let far = [&settle[..], &["--not-toxic-until", "2031-01-01"]].concat();
    let far = desk.run("security", &far).await;
    assert_eq!(far.code, 2, "{far:?}");
    assert!(far.err.contains("is no end date here"), "{}", far.err);
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_does_not_answer_is_a_fault() {
    let desk = Desk::open().await;
    std::fs::remove_file(desk.sandbox.file()).expect("the system goes away");
    let fault = desk.run("control", &["system", "sync", "erp"]).await;
    assert_eq!(fault.code, 3, "{fault:?}");
    assert!(fault.err.contains("failed: ") && fault.err.contains("next: "), "{}", fault.err);
    desk.end().await;
}
