//! Every mistake is said in its place, with what was meant, and nothing of the folder is in force.

use countersign_policy::folder;
use countersign_policy::rules::Text;

use crate::folder::{faults, replaced, with};

/// Replaces one part of one file and expects these words, which begin with place.
fn refuses(name: &str, from: &str, to: &str, words: &str) {
    let said = faults(&replaced(name, from, to));
    assert!(said.contains(words), "{name}: `{from}` to `{to}`\n{said}\nwanted: {words}");
}

/// What is changed, into what, and what is said.
const TIERS: &[(&str, &str, &str)] = &[
    (
        "radius_to = 9 ",
        "radius_to = 8 ",
        "tiers.toml:34:6: no tier for criticality `low` with 9 to 9 resources",
    ),
    ("radius_to = 9 ", "radius_to = 12 ", "tiers.toml:34:6: tier `standard` overlaps another"),
    (
        "radius_from = 1000 }",
        "radius_from = 1000, radius_to = 2000 }",
        "no tier for criticality `low` with 2001 resources or more",
    ),
    (
        "radius_from = 0, radius_to = 9 ",
        "radius_from = 9, radius_to = 0 ",
        "`radius_to` is less than `radius_from`",
    ),
    (
        "criticality = [\"medium\"]",
        "criticality = [\"midium\"]",
        "unknown criticality `midium`: write `medium`",
    ),
    ("without_a_person = true\n", "", "a tier with no seat would need nobody"),
    ("without_a_person = true", "seats = []", "`seats` is empty, and nobody would have to sign"),
    (
        "seats = [\"business\", \"control\"]",
        "seats = [\"business\", \"business\"]",
        "`business` stands twice",
    ),
    (
        "seats = [\"business\", \"control\"]",
        "seats = [\"busines\", \"control\"]",
        "unknown seat `busines`: write `business`",
    ),
    (
        "seats = [\"business\", \"control\"]",
        "seats = [\"business\"]",
        "tier `standard` is below its baseline: the control seat has to sign",
    ),
    (
        "days_max = 30\n",
        "days_max = 31\n",
        "`review_days_max` is 31, and security asks for at most 30",
    ),
    (
        "days_max = 90\nreview_days_max = 30",
        "days_max = 91\nreview_days_max = 30",
        "`days_max` is 91, and security asks for at most 90",
    ),
    ("radius_max = 10000\n", "", "`radius_max` is no limit"),
    (
        "ticket_required = true",
        "ticket_required = false",
        "`ticket_required` is false, and security asks for true",
    ),
    ("deputies_may_sign = false", "deputies_may_sign = true", "`deputies_may_sign` is true"),
    (
        "second_person = true",
        "second_person = false",
        "`second_person` is false, and security asks for true",
    ),
    (
        "at_expiry = \"contain\"\nlegal_signs = true",
        "at_expiry = \"revoke\"\nlegal_signs = true",
        "would stop a critical process by a clock",
    ),
    (
        "owner = \"security\"",
        "owner = \"business\"",
        "is said by the security seat, not by `business`",
    ),
    ("owner = \"operations\"", "owner = \"security\"", "is said by the operations seat"),
    (
        "owner = \"process-owner\"",
        "owner = \"proces-owner\"",
        "unknown risk owner `proces-owner`: write `process-owner`",
    ),
    (
        "administration = \"critical\"",
        "administration = \"crtical\"",
        "unknown tier `crtical`: write `critical`",
    ),
    (
        "ticket_required",
        "tickets_required",
        "unknown key `tickets_required`: write `ticket_required`",
    ),
    ("id = \"standard\"", "id = \"routine\"", "a tier is called `routine` already"),
    (
        "{ criticality = [\"high\"], radius_from = 100 },",
        "",
        "no tier for criticality `high` with 100 resources or more",
    ),
];

#[test]
fn tiers() {
    for (from, to, words) in TIERS {
        refuses("tiers.toml", from, to, words);
    }
}

#[test]
fn a_graver_case_in_a_milder_tier() {
    let swapped = with("tiers.toml", |text| {
        text.replace("[\"critical\"], radius_from = 0 }", "[\"medium\"], radius_from = 100 }")
            .replacen("[\"medium\"], radius_from = 100 }", "[\"critical\"], radius_from = 0 }", 1)
    });
    let said = faults(&swapped);
    assert!(said.contains("lands in `elevated`, milder than `critical`"), "{said}");
}

