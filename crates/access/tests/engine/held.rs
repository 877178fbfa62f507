//! Effective access with its direct sources, and search by name, against the plainest possible answers.

use std::collections::BTreeSet;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::{EdgeFilter, Engine};
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::node::{Node, NodeId, NodeKind};
use jiff::Timestamp;
use proptest::prelude::*;

fn id(text: &str) -> NodeId {
    NodeId::new(text).unwrap()
}

/// People, roles and entitlements with these edges: memberships among the first two, grants to the last.
fn engine(edges: &BTreeSet<(u8, u8)>) -> Engine {
    let source = SourceId::new("app");
    let node = |n: u8| {
        let kind = match n {
            0..4 => NodeKind::Person,
            4..8 => NodeKind::Role,
            _ => NodeKind::Entitlement,
        };
        Node::new(id(&format!("n{n}")), kind, &format!("Name {n}"), "app", source.at("here"))
    };
    let edge = |(from, to): &(u8, u8)| {
        let kind = if *to < 8 { EdgeKind::MemberOf } else { EdgeKind::Grants };
        let place = source.at(format!("{from}-{to}"));
        Edge::new(id(&format!("n{from}")), kind, id(&format!("n{to}")), place)
    };
    let facts =
        Chunk { nodes: (0..12).map(node).collect(), edges: edges.iter().map(edge).collect() };
    let run = Run { source, read_at: Timestamp::UNIX_EPOCH, unreadable: Vec::new(), facts };
    Engine::build(vec![run], Vec::new())
}

proptest! {
    #[test]
    fn direct_sources_are_all_who_have_it_directly_among_those_that_are_reached(
        edges in proptest::collection::btree_set((0_u8..8, 4_u8..12), 0..24),
        from in 0_u8..8,
    ) {
        let engine = engine(&edges);
        let from = id(&format!("n{from}"));
        let reached = engine.reach(&from, &EdgeFilter::all()).unwrap().answers;
        let on_the_way: BTreeSet<NodeId> =
            reached.iter().map(|it| it.node.id.clone()).chain([from.clone()]).collect();
        let held = engine.held(&from).unwrap();
        let entitlements: Vec<&NodeId> = reached
            .iter()
            .filter(|it| it.node.kind == NodeKind::Entitlement)
            .map(|it| &it.node.id)
            .collect();
        let told: Vec<&NodeId> = held.answers.iter().map(|it| &it.entitlement.id).collect();
        prop_assert_eq!(told, entitlements);
        for it in &held.answers {
            let direct: Vec<String> = edges
                .iter()
                .filter(|(from, to)| {
                    id(&format!("n{to}")) == it.entitlement.id
                        && on_the_way.contains(&id(&format!("n{from}")))
                })
                .map(|(from, to)| format!("{from}-{to}"))
                .collect();
            let sources: Vec<&str> =
                it.sources.iter().map(|it| it.because.locator.as_str()).collect();
            prop_assert_eq!(it.sources_total, direct.len());
            prop_assert_eq!(sources, direct.iter().take(5).map(String::as_str).collect::<Vec<_>>());
        }
    }
}

#[test]
fn what_fits_best_is_found_first_whatever_the_case_and_the_total_counts_all() {
    let engine = engine(&BTreeSet::new());
    let found = |words: &str, limit| {
        let (found, total) = engine.search(words, limit);
        (found.iter().map(|it| it.id.as_str().to_owned()).collect::<Vec<_>>(), total)
    };
    assert_eq!(found("NAME 1", 9), (vec!["n1".into(), "n10".into(), "n11".into()], 3));
    assert_eq!(found("n10", 9), (vec!["n10".into()], 1));
    assert_eq!(found(" name ", 2), (vec!["n0".into(), "n1".into()], 12));
    assert_eq!(found("nobody", 9), (Vec::new(), 0));
    assert_eq!(found("1", 0), (Vec::new(), 3));
}
