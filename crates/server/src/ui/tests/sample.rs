//! The samples: each page in each of the states that make it look different.

use std::sync::Arc;

use askama::Template;
use countersign_access::fact::SourceId;
use countersign_governance::id::PersonId;
use countersign_governance::seat::SeatName;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::asset::Links;
use super::super::exception;
use super::super::finding::{self, list, order};
use super::super::form::Form;
use super::super::frame::{Frame, Here, Open};
use super::super::graph::sample as graph;
use super::super::halt;
use super::super::loading;
use super::super::moment::Moments;
use super::super::outside;
use super::super::people as everyone;
use super::super::person::People;
use super::super::policy::sample as policy;
use super::super::refusal::Refused;
use super::super::state::Level;
use super::super::visitor::Visitor;
use super::super::{accountability, again, device, ledger, review, sign_in, system, work};
use crate::ask::List;
use crate::ask::finding::Row;
use crate::ask::held::{Consequences, Difference, Kind, Named, Side};
use crate::ask::ledger::{Head, Proof};
use crate::ask::tier::Tier;
use crate::ask::{run, system as systems};
use crate::auth::session::{Shown, Way};
use crate::graph::{Building, NotThere, Share};

const YOU: &str = "00000000-0000-0000-0000-000000000001";
const OTHER: &str = "00000000-0000-0000-0000-000000000002";

pub(in crate::ui) fn now() -> Moments {
    Moments::in_utc("2027-03-17T09:41:00Z".parse().unwrap())
}

pub(in crate::ui) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(in crate::ui) fn people() -> People {
    People::sample(
        &[
            (YOU, "Daniel Osei", &[SeatName::Control]),
            (OTHER, "Helene Brandt", &[SeatName::Business]),
        ],
        YOU,
    )
}

fn visitor() -> Visitor {
    Visitor {
        person: PersonId(Uuid::from_u128(1)),
        name: "Daniel Osei".to_owned(),
        seats: vec![SeatName::Control],
        shown: Shown::here(Way::Password, at("2027-03-17T09:00:00Z")),
        secret: "sample".to_owned(),
        by_itself: false,
    }
}

pub(in crate::ui) fn tier(text: &str) -> Tier {
    Tier {
        id: "critical".to_owned(),
        title: text.to_owned(),
        criticality: "high".to_owned(),
        process: Some("procure-to-pay".to_owned()),
        radius: 214,
        radius_complete: true,
        read_at: Some(at("2027-03-17T07:40:00Z")),
        read_complete: true,
        data_age_hours_max: 24,
        partial_reads_accepted: false,
        days_max: 30,
        review_days_max: 14,
        ticket_required: true,
        legal_signs: true,
        deputies_may_sign: false,
        radius_max: Some(10_000),
    }
}

pub(in crate::ui) fn form() -> Form {
    Form { token: "token".to_owned(), seen: 7, once: "once".to_owned() }
}

pub(in crate::ui) fn refused(field: Option<&str>) -> Refused {
    Refused {
        what: "You wanted to order the fix".to_owned(),
        why: "This needs a signature from the control seat, and you do not have it".to_owned(),
        who: "an active person in the control seat".to_owned(),
        next: "Ask somebody in that seat, or have one appointed".to_owned(),
        field: field.map(str::to_owned),
    }
}

fn system_row(name: &str, complete: Option<bool>, held: bool) -> systems::Row {
    systems::Row {
        id: "00000000-0000-0000-0000-0000000000aa".to_owned(),
        name: name.to_owned(),
        kind: "postgres".to_owned(),
        last_read_at: complete.map(|_| at("2027-03-17T09:29:00Z")),
        complete,
        held_run: held.then(|| "00000000-0000-0000-0000-0000000000bb".to_owned()),
        sequence: 4,
    }
}

