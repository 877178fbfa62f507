//! What is toxic, proven or potential, through which root cause and for whom.

use countersign_access::edge::EdgeKind;
use countersign_access::engine::Engine;
use countersign_access::finding::{Certainty, PATHS_MAX};
use countersign_access::glob::Glob;
use countersign_access::node::NodeKind;
use countersign_access::rule::{Body, Need, Rule, Same, Scope, Side, Where};

use crate::world::{
    arrows, engine, facts, found, hygiene, id, pack, pay_and_approve, rule, run, same, tag_test,
};

const ENTITLEMENTS: &str = "
    entitlement pay action=pay resource=invoices
    entitlement approve action=approve resource=invoices
";

fn with_entitlements(text: &str) -> String {
    format!("{ENTITLEMENTS}\n{text}")
}

fn judged(text: &str) -> Vec<String> {
    found(&engine(&with_entitlements(text), pay_and_approve()))
}

#[test]
fn sides_that_meet_in_one_identity_are_a_finding_about_it() {
    let found = judged("person ann\n ann grants pay\n ann grants approve");
    assert_eq!(found, ["ann <- ann (proven)"]);
}

#[test]
fn one_side_alone_is_no_finding() {
    assert!(judged("person ann\n ann grants pay").is_empty());
}

#[test]
fn the_root_cause_is_the_lowest_node_where_the_sides_meet() {
    let found = judged(
        "person ann\n person bob\n group staff\n role clerk\n role payer\n
         ann member_of staff\n bob member_of staff\n staff member_of clerk\n
         clerk member_of payer\n payer grants pay\n clerk grants approve",
    );
    assert_eq!(found, ["clerk <- ann bob (proven)"]);
}

#[test]
fn an_identity_under_two_root_causes_is_in_two_findings() {
    let found = judged(
        "person ann\n role a\n role b\n ann member_of a\n ann member_of b\n
         a grants pay\n a grants approve\n b grants pay\n b grants approve",
    );
    assert_eq!(found, ["a <- ann (proven)", "b <- ann (proven)"]);
}

#[test]
fn a_role_that_is_toxic_but_has_no_member_is_no_finding() {
    assert!(judged("role a\n a grants pay\n a grants approve").is_empty());
}

#[test]
fn a_cycle_has_its_smallest_id_as_root_cause() {
    let found = judged(
        "person ann\n role a\n role b\n role c\n ann member_of c\n
         a member_of b\n b member_of c\n c member_of a\n b grants pay\n c grants approve",
    );
    assert_eq!(found, ["a <- ann (proven)"]);
}

#[test]
fn access_that_goes_on_behind_a_resource_has_its_root_cause_there() {
    let found = judged(
        "person ann\n entitlement log-in\n resource machine\n role r\n ann grants log-in\n
         log-in applies_to machine\n machine assumes r\n r grants pay\n r grants approve",
    );
    assert_eq!(found, ["r <- ann (proven)"]);
}

#[test]
fn an_account_gives_its_access_to_its_identity_and_stands_for_nobody_itself() {
    let owned = judged(
        "person ann\n account acc\n acc is_account_of ann\n acc grants pay\n acc grants approve",
    );
    assert_eq!(owned, ["acc <- ann (proven)"]);
    let lonely = judged("account acc\n acc grants pay\n acc grants approve");
    assert_eq!(lonely, ["acc <- acc (proven)"]);
}

#[test]
fn a_group_without_known_members_stands_for_unknown_people() {
    let empty = judged("group g\n g grants pay\n g grants approve");
    assert_eq!(empty, ["g <- g (proven)"]);
    let filled = judged("person ann\n group g\n ann member_of g\n g grants pay\n g grants approve");
    assert_eq!(filled, ["g <- ann (proven)"]);
}

#[test]
fn every_kind_of_edge_carries_access_from_source_to_target() {
    let table = [
        ("assumes", "proven"),
        ("member_of", "proven"),
        ("impersonates", "proven"),
        ("reads_secret_of", "proven"),
        ("controls", "potential"),
        ("acts_on_behalf_of", "potential"),
        ("uses_tool", "potential"),
    ];
    for (kind, certainty) in table {
        let text =
            format!("ai_agent bot\n role r\n bot {kind} r\n r grants pay\n r grants approve");
        assert_eq!(judged(&text), [format!("r <- bot ({certainty})")], "{kind}");
    }
    let credential = "workload w\n credential c\n account a\n w holds c\n c authenticates a\n
                      a grants pay\n a grants approve\n person p\n a is_account_of p";
    assert_eq!(judged(credential), ["a <- p w (proven)"]);
}

