//! Rules that change under findings that are open: only the security seat puts rules in force, and what
//! ends by that is counted apart.

use countersign_policy::rules::RuleSet;
use countersign_server::act::NotDone;
use countersign_server::start::NotStarted;
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

pub(super) async fn adopt(lab: &Lab, who: &str, rules: &RuleSet) -> Result<(), NotDone> {
    lab.adopt(who, &Lab::judging_by(rules)).await
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
    assert!(matches!(adopt(&lab, "control", &other).await, Err(NotDone::Refused(_))));
    adopt(&lab, "security", &other).await.expect("the security seat signs");
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
        (applied >= 2).then_some(())
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
    use countersign_policy::rules::{Text, builtin_texts, load};
    let mut texts: Vec<Text> =
        builtin_texts().into_iter().filter(|it| it.name.contains("business")).collect();
    texts.push(Text { name: "other.toml".to_owned(), text: pack.to_owned() });
    load(&texts, false).unwrap_or_else(|bad| panic!("{bad:?}"))
}
