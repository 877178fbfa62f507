//! Questions and their answers.

use std::collections::BTreeSet;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::{Answer, Ask, BadEdit, EdgeFilter, Edit, Engine, Holder, WhoCan};
use countersign_access::fact::SourceId;
use countersign_access::finding::{Certainty, Fingerprint};
use countersign_access::glob::Glob;
use countersign_access::node::NodeKind;
use countersign_access::rule::{Same, Where};

use crate::world::{
    arrows, engine, facts, found, hygiene, id, key, line, pack, pay_and_approve, rule, same,
};

fn all() -> EdgeFilter {
    EdgeFilter::all()
}

fn asked(text: &str) -> Engine {
    Engine::build(vec![facts(text)], Vec::new())
}

fn ids(answer: &Answer<Holder>) -> Vec<&str> {
    answer.answers.iter().map(|it| it.node.id.as_str()).collect()
}

fn who_can(engine: &Engine, action: &str, resource: &str, namespace: Option<&str>) -> WhoCan {
    let ask = Ask {
        action: Glob::new(action),
        resource: Glob::new(resource),
        namespace: namespace.map(str::to_owned),
    };
    engine.who_can(&ask, &all())
}

fn edges(engine: &Engine, fingerprint: &Fingerprint) -> Vec<(String, usize)> {
    let cut = engine.cut(fingerprint).unwrap();
    assert!(cut.exact);
    cut.edges.iter().map(|it| (it.edge.to_string(), it.clears)).collect()
}

const ORGANISATION: &str = "
    person ann\n person bob\n ai_agent bot\n account acc\n group g\n group nobody\n role r
    entitlement read action=read resource=db\n entitlement write action=write resource=db
    resource table system=pg\n entitlement all action=all
    acc is_account_of ann\n acc member_of g\n bob member_of g\n g member_of r\n r grants read
    nobody grants write\n r grants all\n all applies_to table\n bot acts_on_behalf_of bob
";

#[test]
fn reach_lists_what_a_node_gains_and_by_what_it_last_went() {
    let engine = asked(ORGANISATION);
    let answer = engine.reach(&id("ann"), &all()).unwrap();
    assert_eq!(ids(&answer), ["acc", "all", "g", "r", "read", "table"]);
    let via: Vec<&str> =
        answer.answers.iter().map(|it| it.via.as_ref().map_or("-", |it| it.id.as_str())).collect();
    assert_eq!(via, ["-", "r", "acc", "g", "r", "all"]);
    assert_eq!((answer.total, answer.partial.as_deref()), (6, None));
    assert_eq!(answer.rests_on.len(), 1);
    let answer = engine.reach(&id("bot"), &all()).unwrap();
    assert!(answer.answers.iter().all(|it| it.certainty == Certainty::Potential));
}

#[test]
fn a_question_follows_only_the_kinds_that_are_named() {
    let engine = asked(ORGANISATION);
    let only = EdgeFilter::only([EdgeKind::MemberOf]);
    assert_eq!(ids(&engine.reach(&id("bob"), &only).unwrap()), ["g", "r"]);
    assert!(ids(&engine.reach(&id("ann"), &only).unwrap()).is_empty());
}

#[test]
fn an_unknown_id_is_named() {
    let engine = asked(ORGANISATION);
    let refused = engine.reach(&id("ghost"), &all()).unwrap_err();
    assert!(refused.to_string().starts_with("no source knows a node `ghost`:"), "{refused}");
    assert!(engine.path(&id("ann"), &id("ghost"), &all()).is_err());
    assert!(engine.blast(&id("ghost"), &all()).is_err());
    assert!(engine.who_can_node(&id("ghost"), &all()).is_err());
}

#[test]
fn who_can_reach_a_node_names_identities_accounts_and_memberless_groups() {
    let engine = asked(ORGANISATION);
    assert_eq!(ids(&engine.who_can_node(&id("r"), &all()).unwrap()), ["acc", "ann", "bob", "bot"]);
    assert_eq!(ids(&engine.who_can_node(&id("write"), &all()).unwrap()), ["nobody"]);
}

