//! Exceptions from the command line: each verb once with success, what is refused and by whom it could
//! be done, and what cannot be meant.

use serde_json::{Value, json};

use super::{BATCH, Desk, SYNC, countersign, shell};

const WORDS: &str = "the month-end run needs both until the new interface is there";

/// What people type to put an exception forward; the graph is asked whether one may become the other.
fn propose(finding: &str) -> Vec<String> {
    let path = format!("path-absent={BATCH}:sandbox/erp/group/cover");
    let mut words = vec!["exception", "propose", "--finding", finding, "--owner", "Olga Owner"];
    for part in ["--need", "--not-removable", "--would-change"] {
        words.extend([part, WORDS]);
    }
    words.extend(["--control", "the batch account never covers the month end"]);
    words.extend(["--control-owner", "Carla Control", "--test", &path, "--every", "1d"]);
    words.extend(["--max-age", "48h", "--until", "2027-01-24", "--review-days", "7"]);
    words.into_iter().map(str::to_owned).collect()
}

/// The same with one flag said otherwise.
fn otherwise(finding: &str, flag: &str, value: &str) -> Vec<String> {
    let mut words = propose(finding);
    let at = words.iter().position(|it| it == flag).expect("a flag");
    value.clone_into(&mut words[at + 1]);
    words
}