pub(in crate::ui) fn frame(here: Here) -> Frame {
    let rows = [system_row("erp", Some(true), false), system_row("directory", Some(false), false)];
    Frame::around(
        &visitor(),
        here,
        (Open { findings: 38, exceptions: 12, reviews: 2 }, &rows),
        &now(),
    )
}

/// Everybody, and nobody yet.
fn everybody(text: &str) -> Vec<(String, String)> {
    let row = |name: &str, seats: &[SeatName]| crate::ask::person::Row {
        id: "00000000-0000-0000-0000-000000000009".to_owned(),
        name: name.to_owned(),
        active: true,
        seats: seats.to_vec(),
        manager: None,
        only: None,
        sequence: 1,
    };
    let above = Some("00000000-0000-0000-0000-000000000002".to_owned());
    let only = crate::ask::person::OnlyRow {
        case: "exception:00000000-0000-0000-0000-000000000005".to_owned(),
        seat: SeatName::Legal,
        until: at("2027-03-30T08:00:00Z"),
    };
    let rows = [
        crate::ask::person::Row { manager: above, ..row(text, &[SeatName::Business]) },
        crate::ask::person::Row { only: Some(only), ..row("Ines Vermeulen", &[]) },
        crate::ask::person::Row { active: false, ..row("Gone Long Ago", &[SeatName::Control]) },
    ];
    let page = |rows: &[crate::ask::person::Row], next: Option<&str>| {
        let next = next.map(str::to_owned);
        let page =
            everyone::Page::new(frame(Here::Accountability), (rows, next), &people(), &now());
        page.render().unwrap()
    };
    vec![
        ("people-some".to_owned(), page(&rows, Some("more"))),
        ("people-none".to_owned(), page(&[], None)),
    ]
}

/// Somebody from outside is to be given a seat, and is not.
fn outside(text: &str) -> Vec<(String, String)> {
    let page = |no| outside::Page::sample(frame(Here::Exceptions), text, form(), no);
    let samples = [("form", None), ("refused", Some(refused(Some("until"))))];
    let shown = |(name, no)| (format!("outside-{name}"), page(no).render().unwrap());
    samples.map(shown).into()
}

/// Every page with its name.
pub(super) fn all() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn Fn() -> String| pages.push((name.to_owned(), page()));
    for (name, waiting) in [("none", Vec::new()), ("some", waiting("Can it be enforced?"))] {
        let page = || {
            let past = match name {
                "some" => {
                    vec!["Carla Control with a password from elsewhere, 5 min ago".to_owned()]
                }
                _ => Vec::new(),
            };
            work::Page::new(frame(Here::Work), (waiting.clone(), past), name == "some", &now())
        };
        add(&format!("work-{name}"), &|| page().render().unwrap());
    }
    for (name, rows, which) in [
        ("none", Vec::new(), list::Which::default()),
        ("none-like-this", Vec::new(), mine()),
        ("some", vec![row("open", 1), row("assigned", 2), row("fixed", 3)], mine()),
    ] {
        add(&format!("finding-list-{name}"), &|| {
            findings("One role creates and pays", rows.clone(), &which)
        });
    }
    for (name, page) in finding::samples("One role lets 3 identities create a supplier and pay it")
    {
        add(&format!("finding-{name}"), &|| page.render().unwrap());
    }
    for (name, page) in orders("revoke ap_operations from ap_batch;") {
        add(&format!("finding-order-{name}"), &|| page.render().unwrap());
    }
    for (name, page) in ledgers("Helene Brandt") {
        add(&format!("ledger-{name}"), &|| page.clone());
    }
    let reviews = review::sample::pages("Machines in the ERP").into_iter();
    let reviews = reviews.chain(review::sample::bare());
    let exceptions = exception::pages("One role creates and pays: two people look at it");
    let both = exceptions.into_iter().chain(accountability::pages("erp"));
    for (name, page) in both.chain(reviews) {
        add(&name, &|| page.clone());
    }
    for (name, page) in system_pages("erp") {
        add(&format!("system-{name}"), &|| page.clone());
    }
    for (name, page) in graph::pages(graph::PLAIN) {
        add(&format!("graph-{name}"), &|| page.clone());
    }
    let policies = policy::pages("Exceptions end after 120 days: the auditors asked for it");
    let people = everybody("Marta Lindqvist").into_iter().chain(outside("Ines Vermeulen"));
    for (name, page) in policies.into_iter().chain(people) {
        add(&name, &|| page.clone());
    }
    for (name, page) in sign_ins("Marta Lindqvist") {
        add(&format!("sign-in-{name}"), &|| page.clone());
    }
    let problem = |again: Option<&str>| halt::Page {
        links: Links::new(),
        title: "This is not here".into(),
        refused: refused(None),
        again: again.map(str::to_owned),
    };
    add("problem", &|| problem(None).render().unwrap());
    let address = "/sign-in/provider?next=/&strength=second&age=5";
    add("problem-again", &|| problem(Some(address)).render().unwrap());
    for (name, page) in asked_again(address) {
        add(name, &|| page.clone());
    }
    for (name, page) in loading_pages("erp") {
        add(&format!("loading-{name}"), &|| page.clone());
    }
    pages
}

