//! What is kept up to date against a full evaluation after every step of long histories: cycles that
//! are tied and untied, parallel edges, edges to oneself, goals behind goals, new nodes, rules with
//! many sides that come and go, and batches that must change nothing.

use std::collections::BTreeSet;
use std::num::NonZero;

use countersign_access::engine::live::{Change, Live, NotTaken, Outcome};
use countersign_access::engine::snapshot::{Edges, Part, Snapshot};
use countersign_access::engine::sweep::{self, Demand, How};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof};
use proptest::proptest;

/// The graph as a list of edges, and the rules as they stand.
#[derive(Debug, Clone)]
struct Plain {
    parts: Vec<Part>,
    edges: Vec<(u32, u32)>,
    rules: Vec<Option<Demand>>,
}

#[derive(Debug, Clone)]
enum Step {
    Batch(Vec<Change>),
    AddRule(Demand),
    ChangeRule(usize, Demand),
    RemoveRule(usize),
}

impl Plain {
    fn snapshot(&self) -> Snapshot {
        let (from, to): (Vec<u32>, Vec<u32>) = self.edges.iter().copied().unzip();
        Snapshot::build(&self.parts, Edges { from: &from, to: &to }).unwrap()
    }

    /// By rule, who meets it.
    fn holders(&self) -> Vec<Vec<u32>> {
        let snapshot = self.snapshot();
        let of = |rule: &Option<Demand>| {
            rule.as_ref().map(|rule| sweep::holders(&snapshot, rule)).unwrap_or_default()
        };
        self.rules.iter().map(of).collect()
    }

    /// How many removals found nothing; none where the batch names an unknown node.
    fn apply(&mut self, changes: &[Change]) -> Option<usize> {
        let mut next = self.clone();
        let mut absent = 0;
        for change in changes {
            let (from, to) = match *change {
                Change::Node { holder } => {
                    next.parts.push(if holder { Part::Holder } else { Part::Goal });
                    continue;
                }
                Change::Add { from, to } | Change::Remove { from, to } => (from, to),
            };
            if from.max(to) as usize >= next.parts.len() {
                return None;
            }
            if let Change::Add { .. } = change {
                next.edges.push((from, to));
                continue;
            }
            match next.edges.iter().position(|edge| *edge == (from, to)) {
                Some(at) => drop(next.edges.swap_remove(at)),
                None => absent += 1,
            }
        }
        *self = next;
        Some(absent)
    }
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![3 => Just(Part::Holder), 2 => Just(Part::Other), 2 => Just(Part::Goal)]
}

/// Goals of a world of so many nodes are every third: the rules can be drawn before the parts.
fn demand(nodes: u32) -> impl Strategy<Value = Demand> {
    let goal = (0..nodes.div_ceil(3)).prop_map(|third| third * 3);
    let side = vec(goal, 0..4);
    let sides = prop_oneof![8 => vec(side.clone(), 1..4), 1 => vec(side, 4..20)];
    sides.prop_map(|sides| Demand { sides })
}

fn change(nodes: u32) -> impl Strategy<Value = Change> {
    let end = 0..nodes;
    let far = 0..nodes + 4;
    prop_oneof![
        10 => (end.clone(), end.clone()).prop_map(|(from, to)| Change::Add { from, to }),
        14 => (end.clone(), end).prop_map(|(from, to)| Change::Remove { from, to }),
        1 => (far.clone(), far).prop_map(|(from, to)| Change::Add { from, to }),
        1 => proptest::bool::ANY.prop_map(|holder| Change::Node { holder }),
    ]
}

fn step(nodes: u32) -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => vec(change(nodes), 1..2).prop_map(Step::Batch),
        4 => vec(change(nodes), 1..12).prop_map(Step::Batch),
        1 => demand(nodes).prop_map(Step::AddRule),
        1 => (0..80usize, demand(nodes)).prop_map(|(rule, demand)| Step::ChangeRule(rule, demand)),
        1 => (0..80usize).prop_map(Step::RemoveRule),
    ]
}

