//! Whoever waits for an engine is told how far it is and may call it off at any moment.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_access::engine::{Edit, Engine, Stage, Watch};
use countersign_access::rule::Pack;

use crate::world::{facts, pack, pay_and_approve, rule};

const TILL: &str = "
    person ann
    role clerk
    entitlement pay action=pay
    entitlement approve action=approve
    ann member_of clerk
    clerk grants pay
    clerk grants approve
";

fn packs() -> Vec<Pack> {
    pack(vec![pay_and_approve(), rule("pay", &["pay -"])])
}

#[derive(Debug, PartialEq)]
struct Enough;

/// Calls it off at the first, second, third … question, until it is not called off any more; how often
/// it was.
fn called_off_each_time<T>(work: impl Fn(Watch<'_, Enough>) -> Result<T, Enough>) -> (usize, T) {
    for allowed in 0.. {
        let asked = AtomicUsize::new(0);
        let go_on = || match asked.fetch_add(1, Ordering::Relaxed) < allowed {
            true => Ok(()),
            false => Err(Enough),
        };
        if let Ok(done) = work(Watch { go_on: &go_on, progress: &|_, _, _| {} }) {
            return (allowed, done);
        }
    }
    panic!("it ends when nobody calls it off any more")
}

#[test]
fn a_build_that_is_called_off_leaves_nothing_and_the_next_one_is_whole() {
    let build = |watch: Watch<'_, Enough>| Engine::build_within(vec![facts(TILL)], packs(), watch);
    let (asked, engine) = called_off_each_time(build);
    assert!(asked >= 4, "asked {asked} times: while reading, between the steps, before each rule");
    assert_eq!(engine.findings(), Engine::build(vec![facts(TILL)], packs()).findings());
}

#[test]
fn a_read_and_a_supposed_change_that_are_called_off_change_nothing() {
    let engine = Engine::build(vec![facts(TILL)], packs());
    let more = facts(&format!("{TILL}\nperson zoe\nzoe member_of clerk"));
    let (asked, (next, delta)) =
        called_off_each_time(|watch| engine.after_within(more.clone(), watch));
    assert!(asked >= 3, "{asked}");
    assert_eq!((delta.changed.len(), next.verify().equal), (2, true));
    let edit = Edit { remove: [more.facts.edges[0].key.clone()].into(), ..Edit::default() };
    let (asked, would) = called_off_each_time(|watch| engine.what_if_within(&edit, watch));
    assert!(asked >= 3, "{asked}");
    assert_eq!(would.unwrap().ended.len(), 2);
    let (asked, verified) = called_off_each_time(|watch| engine.verify_within(watch));
    assert!(asked >= 4 && verified.equal, "{asked}");
}

/// So many in one role that no finding names all of them.
fn crowd(count: usize) -> String {
    let people = (0..count).map(|at| format!("person p{at:05}\np{at:05} member_of clerk\n"));
    format!("{TILL}\n{}", people.collect::<String>())
}

#[test]
fn counting_who_joined_and_a_difference_between_two_times_can_be_called_off() {
    let before = Engine::build(vec![facts(&crowd(1_100))], packs());
    let (asked, (after, delta)) =
        called_off_each_time(|watch| before.after_within(facts(&crowd(1_101)), watch));
    let joined: Vec<usize> = delta.changed.iter().map(|it| it.moved.joined_total).collect();
    assert_eq!(joined, [1, 1]);
    assert!(asked >= 10, "{asked}");
    let (asked, difference) = called_off_each_time(|watch| after.difference_within(&before, watch));
    assert_eq!(difference, after.difference(&before));
    assert_eq!(difference.findings.changed_total, 2);
    assert!(asked >= 8, "{asked}: comparing, each rule, each finding");
}

#[test]
fn a_rule_that_finds_much_is_called_off_between_two_findings() {
    let many: String = (0..50)
        .map(|at| format!("person s{at}\nentitlement e{at} action=pay\ns{at} grants e{at}\n"))
        .collect();
    let one = || pack(vec![rule("pay", &["pay -"])]);
    let build = |watch: Watch<'_, Enough>| Engine::build_within(vec![facts(&many)], one(), watch);
    let (asked, engine) = called_off_each_time(build);
    assert_eq!(engine.findings().len(), 50);
    assert!(asked >= 50, "{asked}");
}

#[test]
fn progress_goes_from_facts_to_rules_and_never_back() {
    let told = Mutex::new(Vec::new());
    let progress = |stage, done, all| told.lock().unwrap().push((stage, done, all));
    let watch = Watch::<Enough> { go_on: &|| Ok(()), progress: &progress };
    Engine::build_within(vec![facts(TILL)], packs(), watch).unwrap();
    let told = told.into_inner().unwrap();
    assert_eq!(told, [(Stage::Uniting, 0, 3), (Stage::Judging, 0, 2), (Stage::Judging, 1, 2)],);
}
