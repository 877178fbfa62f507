//! The policy in a browser: everybody reads it, one person proposes a change, and another puts it in
//! force; the running server goes by it at once.

use super::browser::{Browser, Seen};
use super::shop;

const PAGE: &str = "/policy";
const FORM: &str = "/policy/propose?file=tiers.toml";
const WHY: &str = "the auditors asked for <b>shorter</b> exceptions";

/// The text of `tiers.toml` with one line changed.
fn changed(from: &str, to: &str) -> String {
    let folder = countersign_policy::folder::builtin_texts();
    let tiers = folder.iter().find(|it| it.name == "tiers.toml").expect("the file");
    tiers.text.replacen(from, to, 1)
}

async fn proposed(browser: &mut Browser, sent: &[(&str, &str)]) -> Seen {
    let page = browser.get(FORM).await;
    browser.fill_of(&page, "/policy/propose", sent).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_proposes_a_change_and_another_puts_it_in_force() {
    let (lab, sandbox) = shop().await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let seen = auditor.get(PAGE).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert!(seen.text.contains("an active person in the security seat"), "{}", seen.text);

    let mut security = Browser::signed_in(&lab, "security").await;
    let before = lab.door().now().policy.digest.clone();
    let wrong = changed("days_max = 180", "days_max = 181");
    let sent = [("file.0", "tiers.toml"), ("text.0", wrong.as_str()), ("reason", WHY)];
    let refused = proposed(&mut security, &sent).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("below its baseline"), "{}", refused.text);
    assert!(refused.text.contains("days_max = 181"), "what was typed stays");

    let good = changed("days_max = 180", "days_max = 120");
    let sent = [("file.0", "tiers.toml"), ("text.0", good.as_str()), ("reason", WHY)];
    let done = proposed(&mut security, &sent).await;
    assert_eq!((done.status, done.leads_to()), (303, PAGE), "{}", done.text);
    let seen = security.get(PAGE).await;
    assert!(seen.text.contains("is proposed"), "{}", seen.text);
    assert!(!seen.text.contains("action=\"/policy/countersign\""), "not by who proposed it");
    assert!(seen.text.contains("one person never puts a policy in force alone"), "{}", seen.text);
    assert_eq!(lab.door().now().policy.digest, before, "it is not in force");

    let mut legal = Browser::signed_in(&lab, "legal").await;
    let page = legal.get(PAGE).await;
    let digest = page.hidden("/policy/countersign", "digest");
    let compare = format!("/policy/history?from={before}&to={digest}");
    let seen = legal.get(&compare).await;
    assert!(seen.text.contains("tier standard, days_max"), "{}", seen.text);
    assert!(seen.text.contains("-36  days_max = 180") || seen.text.contains("days_max = 120"));
    let done = legal.fill(PAGE, "/policy/countersign", &[("digest", digest.as_str())]).await;
    assert_eq!((done.status, done.leads_to()), (303, PAGE), "{}", done.text);
    lab.until("the server goes by it", async || {
        (lab.door().now().policy.digest == digest).then_some(())
    })
    .await;
    let seen = auditor.get(PAGE).await;
    assert!(seen.text.contains("at most 120 days"), "{}", seen.text);
    assert!(seen.text.contains("&#60;b&#62;shorter"), "the reason is text");

    // The same for programs.
    let now = lab.get("auditor", "/policy").await.ok();
    assert_eq!(now["digest"], digest.as_str());
    assert_eq!((&now["decides_by"], now["proposal"].is_null()), (&now["digest"], true));
    let past = lab.get("auditor", "/policy/history").await.ok();
    let what: Vec<_> =
        past["items"].as_array().expect("a list").iter().map(|it| &it["what"]).collect();
    assert_eq!(what, ["adopted", "proposed", "adopted"], "{past:#}");
    assert_eq!(past["items"][2]["countersigned_by"], lab.id("legal"));
    let other = format!("/policy/difference?from={before}");
    let other = lab.get("auditor", &other).await.ok();
    assert_eq!(other["files"][0]["path"], "tiers.toml", "{other:#}");
    let none = format!("/policy/difference?from={}", "0".repeat(64));
    lab.get("auditor", &none).await.refused(404, "case.unknown");
    lab.states_are_folds().await;
    lab.end().await;
    drop(sandbox);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_reads_who_may_do_what_and_asks_what_it_would_say() {
    let (lab, sandbox) = shop().await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let seen = auditor.get("/policy/matrix").await;
    assert!(seen.text.contains("The business takes the risk, and only the business."));
    let asked = "/policy/what-if?verb=exception.accept&seat=business&criticality=high&radius=140&no_ticket=true";
    let seen = auditor.get(asked).await;
    assert_eq!(seen.status, 200);
    assert!(seen.text.contains("No, in tier critical"), "{}", seen.text);
    assert!(seen.text.contains("a ticket is linked"), "{}", seen.text);
    let wrong = auditor.get("/policy/what-if?verb=exception.accept&radius=many").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("no whole number"), "{}", wrong.text);
    lab.until("the tests have run", async || {
        let tests = lab.get("auditor", "/policy/tests").await.ok();
        (tests["state"] == "done").then_some(())
    })
    .await;
    let seen = auditor.get("/policy/tests").await;
    assert!(seen.text.contains("tiers.test.toml"), "{}", seen.text);
    let told = "/policy/explain?verb=exception.accept&seats=business&criticality=high&radius=140";
    let told = lab.get("auditor", told).await.ok();
    assert_eq!((&told["permitted"], &told["tier"]), (&true.into(), &"critical".into()), "{told:#}");
    assert!(told["others"].to_string().contains(&lab.id("owner")), "{told:#}");
    let unknown = "/policy/explain?verb=exception.acept";
    lab.get("auditor", unknown).await.refused(422, "request.malformed");
    lab.end().await;
    drop(sandbox);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_files_go_into_one_proposal_whole_or_not_at_all_and_nothing_typed_is_lost() {
    let (lab, sandbox) = shop().await;
    let mut security = Browser::signed_in(&lab, "security").await;
    let texts = lab.door().now().policy.texts.clone();
    let text = |name: &str| texts.iter().find(|it| it.name == name).expect("the file").text.clone();
    let place = texts.iter().position(|it| it.name == "sla.toml").expect("the file");
    let tiers = changed("days_max = 180", "days_max = 120");
    let show = format!("show.{place}");
    let half = [
        ("file.0", "tiers.toml"),
        ("text.0", tiers.as_str()),
        (show.as_str(), "sla.toml"),
        ("new.path", "rules/own.toml"),
        ("new.text", "[pack]"),
        ("do", "show"),
    ];
    let seen = proposed(&mut security, &half).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    for kept in ["days_max = 120", "value=\"sla.toml\"", "rules/own.toml", "[pack]"] {
        assert!(seen.text.contains(kept), "{kept}");
    }

    // One file that does not fit keeps all of them out.
    let sla = text("sla.toml").replacen("due_days = 60", "due_days = 50", 1);
    let all = |new: &'static str, what: &'static str| {
        [
            ("file.0", "tiers.toml".to_owned()),
            ("text.0", tiers.clone()),
            ("file.1", "sla.toml".to_owned()),
            ("text.1", sla.clone()),
            ("new.path", "rules/own.toml".to_owned()),
            ("new.text", new.to_owned()),
            ("reason", WHY.to_owned()),
            ("do", what.to_owned()),
        ]
    };
    let send = async |browser: &mut Browser, new: &'static str, what: &'static str| {
        let fields = all(new, what);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        proposed(browser, &fields).await
    };
    let refused = send(&mut security, "[pack]", "propose").await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("rules/own.toml:"), "{}", refused.text);
    assert!(refused.text.contains("due_days = 50") && refused.text.contains("days_max = 120"));
    assert!(lab.get("auditor", "/policy").await.ok()["proposal"].is_null());

    let tried = send(&mut security, OWN, "try").await;
    assert_eq!(tried.status, 200, "{}", tried.text);
    assert!(tried.text.contains("tier standard, due_days"), "{}", tried.text);
    assert!(tried.text.contains("What it changes for open cases"), "{}", tried.text);
    assert!(lab.get("auditor", "/policy").await.ok()["proposal"].is_null(), "nothing is proposed");

    let done = send(&mut security, OWN, "propose").await;
    assert_eq!((done.status, done.leads_to()), (303, PAGE), "{}", done.text);
    let digest = lab.get("auditor", "/policy").await.ok()["proposal"]["digest"].clone();
    let before = lab.door().now().policy.digest.clone();
    let other = format!("/policy/difference?from={before}&to={}", digest.as_str().expect("one"));
    let other = lab.get("auditor", &other).await.ok();
    let paths: Vec<_> =
        other["files"].as_array().expect("a list").iter().map(|it| &it["path"]).collect();
    assert_eq!(paths, ["rules/own.toml", "sla.toml", "tiers.toml"], "{other:#}");
    lab.end().await;
    drop(sandbox);
}

