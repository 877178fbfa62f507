//! Rules that change under findings that are open: only the security seat puts rules in force, and what
//! ends by that is counted apart.

use countersign_governance::actor::Actor;
use countersign_governance::text::Reason;
use countersign_governance::{Command, policy};
use countersign_policy::rules::RuleSet;
use countersign_server::act::{Asked, Committed, NotDone};
use countersign_server::adoption;
use countersign_server::start::NotStarted;
use countersign_server::text::Text;
use countersign_store::job;

use super::{RULE, found, order, toxic_target, until_event, watching};
use crate::lab::place::PG15;
use crate::lab::{Keep, Lab, business, own_rules};

/// A pack without the rule of the story.
pub(super) const OTHER: &str = r#"
[pack]
id = "other"
version = "1"

[[rule]]
id = "other.nothing"
title = "Nothing here"
severity = "low"
explanation = "It looks for something that nobody has."
remedy = "Nothing needs to be done."
[[rule.side]]
name = "a duty that nobody has"
any = [{ tag = "duty=nothing" }]
"#;

/// One person proposes the rules.
async fn propose(lab: &Lab, who: &str, rules: &RuleSet) -> Result<Committed, NotDone> {
    let (door, wanted) = (lab.door(), Lab::judging_by(rules));
    let why = "the auditors asked for other rules";
    let asked = adoption::adopt(&door.chance, person(lab, who), &wanted, why);
    door.act(asked.expect("a policy that can be kept")).await
}

/// One person countersigns them.
async fn countersign(lab: &Lab, who: &str, rules: &RuleSet) -> Result<Committed, NotDone> {
    let digest = Lab::judging_by(rules).digest;
    let command = Command::Policy(policy::Command::Countersign(digest));
    lab.door().act(Asked::new(person(lab, who), command)).await
}

fn person(lab: &Lab, who: &str) -> Actor {
    Actor::Person(*lab.people.get(who).expect("one of the people"))
}

/// One person proposes the rules, and the legal seat countersigns them.
pub(super) async fn adopt(lab: &Lab, who: &str, rules: &RuleSet) -> Result<(), NotDone> {
    lab.adopt(who, &Lab::judging_by(rules)).await
}