fn history() -> impl Strategy<Value = (Plain, Vec<Step>)> {
    (2..18u32).prop_flat_map(|nodes| {
        let parts = vec(part(), nodes as usize).prop_map(|mut parts| {
            parts.iter_mut().step_by(3).for_each(|part| *part = Part::Goal);
            parts
        });
        let edges = vec((0..nodes, 0..nodes), 0..50);
        let rules = vec(demand(nodes).prop_map(Some), 0..80);
        let world =
            (parts, edges, rules).prop_map(|(parts, edges, rules)| Plain { parts, edges, rules });
        (world, vec(step(nodes), 1..40))
    })
}

fn built(plain: &Plain) -> Live {
    let rules: Vec<Demand> = plain.rules.iter().flatten().cloned().collect();
    Live::build(&plain.snapshot(), &rules).unwrap()
}

/// Takes one step with both. What it says of its shifts is what the full evaluations differ by.
fn take(plain: &mut Plain, live: &mut Live, step: &Step) {
    let before = plain.holders();
    let known = |plain: &Plain, rule: usize| plain.rules.get(rule).is_some_and(Option::is_some);
    let shifts = match step.clone() {
        Step::Batch(changes) => {
            let told = live.apply(&changes);
            match plain.apply(&changes) {
                Some(absent) => {
                    let Outcome { shifts, absent: told } = told.unwrap();
                    assert_eq!(told, absent);
                    shifts
                }
                None => {
                    assert!(matches!(told, Err(NotTaken::NoSuchNode { .. })), "{told:?}");
                    Vec::new()
                }
            }
        }
        Step::AddRule(demand) => {
            plain.rules.push(Some(demand.clone()));
            vec![live.add_rule(demand).unwrap()]
        }
        Step::ChangeRule(rule, demand) => {
            let told = live.change_rule(rule, demand.clone());
            assert_eq!(told.is_ok(), known(plain, rule));
            if told.is_ok() {
                plain.rules[rule] = Some(demand);
            }
            told.into_iter().collect()
        }
        Step::RemoveRule(rule) => {
            let told = live.remove_rule(rule);
            assert_eq!(told.is_ok(), known(plain, rule));
            if told.is_ok() {
                plain.rules[rule] = None;
            }
            told.into_iter().collect()
        }
    };
    let after = plain.holders();
    for (rule, after) in after.iter().enumerate() {
        let before: BTreeSet<u32> = before.get(rule).into_iter().flatten().copied().collect();
        let after: BTreeSet<u32> = after.iter().copied().collect();
        let shift = shifts.iter().find(|shift| shift.rule == rule).cloned().unwrap_or_default();
        let began: Vec<u32> = after.difference(&before).copied().collect();
        let ceased: Vec<u32> = before.difference(&after).copied().collect();
        assert_eq!((&shift.began, &shift.ceased), (&began, &ceased), "rule {rule}");
    }
}

