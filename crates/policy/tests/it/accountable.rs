//! Who answers for what: each gap, owners with their reasons, and who stands in.

use countersign_governance::id::PersonId;
use countersign_governance::seat::SeatName;
use countersign_policy::folder::{self, Folder};
use countersign_policy::raci::{GapKind, Plane, Presence, Row, Wanted, Way, gaps, resolve};
use jiff::civil::date;

use crate::folder::with;

fn id(number: u8) -> PersonId {
    PersonId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)))
}

/// Anna answers for erp, Bert stands in for her in December; Carl answers for whatever begins with db,
/// and Dora for what ends with 1.
#[expect(clippy::expect_used, reason = "the folder is whole")]
fn site() -> Folder {
    let row = |plane: &str, system: &str, who: &str, attested: &str| {
        format!(
            "[[row]]\nplane = \"{plane}\"\nsystem = \"{system}\"\naccountable = \"{who}\"\nattested = \"{attested}\"\n"
        )
    };
    let texts = with("raci.toml", |text| {
        let text = text.replace("rows_each_max = 20", "rows_each_max = 2\nfallback = \"dora\"");
        format!(
            "{text}\n[people]\nanna = \"{}\"\nbert = \"{}\"\ncarl = \"{}\"\ndora = \"{}\"\n{}{}{}{}{}\n\
             [[deputy]]\nfor = \"anna\"\nby = \"bert\"\nplanes = [\"credentials\"]\nsystems = [\"erp\"]\n\
             from = \"2026-12-01\"\nuntil = \"2026-12-31\"\n",
            id(1),
            id(2),
            id(3),
            id(4),
            row("credentials", "erp", "anna", "2026-10-01"),
            row("approval", "erp", "anna", "2026-10-01"),
            row("detection", "erp", "anna", "2026-01-01"),
            row("credentials", "db*", "carl", "2026-10-01"),
            row("credentials", "*1", "dora", "2026-10-01"),
        )
    });
    folder::load(&texts).expect("whole")
}

fn there(number: u8) -> Presence {
    Presence { person: id(number), active: true, away: None, seats: vec![SeatName::Business] }
}

#[test]
fn every_gap_is_found() {
    let raci = site().raci;
    let on = date(2026, 12, 10);
    let systems = ["erp".to_owned(), "db1".to_owned()];
    let away = (date(2026, 12, 1), date(2027, 1, 31));
    let mut people = vec![there(1), there(2), there(3), there(4)];
    let words = |people: &[Presence], on| -> Vec<String> {
        gaps(&raci, &systems, people, on).iter().map(ToString::to_string).collect()
    };
    let said = words(&people, on);
    assert!(said.contains(&"credentials of db1: 2 people answer for it".to_owned()), "{said:?}");
    assert!(said.contains(&"suppliers of erp: nobody answers for it".to_owned()), "{said:?}");
    assert!(
        said.contains(&"detection of erp: nobody has attested it for 343 days".to_owned()),
        "{said:?}"
    );
    assert!(said.contains(&"one person answers for 3 control planes".to_owned()), "{said:?}");
    people[0].away = Some(away);
    let said = words(&people, on);
    assert!(
        said.contains(
            &"approval of erp: who answers for it is away, and nobody stands in".to_owned()
        ),
        "{said:?}"
    );
    assert!(
        !said.iter().any(|it| it.starts_with("credentials of erp")),
        "Bert stands in: {said:?}"
    );
    let said = words(&people, date(2027, 1, 1));
    assert!(
        said.contains(
            &"credentials of erp: who answers for it is away, and nobody stands in".to_owned()
        ),
        "{said:?}"
    );
    people[0].active = false;
    people[1].seats.push(SeatName::Security);
    let said = words(&people, on);
    assert!(
        said.contains(&"credentials of erp: who answers for it is gone".to_owned()),
        "{said:?}"
    );
    assert!(said.contains(&"one person sits in business and security".to_owned()), "{said:?}");
    let gone = gaps(&raci, &systems, &[], on);
    assert!(gone.iter().any(|gap| gap.kind == GapKind::Gone(id(1))), "{gone:?}");
}

#[test]
fn an_owner_is_found_along_the_ways_and_says_which() {
    let raci = site().raci;
    let erp = Some((Plane::Credentials, "erp"));
    let wanted = Wanted { explicit: Some(id(2)), system: erp, process: Some(id(3)) };
    let owner = resolve(&raci, wanted, |_| true);
    assert_eq!(owner.person, Some(id(2)));
    let owner = resolve(&raci, wanted, |who| who != id(2));
    assert_eq!(owner.person, Some(id(1)), "whom it names cannot own it");
    let ways: Vec<Way> = owner.tried.iter().map(|told| told.way).collect();
    assert_eq!(ways, [Way::Explicit, Way::System]);
    let two =
        Wanted { explicit: None, system: Some((Plane::Credentials, "db1")), process: Some(id(3)) };
    assert_eq!(resolve(&raci, two, |_| true).person, Some(id(3)), "two answer for db1");
    let nothing = Wanted { explicit: None, system: None, process: None };
    let last = resolve(&raci, nothing, |_| true);
    assert_eq!((last.person, last.tried.len()), (Some(id(4)), 4));
    assert_eq!(resolve(&raci, nothing, |_| false).person, None);
}

#[test]
fn a_deputy_signs_under_the_row_of_whom_they_stand_in_for() {
    let raci = site().raci;
    let row = |who, system, on| raci.row_for(who, Plane::Credentials, system, on).map(Row::id);
    let on = date(2026, 12, 10);
    assert_eq!(row(id(1), "erp", on).as_deref(), Some("raci.credentials.erp"));
    assert_eq!(row(id(2), "erp", on).as_deref(), Some("raci.credentials.erp"));
    assert_eq!(row(id(2), "erp", date(2027, 1, 1)), None, "until the 31st");
    assert_eq!(row(id(2), "db2", on), None, "for erp only");
    assert_eq!(row(id(3), "db2", on).as_deref(), Some("raci.credentials.db*"));
}
