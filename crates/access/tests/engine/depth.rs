//! Deep and round graphs: no call stack is used up, and the time stays in proportion to the size.

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::{EdgeFilter, Engine, FINDINGS_PER_RULE_MAX, SAME_VALUES_MAX};
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::node::{Node, NodeKind};
use countersign_access::rule::Same;

use crate::world::{day, engine, found, id, pack, pay_and_approve, rule, same};

/// `person -> r0 -> r1 -> ... -> r(length - 1) -> pay, approve`, the last back to the first if round.
fn chain(length: usize, round: bool) -> Engine {
    let source = SourceId::new("deep");
    let node = |name: &str, kind| Node::new(id(name), kind, name, "sys", source.at(name));
    let edge = |from: &str, kind, to: &str| Edge::new(id(from), kind, id(to), source.at(from));
    let role = |number: usize| format!("r{number:06}");
    let last = role(length - 1);
    let mut facts = Chunk::default();
    facts.nodes.push(node("person", NodeKind::Person));
    facts.edges.push(edge("person", EdgeKind::MemberOf, &role(0)));
    for action in ["pay", "approve"] {
        let entitlement = node(action, NodeKind::Entitlement);
        facts.nodes.push(Node { action: Some(action.to_owned()), ..entitlement });
        facts.edges.push(edge(&last, EdgeKind::Grants, action));
    }
    for number in 0..length {
        facts.nodes.push(node(&role(number), NodeKind::Role));
        let next = (number + 1) % length;
        if next != 0 || round {
            facts.edges.push(edge(&role(number), EdgeKind::MemberOf, &role(next)));
        }
    }
    let run = Run { source, read_at: day(100), unreadable: Vec::new(), facts };
    Engine::build(vec![run], pack(vec![pay_and_approve()]))
}

#[test]
fn a_chain_of_two_hundred_thousand_roles_is_walked_to_its_end() {
    let engine = chain(200_000, false);
    assert_eq!(found(&engine), ["r199999 <- person (proven)"]);
    let ways = engine.path(&id("person"), &id("pay"), &EdgeFilter::all()).unwrap();
    assert_eq!(ways.length, 200_001);
    let finding = engine.findings().values().next().unwrap();
    assert_eq!(finding.paths[0].len(), 200_002);
}

#[test]
fn a_cycle_of_fifty_thousand_roles_is_one_root_cause() {
    let engine = chain(50_000, true);
    assert_eq!(found(&engine), ["r000000 <- person (proven)"]);
    assert!(engine.still("pay-approve", &id("person")).unwrap().is_some());
    assert_eq!(engine.reach(&id("r000007"), &EdgeFilter::all()).unwrap().total, 50_001);
}

/// `count` persons in one group, which has both permissions.
fn crowd(count: usize) -> Run {
    let source = SourceId::new("wide");
    let node = |name: &str, kind| Node::new(id(name), kind, name, "sys", source.at(name));
    let edge = |from: &str, kind, to: &str| Edge::new(id(from), kind, id(to), source.at(from));
    let mut facts = Chunk::default();
    facts.nodes.push(node("all", NodeKind::Group));
    for action in ["pay", "approve"] {
        let entitlement = node(action, NodeKind::Entitlement);
        facts.nodes.push(Node { action: Some(action.to_owned()), ..entitlement });
        facts.edges.push(edge("all", EdgeKind::Grants, action));
    }
    for number in 0..count {
        let name = format!("i{number:07}");
        facts.nodes.push(node(&name, NodeKind::Person));
        facts.edges.push(edge(&name, EdgeKind::MemberOf, "all"));
    }
    Run { source, read_at: day(100), unreadable: Vec::new(), facts }
}

#[test]
fn a_group_of_a_million_members_is_one_finding_with_all_of_them() {
    let engine = Engine::build(vec![crowd(1_000_000)], pack(vec![pay_and_approve()]));
    let affected: Vec<_> = engine.findings().values().map(|it| it.affected_total).collect();
    assert_eq!(affected, [1_000_000]);
}

