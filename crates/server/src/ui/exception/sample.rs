//! The pages of exceptions in the states in which they look different.

use askama::Template;
use countersign_access::change::Probe;
use countersign_access::rule::Severity;
use countersign_governance::exception::Use;
use countersign_governance::seat::SeatName;
use countersign_store::read::exception::Item;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::form::Fields;
use super::super::frame::Here;
use super::super::person::Who;
use super::super::refusal::Refused;
use super::super::tests::sample;
use super::deed::verbs;
use super::probe::Offer;
use super::renew::{Last, Renewing};
use super::show::Known;
use super::trouble::Trouble;
use super::verb::Verb;
use super::{decide, list, propose, show};
use crate::about::Coverage;
use crate::ask::exception::renewed::{Renews, Step};
use crate::ask::exception::whole::{Control, Left, Signed, Uncovered, Veto, Why};
use crate::ask::exception::{Row, Untested, Whole};
use crate::ask::finding::Entry;
use crate::renewal::{Period, Tests};

const YOU: &str = "00000000-0000-0000-0000-000000000001";
const OTHER: &str = "00000000-0000-0000-0000-000000000002";

/// Every page of exceptions with its name; this text stands in each place that people fill.
pub(in crate::ui) fn pages(text: &str) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for (name, known) in states(text) {
        let page = show::Page::new(sample::frame(Here::Exceptions), known, &sample::now());
        pages.push((format!("exception-{name}"), page.render().unwrap()));
    }
    for (name, known) in guests(text) {
        let page = decide::Page::new(known, "Helene Brandt", &sample::now());
        pages.push((format!("exception-decide-{name}"), page.render().unwrap()));
    }
    pages.extend(registers(text));
    pages.extend(forms(text));
    pages
}

fn states(text: &str) -> Vec<(&'static str, Known)> {
    let no = || Some(sample::refused(None));
    let of = |status: &str| known(text, status, |_| None);
    let mut waits_for_business = known(text, "in_review", |verb| {
        (!matches!(verb, Verb::Confirm | Verb::Withdraw)).then(|| sample::refused(None))
    });
    waits_for_business.whole.signatures = Vec::new();
    waits_for_business.whole.controls.truncate(1);
    waits_for_business.entries.clear();
    let mut waits_for_legal =
        known(text, "in_review", |verb| if verb == Verb::Sign { no() } else { None });
    waits_for_legal.whole.legal_needed = Some(true);
    let mut vetoed = of("suspended");
    vetoed.whole.veto = Some(veto(text, None));
    let mut answered = of("active");
    answered.whole.veto = Some(veto(text, Some(text)));
    let mut stale = of("suspended");
    stale.trouble = Some(trouble(Verb::Resume, "statement", text, None, Some(2)));
    let mut refused = of("active");
    refused.trouble = Some(trouble(Verb::Suspend, "reason", text, Some("reason"), None));
    let mut erased = of("active");
    erased.toxic = None;
    erased.whole.covers = None;
    erased.whole.why = Why { need: None, not_removable: None, would_change: None };
    for control in &mut erased.whole.controls {
        (control.what, control.test) = (None, None);
    }
    for entry in &mut erased.entries {
        for (_, words) in entry.texts.as_object_mut().unwrap() {
            *words = Value::Null;
        }
    }
    let mut ended_by_veto = of("vetoed");
    ended_by_veto.whole.veto = Some(veto(text, Some(text)));
    let mut moot = of("moot");
    moot.whole.would = "pass".to_owned();
    vec![
        ("in-review-business", waits_for_business),
        ("in-review-legal", waits_for_legal),
        ("vetoed-binds", vetoed),
        ("veto-answered", answered),
        ("active", of("active")),
        ("suspended", of("suspended")),
        ("expired", of("expired")),
        ("moot", moot),
        ("revoked", of("revoked")),
        ("withdrawn", of("withdrawn")),
        ("rejected", of("rejected")),
        ("ended-by-veto", ended_by_veto),
        ("stale", stale),
        ("refused-form", refused),
        ("erased", erased),
    ]
}

