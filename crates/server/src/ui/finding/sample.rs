//! A finding in the states in which its page looks different.

use countersign_access::finding::Finding as Toxic;
use serde_json::{Value, json};

use super::super::form::Fields;
use super::super::frame::Here;
use super::super::person::Who;
use super::super::refusal::Refused;
use super::super::tests::sample;
use super::deed::{Fix, Verb};
use super::read::RuleWords;
use super::show::{Known, Page, Trouble};
use crate::ask::finding::{Affected, Entry, Whole};
use crate::ask::owner::{Proposed, Tried};
use crate::ask::waits::Waits;

const YOU: &str = "00000000-0000-0000-0000-000000000001";

/// The page in each state, with this text in each place that people fill.
pub(in crate::ui) fn samples(text: &str) -> Vec<(String, Page)> {
    let page = |known| Page::new(sample::frame(Here::Findings), known, &sample::now());
    let named = |name: &str, known| (name.to_owned(), page(known));
    let fixes = vec![Fix { key: "k1".into(), words: text.into(), system: "erp".into() }];
    let trouble = |verb, fields: &[(&str, &str)], field, stale| Trouble {
        verb,
        fields: Fields::of(fields),
        refused: sample::refused(field),
        stale,
    };
    let no = || Some(sample::refused(None));
    let mut all = vec![
        named(
            "open",
            known(text, "open", vec![(Verb::Assign(vec![who(text)]), None), (Verb::Dispute, no())]),
        ),
        named(
            "assigned",
            known(
                text,
                "assigned",
                vec![(Verb::Choose(fixes.clone()), None), (Verb::Dispute, None)],
            ),
        ),
        named(
            "chosen-not-mine",
            known(text, "chosen", vec![(Verb::Order, no()), (Verb::Choose(fixes), no())]),
        ),
        named("chosen", known(text, "chosen", vec![(Verb::Order, None)])),
        named("moving", known(text, "remediating", Vec::new())),
        named("fixed", known(text, "fixed", Vec::new())),
    ];
    let mut disputed = known(text, "assigned", vec![(Verb::Settle, None)]);
    disputed.whole.case = json!({"dispute": {"by": YOU}});
    let typed = [("answer", "not-toxic"), ("until", "2027-02-31"), ("reason", text)];
    disputed.trouble = Some(trouble("settle", &typed, Some("until"), None));
    all.push(named("disputed-bad-date", disputed));
    let mut stale = known(text, "assigned", vec![(Verb::Dispute, None)]);
    stale.trouble = Some(trouble("dispute", &[("reason", text)], None, Some(2)));
    all.push(named("stale", stale));
    let mut erased = known(text, "assigned", Vec::new());
    erased.whole.detail = None;
    all.push(named("erased", erased));
    all
}

fn who(name: &str) -> Who {
    Who {
        id: YOU.to_owned(),
        name: name.to_owned(),
        initials: "DO".to_owned(),
        seats: "business seat".to_owned(),
        is_you: false,
    }
}

fn proposed(text: &str) -> Proposed {
    let tried = |way: &str, why: &str| Tried { way: way.to_owned(), why: why.to_owned() };
    Proposed {
        version: 1,
        person: Some("00000000-0000-0000-0000-000000000002".to_owned()),
        name: Some(text.to_owned()),
        tried: vec![
            tried("explicit", "it names nobody"),
            tried("system", "they answer for its system"),
        ],
    }
}

fn known(text: &str, status: &str, verbs: Vec<(Verb, Option<Refused>)>) -> Known {
    let row = sample::row(status, 2031);
    let (verbs, answers) = verbs.into_iter().unzip();
    Known {
        rests_on: serde_json::from_value(json!([
            {"source": "erp", "read_at": "2027-03-17T09:29:00Z", "complete": true},
            {"source": "directory", "read_at": "2027-03-16T07:40:00Z", "complete": false},
        ]))
        .unwrap(),
        whole: Whole {
            version: 1,
            detail: Some(toxic(text, status)),
            case: json!({}),
            row,
            affected: affected(text),
            waits: (status == "remediating").then(|| waits(text)),
            tier: Some(sample::tier(text)),
        },
        entries: entries(text),
        offers: Vec::new(),
        rule: RuleWords {
            title: text.to_owned(),
            explanation: text.to_owned(),
            remedy: text.to_owned(),
            process: Some("procure-to-pay".to_owned()),
            pack: "business 1.0.0".to_owned(),
        },
        people: sample::people(),
        verbs,
        answers,
        form: sample::form(),
        trouble: None,
        opened: None,
        proposed: Some(proposed(text)),
        filled: None,
        you: YOU.to_owned(),
    }
}

