//! Samples of the pages of accountability.

use askama::Template;
use countersign_governance::accountability::Plane;

use super::super::frame::Here;
use super::super::tests::sample::{at, form, frame, now, people, refused};
use super::cell;
use super::map;
use crate::ask::accountability::measure::{self, Figure, Measured};
use crate::ask::accountability::{GapRow, Row};

const YOU: &str = "00000000-0000-0000-0000-000000000001";
const OTHER: &str = "00000000-0000-0000-0000-000000000002";

fn row(plane: Plane, system: &str, gaps: &[&str]) -> Row {
    let is_empty = gaps.contains(&"nobody");
    let several = gaps.contains(&"several");
    Row {
        plane: plane.as_str().to_owned(),
        system: system.to_owned(),
        accountable: (!is_empty && !several).then(|| OTHER.to_owned()),
        named: match (is_empty, several) {
            (true, _) => Vec::new(),
            (false, true) => vec!["Helene Brandt".to_owned(), system.to_owned()],
            (false, false) => vec!["Helene Brandt".to_owned()],
        },
        deputies: if gaps.is_empty() { vec![YOU.to_owned()] } else { Vec::new() },
        attested: (!is_empty).then(|| jiff::civil::date(2027, 2, 1)),
        gaps: gaps.iter().map(|it| (*it).to_owned()).collect(),
        offered_to: is_empty.then(|| YOU.to_owned()),
        offered_until: is_empty.then(|| at("2027-03-30T08:00:00Z")),
        measure: "share of service accounts with an owner who attested them".to_owned(),
        sequence: 3,
    }
}

fn gap(kind: &str, words: &str, system: Option<&str>) -> GapRow {
    GapRow {
        id: OTHER.to_owned(),
        kind: kind.to_owned(),
        words: words.to_owned(),
        plane: system.map(|_| "detection".to_owned()),
        system: system.map(str::to_owned),
        people: Vec::new(),
        opened_at: at("2027-03-10T09:00:00Z"),
        tier: Some(if system.is_some() { "critical" } else { "elevated" }.to_owned()),
        due_at: Some(at(if system.is_some() {
            "2027-03-15T09:00:00Z"
        } else {
            "2027-04-09T09:00:00Z"
        })),
        overdue: system.is_some(),
    }
}

fn map_page(text: &str, is_empty: bool) -> String {
    let matters: [&[&str]; 5] = [&[], &["several"], &["gone", "stale"], &["nobody"], &["stale"]];
    let rows = if is_empty {
        Vec::new()
    } else {
        let cells = Plane::ALL.into_iter().zip(matters);
        cells.flat_map(|(plane, gaps)| [row(plane, text, gaps), row(plane, "hr", &[])]).collect()
    };
    let load = |name: &str, rows, is_over| map::Load {
        name: name.to_owned(),
        initials: "HB".to_owned(),
        seats: "business seat".to_owned(),
        rows,
        is_over,
        deputies: if is_over { vec![text.to_owned()] } else { Vec::new() },
    };
    let measured = |plane, figure: Option<&str>| Measured {
        plane,
        measure: text.to_owned(),
        figure: figure.map(|words| Figure {
            words: words.to_owned(),
            rests_on: "from the order to the proof, 12 fixes of the last 90 days".to_owned(),
        }),
        missing: figure.is_none().then_some(measure::DRILLS),
        attested_days: figure.map(|_| 44),
    };
    let known = map::Known {
        gaps: if is_empty {
            Vec::new()
        } else {
            vec![gap("nobody", "nobody answers for it", Some(text)), gap("overload", text, None)]
        },
        loads: if is_empty {
            Vec::new()
        } else {
            vec![load(text, 21, true), load("Daniel Osei", 2, false)]
        },
        measured: vec![
            measured(Plane::Credentials, Some("3 hours")),
            measured(Plane::Detection, None),
        ],
        rows,
    };
    map::Page::new(frame(Here::Accountability), known, &now()).render().unwrap()
}

fn cell_page(text: &str, gaps: &[&str], is_refused: bool) -> String {
    let row = row(Plane::ServiceAccounts, text, gaps);
    let choices =
        if is_refused { Vec::new() } else { vec![people().who(OTHER), people().who(YOU)] };
    let known = cell::Known {
        row,
        plane: Plane::ServiceAccounts,
        people: people(),
        you: YOU.to_owned(),
        no_attest: (!gaps.is_empty()).then(|| refused(None)),
        no_hand_over: is_refused.then(|| refused(None)),
        choices,
        form: form(),
        refused: is_refused.then(|| refused(None)),
    };
    cell::Page::new(frame(Here::Accountability), known, &now()).render().unwrap()
}

/// Every page with its name.
pub(in crate::ui) fn pages(text: &str) -> Vec<(String, String)> {
    let page = |name: &str, page: String| (format!("accountability-{name}"), page);
    vec![
        page("map", map_page(text, false)),
        page("cell-sound", cell_page(text, &[], false)),
        page("cell-nobody", cell_page(text, &["nobody"], false)),
        page("cell-several", cell_page(text, &["several"], true)),
        page("map-none", map_page(text, true)),
    ]
}