fn guests(text: &str) -> Vec<(&'static str, Known)> {
    let asked = || {
        let mut known = known(text, "in_review", |_| None);
        known.whole.signatures = Vec::new();
        known
    };
    let yours = || {
        let mut known = asked();
        known.verbs = vec![Verb::Accept, Verb::Reject];
        known.answers = vec![None, None];
        known
    };
    let mut short = yours();
    short.trouble = Some(trouble(Verb::Reject, "reason", text, Some("reason"), None));
    let mut stale = yours();
    stale.trouble = Some(trouble(Verb::Reject, "reason", text, None, Some(2)));
    let mut other = asked();
    other.verbs = vec![Verb::Accept];
    other.answers = vec![Some(sample::refused(None))];
    let mut vetoed = known(text, "suspended", |_| None);
    vetoed.whole.veto = Some(veto(text, None));
    vec![
        ("open", yours()),
        ("short-reason", short),
        ("stale", stale),
        ("not-yours", other),
        ("accepted", known(text, "active", |_| None)),
        ("objection", vetoed),
        ("rejected", known(text, "rejected", |_| None)),
    ]
}

fn trouble(
    verb: Verb,
    name: &str,
    typed: &str,
    field: Option<&str>,
    stale: Option<i64>,
) -> Trouble {
    let fields = Fields::of(&[(name, typed)]);
    Trouble { verb, fields, refused: sample::refused(field), stale }
}

fn known(text: &str, status: &str, no: impl Fn(Verb) -> Option<Refused>) -> Known {
    let whole = whole(text, status);
    let verbs = verbs(&whole);
    Known {
        answers: verbs.iter().map(|verb| no(*verb)).collect(),
        verbs,
        entries: entries(text, status),
        toxic: Some(toxic(text)),
        title: text.to_owned(),
        explanation: text.to_owned(),
        people: sample::people(),
        seats: vec![SeatName::Control],
        form: sample::form(),
        trouble: None,
        opened: None,
        successors: vec![somebody(text)],
        unsigned: if status == "in_review" {
            vec![format!("From the legal seat nobody could sign: {text} could be appointed")]
        } else {
            Vec::new()
        },
        you: YOU.to_owned(),
        whole,
    }
}

fn period() -> Period {
    let tests = |control, failed| Tests { control, passed: 61, failed, unknown: 2 };
    Period {
        from: Some(at("2027-01-11T11:26:00Z")),
        until: at("2027-03-11T11:26:00Z"),
        controls: vec![tests(1, 0), tests(2, 1)],
        partial: true,
        suspended: 1,
        last_used: Some(at("2027-03-10T02:00:00Z")),
        would: "fail".to_owned(),
    }
}

fn renews(text: &str) -> Renews {
    Renews {
        exception: "EX-3".to_owned(),
        renewal: 2,
        used_for: Some(text.to_owned()),
        evidence: Some(period()),
        plan: vec![Step { what: Some(text.to_owned()), by: at("2027-04-30T22:00:00Z") }],
    }
}

fn whole(text: &str, status: &str) -> Whole {
    let signed = |seat: &str, person: &str| Signed {
        seat: seat.to_owned(),
        person: person.to_owned(),
        signed_for: None,
        at: at("2027-03-11T11:26:00Z"),
    };
    let in_review = status == "in_review";
    Whole {
        version: 1,
        row: row(status),
        why: Why {
            need: Some(text.to_owned()),
            not_removable: Some(text.to_owned()),
            would_change: Some(text.to_owned()),
        },
        used: Use::Continuous,
        review_days: 14,
        requested_by: vec![YOU.to_owned()],
        controls: vec![
            control(text, 1, Some("passed")),
            control(text, 2, Some(if status == "suspended" { "failed" } else { "unknown" })),
            control(text, 3, None),
        ],
        covers: Some(coverage(text)),
        not_covered: vec![
            uncovered("directory/person/new-one", None),
            uncovered("directory/person/another", Some("EX-9")),
        ],
        not_covered_total: 2,
        not_covered_exact: true,
        tier: Some(sample::tier(text)),
        ticket: Some("CHG-4711".to_owned()),
        signatures: match status {
            "rejected" | "withdrawn" => Vec::new(),
            _ if in_review => vec![signed("business", OTHER)],
            _ => vec![signed("business", OTHER), signed("control", YOU)],
        },
        waits_for: match status {
            "in_review" => vec!["the control seat has not signed".to_owned()],
            "suspended" => vec!["control 2 has no passed test that is recent enough".to_owned()],
            _ => Vec::new(),
        },
        waits: Vec::new(),
        legal_needed: Some(false),
        veto: None,
        left: (status == "suspended")
            .then(|| Left { accountable: Some(YOU.to_owned()), until: at("2027-03-25T22:00:00Z") }),
        handed_to: (status == "active").then(|| OTHER.to_owned()),
        renews: (status == "in_review").then(|| renews(text)),
        renewed_by: (status == "expired").then(|| "EX-9".to_owned()),
        would: "fail".to_owned(),
        case: json!({"pin": {"regulated": false}}),
    }
}

