//! Samples of the pages of reviews.

use askama::Template;
use countersign_access::edge::EdgeKind;
use countersign_access::fact::SourceId;
use countersign_access::finding::{Certainty, NodeRef};
use countersign_access::node::{NodeId, NodeKind};
use countersign_access::rule::Severity;
use serde_json::Value;

use super::super::form::Fields;
use super::super::frame::Here;
use super::super::tests::sample::{at, form, frame, now, people, refused};
use super::{item, list, plan, queue, show};
use crate::ask::review::item::{Decision, ItemRow, ItemWhole};
use crate::ask::review::preview::Preview;
use crate::ask::review::{Progress, Quality, Reviewer, Row, Silent, Stage, Whole};
use crate::review::frozen::{Frozen, Part, Peers, Source};

const YOU: &str = "00000000-0000-0000-0000-000000000001";
const OTHER: &str = "00000000-0000-0000-0000-000000000002";

fn row(text: &str, status: &str) -> Row {
    Row {
        id: OTHER.to_owned(),
        reference: "RV-3".to_owned(),
        title: text.to_owned(),
        status: status.to_owned(),
        staged_at: at("2027-03-01T09:00:00Z"),
        began_at: (status != "staged").then(|| at("2027-03-02T09:00:00Z")),
        ended_at: (status == "accepted").then(|| at("2027-03-16T09:00:00Z")),
        items: 148,
        sequence: 4,
    }
}

fn whole(text: &str, status: &str) -> Whole {
    let is_begun = status != "staged";
    let counts = |counts: [i64; 5]| Progress {
        items: counts[0],
        open: counts[1],
        kept: counts[2],
        changing: counts[3],
        proven: counts[4],
    };
    let open = status == "active";
    Whole {
        version: 1,
        row: row(text, status),
        scope: None,
        case: Value::Null,
        progress: match (is_begun, open) {
            (false, _) => Progress::default(),
            (true, true) => counts([148, 87, 48, 9, 4]),
            (true, false) => counts([148, 0, 120, 9, 19]),
        },
        stages: vec![
            Stage {
                number: 1,
                open: if open { 87 } else { 0 },
                decided: 61,
                due_at: is_begun.then(|| at("2027-03-18T16:00:00Z")),
            },
            Stage { number: 2, open: 0, decided: 0, due_at: None },
        ],
        silent: if open {
            let silent =
                |person: &str, items| Silent { person: person.to_owned(), stage: 1, items };
            vec![silent(OTHER, 64), silent(YOU, 23)]
        } else {
            Vec::new()
        },
        quality: if is_begun { quality() } else { Quality::default() },
        reason: (status == "accepted").then(|| text.to_owned()),
    }
}

fn quality() -> Quality {
    let by = |person: &str, median| Reviewer {
        person: person.to_owned(),
        decisions: 30,
        in_bulk: 12,
        median_seconds: median,
        with_use: 20,
        against_use: 2,
    };
    Quality {
        decisions: 61,
        in_bulk: 12,
        median_seconds: Some(14),
        with_use: 40,
        against_use: 2,
        by: vec![by(OTHER, Some(14)), by(YOU, None)],
    }
}

fn item_row(text: &str, number: i64, standing: &str, wish: Option<&str>) -> ItemRow {
    ItemRow {
        id: OTHER.to_owned(),
        number,
        standing: standing.to_owned(),
        wish: wish.map(str::to_owned),
        stage: 1,
        identity: Some(text.to_owned()),
        identity_kind: Some("service_account".to_owned()),
        identity_id: Some("epr/account/17".to_owned()),
        entitlement: Some("record.export".to_owned()),
        entitlement_id: Some("epr/entitlement/3".to_owned()),
        system: "Halo EPR".to_owned(),
        last_used: (number % 2 == 0).then(|| at("2026-07-19T11:00:00Z")),
        peers_have: Some(2),
        peers_of: Some(46),
        severity: (number > 1).then(|| "high".to_owned()),
        kept_until: None,
        reviewers: if standing == "open" { vec![YOU.to_owned()] } else { Vec::new() },
        sequence: 2,
    }
}

fn frozen(text: &str) -> Frozen {
    let node = |name: &str, kind| NodeRef {
        id: NodeId::new("epr/17").unwrap(),
        kind,
        name: name.to_owned(),
        system: "Halo EPR".to_owned(),
    };
    let source = |grantor: Option<&str>| Source {
        node: node(text, NodeKind::Group),
        edge: EdgeKind::Grants,
        because: SourceId::new("epr").at("pg_auth_members:7"),
        grantor: grantor.map(str::to_owned),
        granted_at: grantor.map(|_| at("2024-09-02T08:00:00Z")),
    };
    Frozen {
        identity: node(text, NodeKind::ServiceAccount),
        entitlement: node("record.export", NodeKind::Entitlement),
        certainty: Certainty::Proven,
        sources: vec![source(Some(text)), source(None)],
        sources_total: 5,
        last_used: None,
        peers: Peers { have: 2, of: 46 },
        process: None,
        findings: vec![Part {
            fingerprint: "f".to_owned(),
            title: text.to_owned(),
            severity: Severity::High,
        }],
    }
}