fn affected(text: &str) -> Vec<Affected> {
    let one = |identity: &str, by: Option<&str>| Affected {
        identity: identity.to_owned(),
        since: sample::at("2027-03-13T14:00:00Z"),
        excepted_by: by.map(str::to_owned),
    };
    vec![one(&format!("erp/person/{}", text.len()), Some("EX-3")), one("erp/account/batch", None)]
}

fn waits(text: &str) -> Waits {
    Waits {
        what: "enforce".to_owned(),
        why: format!("the system did not answer: {text}"),
        tries: 3,
        next_at: Some(sample::at("2027-03-17T10:00:00Z")),
    }
}

fn step(name: &str, kind: &str, edge: Option<&str>) -> Value {
    json!({
        "id": format!("erp/{kind}/{}", name.len()), "kind": kind, "name": name, "system": "erp",
        "edge": edge, "because": {"source": "erp", "locator": format!("grants.csv:{}", name.len())},
    })
}

fn toxic(text: &str, status: &str) -> Toxic {
    let certainty = if status == "open" { "potential" } else { "proven" };
    let missing = json!([{"kind": "session", "what": text}]);
    let root = step("ap_operations", "role", Some("assumes"));
    let path = |first: &str, last: &str| {
        json!([
            step(first, "service_account", None),
            step("ERP-AP-Automation", "group", Some("member_of")),
            root,
            step(last, "entitlement", Some("grants")),
        ])
    };
    serde_json::from_value(json!({
        "fingerprint": "9f3c20e1", "rule": "p2p.both", "class": "toxic_pair", "title": text,
        "severity": "critical", "certainty": certainty,
        "missing": if certainty == "potential" { missing } else { json!([]) },
        "root_cause": root, "affected": [step(text, "person", None)], "affected_total": 3,
        "paths": [path("ap-night-batch", "supplier.create"), path("ap-night-batch", text)],
        "owasp_nhi": ["NHI5:2025"], "csf": ["PR.AA-05"], "remedy": text,
    }))
    .unwrap()
}

fn entries(text: &str) -> Vec<Entry> {
    let other = "00000000-0000-0000-0000-000000000002";
    let change = json!({"what": "disable_account", "account": "erp/account/1"}).to_string();
    let evidence = json!({
        "claim": {"what": "account_disabled", "account": "erp/account/1"},
        "holds": {"answer": "yes"}, "system": "erp", "read_by": text, "read_from": "10.0.0.1:5432",
        "read_at": "2027-03-16T16:19:00Z", "digest": "7c1f", "answer": "rows",
    })
    .to_string();
    let all = [
        ("opened", "machine:judge", json!({}), json!({})),
        (
            "assigned",
            "person:00000000-0000-0000-0000-000000000001",
            json!({"owner": {"person": other, "due": "2027-03-20T14:00:00Z"}}),
            json!({}),
        ),
        ("remedy_chosen", other, json!({"system": "erp", "change": "d1"}), json!({"d1": change})),
        (
            "refused",
            "person:00000000-0000-0000-0000-000000000002",
            json!({"verb": "finding.order", "code": "duty.wrong-seat"}),
            json!({}),
        ),
        (
            "disputed",
            "person:00000000-0000-0000-0000-000000000002",
            json!({"reason": "d2"}),
            json!({"d2": text}),
        ),
        (
            "dispute_rejected",
            "person:00000000-0000-0000-0000-000000000001",
            json!({"reason": "d3"}),
            json!({"d3": null}),
        ),
        (
            "not_verified",
            "machine:enforcer",
            json!({"evidence": "d4", "because": {"because": "another_path"}}),
            json!({"d4": evidence}),
        ),
        ("newer_than_we", "machine:judge", json!({}), json!({})),
    ];
    let entry = |(at, (name, actor, body, texts)): (i64, (&str, &str, Value, Value))| Entry {
        sequence: at,
        name: format!("finding.{name}.1"),
        at: sample::at("2027-03-16T16:20:00Z"),
        actor: actor.to_owned(),
        cause: None,
        position: (at < 8).then_some(at + 20),
        event: json!({"body": body}),
        texts,
    };
    (1..).zip(all).map(entry).collect()
}