fn at(text: &str) -> Timestamp {
    sample::at(text)
}

fn row(status: &str) -> Row {
    Row {
        id: "00000000-0000-0000-0000-000000000030".to_owned(),
        reference: "EX-3".to_owned(),
        status: status.to_owned(),
        in_force: status == "active",
        finding: "FN-7".to_owned(),
        finding_status: "assigned".to_owned(),
        finding_due_at: Some(at("2027-03-20T14:00:00Z")),
        rule: "p2p.both".to_owned(),
        severity: "critical".to_owned(),
        owner: OTHER.to_owned(),
        covered_total: 3,
        proposed_at: at("2027-03-10T16:04:00Z"),
        until: at(if status == "expired" {
            "2027-03-16T00:00:00Z"
        } else {
            "2027-04-01T00:00:00Z"
        }),
        sequence: 7,
    }
}

fn control(text: &str, number: u32, verdict: Option<&str>) -> Control {
    let account = serde_json::from_value(json!("erp/role/ap_operations")).unwrap();
    Control {
        number,
        what: Some(text.to_owned()),
        owner: YOU.to_owned(),
        system: Some("erp".to_owned()),
        test: Some(Probe::NoLogin { account }),
        every_hours: 24,
        max_age_hours: 48,
        verdict: verdict.map(str::to_owned),
        tested_at: verdict.map(|_| at("2027-03-17T06:00:00Z")),
        holds_until: verdict.filter(|it| *it == "passed").map(|_| at("2027-03-19T06:00:00Z")),
        next_test_at: verdict.map(|_| at("2027-03-18T06:00:00Z")),
    }
}

fn coverage(text: &str) -> Coverage {
    let node =
        |id: &str, kind: &str| json!({"id": id, "kind": kind, "name": text, "system": "erp"});
    serde_json::from_value(json!({
        "identities": [node("directory/service_account/1", "service_account"), node("directory/person/2", "person")],
        "credentials": [node("vault/credential/1", "credential")],
        "systems": ["bank", "erp"], "resources_total": 214, "partial": true,
        "left_out": ["the credentials of the first 200 of 640 identities were looked up"],
    }))
    .unwrap()
}

fn uncovered(identity: &str, by: Option<&str>) -> Uncovered {
    Uncovered {
        identity: identity.to_owned(),
        since: at("2027-03-15T08:00:00Z"),
        excepted_by: by.map(str::to_owned),
    }
}

fn veto(text: &str, answer: Option<&str>) -> Veto {
    Veto {
        by: OTHER.to_owned(),
        at: at("2027-03-12T10:31:00Z"),
        reason: Some(text.to_owned()),
        answer: answer.map(str::to_owned),
        binds: answer.is_none(),
    }
}

fn toxic(text: &str) -> countersign_access::finding::Finding {
    let root = json!({
        "id": "erp/role/ap_operations", "kind": "role", "name": "ap_operations", "system": "erp",
        "edge": null, "because": {"source": "erp", "locator": "roles.csv:1"},
    });
    serde_json::from_value(json!({
        "fingerprint": "9f3c20e1", "rule": "p2p.both", "class": "toxic_pair", "title": text,
        "severity": "critical", "certainty": "proven", "missing": [], "root_cause": root,
        "affected": [root], "affected_total": 1, "paths": [[root]],
        "owasp_nhi": [], "csf": [], "remedy": text,
    }))
    .unwrap()
}