/// What somebody is asked in the middle of something.
fn asked_again(address: &str) -> Vec<(&'static str, String)> {
    let again = |address: Option<&str>| {
        let page = again::Page {
            links: Links::new(),
            refused: refused(None),
            address: address.map(str::to_owned),
            back: "/findings/FN-7".into(),
            minutes: 10,
        };
        page.render().unwrap()
    };
    let device = |step: device::Step, no: bool| {
        let page = device::Page {
            links: Links::new(),
            form: form(),
            who: "Marta Lindqvist".into(),
            step,
            refused: no.then(|| refused(None)),
        };
        page.render().unwrap()
    };
    let waiting = device::Waiting {
        code: "WDJB-MJHT".into(),
        name: "the command line on a laptop".into(),
        from: "203.0.113.9".into(),
        at: now().at(at("2027-03-16T16:20:00Z")),
    };
    vec![
        ("again", again(Some(address))),
        ("again-nowhere", again(None)),
        ("device-type", device(device::Step::Type, false)),
        ("device-unknown", device(device::Step::Type, true)),
        ("device-confirm", device(device::Step::Confirm(waiting), false)),
        ("device-yes", device(device::Step::Done(true), false)),
        ("device-no", device(device::Step::Done(false), false)),
    ]
}

/// What is shown until the graph is there.
fn loading_pages(system: &str) -> Vec<(&'static str, String)> {
    let share = |edges_read, edges| Share {
        system: SourceId::new(system),
        edges_read,
        edges,
        nodes_read: edges_read / 4,
        nodes: edges / 4,
    };
    let none = NotThere::default();
    let building = Some(Building { is_judging: true, done: 41, all: 100 });
    let some = NotThere { systems: vec![share(340_000, 970_000), share(0, 1_200)], ..none.clone() };
    let page = |now: NotThere| loading::Page::of(now).render().unwrap();
    vec![
        ("waiting", page(none.clone())),
        ("reading", page(some.clone())),
        ("many", page(NotThere { systems: vec![share(1, 2); 60], ..none.clone() })),
        ("building", page(NotThere { building, ..some })),
        ("failed", page(NotThere { has_failed: true, ..none })),
    ]
}