/// A pack that finds nothing here.
const OWN: &str = "[pack]\nid = \"own\"\nversion = \"1\"\n\n[[rule]]\nid = \"own.nothing\"\ntitle = \"Nothing\"\n\
    severity = \"low\"\nexplanation = \"It stands for a rule of our own.\"\nremedy = \"Take it away.\"\n\
    [[rule.side]]\nname = \"one\"\nany = [{ tag = \"own=one\" }]\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_what_somebody_may_not_do_a_link_says_why_who_else_could_and_what_would_make_it_a_yes()
 {
    let (lab, sandbox) = shop().await;
    let finding = lab.findings().await[0]["reference"].as_str().expect("a reference").to_owned();
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let seen = auditor.get(&format!("/findings/{finding}")).await;
    let link = format!("/policy/may?case={finding}&amp;verb=finding.assign");
    assert!(seen.text.contains(&link), "{}", seen.text);
    let seen = auditor.get(&link.replace("&amp;", "&")).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert!(
        seen.text.contains(&format!("You may not put somebody behind {finding}")),
        "{}",
        seen.text
    );
    for words in ["appointed to the", "Sem Security", &format!("/findings/{finding}")] {
        assert!(seen.text.contains(words), "{words}: {}", seen.text);
    }
    let mut security = Browser::signed_in(&lab, "security").await;
    let yes = security.get(&link.replace("&amp;", "&")).await;
    assert!(yes.text.contains(&format!("You may put somebody behind {finding}")), "{}", yes.text);
    let asks = format!("/policy/may?case={finding}&verb=exception.propose");
    assert_eq!(auditor.get(&asks).await.status, 200);
    assert_eq!(auditor.get("/policy/may?case=FN-999&verb=finding.assign").await.status, 404);
    assert_eq!(auditor.get(&format!("/policy/may?case={finding}&verb=no")).await.status, 422);
    lab.end().await;
    drop(sandbox);
}