#[test]
fn who_can_by_permission_names_the_one_that_has_it_directly() {
    let engine = asked(ORGANISATION);
    let found = who_can(&engine, "read", "d*", None);
    assert_eq!(ids(&found.answer), ["acc", "ann", "bob", "bot"]);
    for holder in &found.answer.answers {
        assert_eq!(holder.via.as_ref().map(|it| it.id.as_str()), Some("r"));
        assert!(holder.namespaces.is_empty());
    }
    let found = who_can(&engine, "write", "db", None);
    assert_eq!(ids(&found.answer), ["nobody"]);
    assert!(found.answer.answers[0].via.is_none());
    assert_eq!(ids(&who_can(&engine, "*", "table", None).answer), ["acc", "ann", "bob", "bot"]);
}

const CLUSTER: &str = "
    service_account wild\n service_account local\n service_account named\n service_account two
    entitlement every k8s=*:*/* namespace=*\n entitlement get k8s=get:core/secrets namespace=n1
    entitlement get2 k8s=get:core/secrets namespace=n2
    entitlement one k8s=get:core/secrets namespace=n1 only=tls
    wild grants every\n local grants get\n two grants get\n two grants get2\n named grants one
";

#[test]
fn kubernetes_wildcards_are_holders_and_an_asked_star_wants_nothing_less() {
    let engine = asked(CLUSTER);
    assert_eq!(
        ids(&who_can(&engine, "get", "core/secrets", None).answer),
        ["local", "two", "wild"]
    );
    assert_eq!(ids(&who_can(&engine, "*", "*/*", None).answer), ["wild"]);
    assert_eq!(ids(&who_can(&engine, "create", "core/pods/exec", None).answer), ["wild"]);
}

#[test]
fn namespaces_are_listed_and_filtered_and_the_star_stands_for_all() {
    let engine = asked(CLUSTER);
    let namespaces = |namespace| {
        let found = who_can(&engine, "get", "core/secrets", namespace).answer.answers;
        found
            .into_iter()
            .map(|it| format!("{}:{}", it.node.id, it.namespaces.join(",")))
            .collect::<Vec<_>>()
    };
    assert_eq!(namespaces(None), ["local:n1", "two:n1,n2", "wild:*"]);
    assert_eq!(namespaces(Some("n2")), ["two:n2", "wild:*"]);
    assert_eq!(namespaces(Some("n3")), ["wild:*"]);
}

#[test]
fn a_grant_limited_to_named_objects_is_listed_apart() {
    let found = who_can(&asked(CLUSTER), "get", "core/secrets", None);
    let limited: Vec<_> = found
        .limited
        .iter()
        .map(|it| (it.node.id.as_str(), it.resource_names.as_slice()))
        .collect();
    assert_eq!(limited, [("named", ["tls".to_owned()].as_slice())]);
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["total"], 3);
    assert_eq!(json["answers"][0]["id"], "local");
    assert_eq!(json["answers"][0]["kind"], "service_account");
}