/// Pages that show a text from outside, with this one in each of its places.
pub(super) fn marked(text: &str) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let work =
        work::Page::new(frame(Here::Work), (waiting(text), vec![text.to_owned()]), false, &now());
    pages.push(("work".to_owned(), work.render().unwrap()));
    pages.push(("list".to_owned(), findings(text, vec![row("open", 1)], &list::Which::default())));
    let shown = finding::samples(text).into_iter().map(|(name, it)| (name, it.render().unwrap()));
    pages.extend(shown);
    let loading = loading_pages(text).into_iter().filter(|(name, _)| *name == "reading");
    pages.extend(loading.map(|(name, page)| (format!("loading-{name}"), page)));
    pages.extend(
        orders(text)
            .into_iter()
            .filter(|(name, _)| *name != "fault")
            .map(|(name, it)| (name.to_owned(), it.render().unwrap())),
    );
    pages.extend(
        exception::pages(text).into_iter().filter(|(name, _)| name != "exception-list-none"),
    );
    pages.extend(ledgers(text).into_iter().filter(|(name, _)| !name.contains("none")));
    pages.extend(system_pages(text));
    pages
        .extend(accountability::pages(text).into_iter().filter(|(name, _)| !name.contains("none")));
    pages.extend(review::sample::pages(text));
    pages.extend(graph::pages(text));
    pages.extend(outside(text));
    pages.extend(everybody(text).into_iter().filter(|(name, _)| name != "people-none"));
    let shown = policy::pages(text)
        .into_iter()
        .filter(|(name, _)| !matches!(name.as_str(), "policy-matrix" | "policy-tests-running"));
    pages.extend(shown);
    pages.extend(
        sign_ins(text).into_iter().filter(|(name, _)| name != "form" && name != "link-spent"),
    );
    pages
}

fn waiting(title: &str) -> Vec<work::Waiting> {
    let one = |title: &str, due: Option<&str>, is_late| work::Waiting {
        title: title.to_owned(),
        reference: "FN-7".to_owned(),
        address: "/findings/FN-7".to_owned(),
        about: format!("ap_operations in erp, {title}"),
        deed: "Order",
        level: due.map(|_| Level::of("critical")),
        began: at("2027-03-10T09:00:00Z"),
        due: due.map(at),
        is_late,
    };
    vec![
        one(title, None, false),
        one(title, Some("2027-03-29T10:00:00Z"), false),
        one("Due on Friday", Some("2027-03-19T14:00:00Z"), false),
        one("Due today", Some("2027-03-17T12:00:00Z"), false),
        one("Late since yesterday", Some("2027-03-16T07:00:00Z"), true),
    ]
}

fn mine() -> list::Which {
    list::Which {
        severity: "critical".to_owned(),
        system: "erp & co".to_owned(),
        owner: "me".to_owned(),
        rule: "p2p.both".to_owned(),
        cursor: "c".to_owned(),
        ..list::Which::default()
    }
}

pub(in crate::ui) fn row(status: &str, number: i64) -> Row {
    let ended = matches!(status, "fixed" | "not_toxic");
    let owned = status != "open";
    Row {
        id: Uuid::from_u128(9).to_string(),
        reference: format!("FN-{number}"),
        status: status.to_owned(),
        severity: "critical".to_owned(),
        rule: "p2p.both".to_owned(),
        class: "toxic_pair".to_owned(),
        certainty: if status == "open" { "potential" } else { "proven" }.to_owned(),
        system: "erp".to_owned(),
        root_cause: "erp/role/ap_operations".to_owned(),
        affected_total: 3,
        owner: owned.then(|| OTHER.to_owned()),
        due_at: owned.then(|| at("2027-03-20T14:00:00Z")),
        overdue: false,
        excepted_total: 0,
        opened_at: at("2027-03-13T14:00:00Z"),
        ended_at: ended.then(|| at("2027-03-16T16:20:00Z")),
        sequence: 7,
    }
}

fn findings(title: &str, rows: Vec<Row>, which: &list::Which) -> String {
    let next = (!rows.is_empty()).then(|| "next".to_owned());
    let systems = ["erp & co".to_owned(), "directory".to_owned()];
    let title = |_: &str| title.to_owned();
    let frame = frame(Here::Findings);
    let list = List::new(rows, next);
    list::Page::new(frame, (list, &title), (which, &systems, 4), (&people(), &now()))
        .render()
        .unwrap()
}