fn item_page(text: &str, standing: &str, wish: Option<&str>, is_refused: bool) -> String {
    let decision = Decision {
        verdict: wish.unwrap_or("keep").to_owned(),
        until: wish.is_none().then(|| at("2027-06-30T22:00:00Z")),
        stage: 1,
        by: OTHER.to_owned(),
        in_place_of: Some(YOU.to_owned()),
        at: at("2027-03-15T10:00:00Z"),
        reason: Some(text.to_owned()),
        at_once: 3,
    };
    let is_open = standing == "open";
    let whole = ItemWhole {
        version: 1,
        row: item_row(text, 65, standing, wish),
        access: Some(frozen(text)),
        due_at: is_open.then(|| at("2027-03-18T16:00:00Z")),
        decisions: if is_open { Vec::new() } else { vec![decision] },
        finding: wish.map(|_| "FN-31".to_owned()),
        finding_status: wish.map(|_| "remediating".to_owned()),
    };
    let known = item::Known {
        reference: "RV-3".to_owned(),
        whole,
        days_max: 180,
        is_running: true,
        started_by: OTHER.to_owned(),
        people: people(),
        you: YOU.to_owned(),
        findings: vec![Some("FN-7".to_owned())],
        choices: vec![people().who(OTHER)],
        next: is_open.then_some(66),
        form: form(),
        refused: is_refused.then(|| refused(Some("reason"))),
        reason: if is_refused { text.to_owned() } else { String::new() },
    };
    item::Page::new(frame(Here::Reviews), known, &now()).render().unwrap()
}

fn show_page(text: &str, status: &str, is_refused: bool) -> String {
    let known = show::Known {
        whole: whole(text, status),
        people: people(),
        you: YOU.to_owned(),
        silence: "revoke".to_owned(),
        form: form(),
        refused: is_refused.then(|| refused(None)),
        typed: if is_refused { text.to_owned() } else { String::new() },
    };
    show::Page::new(frame(Here::Reviews), known, &now()).render().unwrap()
}

fn queue_page(text: &str, of: &str, is_refused: bool) -> String {
    let rows = match of {
        "none" => Vec::new(),
        "all" => vec![
            item_row(text, 1, "kept", None),
            item_row(text, 2, "changing", Some("revoke")),
            item_row(text, 3, "proven", Some("reduce")),
        ],
        _ => vec![item_row(text, 1, "open", None), item_row(text, 2, "open", None)],
    };
    let known = queue::Known {
        reference: "RV-3".to_owned(),
        title: text.to_owned(),
        status: "active".to_owned(),
        next: (of == "all").then(|| "cursor".to_owned()),
        rows,
        form: form(),
        refused: if is_refused {
            vec![("Item 2 was not decided".to_owned(), refused(None))]
        } else {
            Vec::new()
        },
        reason: if is_refused { text.to_owned() } else { String::new() },
    };
    let which = queue::Which { of: of.replace("none", ""), cursor: String::new() };
    queue::Page::new(frame(Here::Reviews), known, &which, &now()).render().unwrap()
}

fn plan_page(text: &str, is_refused: bool) -> String {
    let counts = |name: &str, count| [(name.to_owned(), count)].into_iter().collect();
    let counted = Preview {
        version: 1,
        items: 148,
        unchanged: 12,
        whole: true,
        by_system: counts(text, 148),
        by_kind: counts("service_account", 148),
        by_severity: counts("high", 5),
        identities: 46,
        first: Vec::new(),
    };
    let fields = Fields::of(&[("title", text), ("systems", text), ("days", "14"), ("by", "owner")]);
    let page = plan::Page {
        frame: frame(Here::Reviews),
        refused: is_refused.then(|| refused(Some("no_answer"))),
        counted: if is_refused { plan::told(&counted) } else { Vec::new() },
        first: if is_refused { vec![text.to_owned()] } else { Vec::new() },
        fields: if is_refused { fields } else { Fields::of(&[("title", text)]) },
        choices: vec![people().who(OTHER)],
        form: form(),
    };
    page.render().unwrap()
}

fn list_page(text: &str, is_empty: bool) -> String {
    let rows = if is_empty {
        Vec::new()
    } else {
        ["staged", "opening", "active", "paused", "remediating", "proven", "accepted", "rejected"]
            .map(|status| row(text, status))
            .to_vec()
    };
    let next = (!is_empty).then(|| "cursor".to_owned());
    list::Page::new(frame(Here::Reviews), (rows, next, is_empty), &now()).render().unwrap()
}

/// Every page with its name; this text stands in each place that people fill.
pub(in crate::ui) fn pages(text: &str) -> Vec<(String, String)> {
    let page = |name: &str, page: String| (format!("review-{name}"), page);
    vec![
        page("list", list_page(text, false)),
        page("plan", plan_page(text, false)),
        page("plan-refused", plan_page(text, true)),
        page("staged", show_page(text, "staged", false)),
        page("active", show_page(text, "active", false)),
        page("refused", show_page(text, "active", true)),
        page("remediating", show_page(text, "remediating", false)),
        page("proven", show_page(text, "proven", false)),
        page("accepted", show_page(text, "accepted", false)),
        page("queue", queue_page(text, "", false)),
        page("queue-refused", queue_page(text, "", true)),
        page("queue-all", queue_page(text, "all", false)),
        page("item", item_page(text, "open", None, false)),
        page("item-refused", item_page(text, "open", None, true)),
        page("item-changing", item_page(text, "changing", Some("revoke"), false)),
        page("item-kept", item_page(text, "kept", None, false)),
    ]
}

/// Pages on which no text of people stands.
pub(in crate::ui) fn bare() -> Vec<(String, String)> {
    vec![
        ("review-list-none".to_owned(), list_page("", true)),
        ("review-queue-none".to_owned(), queue_page("Machines in the ERP", "none", false)),
    ]
}