/// The same of rules that no node can read from what is kept of them, as those of a later version.
pub(super) async fn adopt_unreadable(lab: &Lab, who: &str, rules: &RuleSet) {
    let (door, wanted) = (lab.door(), Lab::judging_by(rules));
    let files = Text::new(&door.chance, "{}").expect("a text");
    let why = Text::new(&door.chance, "the auditors asked for other rules").expect("a text");
    let reason = Reason::new(why.words(), why.digest().clone()).expect("a reason");
    let asked = policy::Adopt {
        digest: wanted.digest,
        version: wanted.version,
        files: files.digest().clone(),
        reason: Some(reason),
    };
    let asked = Asked::new(person(lab, who), Command::Policy(policy::Command::Adopt(asked)));
    door.act(asked.with_texts(vec![files, why])).await.expect("the security seat signs");
    countersign(lab, "legal", rules).await.expect("the legal seat signs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_runs_takes_up_what_was_adopted_whole_or_says_why_not() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    let other = own_rules(OTHER);
    adopt(&lab, "security", &other).await.expect("two people sign");
    lab.until_status(&reference, "rule_changed").await;
    assert_eq!(lab.door().now().policy.digest, Lab::judging_by(&other).digest);
    adopt(&lab, "security", &business()).await.expect("two people sign");
    lab.until_status(&reference, "open").await;
    let adopted = lab.door().now().policy.digest.clone();

    adopt_unreadable(&lab, "security", &other).await;
    let ready = async || {
        let url = format!("http://{}/readyz", lab.running().address);
        reqwest::get(url).await.expect("an answer").text().await.expect("a text")
    };
    let said = lab
        .until("it is said that it was not taken up", async || {
            Some(ready().await).filter(|it| it.contains("not taken up"))
        })
        .await;
    assert!(said.contains(&Lab::judging_by(&other).digest), "{said}");
    assert_eq!(lab.door().now().policy.digest, adopted, "nothing of it is taken up");
    assert_eq!(lab.finding(&reference).await["status"], "open");
    adopt(&lab, "security", &business()).await.expect("two people sign");
    lab.until("all is well again", async || (ready().await == "ready\n").then_some(())).await;
    lab.states_are_folds().await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_the_security_seat_took_out_ends_its_findings_as_rule_changed() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(mut lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    let other = own_rules(OTHER);

    // Other rules are not in force because somebody starts with them.
    lab.stop().await;
    lab.use_rules(other.clone());
    let refused = lab.try_go_on().await.expect_err("the rules are not in force");
    assert!(matches!(refused, NotStarted::OtherPolicy { .. }), "{refused}");
    assert!(refused.to_string().contains("security seat"), "{refused}");

    lab.use_rules(business());
    lab.go_on().await;
    assert!(matches!(propose(&lab, "control", &other).await, Err(NotDone::Refused(_))));
    let proposed = propose(&lab, "security", &other).await.expect("the security seat signs");
    assert_eq!(proposed.events, ["policy.proposed.1"]);
    for who in ["security", "control", "auditor"] {
        let refused = countersign(&lab, who, &other).await;
        assert!(matches!(refused, Err(NotDone::Refused(_))), "{who}: {refused:?}");
    }
    let adopted = countersign(&lab, "other-security", &other).await.expect("another person signs");
    assert_eq!(adopted.events, ["policy.adopted.2"]);
    lab.stop().await;
    lab.use_rules(other);
    lab.go_on().await;
    lab.until_status(&reference, "rule_changed").await;
    let last = lab.history(&reference).await.pop().expect("an event");
    assert_eq!(last["event"]["body"]["ending"]["signed_by"], lab.id("security"), "{last:#}");

    // The rule comes back, and so does the finding.
    adopt(&lab, "other-security", &business()).await.expect("the security seat signs");
    lab.stop().await;
    lab.use_rules(business());
    lab.go_on().await;
    lab.until_status(&reference, "open").await;
    assert_eq!(lab.events(&reference).await, ["opened", "ended", "recurred"]);
    lab.states_are_folds().await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_that_change_elsewhere_do_not_end_what_waits_for_its_proof() {
    let Some(target) = toxic_target(PG15).await else { return };
    target.keep_in("read", "@cs_read", "READ_PASSWORD", "postgres");
    let Some(mut lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = super::chosen(&lab, &target.named("take `@team` away from `@svc_pay`")).await;

    // The system does not say yes yet, so that the order waits; meanwhile the edge is taken away, is
    // read, and the rules are replaced by others with the same rule.
    target.sql("alter role @cs_write connection limit 0").await;
    order(&lab, &reference).await;
    lab.until("the order waits", async || {
        let jobs = job::list(&lab.door().store, job::Standing::Waiting, 0).await.expect("jobs");
        jobs.iter().any(|it| it.error.is_some()).then_some(())
    })
    .await;
    target.sql("revoke @team from @svc_pay").await;
    lab.sync("hospital").await;
    assert_eq!(lab.finding(&reference).await["status"], "remediating");
    let same = business_with(OTHER);
    adopt(&lab, "security", &same).await.expect("the security seat signs");
    lab.stop().await;
    lab.use_rules(same);
    lab.go_on().await;
    lab.until("the new rules are applied", async || {
        let store = &lab.door().store;
        let applied = countersign_store::reached::judged_policy(store).await.expect("a sequence");
        (applied >= 3).then_some(())
    })
    .await;
    assert_eq!(lab.finding(&reference).await["status"], "remediating", "no rule was changed");

    target.sql("alter role @cs_write connection limit 4").await;
    lab.until_in_time("it is proven", async || {
        (lab.finding(&reference).await["status"] == "fixed").then_some(())
    })
    .await;
    until_event(&lab, &reference, "ended").await;
    assert_eq!(lab.finding(&reference).await["rule"], RULE);
    lab.end().await;
    target.end().await;
}

/// The business rules and others beside them.
fn business_with(pack: &str) -> RuleSet {
    use countersign_policy::rules::{Text as File, builtin_texts, load};
    let mut texts: Vec<File> =
        builtin_texts().into_iter().filter(|it| it.name.contains("business")).collect();
    texts.push(File { name: "other.toml".to_owned(), text: pack.to_owned() });
    load(&texts, false).unwrap_or_else(|bad| panic!("{bad:?}"))
}
