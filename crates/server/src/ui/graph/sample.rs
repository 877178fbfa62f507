//! The graph at the sizes at which its pages look different: nothing, ten things, five hundred, and a
//! part only.

use askama::Template;
use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::{EdgeFilter, Engine, WayLimits};
use countersign_access::fact::{Chunk, Run, SourceId, Unreadable};
use countersign_access::node::{Node, NodeId, NodeKind};
use countersign_policy::rules::{Text, load};

use super::super::frame::Here;
use super::super::tests::sample;
use super::super::tests::sample::{at, frame, now};
use super::asked::{Asked, Wait};
use super::end::End;
use super::when::{Soon, When};
use super::{
    About, clear, difference, every, held, node, outcome, search, supposed, ways, what_if,
};
use crate::ask::graph::{Body, Question};

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

fn today(path: &'static str) -> When {
    When::now(&now(), path, &[("id", WHO)])
}

fn shown(engine: &Engine, of: &str, (is_reach, open): (bool, &str), about: &[About]) -> String {
    let (id, all) = (id(of), EdgeFilter::all());
    let answer = if is_reach { engine.reach(&id, &all) } else { engine.who_can_node(&id, &all) };
    let blast = engine.blast(&id, &all).unwrap();
    let known = node::Known {
        when: today("/graph/blast"),
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
        when: today("/graph"),
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
        when: today("/graph/access"),
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
    let known = ways::Known { when: today("/graph/path"), from: end(from), to: end(to), ways };
    ways::Page::new(frame(Here::Graph), known, &now()).render().unwrap()
}

/// Two rules that are met, and one that somebody with the right that nobody has would meet.
const RULES: &str = r#"
[pack]
id = "test"
version = "1"

[[rule]]
id = "test.both"
title = "Pays and approves"
severity = "high"
explanation = "Whoever does both needs nobody else."
remedy = "Take one of them away."
[[rule.side]]
name = "pay"
any = [{ entitlement = "payroll/entitlement/1" }]
[[rule.side]]
name = "approve"
any = [{ entitlement = "vault/entitlement/2" }]

[[rule]]
id = "test.more"
title = "Creates and pays"
severity = "critical"
explanation = "Whoever does both needs nobody else."
remedy = "Take one of them away."
[[rule.side]]
name = "create"
any = [{ entitlement = "erp/entitlement/3" }]
[[rule.side]]
name = "late"
any = [{ entitlement = "erp/entitlement/free" }]

[[rule]]
id = "test.third"
title = "Counts and books"
severity = "medium"
explanation = "Whoever does both needs nobody else."
remedy = "Take one of them away."
[[rule.side]]
name = "count"
any = [{ entitlement = "payroll/entitlement/4" }]
[[rule.side]]
name = "book"
any = [{ entitlement = "vault/entitlement/5" }]
"#;

/// The same with rules, and with a right that nobody has.
fn judged(name: &str, is_whole: bool) -> Engine {
    let text = Text { name: "test.toml".to_owned(), text: RULES.to_owned() };
    let mut run = run(name, 9, is_whole);
    let because = run.source.at("here");
    let free = id("erp/entitlement/free");
    run.facts.nodes.push(Node::new(free, NodeKind::Entitlement, "Pay out", "erp", because));
    Engine::build(vec![run], load(&[text], false).unwrap().packs)
}

/// Before most of it was given.
fn few() -> Engine {
    let mut run = run("ap-night-batch", 1, true);
    let because = run.source.at("here");
    run.facts.nodes.retain(|node| node.id != id(WHO));
    let gone = id("erp/entitlement/gone");
    run.facts.nodes.push(Node::new(gone, NodeKind::Entitlement, "Post", "erp", because.clone()));
    let (group, gone) = (id("erp/group/batch"), id("erp/entitlement/gone"));
    run.facts.edges.push(Edge::new(group, EdgeKind::Grants, gone, because));
    Engine::build(vec![run], Vec::new())
}

/// A question that is not answered yet, whose no is this, or whose answer.
enum Came<T> {
    Waits,
    Failed,
    Answered(T),
}

fn asked<T>(came: Came<T>) -> Asked<T> {
    match came {
        Came::Waits => Asked::Waits(Wait {
            address: "/graph/clear?finding=FN-7&now=yes".to_owned(),
            words: "This takes 12 seconds at most.".to_owned(),
        }),
        Came::Failed => Asked::Failed(sample::refused(None)),
        Came::Answered(answer) => Asked::Answered(Box::new(answer)),
    }
}

fn cleared(engine: &Engine, title: &str, came: Option<Came<(bool, usize)>>) -> String {
    let of = |(is_in_time, chosen): (bool, usize)| {
        let findings = engine.findings().keys().take(chosen).cloned().collect();
        let mut found = clear::look(engine, &findings, &|| !is_in_time).unwrap();
        let single = found.single.iter_mut().map(|(it, _)| it);
        for it in single.chain(found.set.iter_mut().flat_map(|set| &mut set.all)) {
            it.who = format!("{title}, who answers for erp");
        }
        clear::Shown::new(found, chosen, &now())
    };
    let about = |n: usize| About { reference: format!("FN-{n}"), title: title.to_owned() };
    let (chosen, asked) = match came {
        None => (0, Asked::Nothing),
        Some(Came::Answered((is_in_time, chosen))) => {
            (chosen, asked(Came::Answered(of((is_in_time, chosen)))))
        }
        Some(Came::Waits) => (1, asked(Came::Waits)),
        Some(Came::Failed) => (1, asked(Came::Failed)),
    };
    let page = clear::Page::new(
        frame(Here::Findings),
        ((1..=chosen).map(about).collect(), Vec::new()),
        asked,
    );
    page.render().unwrap()
}

fn supposed(engine: &Engine, typed: &[(&str, &str)], came: Option<Came<()>>) -> String {
    let pairs: Vec<_> =
        typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut read = supposed::read(engine, supposed::Typed::of(&pairs));
    for line in read.lines.iter_mut().filter(|line| !line.is_added) {
        line.it.who = "Helene Brandt, who answers for erp".to_owned();
    }
    let asked = match came {
        None => Asked::Nothing,
        Some(Came::Answered(())) => {
            let of = |is_added| {
                let those = read.lines.iter().filter(move |line| line.is_added == is_added);
                those.map(|line| line.it.text.clone()).collect()
            };
            let question = Question::WhatIf { remove: of(false), add: of(true) };
            let reply = question.answer(engine).unwrap();
            let Body::WhatIf(what_if) = reply.body else { panic!("no what-if") };
            asked(Came::Answered(outcome::told(&what_if, reply.why_partial, &now())))
        }
        Some(Came::Waits) => asked(Came::Waits),
        Some(Came::Failed) => asked(Came::Failed),
    };
    what_if::Page::new(frame(Here::Graph), read, asked).render().unwrap()
}

/// What somebody had on a day that is past, and what is shown for a day that has no graph.
fn past(engine: &Engine, text: &str) -> Vec<(&'static str, String)> {
    let id = id(WHO);
    let page = |when: When| {
        let about = vec![About { reference: "FN-7".to_owned(), title: text.to_owned() }];
        let (node, answer) = (engine.named(&id).unwrap(), engine.held(&id).unwrap());
        let known = held::Known { when, node, answer, about };
        held::Page::new(frame(Here::Graph), known, &now()).render().unwrap()
    };
    let then =
        today("/graph/access").past("2027-03-14", at("2027-03-15T00:00:00Z"), engine, &now());
    let mended = today("/graph/access").mended(text, "this is no day: write one like 2027-01-31");
    let soon = Soon {
        frame: frame(Here::Graph),
        then: "at the end of 14 March 2027".to_owned(),
        again: "/graph/access?id=erp&at=2027-03-14".to_owned(),
        without: "/graph/access?id=erp".to_owned(),
    };
    let mut pages = vec![("access-past", page(then))];
    if text == PLAIN {
        pages.push(("soon", soon.render().unwrap()));
    } else {
        pages.push(("access-mended", page(mended)));
    }
    pages
}

/// Two days compared.
fn compared(since: &str, until: &str, of: Option<(&Engine, &Engine)>) -> String {
    let which = difference::Which {
        since: since.to_owned(),
        until: until.to_owned(),
        ..difference::Which::default()
    };
    let days = difference::Days::of(&which, &now());
    let asked = of.map_or(Asked::Nothing, |pair| {
        let days = (since.to_owned(), until.to_owned());
        Asked::Answered(Box::new(
            difference::look(pair, (&days, &now()), &|| false).unwrap().unwrap().0,
        ))
    });
    difference::Page::new(frame(Here::Graph), (&which, days), asked, &now()).render().unwrap()
}

/// Every way of a finding; of one that is over when nothing is named.
fn ways_of(engine: &Engine, title: &str) -> String {
    let first = engine.findings().keys().next();
    let found = first.map(|print| engine.ways_of(print, None, WayLimits::default()).unwrap());
    let about = About { reference: "FN-7".to_owned(), title: title.to_owned() };
    every::Page::new(frame(Here::Findings), about, found, &now()).render().unwrap()
}

/// The pages that ask what would be.
fn tried(text: &str) -> Vec<(&'static str, String)> {
    let (engine, part) = (judged(text, true), judged(text, false));
    let take = ("remove", "erp/account/ap-night-batch,member_of,erp/group/batch");
    let give = [("what", "add"), ("from", WHO), ("to", "pay out"), ("do", "put")];
    let several = [take, ("what", "add"), ("from", "right"), ("to", "nobody"), ("do", "put")];
    let answered = Some(Came::Answered(()));
    let mut pages = vec![
        ("ways-of", ways_of(&engine, text)),
        ("clear-one", cleared(&engine, text, Some(Came::Answered((true, 1))))),
        ("what-if-opens", supposed(&engine, &give, answered)),
        ("what-if-mended", supposed(&engine, &several, Some(Came::Waits))),
        ("difference", compared("2027-03-01", "", Some((&few(), &engine)))),
    ];
    if text == PLAIN {
        let gone = [("remove", "hr/person/7,holds,erp/ledger"), ("add", "x,likes,y"), take];
        pages.extend([
            ("clear-several", cleared(&engine, text, Some(Came::Answered((true, 2))))),
            ("clear-partial", cleared(&part, text, Some(Came::Answered((false, 1))))),
            ("ways-of-over", ways_of(&few(), text)),
            ("clear-none", cleared(&engine, text, None)),
            ("difference-none", compared("", "", None)),
            ("difference-mended", compared("2027-03-99", "2028-01-01", None)),
            ("what-if-none", supposed(&engine, &[], None)),
            ("what-if-left-out", supposed(&engine, &gone, Some(Came::Failed))),
        ]);
    }
    pages
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
    let pages = pages.into_iter().chain(tried(text)).chain(past(&part, text));
    let mut pages: Vec<_> = pages.map(|(name, it)| (name.to_owned(), it)).collect();
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