fn orders(text: &str) -> Vec<(&'static str, order::Page)> {
    let page = |script: &[&str], obstacles: &[&str], fault, no, read_only| order::Page {
        frame: frame(Here::Findings),
        reference: "FN-7".to_owned(),
        title: text.to_owned(),
        system: if script.is_empty() { String::new() } else { "erp".to_owned() },
        read_only,
        script: script.iter().map(|it| (*it).to_owned()).collect(),
        undo: script.iter().map(|it| format!("-- back: {it}")).collect(),
        obstacles: obstacles.iter().map(|it| (*it).to_owned()).collect(),
        fault,
        is_chosen: true,
        no,
        form: form(),
    };
    vec![
        ("open", page(&["begin;", text, "commit;"], &[], None, None, false)),
        ("by-hand", page(&[text], &["the writing account may not"], None, None, true)),
        ("refused", page(&[text], &[], None, Some(refused(None)), false)),
        ("fault", page(&[], &[], Some(refused(None)), None, false)),
    ]
}

fn ledgers(text: &str) -> Vec<(String, String)> {
    use ledger::list::{Page, Shown};
    let subject =
        || ledger::Subject { name: text.to_owned(), address: Some("/findings/FN-7".into()) };
    let shown = Shown {
        position: 12,
        at: now().at(at("2027-03-16T16:20:00Z")),
        who: text.to_owned(),
        what: "Fix chosen".to_owned(),
        subject: subject(),
        hash: "0123456789abcdef".to_owned(),
    };
    let head = Head {
        version: 1,
        size: 13,
        root: "ab".repeat(32),
        checkpoint: "note\n13\n".into(),
        behind: None,
    };
    let list = |head: Option<Head>, rows: Vec<Shown>| Page {
        next: head.as_ref().map(|_| "next".to_owned()),
        is_first: head.is_none(),
        frame: frame(Here::Ledger),
        head,
        rows,
    };
    let proof = |path: &[String]| Proof {
        version: 1,
        position: 12,
        leaf: "cd".repeat(32),
        size: 13,
        root: "ab".repeat(32),
        path: path.to_vec(),
        checkpoint: "note\n13\n".to_owned(),
    };
    let bytes = format!("{{\"actor\":\"{text}\"}}");
    let one = ledger::show::Entry {
        position: 12,
        what: "Fix chosen".to_owned(),
        who: text.to_owned(),
        at: now().at(at("2027-03-16T16:20:00Z")),
        subject: subject(),
        sequence: 3,
        hash: "cd".repeat(32),
        lines: bytes.clone(),
        bytes,
    };
    let entry = |proof| ledger::show::Page::new(frame(Here::Ledger), one.clone(), proof);
    vec![
        ("none".to_owned(), list(None, Vec::new()).render().unwrap()),
        ("some".to_owned(), list(Some(head), vec![shown]).render().unwrap()),
        ("entry".to_owned(), entry(Some(proof(&["01".repeat(32)]))).render().unwrap()),
        ("entry-far".to_owned(), entry(Some(proof(&vec!["01".repeat(32); 9]))).render().unwrap()),
        ("entry-not-signed".to_owned(), entry(None).render().unwrap()),
    ]
}

