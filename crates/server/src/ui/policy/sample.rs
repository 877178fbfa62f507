//! The pages about the policy, each in the states that make it look different.

use askama::Template;
use countersign_governance::authority::Verb;
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;
use countersign_policy::explain::{Supposed, explain};
use countersign_policy::folder::{self, Folder};

use super::super::frame::Here;
use super::super::refusal::Refused;
use super::super::tests::sample::{at, form, frame, now, people, refused};
use super::consequence::Told;
use super::deed::{Deed, Deeds};
use super::typed::{Shown, Typed};
use super::{history, matrix, may, propose, show, tests, what_if};
use crate::api::may::{May, Reason};
use crate::ask::policy::{
    CaseOtherwise, Change, Consequences, Difference, GroupRow, Otherwise, Standing, Tested,
    Waiting, matrix_of, other_of, tested_of, tiers, told_of,
};

const YOU: &str = "00000000-0000-0000-0000-000000000001";
const OTHER: &str = "00000000-0000-0000-0000-000000000002";

/// Every page about the policy, with this text wherever one from outside is shown.
pub(in crate::ui) fn pages(text: &str) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add = |name: &str, page: String| pages.push((format!("policy-{name}"), page));
    add("in-force", stands(text, &standing(None), free(false), None));
    let waiting = standing(Some(text));
    add("proposed", stands(text, &waiting, free(true), None));
    add("proposed-by-you", stands(text, &waiting, locked(), Some(refused(None))));
    add("propose", proposing(text, Vec::new(), false));
    add("propose-wrong", proposing(text, vec![format!("tiers.toml:3:1: {text}")], false));
    add("propose-tried", proposing(text, Vec::new(), true));
    for (name, page) in asked_whether(text) {
        add(&format!("may-{name}"), page);
    }
    let folder = Folder::builtin();
    add("matrix", matrix::Page::new(frame(Here::Policy), matrix_of(&folder)).render().unwrap());
    for (name, page) in what_ifs(&folder, text) {
        add(&format!("what-if-{name}"), page);
    }
    for (name, page) in tried(text) {
        add(&format!("tests-{name}"), page);
    }
    add("history", past(text, None));
    add("history-compared", past(text, Some((compared(text), consequences(text)))));
    let same = Consequences {
        cases: Vec::new(),
        cases_more: 0,
        left_out: Vec::new(),
        ..consequences(text)
    };
    add("history-compared-same", past(text, Some((compared(text), same))));
    pages
}

fn standing(proposed: Option<&str>) -> Standing {
    let folder = Folder::builtin();
    let proposal = proposed.map(|why| Waiting {
        digest: "f".repeat(64),
        policy: "hospital 1.1.0".to_owned(),
        why: Some(why.to_owned()),
        by: OTHER.to_owned(),
        at: at("2027-03-16T09:00:00Z"),
        until: at("2027-04-15T09:00:00Z"),
    });
    Standing {
        version: 1,
        digest: "a".repeat(64),
        policy: Some(folder.version.clone()),
        decides_by: "a".repeat(64),
        not_taken_up: None,
        proposal,
        administration: "critical".to_owned(),
        tiers: tiers(&folder),
        groups: vec![GroupRow { name: "risk-owners".to_owned(), seats: vec![SeatName::Business] }],
        sequence: 3,
    }
}

fn free(waits: bool) -> Deeds {
    let deed = Deed { no: None };
    Deeds { propose: deed.clone(), waiting: waits.then(|| (deed.clone(), deed)) }
}

fn locked() -> Deeds {
    let no = Deed { no: Some(Refused { what: String::new(), ..refused(None) }) };
    Deeds { propose: no.clone(), waiting: Some((no.clone(), no)) }
}

fn stands(text: &str, standing: &Standing, deeds: Deeds, refused: Option<Refused>) -> String {
    let story = show::story(changes(text).first(), &people(), &now());
    let told = standing.proposal.as_ref().map(|_| consequences(text));
    let about = (standing, story, told.as_ref());
    let names = people();
    let page = show::Page::new(
        frame(Here::Policy),
        about,
        (deeds, form()),
        (&names, &now()),
        (refused, text),
    );
    page.render().unwrap()
}