fn entries(text: &str, status: &str) -> Vec<Entry> {
    let evidence = |holds: Value| {
        json!({
            "claim": {"what": "account_disabled", "account": "erp/role/ap_operations"},
            "holds": holds, "system": "erp", "read_by": text, "read_from": "10.0.0.1:5432",
            "read_at": "2027-03-16T06:00:00Z", "digest": "7c1f", "answer": "rows",
        })
        .to_string()
    };
    let yes = evidence(json!({"answer": "yes"}));
    let no = evidence(json!({"answer": "no", "found": text}));
    let could_not =
        json!({"probe": {}, "read_at": "2027-03-16T06:00:00Z", "why": text}).to_string();
    let path = json!({"probe": {}, "read_at": "2027-03-16T06:00:00Z", "found": [text, "erp"], "incomplete": []});
    let person = |id: &str| format!("person:{id}");
    let prober = || "machine:prober".to_owned();
    let tested = |control: u32, verdict: &str, text: &str, digest: &str| {
        let body = json!({
            "control": control, "verdict": verdict, "evidence": digest, "read_at": "2027-03-16T06:00:00Z",
        });
        ("control_tested", prober(), body, json!({digest: text}))
    };
    let said = |pointer: &str| (json!({pointer: "d9"}), json!({"d9": text}));
    let (reason, words) = said("reason");
    let (statement, _) = said("statement");
    let mut all = vec![
        ("proposed", person(YOU), json!({}), json!({})),
        ("accepted", person(OTHER), json!({}), json!({})),
        ("confirmed", person(YOU), statement, words.clone()),
        (
            "refused",
            person(YOU),
            json!({"verb": "exception.accept", "code": "duty.wrong-seat"}),
            json!({}),
        ),
        tested(1, "passed", &yes, "t1"),
        tested(1, "passed", &yes, "t2"),
        tested(1, "failed", &no, "t3"),
        tested(1, "passed", &path.to_string(), "t4"),
        tested(2, "unknown", &could_not, "t5"),
        ("activated", prober(), json!({}), json!({})),
        ("vetoed", person(OTHER), reason.clone(), words.clone()),
        ("veto_answered", person(OTHER), reason, words.clone()),
        ("suspended", prober(), json!({"because": {"because": "control_failed"}}), json!({})),
        ("resumed", person(YOU), json!({}), json!({})),
        ("newer_than_we", prober(), json!({}), json!({})),
    ];
    if super::show::is_over(status) {
        let ending = json!({"ending": {"how": status, "reason": "d9"}});
        all.push(("ended", "machine:timekeeper".to_owned(), ending, words));
    }
    let entry =
        |(sequence, (name, actor, body, texts)): (i64, (&str, String, Value, Value))| Entry {
            sequence,
            name: format!("exception.{name}.1"),
            at: at("2027-03-16T16:20:00Z"),
            actor,
            cause: None,
            position: (sequence < 14).then_some(sequence + 40),
            event: json!({"body": body}),
            texts,
        };
    (1..).zip(all).map(entry).collect()
}

fn registers(text: &str) -> Vec<(String, String)> {
    let row = |status: &str, verdict: Option<&str>| list::Row {
        reference: "EX-3".to_owned(),
        title: text.to_owned(),
        status: status.to_owned(),
        severity: "high".to_owned(),
        finding: "FN-7".to_owned(),
        owner: OTHER.to_owned(),
        covered_total: 3,
        proposed_at: at("2027-03-10T16:04:00Z"),
        until: at("2027-04-01T00:00:00Z"),
        verdicts: vec![verdict.map(str::to_owned)],
        next_test_at: verdict.map(|_| at("2027-03-18T06:00:00Z")),
    };
    let statuses = ["in_review", "active", "active", "suspended", "expired", "vetoed"];
    let verdicts = [None, Some("passed"), Some("unknown"), Some("failed"), None, Some("passed")];
    let rows: Vec<list::Row> =
        statuses.iter().zip(verdicts).map(|(status, verdict)| row(status, verdict)).collect();
    let untested = |system: Option<&str>, controls| Untested {
        system: system.map(str::to_owned),
        controls,
        since: system.map(|_| at("2027-03-15T06:00:00Z")),
    };
    let page = |rows: Vec<list::Row>, untested: Vec<Untested>, which: list::Which| {
        let known = list::Known {
            next: (!rows.is_empty()).then(|| "next".to_owned()),
            counts: if rows.is_empty() {
                Vec::new()
            } else {
                vec![("active".to_owned(), 2), ("in_review".to_owned(), 1)]
            },
            rows,
            untested,
            people: sample::people(),
            rule: text.to_owned(),
        };
        let page = list::Page::new(sample::frame(Here::Exceptions), known, which, &sample::now());
        page.render().unwrap()
    };
    let mine = || list::Which {
        status: "active".to_owned(),
        owner: "me".to_owned(),
        finding: text.to_owned(),
        rule: "p2p.both".to_owned(),
        cursor: "c".to_owned(),
    };
    let systems = vec![untested(Some(text), 20), untested(None, 1)];
    vec![
        ("exception-list-none".to_owned(), page(Vec::new(), Vec::new(), list::Which::default())),
        ("exception-list-none-like-this".to_owned(), page(Vec::new(), Vec::new(), mine())),
        ("exception-list-some".to_owned(), page(rows, systems, list::Which::default())),
    ]
}

fn somebody(text: &str) -> Who {
    Who {
        id: OTHER.to_owned(),
        name: text.to_owned(),
        initials: "HB".to_owned(),
        seats: "business seat".to_owned(),
        is_you: false,
    }
}