fn system_pages(name: &str) -> Vec<(String, String)> {
    let list = |rows: &[systems::Row]| {
        system::list::Page::new(frame(Here::Systems), rows, None, &now()).render().unwrap()
    };
    let run = |standing: &str, unreadable: Value| run::Row {
        id: "00000000-0000-0000-0000-0000000000bb".to_owned(),
        system: name.to_owned(),
        read_at: at("2027-03-17T09:29:00Z"),
        standing: standing.to_owned(),
        position: None,
        complete: unreadable == json!([]),
        counts: json!({"nodes": 20, "edges": 30}),
        unreadable: serde_json::from_value(unreadable).unwrap(),
        why: (standing == "held").then(|| "much would vanish".to_owned()),
    };
    let one = |row, runs: Vec<run::Row>, held_facts, no, refused| {
        let known = system::show::Known {
            row,
            runs,
            known_facts: 1_204,
            held_facts,
            difference: held_facts.map(|_| Arc::new(difference(name))),
            not_compared: None,
            read_only: held_facts.is_none(),
            no,
            form: form(),
            refused,
        };
        system::show::Page::new(frame(Here::Systems), known, &now()).render().unwrap()
    };
    let denied = json!([{"where": "OU=Finance", "why": "denied"}]);
    let (accepted, held) = (|| vec![run("accepted", json!([]))], || vec![run("held", json!([]))]);
    let row = |complete, is_held| system_row(name, complete, is_held);
    let mut pages = vec![
        ("list", list(&[row(Some(true), false), row(Some(false), true), row(None, false)])),
        ("whole", one(row(Some(true), false), accepted(), None, None, None)),
        ("partial", one(row(Some(false), false), vec![run("accepted", denied)], None, None, None)),
        ("held", one(row(Some(true), true), held(), Some(50), None, Some(refused(None)))),
        ("held-by-others", one(row(Some(true), true), held(), Some(50), Some(refused(None)), None)),
        ("never-read", one(row(None, false), Vec::new(), None, None, None)),
    ];
    if name == "erp" {
        pages.push(("list-none", list(&[])));
    }
    pages.into_iter().map(|(name, page)| (name.to_owned(), page)).collect()
}

fn difference(text: &str) -> Difference {
    let side = |total: usize, name: &str| Side {
        total,
        examples: (total > 0).then(|| name.to_owned()).into_iter().collect(),
    };
    let kind = |kind: &str, is_edge, vanish, appear| Kind {
        kind: kind.to_owned(),
        is_edge,
        vanish: side(vanish, text),
        appear: side(appear, text),
    };
    let named = |total, reference: Option<&str>| Named {
        total,
        shown: vec![(reference.map(str::to_owned), text.to_owned())],
    };
    Difference {
        kinds: vec![kind("member_of", true, 1_100, 0), kind("account", false, 54, 1)],
        findings: Consequences {
            ended: named(3, Some("FN-7")),
            opened: named(1, None),
            changed: Named::default(),
        },
    }
}

fn sign_ins(text: &str) -> Vec<(String, String)> {
    let form = |name: &str, refused| sign_in::Page {
        links: Links::new(),
        next: "/findings?owner=me".to_owned(),
        name: name.to_owned(),
        refused,
        provider: None,
        local: true,
    };
    let by_provider = |local, out: Option<&str>| sign_in::Page {
        provider: Some(sign_in::Offered {
            name: text.to_owned(),
            address: sign_in::provider::address("/findings?owner=me"),
            out: out.map(str::to_owned),
        }),
        local,
        ..form("", None)
    };
    let unknown = |email: &str, seats: &str, who| sign_in::provider::Unknown {
        links: Links::new(),
        provider: "Clinic login".to_owned(),
        says: text.to_owned(),
        email: email.to_owned(),
        seats: seats.to_owned(),
        who,
    };
    let who = People::sample(&[(OTHER, text, &[SeatName::Business])], "").who(OTHER);
    let link =
        |who| sign_in::LinkPage { links: Links::new(), who, action: "/sign-in/link/s".into() };
    let out = "https://login.example/end?client_id=us";
    vec![
        ("provider".to_owned(), by_provider(true, None).render().unwrap()),
        ("provider-alone".to_owned(), by_provider(false, Some(out)).render().unwrap()),
        (
            "unknown".to_owned(),
            unknown("m@example.com", "business seat", vec![who.clone()]).render().unwrap(),
        ),
        ("unknown-alone".to_owned(), unknown("", "", Vec::new()).render().unwrap()),
        ("form".to_owned(), form("", None).render().unwrap()),
        ("refused".to_owned(), form(text, Some(refused(None))).render().unwrap()),
        ("link".to_owned(), link(Some(who)).render().unwrap()),
        ("link-spent".to_owned(), link(None).render().unwrap()),
    ]
}