#[test]
fn a_rule_that_follows_a_potential_kind_counts_it_as_proven() {
    let text = with_entitlements(
        "ai_agent bot\n role r\n bot controls r\n r grants pay\n r grants approve",
    );
    let following = Rule { follow: vec![EdgeKind::Controls], ..pay_and_approve() };
    assert_eq!(found(&engine(&text, following)), ["r <- bot (proven)"]);
}

#[test]
fn access_that_rests_on_a_missing_fact_is_potential_and_names_it() {
    let text = with_entitlements(
        "person ann\n role r\n ann assumes r missing=condition\n r grants pay\n r grants approve",
    );
    let engine = engine(&text, pay_and_approve());
    let finding = engine.findings().values().next().unwrap();
    assert_eq!(finding.certainty, Certainty::Potential);
    let missing: Vec<&str> = finding.missing.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(missing, ["condition"]);
}

#[test]
fn control_that_nobody_is_known_to_use_is_named_as_a_missing_policy() {
    let text = with_entitlements(
        "person ann\n role r\n ann grants pay\n ann controls r\n r grants approve",
    );
    let engine = engine(&text, pay_and_approve());
    let finding = engine.findings().values().next().unwrap();
    assert_eq!(finding.missing[0].kind, "policy");
    assert_eq!(finding.missing[0].what, "whether `ann` uses its control over `r`");
}

#[test]
fn proven_and_potential_access_under_one_root_cause_are_two_findings() {
    let found = judged(
        "person ann\n ai_agent bot\n role r\n ann member_of r\n bot acts_on_behalf_of ann\n
         r grants pay\n r grants approve",
    );
    assert_eq!(found, ["r <- ann (proven)", "r <- bot (potential)"]);
}

#[test]
fn what_is_proven_is_not_reported_as_potential_again() {
    let found = judged(
        "person ann\n role r\n ann member_of r\n ann controls r\n r grants pay\n r grants approve\n
         r controls pay",
    );
    assert_eq!(found, ["r <- ann (proven)"]);
}

#[test]
fn an_expired_edge_or_node_gives_no_access_and_the_end_itself_is_over() {
    for (expires, is_found) in [(99, false), (100, false), (101, true)] {
        let edge = format!("person ann\n ann grants pay\n ann grants approve expires={expires}");
        assert_eq!(!judged(&edge).is_empty(), is_found, "edge until day {expires}");
        let node = format!(
            "person ann\n role r expires={expires}\n ann member_of r\n r grants pay\n r grants approve"
        );
        assert_eq!(!judged(&node).is_empty(), is_found, "node until day {expires}");
    }
}

#[test]
fn a_side_of_alternatives_needs_one_and_a_side_of_all_needs_each() {
    let text = "person ann\n person bob\n entitlement a action=a\n entitlement b action=b\n
                entitlement c action=c\n ann grants a\n ann grants c\n bob grants a\n bob grants b\n
                bob grants c";
    assert_eq!(
        found(&engine(text, rule("r", &["a - | b -", "c -"]))),
        ["ann <- ann (proven)", "bob <- bob (proven)"]
    );
    assert_eq!(found(&engine(text, rule("r", &["a - & b -", "c -"]))), ["bob <- bob (proven)"]);
}

#[test]
fn a_selector_matches_text_resource_id_or_name_and_tags_of_either() {
    let text = "person ann\n resource db/7 name=ledger sensitive=high\n
                entitlement e action=read resource=table hidden\n e applies_to db/7\n ann grants e";
    let table = [
        ("read table", true),
        ("read db/7", true),
        ("read led*", true),
        ("re* -", true),
        ("write -", false),
        ("read other", false),
        ("id=e", true),
        ("id=f", false),
        ("tag=hidden", true),
        ("tag=sensitive=high", true),
        ("tag=sensitive=low", false),
        ("tag=absent", false),
    ];
    for (selector, expected) in table {
        let found = found(&engine(text, rule("r", &[selector])));
        assert_eq!(!found.is_empty(), expected, "{selector}");
    }
}

#[test]
fn an_entitlement_limited_to_named_objects_meets_only_a_selector_that_names_it() {
    let text = "person ann\n entitlement e k8s=get:core/secrets only=one\n ann grants e";
    assert!(found(&engine(text, rule("r", &["get core/secrets"]))).is_empty());
    assert_eq!(found(&engine(text, rule("r", &["id=e"]))).len(), 1);
}