fn compare(plain: &Plain, live: &Live) {
    let snapshot = plain.snapshot();
    for (rule, demand) in plain.rules.iter().enumerate() {
        let Some(demand) = demand else {
            assert_eq!(live.count(rule), None);
            continue;
        };
        assert_eq!(live.holders(rule), sweep::holders(&snapshot, demand), "rule {rule}");
    }
    let or_nothing = |rule: &Option<Demand>| rule.clone().unwrap_or_default();
    let rules: Vec<Demand> = plain.rules.iter().map(or_nothing).collect();
    let met = sweep::count_by(&snapshot, &rules, How::Dense, NonZero::<usize>::MIN);
    assert_eq!(live.counts(), met.counts);
    assert_eq!((live.len(), live.edges()), (plain.parts.len(), plain.edges.len()));
    assert_eq!(live.verify(), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn after_every_step_of_any_history_all_is_as_a_full_evaluation_finds((plain, steps) in history()) {
        let mut plain = plain;
        let mut live = built(&plain);
        compare(&plain, &live);
        for step in &steps {
            take(&mut plain, &mut live, step);
            compare(&plain, &live);
        }
    }

    #[test]
    fn one_batch_or_many_and_the_same_again_tell_the_same((plain, steps) in history()) {
        let (mut one, mut again) = (built(&plain), built(&plain));
        let mut single = built(&plain);
        for step in &steps {
            let Step::Batch(changes) = step else { continue };
            let told = one.apply(changes);
            assert_eq!(again.apply(changes), told);
            if told.is_ok() {
                changes.iter().for_each(|change| drop(single.apply(&[*change]).unwrap()));
            }
            assert_eq!(one.counts(), single.counts());
        }
        assert_eq!(single.verify(), Ok(()));
    }
}

/// Rings of many sizes that are closed and opened, within each other.
#[test]
fn rings_are_tied_and_untied() {
    let ring = 300u32;
    let parts: Vec<Part> =
        (0..ring).map(|node| if node < 2 { Part::Goal } else { Part::Holder }).collect();
    let edges: Vec<(u32, u32)> = (3..ring).map(|node| (node, node - 1)).chain([(2, 0)]).collect();
    let rules = vec![Some(Demand { sides: vec![vec![0], vec![1]] })];
    let mut plain = Plain { parts, edges, rules };
    let mut live = built(&plain);
    for round in 0..60u32 {
        let (low, high) = (2 + round * 7 % 100, 120 + round * 31 % 180);
        for change in [
            Change::Add { from: low, to: high },
            Change::Add { from: high, to: 1 },
            Change::Remove { from: high - 5, to: high - 6 },
            Change::Add { from: high - 5, to: high - 6 },
            Change::Remove { from: low, to: high },
            Change::Remove { from: high, to: 1 },
        ] {
            take(&mut plain, &mut live, &Step::Batch(vec![change]));
        }
        assert_eq!(live.verify(), Ok(()));
    }
    compare(&plain, &live);
}

/// A knot of so many that it is never to be looked at as a whole: members fall off and come back, at
/// either end of an edge and several at once, and lose what only few of them give.
#[test]
fn a_large_knot_loses_and_takes_back_its_members() {
    let (goals, ring) = (13u32, 1_400u32);
    // One from whom the ring gains, another who gains from that one, and somebody who gains from those.
    let [below, beside, last] = [goals, goals + 1, goals + 2];
    let first = goals + 3;
    let nodes = first + ring;
    let parts: Vec<Part> =
        (0..nodes).map(|node| if node < goals { Part::Goal } else { Part::Holder }).collect();
    let member = |at: u32| first + at % ring;
    let mut edges: Vec<(u32, u32)> = (0..ring).map(|at| (member(at), member(at + 1))).collect();
    // Two of three have a second way round; every seventh gives something.
    let chords = (0..ring).filter(|at| at % 3 != 0).map(|at| (member(at), member(at * 7 + 5)));
    edges.extend(chords);
    edges.extend((0..ring).step_by(7).map(|at| (member(at), at / 7 % (goals - 3))));
    edges.extend([(member(50), goals - 2), (member(800), goals - 2), (member(51), goals - 1)]);
    edges.extend([(member(9), below), (beside, below), (beside, goals - 3), (last, beside)]);
    let pairs = (0..goals).map(|goal| vec![vec![goal], vec![(goal + 1) % goals]]);
    let rules = pairs.map(|sides| Some(Demand { sides })).collect();
    let mut plain = Plain { parts, edges, rules };
    let mut live = built(&plain);
    let there = plain.edges.clone();
    let mut at = 0;
    for round in 0..40 {
        at = (at + 1_013) % there.len();
        let several = if round % 4 == 3 { 3 } else { 1 };
        let chosen: Vec<(u32, u32)> =
            (0..several).map(|more| there[(at + more * (1 + round % 2)) % there.len()]).collect();
        let removals = chosen.iter().map(|&(from, to)| Change::Remove { from, to });
        let additions = chosen.iter().map(|&(from, to)| Change::Add { from, to });
        for changes in [removals.collect::<Vec<_>>(), additions.collect()] {
            take(&mut plain, &mut live, &Step::Batch(changes));
        }
        if round % 10 == 9 {
            assert_eq!(live.verify(), Ok(()));
        }
    }
    for change in
        [Change::Add { from: below, to: member(3) }, Change::Remove { from: below, to: member(3) }]
    {
        take(&mut plain, &mut live, &Step::Batch(vec![change]));
        assert_eq!(live.verify(), Ok(()));
    }
    for only in [(member(50), goals - 2), (member(800), goals - 2), (member(51), goals - 1)] {
        let (from, to) = only;
        take(&mut plain, &mut live, &Step::Batch(vec![Change::Remove { from, to }]));
    }
    compare(&plain, &live);
}

/// A group with more members than any list keeps in its first place.
#[test]
fn a_group_of_many_members_changes_one_by_one() {
    let members = 6_000u32;
    let group = members;
    let mut parts = vec![Part::Holder; members as usize];
    parts.extend([Part::Other, Part::Goal, Part::Goal]);
    let mut edges: Vec<(u32, u32)> = (0..members).step_by(2).map(|node| (node, group)).collect();
    edges.extend((0..members).map(|node| (node, group + 1)));
    edges.extend([(group, group + 2)]);
    let rules = vec![Some(Demand { sides: vec![vec![group + 1], vec![group + 2]] })];
    let mut plain = Plain { parts, edges, rules };
    let mut live = built(&plain);
    for step in 0..members {
        let node = step * 4_001 % members;
        let change = if node.is_multiple_of(2) {
            Change::Remove { from: node, to: group }
        } else {
            Change::Add { from: node, to: group }
        };
        assert_eq!(live.apply(&[change]).unwrap().shifts.len(), 1);
        plain.apply(&[change]);
    }
    compare(&plain, &live);
    let all = live.remove(group, group + 2).unwrap();
    assert_eq!(all.shifts[0].ceased, (0..members).filter(|node| node % 2 == 1).collect::<Vec<_>>());
    assert_eq!(live.counts(), [0]);
    assert_eq!(live.verify(), Ok(()));
}

/// Two million edges between the same two nodes are one edge with a number.
#[test]
fn parallel_edges_cost_a_number() {
    let many = 2_000_000;
    let (mut from, mut to) = (vec![0u32; many], vec![1u32; many]);
    from.push(0);
    to.push(2);
    let parts = [Part::Holder, Part::Goal, Part::Goal];
    let snapshot = Snapshot::build(&parts, Edges { from: &from, to: &to }).unwrap();
    let rule = Demand { sides: vec![vec![1], vec![2]] };
    let mut live = Live::build(&snapshot, &[rule]).unwrap();
    assert_eq!(live.edges(), many + 1);
    let all_but_one = vec![Change::Remove { from: 0, to: 1 }; many - 1];
    assert_eq!(live.apply(&all_but_one).unwrap(), Outcome::default());
    assert_eq!(live.remove(0, 1).unwrap().shifts[0].ceased, [0]);
    assert_eq!(live.remove(0, 1).unwrap(), Outcome { shifts: Vec::new(), absent: 1 });
    assert_eq!(live.edges(), 1);
}

#[test]
fn what_is_not_there_is_named_and_nothing_changes() {
    let parts = [Part::Holder, Part::Goal];
    let snapshot = Snapshot::build(&parts, Edges { from: &[], to: &[] }).unwrap();
    let rule = |node| Demand { sides: vec![vec![node]] };
    let refused = Live::build(&snapshot, &[rule(2)]).unwrap_err();
    assert_eq!(refused, NotTaken::NothingToAsk { node: 2, nodes: 2 });
    let mut live = Live::build(&snapshot, &[rule(1)]).unwrap();
    let batch = [Change::Add { from: 0, to: 1 }, Change::Add { from: 0, to: 2 }];
    let refused = live.apply(&batch).unwrap_err();
    assert_eq!(refused, NotTaken::NoSuchNode { change: 1, node: 2, nodes: 2 });
    assert_eq!((live.edges(), live.counts()), (0, vec![0]));
    assert_eq!(live.add_rule(rule(9)).unwrap_err(), NotTaken::NothingToAsk { node: 9, nodes: 2 });
    assert_eq!(live.remove_rule(1).unwrap_err(), NotTaken::NoSuchRule { rule: 1 });
    let with_node = [Change::Node { holder: false }, batch[1]];
    assert_eq!(live.apply(&with_node).unwrap(), Outcome::default());
    assert_eq!((live.len(), live.edges()), (3, 1));
}