#[test]
fn times_and_days() {
    refuses(
        "sla.toml",
        "due_days = 7",
        "due_days = 77",
        "tier `critical` is due later than the milder `elevated`",
    );
    refuses(
        "sla.toml",
        "tier = \"routine\"",
        "tier = \"rutine\"",
        "unknown tier `rutine`: write `routine`",
    );
    refuses(
        "sla.toml",
        "before_hours = 24",
        "before_hours = 200",
        "does not follow what came before (168)",
    );
    refuses(
        "sla.toml",
        "decide_hours = 4\n",
        "decide_hours = 5\n",
        "operations can wait 4 in tier `critical`",
    );
    refuses("sla.toml", "counted = \"calendar\"", "counted = \"calender\"", "write `calendar`");
    refuses(
        "calendar.toml",
        "\"UTC\"",
        "\"Europe/Berlon\"",
        "calendar.toml:3:13: unknown time zone `Europe/Berlon`",
    );
    refuses("calendar.toml", "\"monday\"", "\"mondey\"", "unknown day `mondey`: write `monday`");
    refuses("calendar.toml", "2027-01-01", "2026-12-25", "is `Christmas Day` already");
    refuses("calendar.toml", "18:00", "07:00", "`closes` is not after `opens`");
    refuses("calendar.toml", "2027-01-01", "2027-13-01", "is no date");
}

#[test]
fn accountability() {
    let anna = "anna = \"01900000-0000-7000-8000-000000000001\"\n";
    let bert = "bert = \"01900000-0000-7000-8000-000000000002\"\n";
    let row = "[[row]]\nplane = \"credentials\"\nsystem = \"erp\"\naccountable = \"anna\"\nattested = \"2026-10-01\"\n";
    let said = |more: &str| {
        faults(&with("raci.toml", |text| format!("{text}\n[people]\n{anna}{bert}\n{more}")))
    };
    let two = said(&format!("{row}\n{row}"));
    assert!(two.contains("`credentials` of `erp` has a row already"), "{two}");
    let list = said(&row.replace("\"anna\"", "[\"anna\", \"bert\"]"));
    assert!(list.contains("found a list: write a string") || list.contains("found "), "{list}");
    let unknown = said(&row.replace("\"anna\"", "\"ana\""));
    assert!(unknown.contains("unknown person `ana`: write `anna`"), "{unknown}");
    let plane = said(&row.replace("credentials", "credential"));
    assert!(plane.contains("unknown control plane `credential`: write `credentials`"), "{plane}");
    let deputy = |who: &str, by: &str| {
        format!(
            "[[deputy]]\nfor = \"{who}\"\nby = \"{by}\"\nplanes = [\"credentials\"]\nsystems = [\"*\"]\n\
             from = \"2026-12-01\"\nuntil = \"2026-12-31\"\n"
        )
    };
    let circle = said(&format!("{}{}", deputy("anna", "bert"), deputy("bert", "anna")));
    assert!(circle.contains("deputies in a circle at the same time"), "{circle}");
    let own = said(&deputy("anna", "anna"));
    assert!(own.contains("nobody is their own deputy"), "{own}");
}

#[test]
fn deputies_in_turn_are_no_circle() {
    let texts = with("raci.toml", |text| {
        format!(
            "{text}\n[people]\nanna = \"01900000-0000-7000-8000-000000000001\"\n\
             bert = \"01900000-0000-7000-8000-000000000002\"\n\
             [[deputy]]\nfor = \"anna\"\nby = \"bert\"\nplanes = [\"credentials\"]\nsystems = [\"*\"]\n\
             from = \"2026-12-01\"\nuntil = \"2026-12-15\"\n\
             [[deputy]]\nfor = \"bert\"\nby = \"anna\"\nplanes = [\"credentials\"]\nsystems = [\"*\"]\n\
             from = \"2026-12-16\"\nuntil = \"2026-12-31\"\n"
        )
    });
    folder::load(&texts).expect("one after the other");
}

/// What is changed in a file of policies, into what, and what is said.
const AUTHORITY: &[(&str, &str, &str)] = &[
    (
        "Seat::\"control\" ||",
        "Seat::\"kontrol\" ||",
        "authority/exception.cedar:11:16: unknown seat `kontrol`: write `control`",
    ),
    (
        "action == Action::\"exception.accept\"",
        "action == Action::\"exception.acept\"",
        "unknown verb `exception.acept`: write `exception.accept`",
    ),
    (
        "  resource\n",
        "  resource in Tier::\"crtical\"\n",
        "unknown tier `crtical`: write `critical`",
    ),
    ("@id(\"exception.accept\")\n", "", "a policy has a name and a reason"),
    (
        "@id(\"exception.accept\")",
        "@id(\"exception.propose\")",
        "the id `exception.propose` is taken by a policy in `authority/exception.cedar`",
    ),
    ("permit (", "permitt (", "authority/exception.cedar:5:1"),
];