#[test]
fn sides_must_share_a_value_and_the_star_is_shared_with_all() {
    let table = [
        ("namespace=a", "namespace=a", true),
        ("namespace=a", "namespace=b", false),
        ("namespace=a", "namespace=*", true),
        ("namespace=*", "namespace=*", true),
        ("namespace=a", "other=a", false),
    ];
    for (pay, approve, expected) in table {
        let text = format!(
            "person ann\n entitlement p action=pay {pay}\n entitlement q action=approve {approve}\n
             ann grants p\n ann grants q"
        );
        let found = found(&engine(&text, same(pay_and_approve(), Same::Namespace)));
        assert_eq!(!found.is_empty(), expected, "{pay} with {approve}");
    }
}

#[test]
fn what_is_shared_may_be_resource_system_environment_or_a_tag() {
    let table = [
        (Same::Resource, "resource=x", "resource=y"),
        (Same::System, "system=x", "system=y"),
        (Same::Environment, "environment=x", "environment=y"),
        (Same::Tag("zone".into()), "zone=x", "zone=y"),
    ];
    for (what, one, other) in table {
        let judged = |pay: &str, approve: &str| {
            let text = format!(
                "person ann\n entitlement p action=pay {pay}\n
                 entitlement q action=approve {approve}\n ann grants p\n ann grants q"
            );
            !found(&engine(&text, same(pay_and_approve(), what.clone()))).is_empty()
        };
        assert!(judged(one, one), "{what:?}");
        assert!(!judged(one, other), "{what:?}");
    }
}

#[test]
fn a_resource_that_both_entitlements_apply_to_is_shared() {
    let text = "person ann\n resource res\n entitlement p action=pay\n p applies_to res\n
                entitlement q action=approve resource=res\n ann grants p\n ann grants q";
    assert_eq!(found(&engine(text, same(pay_and_approve(), Same::Resource))).len(), 1);
}

#[test]
fn several_shared_values_make_one_finding_per_root_cause() {
    let text = "person ann\n role r\n ann member_of r\n
                entitlement p1 action=pay namespace=a\n entitlement q1 action=approve namespace=a\n
                entitlement p2 action=pay namespace=b\n entitlement q2 action=approve namespace=b\n
                r grants p1\n r grants q1\n r grants p2\n r grants q2";
    let engine = engine(text, same(pay_and_approve(), Same::Namespace));
    assert_eq!(found(&engine), ["r <- ann (proven)"]);
    let finding = engine.findings().values().next().unwrap();
    assert_eq!(
        arrows(&finding.paths),
        ["ann -member_of-> r -grants-> p1", "ann -member_of-> r -grants-> q1"]
    );
}

#[test]
fn each_shared_value_has_its_own_lowest_node() {
    let text = "person ann\n role low\n ann member_of low\n
                entitlement p1 action=pay namespace=a\n entitlement q1 action=approve namespace=a\n
                entitlement p2 action=pay namespace=b\n entitlement q2 action=approve namespace=b\n
                low grants p1\n low grants q1\n ann grants p2\n ann grants q2";
    assert_eq!(
        found(&engine(text, same(pay_and_approve(), Same::Namespace))),
        ["ann <- ann (proven)", "low <- ann (proven)"]
    );
}

#[test]
fn scope_narrows_whom_a_rule_is_about() {
    let text = with_entitlements(
        "person ann environment=production\n workload job team=x system=k\n role r\n
         ann member_of r\n job member_of r\n r grants pay\n r grants approve",
    );
    let table = [
        (Scope { kinds: vec![NodeKind::Workload], ..Scope::default() }, "r <- job (proven)"),
        (Scope { system: Some(Glob::new("k*")), ..Scope::default() }, "r <- job (proven)"),
        (Scope { environment: Some(Glob::new("prod*")), ..Scope::default() }, "r <- ann (proven)"),
        (Scope { tag: Some(tag_test("team=x")), ..Scope::default() }, "r <- job (proven)"),
    ];
    for (scope, expected) in table {
        let rule = Rule { scope: scope.clone(), ..pay_and_approve() };
        assert_eq!(found(&engine(&text, rule)), [expected], "{scope:?}");
    }
}

#[test]
fn what_a_default_gives_to_a_default_is_no_finding_and_what_it_gives_to_others_is() {
    let text = with_entitlements(
        "person ann\n workload system:scheduler\n workload system:proxy\n
         role system:admin\n role system:quiet\n role own\n
         ann member_of system:admin\n system:scheduler member_of system:admin\n
         system:scheduler member_of system:quiet\n system:proxy member_of own\n
         system:admin grants pay\n system:admin grants approve\n
         system:quiet grants pay\n system:quiet grants approve\n
         own grants pay\n own grants approve",
    );
    let mut packs = pack(vec![pay_and_approve()]);
    packs[0].baseline = vec![Glob::new("system:*")];
    let engine = Engine::build(vec![facts(&text)], packs);
    let expected = ["own <- system:proxy (proven)", "system:admin <- ann (proven)"];
    assert_eq!(found(&engine), expected);
}