fn words(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

async fn proposed(desk: &Desk, finding: &str) -> String {
    let done = desk.json("owner", &words(&propose(finding))).await;
    done["reference"].as_str().expect("a reference").to_owned()
}

/// Waits until an exception stands somewhere, as its JSON says.
async fn until(desk: &Desk, exception: &str, status: &str) -> Value {
    let show = ["exception", "show", exception];
    desk.lab
        .until(&format!("{exception} is {status}"), async || {
            let whole = desk.json("auditor", &show).await;
            (whole["status"] == status).then_some(whole)
        })
        .await
}

/// Says words through standard input.
fn piped(desk: &Desk, who: &str, said: &str, arguments: &str) -> String {
    let server = format!("http://{}", desk.lab.running().address);
    let token = desk.token(who).display().to_string();
    let line = format!("printf %s \"$SAID\" | \"$COUNTERSIGN\" {arguments} --token-file {token}");
    let output = shell(&line, &[("COUNTERSIGN_SERVER", &server), ("SAID", said), ("TZ", "UTC0")]);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

#[track_caller]
fn holds(text: &str, all: &[&str]) {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in all {
        assert!(joined.contains(words), "no `{words}` in\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exception_is_put_forward_countersigned_shown_in_force_and_taken_back() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    desk.ok("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    let said = desk.ok("owner", &words(&propose(&finding))).await;
    let put = format!("EX-1 is put forward for {finding}, until 2027-01-25 00:00 UTC; it covers");
    let all = "; that is all whom the finding affects (sequence 1)";
    holds(&said, &[&put, SYNC, all, "next: Olga Owner accepts it with"]);

    // Its control is tested by itself, which is its second event.
    desk.lab
        .until("the control is tested", async || {
            let whole = desk.json("auditor", &["exception", "show", "EX-1"]).await;
            (whole["controls"][0]["verdict"] == "passed").then_some(())
        })
        .await;
    in_review(&desk).await;
    let said = desk.ok("owner", &["exception", "accept", "EX-1", "--if-match", "2"]).await;
    holds(&said, &["EX-1: its owner takes the risk"]);
    let said = "the batch account is in no such group, seen in the system today";
    piped(&desk, "control", said, "exception confirm EX-1 --statement -");
    until(&desk, "EX-1", "active").await;
    in_force(&desk, &finding).await;
    out_of_force_and_back(&desk).await;

    let revoke = ["exception", "revoke", "EX-1", "--reason", "the new interface is there"];
    holds(&desk.ok("owner", &revoke).await, &["EX-1 is revoked"]);
    let shown = desk.ok("auditor", &["exception", "show", "EX-1"]).await;
    holds(&shown, &["REVOKED", "its owner took the acceptance back", "stands uncovered"]);
    assert!(!shown.contains("next  "), "what is over has no next step\n{shown}");
    let history = desk.ok("auditor", &["exception", "history", "EX-1"]).await;
    let quoted = format!("\u{201c}{said}\u{201d}");
    holds(
        &history,
        &[
            "Olga Owner put it forward for 1 identity, with Olga Owner as owner, until 2027-01-25",
            "Olga Owner took the risk, by name",
            "Carla Control said for the control seat that the controls are in place",
            &quoted,
            "the prober tested control 1 and read that it works the graph has no path",
            "so that it is in force from then on",
            "Sem Security put it out of force",
            "Carla Control put it back in force",
            "Sem Security objected for the security seat",
            "Olga Owner answered the veto",
            "Olga Owner took the acceptance back, which ends it",
        ],
    );
    desk.end().await;
}

async fn in_review(desk: &Desk) {
    let shown = desk.ok("auditor", &["exception", "show", "EX-1"]).await;
    for line in shown.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    holds(
        &shown,
        &[
            "IN REVIEW \u{b7} owner Olga Owner \u{b7} until 2027-01-25 00:00 UTC",
            "of one identity would be accepted by Olga Owner",
            &format!("needed for {WORDS}"),
            &format!("cannot go {WORDS}"),
            &format!("would change {WORDS}"),
            "Carla Control answers for it",
            "tested: there is no path from",
            "asked of the graph every 1 day, and a passed test counts for 2 days",
            "used at any time",
            "business: waited for, from Olga Owner",
            "control: waited for, from Carla Control, Carlo Control",
            "covers sandbox/erp/account/svc-sync",
            "not covered nobody whom the finding affects now",
            "reviewed every 7 days by Olga Owner",
            "ends on 2027-01-25 00:00 UTC",
            "stands uncovered, with its old date 2027-02-03",
            "waits for the business seat has not signed",
            "next countersign exception accept EX-1, or reject EX-1 --reason TEXT",
            "who can Olga Owner, who owns it",
            "next countersign exception confirm EX-1 --statement TEXT",
        ],
    );
    assert!(!shown.contains("legal"), "nobody of legal is waited for\n{shown}");
}

async fn in_force(desk: &Desk, finding: &str) {
    let shown = desk.ok("auditor", &["exception", "show", "EX-1"]).await;
    holds(
        &shown,
        &[
            "ACTIVE \u{b7} owner Olga Owner",
            "is accepted by Olga Owner",
            "business: signed by Olga Owner on 2027-01-04",
            "control: signed by Carla Control on 2027-01-04",
            "passed, read on 2027-01-04",
            "counts until 2027-01-06",
            "next test 2027-01-05",
        ],
    );
    assert!(!shown.contains("waits for"), "{shown}");
    let covered = desk.ok("auditor", &["finding", "show", finding]).await;
    holds(&covered, &["since 2027-01-04", "covered by EX-1", "1 of 1 excepted, the clock runs on"]);
    for (flags, count) in [
        (vec![], 1),
        (vec!["--status", "active"], 1),
        (vec!["--status", "in_review"], 0),
        (vec!["--owner", "Olga Owner", "--finding", finding], 1),
        (vec!["--owner", "Otto Other"], 0),
        (vec!["--rule", "none.such"], 0),
    ] {
        let list = desk.json("auditor", &[&["exception", "list"][..], &flags].concat()).await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(count), "{flags:?}");
    }
    let none = desk.ok("auditor", &["exception", "list", "--rule", "none.such"]).await;
    assert_eq!(none, "No exceptions of this kind.\n");
    let list = desk.ok("auditor", &["exception", "list"]).await;
    holds(&list, &["EXCEPTION", "EX-1", "active", "Olga Owner", "ends 2027-01-25", finding]);
    let untested = desk.ok("control", &["exception", "untested"]).await;
    assert_eq!(untested, "Every control could be tested last time.\n");
}

async fn out_of_force_and_back(desk: &Desk) {
    let reason = ["--reason", "the night job was seen elsewhere"];
    let statement = ["--statement", "the night job was put right, seen in the system"];
    let suspend = [&["exception", "suspend", "EX-1"][..], &reason].concat();
    holds(&desk.ok("security", &suspend).await, &["EX-1 is out of force"]);
    let shown = desk.ok("auditor", &["exception", "show", "EX-1"]).await;
    holds(&shown, &["SUSPENDED", "next countersign exception resume EX-1 --statement TEXT"]);
    let resume = [&["exception", "resume", "EX-1"][..], &statement].concat();
    holds(&desk.ok("control", &resume).await, &["EX-1 is in force again"]);

    let veto = [&["exception", "veto", "EX-1"][..], &reason].concat();
    holds(&desk.ok("security", &veto).await, &["security objects, and that binds"]);
    let shown = desk.ok("auditor", &["exception", "show", "EX-1"]).await;
    holds(
        &shown,
        &[
            "SUSPENDED, a veto binds",
            "veto Sem Security on 2027-01-04",
            "it binds: nobody has answered",
            "next countersign exception answer EX-1 --reason TEXT",
        ],
    );
    let answer = [&["exception", "answer", "EX-1"][..], &reason].concat();
    holds(&desk.ok("owner", &answer).await, &["the veto is answered"]);
    holds(
        &desk.ok("auditor", &["exception", "show", "EX-1"]).await,
        &["its owner answered: \u{201c}the night job was seen elsewhere\u{201d}"],
    );
    desk.ok("control", &resume).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_is_taken_from_a_file_or_a_pipe_and_rejected_or_taken_back() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    let body = json!({
        "finding": finding,
        "owner": desk.lab.id("owner"),
        "need": WORDS,
        "not_removable": WORDS,
        "would_change": WORDS,
        "used": { "use": "continuous" },
        "controls": [{
            "what": "the batch account never covers the month end",
            "owner": desk.lab.id("control"),
            "test": {
                "test": "path_absent", "from": BATCH, "to": "sandbox/erp/group/cover",
            },
            "every_hours": 24,
            "max_age_hours": 48,
        }],
        "until": "2027-01-20T12:00:00Z",
        "review_days": 7,
    });
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("exception.json");
    std::fs::write(&file, body.to_string()).expect("a file");
    let file = file.display().to_string();
    let said = desk.ok("owner", &["exception", "propose", "--from", &file]).await;
    holds(&said, &[&format!("EX-1 is put forward for {finding}, until 2027-01-20 12:00 UTC")]);
    let said = piped(&desk, "control", &body.to_string(), "exception propose --from -");
    holds(&said, &["EX-2 is put forward"]);

    let reason = ["--reason", "the two can be parted this week"];
    let reject = [&["exception", "reject", "EX-1"][..], &reason].concat();
    holds(&desk.ok("owner", &reject).await, &["EX-1 is rejected: nothing is covered by it"]);
    let withdraw = [&["exception", "withdraw", "EX-2"][..], &reason].concat();
    holds(&desk.ok("control", &withdraw).await, &["EX-2 is withdrawn"]);
    for (exception, words) in
        [("EX-1", "its owner did not take the risk"), ("EX-2", "the proposal was taken back")]
    {
        let shown = desk.ok("auditor", &["exception", "show", exception]).await;
        holds(&shown, &[words, "business: not signed"]);
    }
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flags_become_exactly_what_the_server_keeps() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    let mut all = propose(&finding);
    for more in [
        "--control",
        "the second account cannot sign in at all",
        "--test",
        "no-login=sandbox/erp/account/n1@erp",
        "--every",
        "12h",
        "--window",
        "mon-fri 08:00-18:00 Europe/Amsterdam",
        "--requested-by",
        "Otto Other",
    ] {
        all.push(more.to_owned());
    }
    all.extend(["--format".to_owned(), "json".to_owned()]);
    desk.ok("control", &words(&all)).await;
    let whole = desk.json("auditor", &["exception", "show", "EX-1"]).await;
    assert_eq!(whole["until"], "2027-01-25T00:00:00Z", "a date means its end in UTC");
    assert_eq!(whole["requested_by"], json!([desk.lab.id("other-owner")]));
    assert_eq!(whole["used"]["weekdays"], json!([1, 2, 3, 4, 5]));
    let controls = whole["controls"].as_array().expect("controls");
    let of = |field: &str| controls.iter().map(|it| it[field].clone()).collect::<Vec<_>>();
    assert_eq!(of("every_hours"), [json!(24), json!(12)], "each has its own");
    assert_eq!(of("max_age_hours"), [json!(48), json!(48)], "one for all");
    assert_eq!(of("system"), [Value::Null, json!("erp")]);
    assert_eq!(of("owner"), [json!(desk.lab.id("control")), json!(desk.lab.id("control"))]);
    let shown = desk.ok("auditor", &["exception", "show", "EX-1"]).await;
    holds(
        &shown,
        &[
            "used mon,tue,wed,thu,fri 08:00-18:00 Europe/Amsterdam",
            "sandbox/erp/account/n1 cannot sign in; asked of erp every 12 hours",
            "asked for by Otto Other, who may not sign",
        ],
    );
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_each_verb_says_what_who_could_and_what_next() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    assert_eq!(proposed(&desk, &finding).await, "EX-1");
    let no = desk.run("other-owner", &["exception", "accept", "EX-1"]).await;
    assert_eq!((no.code, no.out.as_str()), (1, ""), "{no:?}");
    holds(&no.err, &["(duty.not-the-owner)", "who could: the owner, Olga Owner", "next: "]);
    let early = desk.run("owner", &["exception", "activate", "EX-1"]).await;
    assert_eq!(early.code, 1, "{early:?}");
    holds(&early.err, &["(case.not-ready)", "the control seat has not signed"]);

    let reason = ["--reason", "this is not so at all"];
    let statement = ["--statement", "this is in place, seen today"];
    let propose = propose(&finding);
    let mut refused = vec![("auditor", words(&propose))];
    for (who, verb) in [("owner", "confirm"), ("control", "resume")] {
        refused.push((who, [&["exception", verb, "EX-1"][..], &statement].concat()));
    }
    for (who, verb) in [
        ("control", "reject"),
        ("owner", "veto"),
        ("owner", "answer"),
        ("owner", "suspend"),
        ("owner", "revoke"),
        ("auditor", "withdraw"),
    ] {
        refused.push((who, [&["exception", verb, "EX-1"][..], &reason].concat()));
    }
    refused.push(("owner", vec!["exception", "sign", "EX-1"]));
    for (who, arguments) in refused {
        let no = desk.run(who, &arguments).await;
        assert_eq!((no.code, no.out.as_str()), (1, ""), "{arguments:?}: {no:?}");
        assert!(no.err.starts_with("countersign: refused: "), "{arguments:?}: {}", no.err);
        assert!(no.err.contains("\n  next: "), "{arguments:?}: {}", no.err);
    }
    let late = ["exception", "accept", "EX-1", "--if-match", "0"];
    let late = desk.run("owner", &late).await;
    assert_eq!(late.code, 1, "{late:?}");
    holds(&late.err, &["now: EX-1 is in_review"]);
    let history = desk.ok("auditor", &["exception", "history", "EX-1"]).await;
    holds(&history, &["Otto Other was told no: wanted to accept (duty.not-the-owner)"]);
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_meant_ends_with_2_and_says_how_to_say_it() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    let finding = finding.as_str();
    let with = |more: &[&str]| {
        let more = more.iter().map(|it| (*it).to_owned());
        propose(finding).into_iter().chain(more).collect::<Vec<_>>()
    };
    let own = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("none.json");
    std::fs::write(&file, "{").expect("a file");
    let file = file.display().to_string();
    for (arguments, words_of) in [
        (own(&["exception", "show", "EX-999"]), "there is no such exception"),
        (own(&["exception", "history", "nothing"]), "there is no such exception"),
        (own(&["exception", "accept", "../people"]), "there is no such exception"),
        (own(&["exception", "show", ".."]), "this names nothing"),
        (own(&["exception", "list", "--status", "open"]), "is none of: in_review"),
        (own(&["exception", "reject", "EX-1", "--reason", " "]), "say why in a sentence"),
        (own(&["exception", "propose"]), "--finding"),
        (own(&["exception", "propose", "--from", "/nowhere"]), "check `--from`"),
        (own(&["exception", "propose", "--from", &file]), "is no JSON"),
        (with(&["--from", &file]), "cannot be used with"),
        (otherwise("FN-999", "--finding", "FN-999"), "there is no such finding"),
        (otherwise(finding, "--owner", "Olga"), "as in `Olga Owner`"),
        (otherwise(finding, "--control-owner", "Nobody"), "nobody is called `Nobody`"),
        (otherwise(finding, "--test", "no-login=x"), "`no-login=ID@SYSTEM`"),
        (otherwise(finding, "--test", "no-login=x@hr"), "no such system is connected"),
        (otherwise(finding, "--every", "often"), "write hours as `24h`"),
        (otherwise(finding, "--until", "31.01.2027"), "write `2027-01-31`"),
        (otherwise(finding, "--until", "2031-01-01"), "is no end date here"),
        (otherwise(finding, "--review-days", "90"), "review"),
        (otherwise(finding, "--need", "."), "need"),
        (with(&["--control", "another one without a test"]), "give one test for each control"),
        (with(&["--every", "2h", "--every", "3h"]), "give it once for all"),
        (with(&["--window", "always"]), "mon-fri 08:00-18:00"),
        (with(&["--window", "mon-fri 08:00-18:00 Europe/Atlantis"]), "like Europe/Amsterdam"),
    ] {
        let bad = desk.run("owner", &words(&arguments)).await;
        assert_eq!((bad.code, bad.out.as_str()), (2, ""), "{arguments:?}: {bad:?}");
        assert!(bad.err.contains(words_of), "{arguments:?}: no `{words_of}` in\n{}", bad.err);
    }
    let none = desk.json("auditor", &["exception", "list"]).await;
    assert_eq!(none["items"], json!([]), "nothing was half made");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_list_of_exceptions_has_a_table_a_json_form_and_a_csv_form() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    let whole =
        desk.json("owner", &words(&otherwise(&finding, "--need", "=1+1 is a formula"))).await;
    assert_eq!(whole["reference"], "EX-1");
    for list in [vec!["exception", "list"], vec!["exception", "history", "EX-1"]] {
        let table = desk.ok("auditor", &list).await;
        assert!(!table.contains('\u{1b}'), "{list:?} is coloured outside a terminal");
        assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
        let json = desk.json("auditor", &list).await;
        let items = json["items"].as_array().expect("items");
        let csv = desk.ok("auditor", &[&list[..], &["--format", "csv"]].concat()).await;
        let head: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').collect();
        let fields: Vec<&String> = items[0].as_object().expect("a row").keys().collect();
        assert!(fields.iter().all(|it| head.contains(&it.as_str())), "{list:?}: {head:?}");
    }
    let csv = desk.ok("control", &["exception", "untested", "--format", "csv"]).await;
    assert_eq!(csv, "system,controls,since\n");
    desk.end().await;
}

#[tokio::test]
async fn the_address_of_a_page_is_printed_and_nothing_else() {
    let server = ["--server", "http://127.0.0.1:9/"];
    for (reference, page) in [
        ("EX-142", "http://127.0.0.1:9/exceptions/EX-142\n"),
        ("fn-1", "http://127.0.0.1:9/findings/FN-1\n"),
    ] {
        let said = countersign(&[&["open", reference][..], &server].concat(), &[]).await;
        assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, page, ""));
    }
    let said = countersign(&["open", "FN-1"], &[]).await;
    assert_eq!(said.out, "http://127.0.0.1:7411/findings/FN-1\n");
    for bad in ["", "FN-", "EX-0", "XY-1", "EX-1/../..", "people"] {
        let no = countersign(&["open", bad], &[]).await;
        assert_eq!((no.code, no.out.as_str()), (2, ""), "{bad}");
        assert!(no.err.contains("give one as a list shows it"), "{bad}: {}", no.err);
    }
    let no = countersign(&["open", "FN-1", "--server", "nowhere"], &[]).await;
    assert_eq!(no.code, 2, "{no:?}");
}
