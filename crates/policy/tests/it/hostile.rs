//! What somebody could try, or get wrong all at once: every way round the folder is closed when it is
//! loaded, or answered with no.

use std::collections::BTreeSet;

use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;
use countersign_governance::seat::SeatName;
use countersign_policy::authority::{Ask, Case, Situation, Who};
use countersign_policy::explain::{explain, unsigned};
use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::Text;
use jiff::Timestamp;

use crate::folder::{faults, with};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const ANNA: &str = "01900000-0000-7000-8000-00000000abcd";

fn more(policy: &str) -> Vec<Text> {
    let file = "authority/administration.cedar";
    with(file, |text| format!("{text}\n@id(\"more\")\n@because(\"x\")\n{policy}\n"))
}

fn person(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

fn who(number: u128, seats: &[SeatName]) -> Who {
    Who {
        person: person(number),
        active: true,
        seats: seats.iter().copied().collect(),
        duties: BTreeSet::new(),
        stands_in_for: BTreeSet::new(),
        reports_to: Default::default(),
    }
}

fn ask(who: Who, verb: Verb, tier: &str) -> Ask {
    let (case, situation) = (Case::of_tier(tier), Situation::best());
    Ask { who, verb, case, situation, deputy_for: None }
}

#[test]
fn nobody_is_locked_out_of_changing_the_policy() {
    let adopt = "forbid (principal, action == Action::\"policy.adopt\", resource)";
    let locks = [
        format!("{adopt};"),
        "forbid (principal, action, resource) when { principal in Seat::\"security\" };".to_owned(),
        "forbid (principal, action in Action::\"administration\", resource);".to_owned(),
        format!("{adopt} unless {{ principal.duties.contains(\"keeper\") }};"),
        format!("{adopt} unless {{ context.facts.contains(\"open\") }};"),
        format!("{adopt} when {{ resource.radius < 1 }};"),
        format!("{adopt} unless {{ principal == Person::\"{ANNA}\" }};"),
        format!("{adopt} when {{ resource.radius + 9223372036854775807 + context.strength > 0 }};"),
    ];
    for policy in locks {
        let said = faults(&more(&policy));
        assert!(said.contains("nobody could change this policy any more"), "{policy}\n{said}");
    }
    let appoint = "forbid (principal, action == Action::\"person.appoint\", resource);";
    let said = faults(&more(appoint));
    assert!(said.contains("nobody could be appointed any more"), "{said}");
    let countersign = "forbid (principal, action == Action::\"policy.countersign\", resource);";
    let said = faults(&more(countersign));
    assert!(said.contains("nobody could countersign it"), "{said}");
    let strong = format!("{adopt} unless {{ context.strength >= 2 }};");
    folder::load(&more(&strong)).expect("who signs in better can still do it");
}

#[test]
fn our_own_administration_never_passes_without_a_person() {
    let said = faults(&with("tiers.toml", |text| {
        text.replace("administration = \"critical\"", "administration = \"routine\"")
    }));
    assert!(
        said.contains("passes without a person, and so would changes to this policy"),
        "{said}"
    );
}

#[test]
fn what_is_not_low_risk_or_is_graver_than_what_takes_a_person_never_passes_without_one() {
    let seats = "seats = [\"business\", \"control\"]";
    let hostile = |text: &str, tier: &str| {
        let (before, rest) = text.split_once(&format!("id = \"{tier}\"")).expect("the tier");
        let rest = rest.replacen(seats, "without_a_person = true", 1);
        // Security says nothing about it either.
        let rest = rest.replace(seats, "");
        format!("{before}id = \"{tier}\"{rest}")
    };
    for tier in ["elevated", "critical"] {
        let said = faults(&with("tiers.toml", |text| hostile(text, tier)));
        assert!(said.contains("always takes a person"), "{tier}: {said}");
    }
    let said = faults(&with("tiers.toml", |text| {
        hostile(text, "standard").replacen("without_a_person = true", seats, 1)
    }));
    assert!(said.contains("is graver than `routine`, which does not"), "{said}");
}

/// All tiers of the folder, each with seats or without a person, and with ranges moved about: what loads
/// lets nothing pass without a person that is not low risk, or graver than something that takes one.
#[test]
fn no_policy_lets_anything_but_low_risk_pass_without_a_person() {
    use countersign_governance::finding::entrust::is_low_risk;
    use countersign_policy::tier::{Approval, CRITICALITIES, Radius};
    let mut loaded = 0;
    for choice in 0_u32..16 {
        for (low, medium) in [(9, 99), (0, 1), (500, 700)] {
            let texts = with("tiers.toml", |text| {
                let (tiers, rest) = text.split_once("# Below this").expect("two parts");
                let (mut parts, mut at) = (Vec::new(), 0);
                for part in tiers.split("[[tier]]\n") {
                    let bare: Vec<&str> = part
                        .lines()
                        .filter(|line| !line.starts_with("seats") && !line.starts_with("without"))
                        .collect();
                    let who = if choice & (1 << at) == 0 {
                        "seats = [\"business\", \"control\"]"
                    } else {
                        "without_a_person = true"
                    };
                    // What stands before the first tier is the head.
                    let is_head = part.contains("[policy]");
                    let body = bare.join("\n");
                    parts.push(if is_head { body } else { format!("{}\n", body.trim_end()) });
                    if !is_head {
                        let part = parts.last_mut().expect("the last");
                        part.push_str(&format!("{who}\n\n"));
                        at += 1;
                    }
                }
                let tiers = parts.join("\n[[tier]]\n");
                let moved = tiers
                    .replace("radius_to = 9 }", &format!("radius_to = {low} }}"))
                    .replace("radius_from = 10,", &format!("radius_from = {},", low + 1))
                    .replace("radius_to = 99 }", &format!("radius_to = {medium} }}"))
                    .replace("radius_from = 100 }", &format!("radius_from = {} }}", medium + 1));
                let rest: Vec<&str> =
                    rest.lines().filter(|line| !line.starts_with("seats")).collect();
                format!("{moved}\n# Below this{}\n", rest.join("\n"))
            });
            let Ok(folder) = folder::load(&texts) else { continue };
            loaded += 1;
            let tiers = &folder.tiers;
            for criticality in CRITICALITIES.map(Some).into_iter().chain([None]) {
                for resources in [0, 1, 2, 9, 10, 99, 100, 500, 501, 1_000, 1_000_000] {
                    for complete in [true, false] {
                        let radius = Radius { resources, complete };
                        let tier = tiers.of(criticality, radius).expect("each case has one");
                        let passes = tiers.without_a_person(criticality, radius);
                        let routine = tier.approval == Approval::Routine;
                        assert_eq!(passes.is_some(), routine);
                        if passes.is_some() {
                            assert!(is_low_risk(tiers.counts_as(criticality)), "{criticality:?}");
                            let mut milder = tiers.tiers.iter().take(tier.rank);
                            assert!(milder.all(|it| it.approval == Approval::Routine));
                        }
                    }
                }
            }
        }
    }
    assert!((4..48).contains(&loaded), "some are refused and some are not: {loaded}");
}

#[test]
fn a_quorum_that_could_never_meet_is_refused() {
    let seats = "seats = [\"business\", \"control\"]";
    for silent in ["security", "operations", "auditor"] {
        let said = faults(&with("tiers.toml", |text| {
            let more = format!("seats = [\"business\", \"control\", \"{silent}\"]");
            text.replacen(seats, &more, 1)
        }));
        assert!(said.contains(&format!("signs nothing: remove `{silent}`")), "{said}");
    }
}

#[test]
fn one_person_under_two_names_is_found() {
    let deputy = "[[deputy]]\nfor = \"anna\"\nby = \"ann\"\nplanes = [\"approval\"]\nsystems = [\"*\"]\n\
                  from = \"2026-12-01\"\nuntil = \"2026-12-31\"\n";
    let upper = ANNA.to_uppercase();
    for alias in
        [upper.clone(), format!("{{{ANNA}}}"), format!("urn:uuid:{ANNA}"), upper.replace('-', "")]
    {
        let said = faults(&with("raci.toml", |text| {
            format!("{text}\n[people]\nanna = \"{ANNA}\"\nann = \"{alias}\"\n{deputy}")
        }));
        assert!(said.contains("`anna` and `ann` are one person"), "{alias}\n{said}");
        assert!(said.contains("nobody is their own deputy"), "{alias}\n{said}");
    }
}

#[test]
fn a_circle_of_three_is_found_where_it_is_one() {
    let people = "anna = \"01900000-0000-7000-8000-000000000001\"\nbert = \
                  \"01900000-0000-7000-8000-000000000002\"\ncarl = \
                  \"01900000-0000-7000-8000-000000000003\"\n";
    let deputy = |who: &str, by: &str, planes: &str, from: &str, until: &str| {
        format!(
            "[[deputy]]\nfor = \"{who}\"\nby = \"{by}\"\nplanes = {planes}\nsystems = [\"*\"]\nfrom = \
             \"2026-12-{from}\"\nuntil = \"2026-12-{until}\"\n"
        )
    };
    let texts = |rows: [String; 3]| {
        with("raci.toml", |text| format!("{text}\n[people]\n{people}{}", rows.concat()))
    };
    let all = "[\"approval\", \"detection\"]";
    let circle = texts([
        deputy("anna", "bert", all, "01", "10"),
        deputy("bert", "carl", all, "05", "20"),
        deputy("carl", "anna", all, "10", "31"),
    ]);
    let said = faults(&circle);
    assert!(said.contains("deputies in a circle at the same time"), "{said}");
    let at_other_times = texts([
        deputy("anna", "bert", all, "01", "10"),
        deputy("bert", "carl", all, "05", "20"),
        deputy("carl", "anna", all, "11", "31"),
    ]);
    folder::load(&at_other_times).expect("never all three on one day");
    let in_other_planes = texts([
        deputy("anna", "bert", "[\"approval\"]", "01", "10"),
        deputy("bert", "carl", "[\"detection\"]", "01", "10"),
        deputy("carl", "anna", all, "01", "10"),
    ]);
    folder::load(&in_other_planes).expect("in no plane a circle");
}

#[test]
fn no_policy_makes_somebody_sign_for_their_own_access() {
    let open = "permit (principal, action, resource);";
    let folder = folder::load(&more(open)).expect("policy may be as open as it likes");
    for verb in [Verb::ExceptionAccept, Verb::ExceptionConfirm, Verb::ExceptionSign] {
        let mut own = ask(who(1, &SeatName::ALL), verb, "critical");
        own.case.beneficiaries = [person(1)].into();
        let mut stands_in = ask(who(2, &SeatName::ALL), verb, "critical");
        stands_in.who.stands_in_for = [person(1)].into();
        stands_in.case.requesters = [person(1)].into();
        for ask in [own, stands_in] {
            let told = explain(&folder, &ask, std::slice::from_ref(&ask.who), NOW).unwrap();
            assert!(!told.permitted && told.others.is_empty(), "{told}");
            assert_eq!(unsigned(&folder, &ask.case, std::slice::from_ref(&ask.who)).len(), 3);
        }
    }
    let twice = [who(3, &SeatName::ALL), who(3, &SeatName::ALL)];
    let missing = unsigned(&folder, &Case::of_tier("critical"), &twice);
    assert_eq!(missing.len(), 2, "one person who is listed twice signs once");
}

#[test]
fn what_is_dated_in_the_future_is_not_fresh() {
    let recent = "forbid (principal, action == Action::\"exception.accept\", resource) when { \
                  context.signed_in_minutes > 15 };";
    let folder = folder::load(&more(recent)).expect("whole");
    let mut ask = ask(who(1, &[SeatName::Business]), Verb::ExceptionAccept, "standard");
    assert!(folder.judge(&ask, NOW).unwrap().permitted);
    ask.situation.data_age_hours = -1;
    let ruling = folder.judge(&ask, NOW).unwrap();
    assert_eq!(ruling.objections[0].to_string(), "the data is dated in the future");
    assert!(!ruling.permitted);
    ask.situation.data_age_hours = 0;
    ask.situation.signed_in_minutes = -1;
    let ruling = folder.judge(&ask, NOW).unwrap();
    assert_eq!((ruling.permitted, ruling.by.as_slice()), (false, ["more".to_owned()].as_slice()));
}

#[test]
fn a_name_that_looks_like_a_policy_is_a_name() {
    let freeze = "forbid (principal, action == Action::\"exception.accept\", resource) when { \
                  resource.system == \"erp\" || context.facts.contains(\"freeze\") };";
    let folder = folder::load(&more(freeze)).expect("whole");
    let forged = "\" || true }; permit (principal, action, resource); //\u{0}\u{202e}";
    let mut ask = ask(who(1, &[SeatName::Auditor]), Verb::ExceptionAccept, "standard");
    ask.case.system = Some(forged.to_owned());
    ask.case.process = Some(forged.to_owned());
    ask.who.duties = [forged.to_owned()].into();
    ask.situation.facts = [forged.to_owned()].into();
    assert!(!folder.judge(&ask, NOW).unwrap().permitted);
    ask.who.seats = [SeatName::Business].into();
    assert!(folder.judge(&ask, NOW).unwrap().permitted, "and forbids nothing either");
    ask.situation.facts = ["freeze".to_owned()].into();
    assert!(!folder.judge(&ask, NOW).unwrap().permitted);
    ask.situation.facts.clear();
    ask.case.tier = "standard\"; x".to_owned();
    assert!(folder.judge(&ask, NOW).is_err(), "a tier is one of the folder");
}

/// The lines of a file on which a key has its whole value.
fn lines(text: &str) -> Vec<usize> {
    let is_whole = |line: &str| {
        let value = line.split_once(" = ").map(|(_, value)| value);
        line.starts_with(|letter: char| letter.is_ascii_lowercase())
            && value.is_some_and(|value| !value.ends_with('[') && !value.starts_with("\"\"\""))
    };
    text.lines().enumerate().filter(|(_, line)| is_whole(line)).map(|(at, _)| at + 1).collect()
}

/// A value that fits nowhere, on every fourth line; and each of them taken away.
#[test]
fn every_value_of_the_wrong_kind_is_told_at_once_and_nothing_that_only_follows() {
    let builtin = folder::builtin_texts();
    for name in ["tiers.toml", "sla.toml", "calendar.toml", "raci.toml", "rules/business.toml"] {
        let text = builtin.iter().find(|text| text.name == name).map_or("", |it| it.text.as_str());
        for first in 0..4 {
            let broken: BTreeSet<usize> =
                lines(text).into_iter().skip(first).step_by(4).take(40).collect();
            let changed: String = text
                .lines()
                .enumerate()
                .map(|(at, line)| match line.split_once(" = ") {
                    Some((key, _)) if broken.contains(&(at + 1)) => {
                        format!("{key} = 1979-05-27\n")
                    }
                    _ => format!("{line}\n"),
                })
                .collect();
            let alone = [Text { name: name.to_owned(), text: changed }];
            let bad = folder::load(&alone).expect_err("refused");
            let told = bad.iter().find(|bad| bad.file == name).expect("this file");
            let at: BTreeSet<usize> = told.faults.iter().map(|fault| fault.line).collect();
            assert_eq!(at, broken, "{told}");
        }
    }
}

#[test]
fn what_the_rest_means_is_checked_beside_what_has_the_wrong_shape() {
    let said = faults(&with("tiers.toml", |text| {
        text.replacen("days_max = 365", "days_max = 366", 1)
            .replacen("days_max = 180\n", "", 1)
            .replacen("ticket_required", "tickets_required", 1)
            .replacen("renewals_max = 2", "renewals_max = \"two\"", 1)
            .replacen("owner = \"operations\"", "owner = \"security\"", 1)
    }));
    for words in [
        "`days_max` is 366, and security asks for at most 365",
        "the key `days_max` is missing: add it",
        "unknown key `tickets_required`: write `ticket_required`",
        "found string \"two\": write a whole number from 0",
        "is said by the operations seat",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert_eq!(said.lines().count(), 5, "{said}");
    let said =
        faults(&with("tiers.toml", |text| text.replace("id = \"standard\"", "id = standard")));
    assert!(said.contains("not readable as TOML"), "{said}");
}

#[test]
fn another_layout_is_no_difference_and_a_hidden_condition_is_one() {
    let old = Folder::builtin();
    let file = "authority/exception.cedar";
    let cut = "  principal in Seat::\"business\",\n  action == Action::\"exception.accept\",\n  resource\n);";
    let with = |new: &str| folder::load(&with(file, |text| text.replace(cut, new))).expect("whole");
    let set_out = with(
        "principal in Seat::\"business\", // why\n action == Action::\"exception.accept\", resource\n);",
    );
    assert!(countersign_policy::diff::diff(&old, &set_out).is_empty());
    let hidden = |line: &str| {
        with(&format!(
            "principal in Seat::\"business\", action == Action::\"exception.accept\", resource)\n// only \
             when{line}when {{ resource.radius < 9 }};"
        ))
    };
    let differences = countersign_policy::diff::diff(&old, &hidden("\n"));
    assert!(differences.iter().any(|it| it.about == "policy exception.accept"), "{differences:?}");
}