fn proposing(text: &str, wrong: Vec<String>, tried: bool) -> String {
    let shown = |path: &str, gone: bool| Shown {
        path: path.to_owned(),
        text: format!("# {text}\n[policy]\nid = \"hospital\""),
        gone,
    };
    let rows = vec![
        (text.to_owned(), "180".to_owned(), "120".to_owned(), false),
        ("policy own".to_owned(), String::new(), text.to_owned(), true),
    ];
    let page = propose::Page {
        frame: frame(Here::Policy),
        refused: (!wrong.is_empty()).then(|| refused(None)),
        wrong,
        tried: tried.then_some(rows),
        consequence: tried.then(|| Told::of(&consequences(text), &people())),
        policy: "hospital 1.0.0".to_owned(),
        typed: Typed {
            files: vec![shown("tiers.toml", false), shown("rules/own.toml", tried)],
            others: vec![(3, "sla.toml".to_owned())],
            new: if tried {
                ("rules/new.toml".to_owned(), text.to_owned())
            } else {
                Default::default()
            },
            reason: text.to_owned(),
        },
        form: form(),
    };
    page.render().unwrap()
}

fn asked_whether(text: &str) -> Vec<(&'static str, String)> {
    let told = |permitted: bool| May {
        version: 1,
        permitted,
        tier: text.to_owned(),
        why: vec![Reason {
            by: "exception.accept".to_owned(),
            words: text.to_owned(),
            place: Some("authority/exception.cedar:12".to_owned()),
        }],
        row: permitted.then(|| "raci.approval.erp".to_owned()),
        seats: vec!["business".to_owned()],
        others: vec![OTHER.to_owned()],
        others_more: if permitted { 0 } else { 3 },
        yes_if: if permitted { Vec::new() } else { vec![text.to_owned()] },
    };
    let page = |told: May| {
        let asked = ("EX-3".to_owned(), "exception.accept".to_owned());
        may::Page::new(frame(Here::Exceptions), asked, told, &people()).render().unwrap()
    };
    vec![("yes", page(told(true))), ("no", page(told(false)))]
}