#[test]
fn authority() {
    let file = "authority/exception.cedar";
    for (from, to, words) in AUTHORITY {
        refuses(file, from, to, words);
    }
    let more = |policy: &str| {
        let named = if policy.starts_with('@') { "" } else { "@id(\"more\")\n@because(\"x\")\n" };
        faults(&with(file, |text| format!("{text}\n{named}{policy}\n")))
    };
    let attribute = more(
        "forbid (principal, action == Action::\"exception.accept\", resource) when { resource.radiuss > 3 };",
    );
    assert!(
        attribute.contains("radiuss") && attribute.contains("exception.cedar:148:"),
        "{attribute}"
    );
    let impossible =
        more("forbid (principal, action == Action::\"exception.accept\", resource is Finding);");
    assert!(impossible.contains("no question could ever meet this policy"), "{impossible}");
    let deaf =
        more("forbid (principal, action, resource) when { principal in Seat::\"security\" };");
    assert!(deaf.contains("nobody could change this policy any more"), "{deaf}");
    let stuck = more(
        "forbid (principal, action == Action::\"exception.confirm\", resource in Tier::\"elevated\");",
    );
    assert!(
        stuck.contains(
            "tier `elevated` needs the control seat, and no policy lets it do `exception.confirm`"
        ),
        "{stuck}"
    );
    let crowd: String = (0..12)
        .map(|at| format!("@id(\"c{at}\")\n@because(\"x\")\nforbid (principal, action == Action::\"exception.accept\", resource) when {{ resource.radius > {at} }};\n"))
        .collect();
    let crowd = more(&crowd);
    assert!(
        crowd
            .contains("13 policies have a say in `exception.accept` of tier `routine`, at most 12"),
        "{crowd}"
    );
}

#[test]
fn names_of_files() {
    let given = |name: &str| {
        let mut texts = folder::builtin_texts();
        texts.push(Text { name: name.to_owned(), text: String::new() });
        faults(&texts)
    };
    assert!(given("tier.toml").contains("no part of a policy has this name: write `tiers.toml`"));
    assert!(given("authority/deep/x.cedar").contains("no part of a policy has this name"));
    assert!(given("tiers.toml").contains("this file is given twice"));
    let mut texts = folder::builtin_texts();
    texts.retain(|text| text.name != "sla.toml" && !text.name.ends_with(".cedar"));
    let said = faults(&texts);
    assert!(said.contains("sla.toml:1:1: the folder has no such file"), "{said}");
    assert!(said.contains("no policy says who may do what"), "{said}");
    refuses(
        "authority/authority.cedarschema",
        "entity Tier;",
        "entity Tiers;",
        "the schema is the product's own",
    );
}

#[test]
fn mistakes_in_several_files_are_all_told() {
    let mut texts = replaced("tiers.toml", "days_max = 365", "days_max = 366");
    for text in &mut texts {
        if text.name == "calendar.toml" {
            text.text = text.text.replace("UTC", "UTD");
        }
        if text.name == "authority/finding.cedar" {
            text.text = text.text.replace("Seat::\"control\"", "Seat::\"controll\"");
        }
    }
    let said = faults(&texts);
    assert!(said.contains("`days_max` is 366") && said.contains("UTD"), "{said}");
    assert_eq!(said.matches("unknown seat `controll`: write `control`").count(), 4, "{said}");
}

#[test]
fn the_digest_is_of_what_counts() {
    let before = folder::load(&folder::builtin_texts()).expect("whole");
    let test =
        folder::load(&with("sla.test.toml", |text| format!("# more\n{text}"))).expect("whole");
    assert_eq!(before.digest, test.digest, "a test decides nothing");
    let windows =
        folder::load(&with("sla.toml", |text| text.replace('\n', "\r\n"))).expect("whole");
    assert_eq!(before.digest, windows.digest, "line ends decide nothing");
    let comment = folder::load(&with("sla.toml", |text| format!("# more\n{text}"))).expect("whole");
    assert_ne!(before.digest, comment.digest);
}
