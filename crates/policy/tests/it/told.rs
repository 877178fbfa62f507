//! Why not, who else, what would make it a yes; which cases nobody could sign; and what is otherwise in
//! another version.

use std::collections::BTreeSet;

use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;
use countersign_governance::seat::SeatName;
use countersign_policy::authority::{Ask, Case, Situation, Strength, Who};
use countersign_policy::diff::diff;
use countersign_policy::explain::{explain, unsigned};
use countersign_policy::folder::{self, Folder};
use jiff::Timestamp;

use crate::folder::{replaced, with};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn id(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

fn who(number: u128, seats: &[SeatName]) -> Who {
    Who {
        person: id(number),
        active: true,
        seats: seats.iter().copied().collect(),
        duties: BTreeSet::new(),
        stands_in_for: BTreeSet::new(),
        reports_to: Default::default(),
    }
}

fn ask(seats: &[SeatName], verb: Verb, tier: &str) -> Ask {
    Ask {
        who: who(1, seats),
        verb,
        case: Case::of_tier(tier),
        situation: Situation::best(),
        deputy_for: None,
    }
}

#[test]
fn a_no_says_why_and_what_would_make_it_a_yes() {
    let folder = Folder::builtin();
    let people = [who(2, &[SeatName::Business]), who(3, &[SeatName::Control])];
    let told = |ask: &Ask| explain(&folder, ask, &people, NOW).unwrap();
    let yes = told(&ask(&[SeatName::Business], Verb::ExceptionAccept, "critical"));
    assert!(yes.permitted && yes.yes_if.is_empty());
    assert_eq!(yes.why[0].by, "exception.accept");
    assert_eq!(yes.why[0].place.as_deref(), Some("authority/exception.cedar:15"));
    let seat = told(&ask(&[SeatName::Control], Verb::ExceptionAccept, "critical"));
    assert_eq!(seat.why[0].by, "nothing");
    assert_eq!(
        (seat.seats.as_slice(), seat.others.as_slice()),
        (["business"].as_slice(), [id(2)].as_slice())
    );
    assert_eq!(seat.yes_if, ["they are appointed to the business seat"]);
    let mut stale = ask(&[SeatName::Business], Verb::ExceptionAccept, "critical");
    stale.situation.data_age_hours = 25;
    let one = told(&stale);
    assert_eq!(one.why[1].by, "tier.critical.data_age_hours_max");
    assert_eq!(one.yes_if, ["the system is read again"]);
    assert!(one.others.is_empty(), "nobody could: the data is old for all");
    stale.situation.ticket = false;
    assert_eq!(told(&stale).yes_if, ["the system is read again, and a ticket is linked"]);
    let mut veto = ask(&[SeatName::Security], Verb::ExceptionVeto, "critical");
    veto.situation = Situation::worst();
    assert!(told(&veto).permitted, "stopping never waits");
    let mut own = ask(&[SeatName::Business], Verb::ExceptionAccept, "critical");
    own.case.beneficiaries = [id(9)].into();
    own.who.stands_in_for = [id(9)].into();
    let own = told(&own);
    assert!(!own.permitted && own.why[0].by == "law", "{own}");
    assert_eq!(own.yes_if, ["somebody else does it, from the seat: business"]);
}

#[test]
fn a_case_that_nobody_could_sign_names_whom_to_appoint() {
    let folder = Folder::builtin();
    let (business, control, legal) = (SeatName::Business, SeatName::Control, SeatName::Legal);
    let seats = |case: &Case, people: &[Who]| -> Vec<&str> {
        unsigned(&folder, case, people).iter().map(|it| it.seat).collect()
    };
    let case = Case::of_tier("critical");
    let all = [who(1, &[business, control]), who(2, &[business]), who(3, &[legal, business])];
    assert!(seats(&case, &all).is_empty(), "each from one seat, in the one order that works");
    assert_eq!(seats(&case, &all[..2]), ["legal"]);
    let alone = [who(1, &[business, control, legal])];
    assert_eq!(seats(&case, &alone).len(), 2, "one person signs once");
    let holds = Case { beneficiaries: [id(3)].into(), ..case };
    let spare = [all[0].clone(), all[1].clone(), all[2].clone(), who(4, &[])];
    let missing = unsigned(&folder, &holds, &spare);
    assert_eq!(
        (missing[0].seat, missing[0].could_be_appointed.as_slice()),
        ("legal", [id(4)].as_slice())
    );
    let standard = Case::of_tier("standard");
    assert!(seats(&standard, &all[..2]).is_empty());
    let regulated = Case { regulated: true, ..standard };
    assert_eq!(seats(&regulated, &all[..2]), ["legal"]);
}

#[test]
fn what_another_version_decides_otherwise_is_told() {
    let old = Folder::builtin();
    assert!(diff(&old, &Folder::builtin()).is_empty());
    let shorter =
        folder::load(&replaced("tiers.toml", "days_max = 180", "days_max = 100")).expect("whole");
    let words = |from: &Folder, to: &Folder| -> Vec<String> {
        diff(from, to).iter().map(ToString::to_string).collect()
    };
    assert_eq!(words(&old, &shorter), ["tier standard, days_max: 180 -> 100"]);
    assert_eq!(words(&shorter, &old), ["tier standard, days_max: 100 -> 180  (asks for less)"]);
    let wider = folder::load(&with("tiers.toml", |text| {
        text.replace("radius_to = 9 }", "radius_to = 19 }")
            .replace("radius_from = 10,", "radius_from = 20,")
    }))
    .expect("whole");
    assert_eq!(
        words(&old, &wider),
        ["low process, from 10 resources: standard -> routine  (asks for less)"]
    );
    let open = folder::load(&with("authority/exception.cedar", |text| {
        format!("{text}\n@id(\"more\")\n@because(\"x\")\npermit (principal in Seat::\"legal\", action == \
                 Action::\"exception.accept\", resource in Tier::\"routine\");\n")
    }))
    .expect("whole");
    let said = words(&old, &open);
    assert_eq!(
        said[0],
        "exception.accept from the legal seat in routine: no -> yes  (asks for less)"
    );
    assert!(said[1].starts_with("policy more: new: "), "{said:?}");
}

#[test]
fn the_mildest_sign_in_that_would_do_is_named() {
    use countersign_governance::authority::{Factor, SignIn};
    let strong = |least: &str| {
        with("authority/exception.cedar", |text| {
            format!(
                "{text}\n@id(\"own.strong\")\n@because(\"It is grave.\")\nforbid (principal, \
                 action == Action::\"exception.accept\", resource) unless {{ {least} }};\n"
            )
        })
    };
    let said = |least: &str, seat: SeatName| {
        let folder = folder::load(&strong(least)).unwrap();
        let mut ask = ask(&[seat], Verb::ExceptionAccept, "critical");
        ask.situation.strength = Strength::Single;
        ask.situation.signed_in_minutes = 90;
        ask.situation.working_hours = false;
        folder.authority(&ask, NOW)
    };
    for (least, way) in [
        ("context.signed_in_minutes <= 15", (Factor::Any, 15)),
        ("context.strength >= 2", (Factor::Second, i64::MAX)),
        ("context.strength >= 3 && context.signed_in_minutes <= 15", (Factor::Key, 15)),
    ] {
        let authority = said(least, SeatName::Business);
        let way = Some(SignIn { factor: way.0, minutes: way.1 });
        assert_eq!((authority.permitted, authority.sign_in), (false, way), "{least}");
        assert_eq!(said(least, SeatName::Control).sign_in, None, "a wrong seat stays wrong");
    }
    assert_eq!(said("context.working_hours", SeatName::Business).sign_in, None);
}