#[test]
fn a_hundred_rules_that_match_every_permission_find_what_one_of_them_does() {
    let all = |number: usize| rule(&format!("all-{number:02}"), &["* -", "*a* -"]);
    let one = Engine::build(vec![crowd(1_000)], pack(vec![all(0)]));
    let hundred = Engine::build(vec![crowd(1_000)], pack((0..100).map(all).collect()));
    assert_eq!(one.findings().len(), 1);
    let roots =
        hundred.findings().values().map(|it| (it.root_cause.id.as_str(), it.affected_total));
    assert_eq!(roots.collect::<Vec<_>>(), vec![("all", 1_000); 100]);
}

#[test]
fn a_rule_of_fifty_sides_is_met_by_all_of_them_and_not_by_forty_nine() {
    let mut text = String::from(
        "person ann
role r
role most
r member_of most
ann member_of r
",
    );
    let sides: Vec<String> = (0..50).map(|number| format!("do-{number} -")).collect();
    for number in 0..50 {
        let holder = if number == 49 { "r" } else { "most" };
        text += &format!("entitlement e{number} action=do-{number}\n{holder} grants e{number}\n");
    }
    let sides: Vec<&str> = sides.iter().map(String::as_str).collect();
    assert_eq!(found(&engine(&text, rule("fifty", &sides))), ["r <- ann (proven)"]);
    let fewer = text.replace("r grants e49", "");
    assert!(found(&engine(&fewer, rule("fifty", &sides))).is_empty());
}

#[test]
fn more_shared_values_than_the_limit_are_said_to_be_more() {
    let values: String = (0..=SAME_VALUES_MAX)
        .map(|it| {
            format!(
                "entitlement p{it} action=pay namespace=n{it:06}\n
                 entitlement q{it} action=approve namespace=n{it:06}\n"
            )
        })
        .collect();
    let text = format!("{values}\n person ann\n ann grants p7\n ann grants q7");
    let engine = engine(&text, same(pay_and_approve(), Same::Namespace));
    assert_eq!(found(&engine), ["ann <- ann (proven)"]);
    let expected = "rule `pay-approve`: only 10000 of 10001 shared values were looked at";
    assert_eq!(engine.partial(), [expected]);
}

#[test]
fn more_findings_of_a_rule_than_the_limit_are_said_to_be_more() {
    let people: String = (0..=FINDINGS_PER_RULE_MAX)
        .map(|it| format!("person p{it}\n p{it} grants all\n"))
        .collect();
    let text = format!("{people}\n entitlement all action=all");
    let engine = engine(&text, rule("any", &["all -"]));
    assert_eq!(engine.findings().len(), FINDINGS_PER_RULE_MAX);
    assert_eq!(engine.partial(), ["rule `any`: only its first 100000 findings were kept"]);
}

/// Twelve thousand people in a thousand teams, each with one of four powers beside the team's own.
fn teams() -> String {
    let powers = ["pay", "approve", "pack", "ship"];
    let mut text: String =
        powers.iter().map(|it| format!("entitlement {it} action={it}\n")).collect();
    for team in 0..1_000 {
        let power = powers[team % 4];
        text.push_str(&format!("group t{team:04}\nt{team:04} grants {power}\n"));
    }
    for person in 0..12_000 {
        let (team, power) = (person % 1_000, powers[person % 7 % 4]);
        text.push_str(&format!(
            "person p{person:05}\np{person:05} member_of t{team:04}\np{person:05} grants {power}\n"
        ));
    }
    text
}

#[test]
fn rules_judged_side_by_side_find_what_each_finds_alone() {
    let text = teams();
    let pairs = [("pay", "approve"), ("pay", "pack"), ("pack", "ship"), ("approve", "ship")];
    let rules: Vec<_> = (0..8)
        .map(|number| {
            let (one, other) = pairs[number % 4];
            rule(&format!("r{number}"), &[&format!("{one} -"), &format!("{other} -")])
        })
        .collect();
    let together = Engine::build(vec![crate::world::facts(&text)], pack(rules.clone()));
    assert!(together.findings().len() > 1_000, "{}", together.findings().len());
    let mut alone = std::collections::BTreeMap::new();
    for rule in rules {
        let engine = Engine::build(vec![crate::world::facts(&text)], pack(vec![rule]));
        alone.extend(engine.findings().clone());
    }
    assert_eq!(together.findings(), &alone);
}
