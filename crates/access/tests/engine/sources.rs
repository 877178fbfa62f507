//! Runs of several sources: uniting, replacing, partial reads, removal, and what each changes.

use countersign_access::edge::EdgeKind;
use countersign_access::engine::{Delta, EdgeFilter, Edit, Engine};
use countersign_access::fact::{Run, SourceId};

use crate::world::{day, found, id, line, pack, partial, pay_and_approve, run};

const APP: &str = "
    entitlement pay action=pay\n entitlement approve action=approve\n role r
    r grants pay\n r grants approve
";

fn build(runs: Vec<Run>) -> Engine {
    Engine::build(runs, pack(vec![pay_and_approve()]))
}

fn lines(findings: &[countersign_access::finding::Finding]) -> Vec<String> {
    findings.iter().map(line).collect()
}

fn otherwise(delta: &Delta) -> Vec<String> {
    delta.changed.iter().map(|it| line(&it.finding)).collect()
}

#[test]
fn a_complete_run_replaces_what_its_source_said_and_nothing_of_another() {
    let mut engine = build(vec![run("app", APP), run("hr", "person ann\n ann member_of r")]);
    let delta = engine.apply(run("hr", "person bob\n bob member_of r"));
    assert_eq!(found(&engine), ["r <- bob (proven)"]);
    assert_eq!(otherwise(&delta), ["r <- bob (proven)"]);
    assert!(delta.opened.is_empty() && delta.ended.is_empty());
    let delta = engine.apply(run("hr", ""));
    assert_eq!(lines(&delta.ended), ["r <- bob (proven)"]);
    let delta = engine.apply(run("hr", "person bob\n bob member_of r"));
    assert_eq!(lines(&delta.opened), ["r <- bob (proven)"]);
}

#[test]
fn the_same_run_again_changes_nothing() {
    let mut engine = build(vec![run("app", APP), run("hr", "person ann\n ann member_of r")]);
    let delta = engine.apply(run("hr", "person ann\n ann member_of r"));
    assert_eq!(delta, Default::default());
}

#[test]
fn a_partial_run_adds_and_ends_nothing() {
    let mut engine = build(vec![run("app", APP), run("hr", "person ann\n ann member_of r")]);
    let delta = engine.apply(partial("hr", "person bob\n bob member_of r"));
    assert_eq!(otherwise(&delta), ["r <- ann bob (proven)"]);
    assert!(delta.ended.is_empty());
    let rests_on = engine.rests_on();
    let complete: Vec<bool> = rests_on.iter().map(|it| it.complete).collect();
    assert_eq!(complete, [true, false]);
}

#[test]
fn what_a_partial_run_lets_go_is_withheld_until_a_complete_run_of_that_source_ends_it() {
    let text = format!("{APP}\n person ann\n ann member_of r");
    let mut engine = build(vec![run("app", &text)]);
    let lower = "role low\n r member_of low\n low grants pay\n low grants approve";
    let delta = engine.apply(partial("app", lower));
    assert_eq!(lines(&delta.opened), ["low <- ann (proven)"]);
    assert_eq!(lines(&delta.withheld), ["r <- ann (proven)"]);
    assert!(delta.ended.is_empty());
    assert_eq!(engine.withheld().count(), 1);
    let other = engine.apply(run("other", "person zoe"));
    assert_eq!(other, Default::default(), "another source ends nothing of it");
    let delta = engine.apply(run("app", &format!("{text}\n{lower}")));
    assert_eq!(lines(&delta.ended), ["r <- ann (proven)"]);
    assert_eq!(engine.withheld().count(), 0);
}

#[test]
fn what_was_withheld_and_is_back_is_not_opened_again() {
    let text = format!("{APP}\n person ann\n ann member_of r");
    let mut engine = build(vec![run("app", &text)]);
    engine
        .apply(partial("app", "role low\n r member_of low\n low grants pay\n low grants approve"));
    let delta = engine.apply(run("app", &text));
    assert!(delta.opened.is_empty());
    assert_eq!(lines(&delta.ended), ["low <- ann (proven)"]);
    assert_eq!(found(&engine), ["r <- ann (proven)"]);
}

#[test]
fn a_removed_source_takes_only_its_own_facts_with_it() {
    let hr = run("hr", "person ann\n ann member_of r\n ann grants pay");
    let mut engine = build(vec![run("app", APP), hr, run("copy", "person ann\n ann member_of r")]);
    assert_eq!(engine.remove_source(&SourceId::new("hr")), Default::default());
    let delta = engine.remove_source(&SourceId::new("copy"));
    assert_eq!(lines(&delta.ended), ["r <- ann (proven)"]);
    assert_eq!(engine.rests_on().len(), 1);
}