fn what_ifs(folder: &Folder, text: &str) -> Vec<(&'static str, String)> {
    let pairs = |verb: &str, radius: &str| -> Vec<(String, String)> {
        [("verb", verb), ("seat", "business"), ("criticality", "high"), ("radius", radius)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    };
    let question = |holds: bool| Supposed {
        verb: Verb::ExceptionAccept,
        seats: [SeatName::Business].into(),
        criticality: Some(Criticality::High),
        radius: Some(140),
        regulated: false,
        asked: false,
        holds,
        deputy: false,
        data_age_hours: 0,
        partial: false,
        no_ticket: holds,
        weak_sign_in: false,
    };
    let told = |holds: bool| {
        let ask = question(holds).ask(folder).unwrap();
        told_of(text, explain(folder, &ask, &[], now().now).unwrap())
    };
    let page = |pairs: &[(String, String)], told, refused| {
        let form = what_if::Form::of(pairs);
        let others = vec![text.to_owned()];
        what_if::Page::new(frame(Here::Policy), form, told, others, refused).render().unwrap()
    };
    let asked = pairs("exception.accept", "140");
    vec![
        ("yes", page(&asked, Some(told(false)), None)),
        ("no", page(&asked, Some(told(true)), None)),
        (
            "typed-wrong",
            page(&pairs("exception.accept", text), None, Some(refused(Some("radius")))),
        ),
    ]
}

fn tried(text: &str) -> Vec<(&'static str, String)> {
    let state = |state: &str| Tested {
        version: 1,
        policy: text.to_owned(),
        state: state.to_owned(),
        ..Tested::default()
    };
    let page = |tested| tests::Page::new(frame(Here::Policy), tested).render().unwrap();
    let mut report = Folder::builtin().test(&[]).unwrap();
    report.tried.retain(|(file, _), _| file.starts_with("sla") || file.starts_with("calendar"));
    let good = tested_of(&report, state("done"));
    let mut bad = good.clone();
    bad.tried[0].failures = vec![text.to_owned()];
    bad.untested = vec![text.to_owned()];
    vec![
        ("running", page(Tested { policy: text.to_owned(), ..state("running") })),
        ("unusable", page(Tested { unusable: vec![text.to_owned()], ..state("unusable") })),
        ("good", page(good)),
        ("bad", page(bad)),
    ]
}

fn changes(why: &str) -> Vec<Change> {
    let change = |sequence: i64, what: &str, day: &str| Change {
        sequence,
        what: what.to_owned(),
        at: at(day),
        actor: format!("person:{YOU}"),
        digest: Some(if sequence > 2 { "f" } else { "a" }.repeat(64)),
        policy: Some(if sequence > 2 { "hospital 1.1.0" } else { "hospital 1.0.0" }.to_owned()),
        why: Some(why.to_owned()),
        signed_by: Some(OTHER.to_owned()),
        countersigned_by: None,
        countersigned_from: None,
        kept: true,
        position: Some(sequence + 40),
        files: None,
    };
    vec![
        Change {
            countersigned_by: Some(YOU.to_owned()),
            countersigned_from: Some("legal".to_owned()),
            ..change(1, "adopted", "2027-03-01T09:00:00Z")
        },
        Change { digest: None, policy: None, ..change(2, "refused", "2027-03-02T09:00:00Z") },
        change(3, "proposed", "2027-03-16T09:00:00Z"),
        Change { kept: false, ..change(4, "withdrawn", "2027-03-17T09:00:00Z") },
    ]
}

fn compared(text: &str) -> Difference {
    let mut texts = folder::builtin_texts();
    let tiers = texts.iter_mut().find(|it| it.name == "tiers.toml").unwrap();
    tiers.text = tiers.text.replacen("days_max = 180\n", "days_max = 120\n", 1);
    tiers.text.push_str(&format!("# {}\n", text.replace('\n', " ")));
    let (in_words, files) = other_of(&Folder::builtin(), &folder::load(&texts).unwrap());
    Difference { version: 1, from: "a".repeat(64), to: "f".repeat(64), in_words, files }
}

fn consequences(text: &str) -> Consequences {
    let point = |about: &str, person: Option<&str>, loosens| Otherwise {
        about: about.to_owned(),
        words: text.to_owned(),
        person: person.map(str::to_owned),
        loosens,
    };
    let case = |reference: &str, kind: &str, status: &str, otherwise| CaseOtherwise {
        kind: kind.to_owned(),
        reference: reference.to_owned(),
        rule: text.to_owned(),
        status: status.to_owned(),
        tier_was: "Standard".to_owned(),
        tier_is: if kind == "finding" { "Elevated" } else { "Standard" }.to_owned(),
        otherwise,
    };
    let of_exception = vec![point("end", None, true), point("signature", Some(OTHER), false)];
    Consequences {
        version: 1,
        from: "a".repeat(64),
        from_policy: "hospital 1.0.0".to_owned(),
        to: "f".repeat(64),
        to_policy: "hospital 1.1.0".to_owned(),
        findings_looked: 12,
        exceptions_looked: 1,
        cases: vec![
            case("EX-3", "exception", "in_review", of_exception),
            case("FN-12", "finding", "open", vec![point("tier", None, false)]),
        ],
        cases_more: 1,
        left_out: vec![text.to_owned()],
    }
}

fn past(text: &str, compared: Option<(Difference, Consequences)>) -> String {
    let changes = changes(text);
    let which = history::Which::of("", "");
    let (names, moments) = (people(), now());
    let page = history::Page::new(
        frame(Here::Policy),
        (&changes, Some("1000".to_owned())),
        (&names, &moments),
        &which,
        (compared, None),
    );
    page.render().unwrap()
}