#[test]
fn paths_lead_from_the_nearest_affected_through_the_root_cause_to_each_side_and_cite_their_places()
{
    let text = with_entitlements(
        "person ann\n person bob\n group g\n role r\n role deep\n
         ann member_of g\n g member_of r\n bob member_of r\n
         r member_of deep\n deep grants pay\n r grants approve",
    );
    let engine = engine(&text, pay_and_approve());
    let finding = engine.findings().values().next().unwrap();
    assert_eq!(
        arrows(&finding.paths),
        [
            "bob -member_of-> r -member_of-> deep -grants-> pay",
            "bob -member_of-> r -grants-> approve",
            "ann -member_of-> g -member_of-> r -member_of-> deep -grants-> pay",
            "ann -member_of-> g -member_of-> r -grants-> approve",
        ]
    );
    let path = &finding.paths[1];
    let places: Vec<&str> = path.iter().map(|step| step.because.locator.as_str()).collect();
    let number = |wanted: &str| text.lines().position(|line| line.trim() == wanted).unwrap();
    let expected = ["person bob", "bob member_of r", "r grants approve"];
    assert_eq!(places, expected.map(|line| format!("line {}", number(line))));
}

#[test]
fn at_most_five_paths_are_shown_and_the_affected_are_counted_exactly() {
    let people: String =
        (0..1_500).map(|it| format!("person p{it}\n p{it} member_of r\n")).collect();
    let text = with_entitlements(&format!("role r\n r grants pay\n r grants approve\n{people}"));
    let engine = engine(&text, pay_and_approve());
    let finding = engine.findings().values().next().unwrap();
    assert_eq!(finding.paths.len(), PATHS_MAX);
    assert_eq!((finding.affected.len(), finding.affected_total), (1_000, 1_500));
}

#[test]
fn a_neglected_node_is_a_finding_about_itself() {
    let text = "credential old created=1 owner=ann\n credential new created=95\n
                credential idle created=1 last_used=5 expires=200\n
                credential busy created=1 last_used=99\n credential unknown created=1\n
                credential never created=1 last_use_known\n
                credential fresh created=95 last_use_known\n role r created=1";
    let base = Where { kinds: vec![NodeKind::Credential], ..Where::default() };
    let table = [
        (Where { age_days_min: Some(99), ..base.clone() }, "busy idle never old unknown"),
        (Where { age_days_min: Some(100), ..base.clone() }, ""),
        (Where { unused_days_min: Some(90), ..base.clone() }, "idle never"),
        (Where { expires: Some(true), ..base.clone() }, "idle"),
        (Where { owned: Some(true), ..base.clone() }, "old"),
        (Where { tags: vec![tag_test("last_use_known")], ..base.clone() }, "fresh never"),
        (
            Where {
                without_tags: vec![tag_test("last_use_known")],
                owned: Some(false),
                expires: Some(false),
                ..base.clone()
            },
            "busy new unknown",
        ),
        (Where { system: Some(Glob::new("elsewhere")), ..base }, ""),
    ];
    for (tests, expected) in table {
        let engine = engine(text, hygiene("h", tests.clone()));
        let mut roots: Vec<&str> =
            engine.findings().values().map(|it| it.root_cause.id.as_str()).collect();
        roots.sort_unstable();
        assert_eq!(roots.join(" "), expected, "{tests:?}");
        for finding in engine.findings().values() {
            assert_eq!(finding.affected, std::slice::from_ref(&finding.root_cause));
            assert_eq!(arrows(&finding.paths), [finding.root_cause.id.to_string()]);
        }
    }
}

#[test]
fn a_rule_without_sides_or_with_an_empty_side_finds_nothing() {
    let text = with_entitlements("person ann\n ann grants pay");
    let empty = |need: Need| {
        let side = Side { name: "empty".into(), need };
        Rule { body: Body::Sides(vec![side]), ..rule("empty", &[]) }
    };
    for rule in [rule("none", &[]), empty(Need::Any(vec![])), empty(Need::All(vec![]))] {
        assert!(found(&engine(&text, rule)).is_empty());
    }
}

#[test]
fn a_node_named_by_two_sources_is_judged_with_what_both_say() {
    let hr = run("hr", "person ann\n ann member_of r");
    let app = run("app", &with_entitlements("role r\n r grants pay\n r grants approve"));
    let engine = Engine::build(vec![hr, app], pack(vec![pay_and_approve()]));
    assert_eq!(found(&engine), ["r <- ann (proven)"]);
    assert!(engine.reach(&id("ann"), &Default::default()).is_ok());
}