#[test]
fn other_rules_open_and_end_findings() {
    let mut engine = build(vec![run("app", APP), run("hr", "person ann\n ann member_of r")]);
    let delta = engine.set_packs(Vec::new());
    assert_eq!(lines(&delta.ended), ["r <- ann (proven)"]);
    let delta = engine.set_packs(pack(vec![pay_and_approve()]));
    assert_eq!(lines(&delta.opened), ["r <- ann (proven)"]);
}

#[test]
fn an_edge_is_proven_if_any_source_proves_it() {
    let doubt = run("a", "person ann\n ann member_of r missing=condition");
    let sure = run("b", "person ann\n ann member_of r");
    assert_eq!(found(&build(vec![run("app", APP), doubt.clone()])), ["r <- ann (potential)"]);
    assert_eq!(found(&build(vec![run("app", APP), doubt, sure])), ["r <- ann (proven)"]);
}

#[test]
fn an_edge_that_one_source_ended_and_another_did_not_is_live() {
    let ended = run("a", "person ann\n ann member_of r expires=1");
    let live = run("b", "person ann\n ann member_of r");
    assert!(found(&build(vec![run("app", APP), ended.clone()])).is_empty());
    assert_eq!(found(&build(vec![run("app", APP), ended, live])), ["r <- ann (proven)"]);
}

#[test]
fn an_end_is_judged_by_the_read_of_the_source_that_names_it() {
    let early = Run { read_at: day(10), ..run("hr", "person ann\n ann member_of r expires=50") };
    let late = Run { read_at: day(60), ..early.clone() };
    assert_eq!(found(&build(vec![run("app", APP), early])), ["r <- ann (proven)"]);
    assert!(found(&build(vec![run("app", APP), late])).is_empty());
}

#[test]
fn scalars_come_from_the_first_source_by_name_and_tags_from_all() {
    let b = run("b", "person ann name=Second one=b two=b owner=zoe");
    let a = run("a", "person ann name=First one=a");
    let rule = crate::world::rule("any", &["- -"]);
    let rules = pack(vec![countersign_access::rule::Rule {
        scope: countersign_access::rule::Scope {
            tag: Some(crate::world::tag_test("two=b")),
            ..Default::default()
        },
        ..rule
    }]);
    let access = run("c", "entitlement e action=x\n ann grants e");
    let engine = Engine::build(vec![b, a, access], rules);
    let finding = engine.findings().values().next().unwrap();
    assert_eq!(finding.affected[0].name, "First");
}

#[test]
fn dangling_edges_are_kept_named_and_heal_when_the_end_appears() {
    let mut engine = build(vec![run("hr", "person ann\n ann member_of r\n ann member_of ghost")]);
    let dangling: Vec<String> = engine.dangling().iter().map(ToString::to_string).collect();
    assert_eq!(dangling, ["ann,member_of,ghost", "ann,member_of,r"]);
    let stats = engine.stats();
    assert_eq!((stats.nodes, stats.edges, stats.traversable), (1, 2, 0));
    engine.apply(run("app", APP));
    let stats = engine.stats();
    assert_eq!((stats.nodes, stats.edges, stats.traversable), (4, 4, 3));
    assert_eq!(stats.edges_by_kind["member_of"], 2);
    assert_eq!(stats.nodes_by_kind["entitlement"], 2);
    assert_eq!(found(&engine), ["r <- ann (proven)"]);
}

#[test]
fn two_grantors_of_one_edge_are_one_edge_and_a_partial_run_takes_none_away() {
    let both = "person ann\n ann member_of r grantor=x\n ann member_of r grantor=y";
    let mut engine = build(vec![run("app", APP), run("hr", both)]);
    assert_eq!(engine.stats().edges_by_kind["member_of"], 1);
    engine.apply(partial("hr", "ann member_of r grantor=x expires=1"));
    assert_eq!(found(&engine), ["r <- ann (proven)"]);
}

#[test]
fn the_engine_verifies_itself_after_every_kind_of_change() {
    let mut engine = build(vec![run("app", APP)]);
    engine.apply(run("hr", "person ann\n ann member_of r"));
    engine.apply(partial("hr", "person bob\n bob member_of r"));
    engine.set_packs(pack(vec![pay_and_approve()]));
    let verified = engine.verify();
    assert!(verified.equal, "{:?}", verified.first_difference);
    let filter = EdgeFilter::only([EdgeKind::MemberOf]);
    assert_eq!(engine.reach(&id("bob"), &filter).unwrap().total, 1);
    assert!(engine.what_if(&Edit::default()).unwrap().ended.is_empty());
}