#[test]
fn blast_counts_distinct_resources_and_texts_that_apply_to_none() {
    let text = "person ann\n resource a system=x\n resource b system=y\n
                entitlement e action=1 resource=a\n e applies_to a\n entitlement f resource=t\n
                entitlement g resource=t\n entitlement h resource=t system=other\n entitlement i\n
                ann grants e\n ann grants f\n ann grants g\n ann grants h\n ann grants i\n
                f applies_to b expires=1";
    let blast = asked(text).blast(&id("ann"), &all()).unwrap();
    assert_eq!(ids(&blast.answer), ["a", "f", "h"]);
    assert_eq!(blast.answer.total, 3);
    assert_eq!(serde_json::to_string(&blast.by_kind).unwrap(), r#"{"entitlement":2,"resource":1}"#);
    assert_eq!(serde_json::to_string(&blast.by_system).unwrap(), r#"{"other":1,"sys":1,"x":1}"#);
}

#[test]
fn the_shortest_ways_are_listed_in_order() {
    let text = "person a\n role b\n role c\n role d\n role e\n a member_of b\n a assumes b\n
                a member_of c\n b member_of d\n c member_of d\n d member_of e\n b member_of c";
    let engine = asked(text);
    let ways = engine.path(&id("a"), &id("e"), &all()).unwrap();
    assert_eq!((ways.found, ways.length), (true, 3));
    assert_eq!(
        arrows(&ways.paths),
        [
            "a -member_of-> b -member_of-> d -member_of-> e",
            "a -assumes-> b -member_of-> d -member_of-> e",
            "a -member_of-> c -member_of-> d -member_of-> e",
        ]
    );
    let none = engine.path(&id("e"), &id("a"), &all()).unwrap();
    assert!(!none.found && none.paths.is_empty() && none.length == 0);
    let here = engine.path(&id("a"), &id("a"), &all()).unwrap();
    assert_eq!((here.found, here.length, arrows(&here.paths)), (true, 0, vec!["a".to_owned()]));
}

#[test]
fn a_way_that_is_only_potential_says_what_is_missing() {
    let engine = asked("ai_agent a\n person b\n role c\n a acts_on_behalf_of b\n b member_of c");
    let ways = engine.path(&id("a"), &id("c"), &all()).unwrap();
    assert_eq!(ways.missing.len(), 1);
    assert_eq!(ways.missing[0].kind, "session");
}

const TWO_TOXIC: &str = "
    entitlement pay action=pay\n entitlement approve action=approve
    person ann\n person bob\n role a\n role b\n role shared
    ann member_of a\n bob member_of b\n a member_of shared\n b member_of shared
    shared grants pay\n a grants approve\n b grants approve
";

#[test]
fn a_cut_names_the_single_edges_that_clear_a_finding_and_how_many_others() {
    let engine = engine(TWO_TOXIC, pay_and_approve());
    assert_eq!(found(&engine), ["a <- ann (proven)", "b <- bob (proven)"]);
    let fingerprint = engine.findings().values().find(|it| it.root_cause.id == id("a")).unwrap();
    assert_eq!(
        edges(&engine, &fingerprint.fingerprint),
        [
            ("shared,grants,pay".to_owned(), 2),
            ("a,grants,approve".to_owned(), 1),
            ("a,member_of,shared".to_owned(), 1),
            ("ann,member_of,a".to_owned(), 1),
        ]
    );
}

#[test]
fn the_best_cuts_of_all_come_first_and_no_more_than_asked() {
    let engine = engine(TWO_TOXIC, pay_and_approve());
    let cut = engine.cut_all(1);
    let named: Vec<_> = cut.edges.iter().map(|it| (it.edge.to_string(), it.clears)).collect();
    assert_eq!(named, [("shared,grants,pay".to_owned(), 2)]);
    assert!(cut.exact);
    assert!(engine.cut_all(0).edges.is_empty());
    assert_eq!(engine.cut_all(100).edges.len(), 7);
}

#[test]
fn an_edge_with_a_second_way_around_it_clears_nothing() {
    let text = "entitlement pay action=pay\n entitlement approve action=approve\n person ann\n
                role a\n role b\n ann member_of a\n ann member_of b\n a grants pay\n b grants pay\n
                ann grants approve";
    let engine = engine(text, pay_and_approve());
    let finding = engine.findings().values().next().unwrap();
    assert_eq!(edges(&engine, &finding.fingerprint), [("ann,grants,approve".to_owned(), 1)]);
}

#[test]
fn a_cut_that_only_moves_the_root_cause_clears_nothing() {
    let text = "entitlement pay action=pay\n entitlement approve action=approve\n person ann\n
                role low\n ann member_of low\n low grants pay\n low grants approve\n
                ann grants approve";
    let engine = engine(text, pay_and_approve());
    let finding = engine.findings().values().next().unwrap();
    assert_eq!(
        edges(&engine, &finding.fingerprint),
        [("ann,member_of,low".to_owned(), 1), ("low,grants,pay".to_owned(), 1)]
    );
}

#[test]
fn a_neglected_node_is_cut_by_no_edge() {
    let rule = hygiene("h", Where { kinds: vec![NodeKind::Person], ..Where::default() });
    let engine = engine("person ann", rule);
    let fingerprint = engine.findings().keys().next().unwrap().clone();
    assert!(edges(&engine, &fingerprint).is_empty());
    let unknown = engine.cut(&Fingerprint("0".into())).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "the graph has no finding `0` at this time: list the findings to see those there are"
    );
}

#[test]
fn what_if_names_what_would_end_and_open_and_changes_nothing() {
    let engine = engine(TWO_TOXIC, pay_and_approve());
    let before = found(&engine);
    let remove = BTreeSet::from([key("a grants approve")]);
    let add = vec![Edge::new(
        id("shared"),
        EdgeKind::Grants,
        id("approve"),
        SourceId::new("what-if").at("added"),
    )];
    let what_if = engine.what_if(&Edit { remove: remove.clone(), add: Vec::new() }).unwrap();
    assert_eq!(what_if.ended.iter().map(line).collect::<Vec<_>>(), ["a <- ann (proven)"]);
    assert!(what_if.opened.is_empty());
    let what_if = engine.what_if(&Edit { remove, add }).unwrap();
    assert_eq!(what_if.opened.iter().map(line).collect::<Vec<_>>(), ["shared <- ann bob (proven)"]);
    assert_eq!(what_if.ended.len(), 2);
    assert_eq!(found(&engine), before);
}

#[test]
fn what_if_refuses_unknown_ends_and_edges() {
    let engine = engine(TWO_TOXIC, pay_and_approve());
    let remove = BTreeSet::from([key("ann grants pay")]);
    let refused = engine.what_if(&Edit { remove, add: Vec::new() }).unwrap_err();
    assert_eq!(refused, BadEdit::Edge(key("ann grants pay")));
    let place = SourceId::new("what-if").at("added");
    let add = vec![Edge::new(id("ann"), EdgeKind::Grants, id("ghost"), place)];
    let refused = engine.what_if(&Edit { add, ..Edit::default() }).unwrap_err();
    assert!(matches!(refused, BadEdit::Node(_)), "{refused}");
}

#[test]
fn a_fix_that_leaves_another_role_is_seen_through_it() {
    let text = "entitlement pay action=pay\n entitlement approve action=approve\n person ann\n
                role a\n role b\n ann member_of a\n ann member_of b\n a grants pay\n
                a grants approve\n b grants pay\n b grants approve";
    let mut engine = engine(text, pay_and_approve());
    let fixed = text.replace("ann member_of a\n", "");
    engine.apply(facts(&fixed));
    let still = engine.still("pay-approve", &id("ann")).unwrap().unwrap();
    let roots: Vec<&str> = still.root_causes.iter().map(|it| it.id.as_str()).collect();
    assert_eq!((roots, still.certainty), (vec!["b"], Certainty::Proven));
    assert_eq!(
        arrows(&still.paths),
        ["ann -member_of-> b -grants-> pay", "ann -member_of-> b -grants-> approve"]
    );
    engine.apply(facts(&fixed.replace("ann member_of b\n", "")));
    assert_eq!(engine.still("pay-approve", &id("ann")).unwrap(), None);
    assert_eq!(engine.still("pay-approve", &id("gone")).unwrap(), None);
    assert!(engine.still("no-such-rule", &id("ann")).is_err());
}

#[test]
fn what_is_only_potentially_still_there_says_what_is_missing() {
    let text = "entitlement pay action=pay namespace=a\n
                entitlement approve action=approve namespace=a\n person ann\n role r\n
                ann controls r\n r grants pay\n r grants approve";
    let engine = engine(text, same(pay_and_approve(), Same::Namespace));
    let still = engine.still("pay-approve", &id("ann")).unwrap().unwrap();
    assert_eq!(still.certainty, Certainty::Potential);
    assert_eq!(still.missing.len(), 1);
}

#[test]
fn a_neglected_node_is_still_so_by_itself() {
    let rule = hygiene("h", Where { kinds: vec![NodeKind::Person], ..Where::default() });
    let engine = engine("person ann\n role r", rule);
    let still = engine.still("h", &id("ann")).unwrap().unwrap();
    assert_eq!(arrows(&still.paths), ["ann"]);
    assert_eq!(engine.still("h", &id("r")).unwrap(), None);
}

#[test]
fn rules_of_one_side_find_the_lowest_holder() {
    let text = "person ann\n role r\n role s\n entitlement e action=admin\n ann member_of r\n
                r member_of s\n s grants e";
    let engine = engine(text, rule("admin", &["admin -"]));
    assert_eq!(found(&engine), ["s <- ann (proven)"]);
    let packs = pack(vec![rule("admin", &["admin -"])]);
    assert_eq!(Engine::build(vec![facts(text)], packs).findings(), engine.findings());
}
