//! What comes out otherwise for one open case under another version of a policy.

use std::collections::BTreeSet;

use countersign_governance::authority::Verb;
use countersign_governance::exception::Exception;
use countersign_governance::finding::Finding;
use countersign_governance::id::PersonId;
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;
use countersign_policy::authority::{Case, Who};
use countersign_policy::diff::case::{self, Point, Sight};
use countersign_policy::folder::{self, Folder};
use countersign_policy::tier::{CRITICALITIES, Radius};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::folder::{replaced, with};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn id(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

fn digest() -> String {
    format!("sha256:{}", "a".repeat(64))
}

/// Signed by the owner and by the control seat, the owner's signature by a deputy where one is named.
fn exception(hours: i64, review_days: u16, ticket: bool, deputy: Option<u128>) -> Exception {
    let signed = |person: u128, seat: &str, other: Option<u128>| {
        let mut it = json!({ "person": id(person), "seat": seat, "at": NOW });
        if let Some(other) = other {
            it["for"] = json!(id(other));
        }
        it
    };
    let until = NOW.checked_add(SignedDuration::from_hours(hours)).unwrap();
    let mut all = json!({
        "id": uuid::Uuid::from_u128(9),
        "terms": {
            "owner": id(1),
            "why": { "need": digest(), "not_removable": digest(), "would_change": digest() },
            "used": { "use": "continuous" },
            "controls": [{
                "what": digest(), "owner": id(2), "every_hours": 24, "max_age_hours": 48,
                "test": { "kind": "path_absent", "system": null, "probe": digest() },
            }],
            "until": until,
            "review_days": review_days,
            "requested_by": [],
        },
        "pin": {
            "finding": uuid::Uuid::from_u128(8), "fingerprint": "f", "rule": "r", "detail": digest(),
            "frozen": digest(), "covered_total": 1, "regulated": false, "due": null,
        },
        "proposed_by": id(3), "proposed_at": NOW, "signed": [], "veto": null, "pulses": [],
        "stage": {
            "stage": "active",
            "since": NOW,
            "by": {
                "accepted": signed(deputy.unwrap_or(1), "business", deputy.map(|_| 1)),
                "confirmed": signed(2, "control", None),
                "legal": null,
            },
        },
    });
    if ticket {
        all["terms"]["ticket"] = json!("CHG-1");
    }
    serde_json::from_value(all).unwrap()
}

fn finding(stage: Value) -> Finding {
    serde_json::from_value(json!({
        "id": uuid::Uuid::from_u128(8),
        "known": {
            "fingerprint": "f", "rule": "r", "class": "toxic_pair", "severity": "high",
            "certainty": "proven", "affected_total": 1, "detail": digest(), "policy": "p",
        },
        "opened_at": NOW, "reopened": 0, "unproven": false, "signed": [], "dispute": null,
        "stage": stage,
    }))
    .unwrap()
}

fn sight(folder: &Folder, criticality: Criticality, resources: u64) -> Sight<'_> {
    let radius = Radius { resources, complete: true };
    let tier = folder.tiers.of(Some(criticality), radius).unwrap();
    let case =
        Case { criticality, radius: resources, owner: Some(id(1)), ..Case::of_tier(&tier.id) };
    Sight { folder, case, has_rule: true }
}

fn abouts(points: &[Point]) -> Vec<(&'static str, bool)> {
    points.iter().map(|point| (point.about, point.loosens)).collect()
}

fn changed(from: &str, to: &str) -> Folder {
    folder::load(&replaced("tiers.toml", from, to)).unwrap()
}