fn renewing(needs_plan: bool) -> Renewing {
    Renewing {
        of: item(),
        reference: "EX-3".to_owned(),
        number: 2,
        most: Some(2),
        needs_plan,
        last: Last::of(&period(), &sample::now()),
    }
}

/// A row of which the form shows nothing.
fn item() -> Item {
    Item {
        row: countersign_store::project::exception::Row {
            id: "exception:00000000-0000-0000-0000-000000000003".to_owned(),
            number: 3,
            finding: "finding:00000000-0000-0000-0000-000000000009".to_owned(),
            rule: "p2p.both".to_owned(),
            owner: OTHER.to_owned(),
            stage: "active".to_owned(),
            proposed_at: at("2027-01-10T11:26:00Z"),
            until_at: at("2027-03-31T22:00:00Z"),
            force_from: None,
            force_until: None,
            ended_at: None,
            covered_total: 1,
        },
        sequence: 9,
        state: String::new(),
        status: "active".to_owned(),
        finding_number: 7,
        severity: "critical".to_owned(),
        finding_status: "assigned".to_owned(),
        finding_due: None,
    }
}

fn form_known(text: &str, no: Option<Refused>) -> propose::Known {
    let account: countersign_access::node::NodeId =
        serde_json::from_value(json!("erp/role/ap_operations")).unwrap();
    let who = somebody(text);
    let login = Probe::NoLogin { account: account.clone() };
    let path = Probe::PathAbsent { from: account.clone(), to: account };
    propose::Known {
        finding: "finding:00000000-0000-0000-0000-000000000009".to_owned(),
        toxic: toxic(text),
        reference: "FN-7".to_owned(),
        title: text.to_owned(),
        severity: Severity::Critical,
        tier: Some(sample::tier(text)),
        due_at: Some(at("2027-03-20T14:00:00Z")),
        opened_at: at("2027-03-13T14:00:00Z"),
        covers: coverage(text),
        owners: vec![who.clone()],
        answer_for: vec![who.clone()],
        offers: vec![
            Offer::new(text.to_owned(), Some("erp".to_owned()), login.clone()),
            Offer::new(text.to_owned(), None, path.clone()),
        ],
        unsigned: vec![text.to_owned()],
        no,
        form: sample::form(),
        renewing: None,
    }
}

fn forms(text: &str) -> Vec<(String, String)> {
    let known = |no: Option<Refused>| form_known(text, no);
    let key = known(None).offers.first().unwrap().key.clone();
    let fields = [
        ("need", text),
        ("not_removable", text),
        ("owner", OTHER),
        ("use", "window"),
        ("day-2", "on"),
        ("from", "08:00"),
        ("zone", "Europe/Amsterdam"),
        ("what-1", text),
        ("test-1", key.as_str()),
        ("every_hours-1", "12"),
        ("controls", "2"),
        ("until", "2030-01-01"),
    ];
    let bad = |field: &str| (field.to_owned(), text.to_owned());
    let page = |no, typed| {
        let frame = sample::frame(Here::Findings);
        propose::Page::new(frame, known(no), typed, &sample::now()).render().unwrap()
    };
    let mended = propose::Typed {
        fields: Fields::of(&fields),
        bad: vec![bad("would_change"), bad("until"), bad("max_age_hours-1"), bad("test-2")],
        ..propose::Typed::default()
    };
    let refused = propose::Typed {
        fields: Fields::of(&fields),
        bad: vec![bad("owner")],
        refused: Some(sample::refused(None)),
        ..propose::Typed::default()
    };
    let renewal = |needs_plan, typed| {
        let known = propose::Known { renewing: Some(renewing(needs_plan)), ..known(None) };
        let frame = sample::frame(Here::Findings);
        propose::Page::new(frame, known, typed, &sample::now()).render().unwrap()
    };
    let no_plan = propose::Typed {
        fields: Fields::of(&[("used_for", text), ("plan_what-2", text)]),
        bad: vec![bad("used_for"), bad("plan_what-1"), bad("plan_by-2")],
        ..propose::Typed::default()
    };
    vec![
        ("exception-renew".to_owned(), renewal(false, propose::Typed::default())),
        ("exception-renew-mended".to_owned(), renewal(true, no_plan)),
        ("exception-propose".to_owned(), page(None, propose::Typed::default())),
        ("exception-propose-mended".to_owned(), page(None, mended)),
        ("exception-propose-refused".to_owned(), page(None, refused)),
        (
            "exception-propose-cannot".to_owned(),
            page(Some(sample::refused(None)), propose::Typed::default()),
        ),
    ]
}
