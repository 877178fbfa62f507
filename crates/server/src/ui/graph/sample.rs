//! The graph at the sizes at which its pages look different: nothing, ten things, five hundred, and a
//! part only.

use askama::Template;
use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::{EdgeFilter, Engine};
use countersign_access::fact::{Chunk, Run, SourceId, Unreadable};
use countersign_access::node::{Node, NodeId, NodeKind};

use super::super::frame::Here;
use super::super::tests::sample::{at, frame, now};
use super::ways::End;
use super::{About, held, node, search, ways};

/// Whom the samples are about.
const WHO: &str = "erp/account/ap-night-batch";

fn id(text: &str) -> NodeId {
    NodeId::new(text).unwrap()
}

/// One batch account with a role or two and so many entitlements, named so.
fn run(name: &str, entitlements: usize, is_whole: bool) -> Run {
    let source = SourceId::new("erp");
    let mut facts = Chunk::default();
    let mut add = |id_of: &str, kind, name: &str, system: &str| {
        facts.nodes.push(Node::new(id(id_of), kind, name, system, source.at("here")));
    };
    add(WHO, NodeKind::Account, name, "erp");
    add("hr/person/7", NodeKind::Person, "Ann Ames", "hr");
    add("erp/role/operations", NodeKind::Role, "ap_operations", "erp");
    add("erp/group/batch", NodeKind::Group, "Batch jobs", "erp");
    add("erp/ledger", NodeKind::Resource, "Ledger", "erp");
    add("erp/vendors", NodeKind::Resource, "Vendors", "erp");
    let mut edges = vec![
        (WHO.to_owned(), EdgeKind::IsAccountOf, "hr/person/7".to_owned()),
        (WHO.to_owned(), EdgeKind::MemberOf, "erp/group/batch".to_owned()),
        ("erp/group/batch".to_owned(), EdgeKind::Assumes, "erp/role/operations".to_owned()),
    ];
    for n in 1..=entitlements {
        let system = ["erp", "payroll", "vault"].get(n % 3).copied().unwrap_or("erp");
        let goal = format!("{system}/entitlement/{n}");
        add(&goal, NodeKind::Entitlement, &format!("Right {n} & more"), system);
        let (from, kind) = match n % 7 {
            0 => ("erp/role/operations", EdgeKind::Controls),
            1 | 2 => ("erp/group/batch", EdgeKind::Grants),
            _ => ("erp/role/operations", EdgeKind::Grants),
        };
        edges.push((from.to_owned(), kind, goal.clone()));
        if n <= 2 {
            let resource = if n == 1 { "erp/ledger" } else { "erp/vendors" };
            edges.push((goal, EdgeKind::AppliesTo, resource.to_owned()));
        }
    }
    for node in facts.nodes.iter_mut().filter(|node| node.id == id("erp/ledger")) {
        node.tags.insert("sensitivity".to_owned(), name.to_owned());
    }
    let edge = |(from, kind, to): (String, EdgeKind, String)| {
        Edge::new(id(&from), kind, id(&to), source.at("edges.csv:3"))
    };
    facts.edges = edges.into_iter().map(edge).collect();
    let denied = || Unreadable { place: "OU=Finance".to_owned(), why: "denied".to_owned() };
    let unreadable = if is_whole { Vec::new() } else { vec![denied()] };
    Run { source, read_at: at("2027-03-17T09:29:00Z"), unreadable, facts }
}

fn engine(name: &str, entitlements: usize, is_whole: bool) -> Engine {
    Engine::build(vec![run(name, entitlements, is_whole)], Vec::new())
}

fn shown(engine: &Engine, of: &str, (is_reach, open): (bool, &str), about: &[About]) -> String {
    let (id, all) = (id(of), EdgeFilter::all());
    let answer = if is_reach { engine.reach(&id, &all) } else { engine.who_can_node(&id, &all) };
    let blast = engine.blast(&id, &all).unwrap();
    let known = node::Known {
        node: engine.named(&id).unwrap(),
        is_reach,
        answer: answer.unwrap(),
        resources: blast.answer.total,
        sensitive: if is_reach { blast.by_sensitivity } else { Vec::new() },
        about: about.to_vec(),
    };
    node::Page::new(frame(Here::Graph), known, open, &now()).render().unwrap()
}

fn searched(engine: &Engine, words: &str) -> String {
    let (found, total) =
        if words.is_empty() { (Vec::new(), 0) } else { engine.search(words, search::FOUND_MAX) };
    let known = search::Known {
        words: words.to_owned(),
        found,
        total,
        stats: engine.stats(),
        rests_on: engine.rests_on(),
    };
    search::Page::new(frame(Here::Graph), known, &now()).render().unwrap()
}

fn access(engine: &Engine, of: &str, about: &[About]) -> String {
    let id = id(of);
    let known = held::Known {
        node: engine.named(&id).unwrap(),
        answer: engine.held(&id).unwrap(),
        about: about.to_vec(),
    };
    held::Page::new(frame(Here::Graph), known, &now()).render().unwrap()
}

fn between(engine: &Engine, from: &str, to: &str) -> String {
    let end = |text: &str| match engine.named(&id(text)) {
        Some(node) => End::Node(node),
        None => End::Several(text.to_owned(), engine.search(text, 3).0),
    };
    let ways = engine.path(&id(from), &id(to), &EdgeFilter::all()).ok();
    let known = ways::Known { from: end(from), to: end(to), ways };
    ways::Page::new(frame(Here::Graph), known, &now()).render().unwrap()
}

/// The pages, with this text in each place that a system fills.
pub(in crate::ui) fn pages(text: &str) -> Vec<(String, String)> {
    let (ten, many) = (engine(text, 5, true), engine(text, 500, true));
    let part = engine(text, 5, false);
    let about = [About { reference: "FN-7".to_owned(), title: text.to_owned() }];
    let goal = "erp/entitlement/3";
    let pages = vec![
        ("search", searched(&ten, text)),
        ("blast-ten", shown(&ten, WHO, (true, ""), &about)),
        ("blast-five-hundred", shown(&many, WHO, (true, ""), &about)),
        ("blast-opened", shown(&many, WHO, (true, "entitlement~payroll"), &[])),
        ("blast-partial", shown(&part, WHO, (true, ""), &[])),
        ("who-can", shown(&ten, goal, (false, ""), &about)),
        ("access", access(&ten, WHO, &about)),
        ("path", between(&ten, WHO, "erp/entitlement/3")),
        ("path-which", between(&ten, WHO, "right")),
    ];
    let mut pages: Vec<_> = pages.into_iter().map(|(name, it)| (name.to_owned(), it)).collect();
    if text == PLAIN {
        let none = Engine::build(Vec::new(), Vec::new());
        pages.push(("search-none".to_owned(), searched(&none, "")));
        pages.push(("search-unknown".to_owned(), searched(&ten, "nobody")));
        pages.push(("blast-nothing".to_owned(), shown(&ten, "erp/ledger", (true, ""), &[])));
        pages.push(("access-none".to_owned(), access(&ten, "erp/ledger", &[])));
        pages.push(("path-none".to_owned(), between(&ten, goal, WHO)));
    }
    pages
}

/// A name without anything that a page must be careful with.
pub(in crate::ui) const PLAIN: &str = "ap-night-batch";