#[test]
fn what_is_longer_than_would_be_had_or_lacks_a_seat_or_a_ticket_is_told_and_the_way_back_loosens() {
    let old = Folder::builtin();
    let shorter =
        changed("days_max = 180\nreview_days_max = 60", "days_max = 60\nreview_days_max = 20");
    let stricter = changed(
        "at_expiry = \"reopen\"\nlegal_signs = false\nticket_required = false\ndeputies_may_sign = true\n\
         data_age_hours_max = 72",
        "at_expiry = \"contain\"\nlegal_signs = true\nticket_required = true\ndeputies_may_sign = true\n\
         data_age_hours_max = 72",
    );
    let it = exception(24 * 90, 30, false, None);
    let see = |folder| sight(folder, Criticality::Medium, 5);
    let points = case::exception(&see(&old), &see(&shorter), &it);
    assert_eq!(abouts(&points), [("end", false), ("review", false)]);
    assert_eq!(points[0].words, "it lasts 90 days from its proposal, and at most 60 would be had");
    let back = case::exception(&see(&shorter), &see(&old), &it);
    assert_eq!(abouts(&back), [("end", true), ("review", true)]);
    let points = case::exception(&see(&old), &see(&stricter), &it);
    assert_eq!(abouts(&points), [("legal", false), ("ticket", false), ("expiry", false)]);
    let with_one = exception(24 * 90, 30, true, None);
    let points = case::exception(&see(&old), &see(&stricter), &with_one);
    assert_eq!(abouts(&points), [("legal", false), ("expiry", false)]);
}

#[test]
fn a_case_that_lands_elsewhere_or_whose_rule_is_gone_is_told_once() {
    let old = Folder::builtin();
    let wider = folder::load(&with("tiers.toml", |text| {
        text.replace("radius_to = 9 }", "radius_to = 4 }")
            .replace("radius_from = 10,", "radius_from = 5,")
    }))
    .unwrap();
    let see = |folder| sight(folder, Criticality::Low, 7);
    let open = finding(json!({ "stage": "open" }));
    let points = case::finding(&see(&old), &see(&wider), &open);
    assert_eq!(points[0].words, "of the tier Standard instead of Routine");
    assert_eq!(abouts(&points)[0], ("tier", false));
    assert!(points.iter().any(|point| point.about == "due"), "{points:?}");
    let owner = json!({ "stage": "assigned", "owner": { "person": id(1), "due": NOW } });
    let points = case::finding(&see(&old), &see(&wider), &finding(owner));
    assert_eq!(abouts(&points), [("tier", false)], "whoever owns it keeps their date");
    let gone = Sight { has_rule: false, ..see(&wider) };
    assert_eq!(abouts(&case::finding(&see(&old), &gone, &open)), [("rule", true)]);
    let it = exception(24, 1, false, None);
    assert_eq!(abouts(&case::exception(&see(&old), &gone, &it)), [("rule", true)]);
}

fn who(number: u128, seat: SeatName) -> Who {
    Who {
        person: id(number),
        active: true,
        seats: [seat].into(),
        duties: BTreeSet::new(),
        stands_in_for: BTreeSet::new(),
        reports_to: BTreeSet::new(),
    }
}

#[test]
fn a_signature_of_a_deputy_or_with_too_weak_a_sign_in_would_not_be_given_again() {
    let old = Folder::builtin();
    fn see(folder: &Folder) -> Sight<'_> {
        sight(folder, Criticality::Medium, 5)
    }
    let it = exception(24 * 90, 30, false, Some(4));
    let standing = case::on_exception(&it);
    let verbs: Vec<Verb> = standing.iter().map(|it| it.verb).collect();
    assert_eq!(verbs, [Verb::ExceptionAccept, Verb::ExceptionConfirm]);
    let told = |new: &Folder, at: usize, who: &Who| {
        case::signature(&see(&old), &see(new), (&standing[at], who, false), NOW)
    };
    let (deputy, control) = (who(4, SeatName::Business), who(2, SeatName::Control));
    assert_eq!(told(&old, 0, &deputy), None);
    let alone = folder::load(&with("tiers.toml", |text| {
        text.replace("deputies_may_sign = true", "deputies_may_sign = false")
    }))
    .unwrap();
    let point = told(&alone, 0, &deputy).unwrap();
    assert_eq!((point.about, point.person, point.loosens), ("signature", Some(id(4)), false));
    assert!(point.words.ends_with("a deputy may not sign in this tier"), "{}", point.words);
    assert_eq!(told(&alone, 1, &control), None, "the control seat signed for itself");
    let strong = folder::load(&with("authority/exception.cedar", |text| {
        format!(
            "{text}\n@id(\"own.strong\")\n@because(\"It is grave.\")\nforbid (principal, action == \
             Action::\"exception.confirm\", resource) unless {{ context.strength >= 2 }};\n"
        )
    }))
    .unwrap();
    let point = told(&strong, 1, &control).unwrap();
    assert_eq!((point.about, point.loosens), ("sign-in", false));
    assert!(point.words.contains("with a second factor"), "{}", point.words);
    assert_eq!(told(&strong, 0, &deputy), None);
    let elsewhere = who(2, SeatName::Auditor);
    assert_eq!(told(&strong, 1, &elsewhere), None, "who sits elsewhere now signs by neither");
}

fn criticality() -> impl Strategy<Value = Criticality> {
    (0..CRITICALITIES.len()).prop_map(|at| CRITICALITIES[at])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    /// End, reviews and ticket as the plainest reading of the two tiers says, and nothing between a policy
    /// and itself.
    #[test]
    fn what_is_told_is_what_one_tier_would_have_and_the_other_would_not(
        days in 1_u32..400, review in 1_u32..100, ticket in any::<bool>(),
        hours in 1_i64..24 * 400, every in 1_u16..120, linked in any::<bool>(),
        criticality in criticality(), resources in 0_u64..2_000,
    ) {
        let old = Folder::builtin();
        let new = folder::load(&with("tiers.toml", |text| {
            let all: Vec<&str> = text.split("\n[[baseline]]").collect();
            let rest = text.get(all[0].len()..).unwrap_or_default();
            // The baselines would refuse most of what is drawn.
            let bare: Vec<String> = rest.split("\n\n").map(|part| {
                let keep = |line: &&str| !part.contains("[[baseline]]")
                    || ["[[baseline]]", "tier", "owner"].iter().any(|it| line.starts_with(it));
                part.lines().filter(keep).collect::<Vec<_>>().join("\n")
            }).collect();
            let number = |line: &str| match line.split_once(" = ") {
                Some(("days_max", _)) => format!("days_max = {days}"),
                Some(("review_days_max", _)) => format!("review_days_max = {}", review.min(days)),
                Some(("ticket_required", _)) => format!("ticket_required = {ticket}"),
                _ => line.to_owned(),
            };
            let tiers: Vec<String> = all[0].lines().map(number).collect();
            format!("{}\n{}\n", tiers.join("\n"), bare.join("\n\n"))
        })).unwrap();
        let it = exception(hours, every, linked, None);
        let [was, is] = [&old, &new].map(|folder| sight(folder, criticality, resources));
        prop_assert_eq!(case::exception(&was, &was, &it), Vec::new());
        prop_assert_eq!(case::exception(&is, &is, &it), Vec::new());
        let found = abouts(&case::exception(&was, &is, &it));
        let tier = |folder: &Folder, sight: &Sight<'_>| folder.tiers.named(&sight.case.tier).unwrap().clone();
        let (before, after) = (tier(&old, &was), tier(&new, &is));
        let expect = |about: &'static str, no_before: bool, no_after: bool| {
            let wanted = (no_before != no_after).then_some((about, no_before));
            let told = found.iter().find(|point| point.0 == about).copied();
            prop_assert_eq!(told, wanted, "{}", about);
            Ok(())
        };
        expect("end", hours > before.days_max * 24, hours > after.days_max * 24)?;
        let every = i64::from(every);
        expect("review", every > before.review_days_max, every > after.review_days_max)?;
        expect("ticket", !linked && before.ticket_required, !linked && after.ticket_required)?;
    }
}
