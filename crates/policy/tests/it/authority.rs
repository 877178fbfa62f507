//! Over random policies and questions: the answer from the policies that can have a say is the one of
//! all of them, nothing passes that no policy permits, and policy only ever narrows.

use std::collections::BTreeSet;

use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;
use countersign_policy::authority::{Ask, Case, Situation, Strength, Who};
use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::Text;
use jiff::Timestamp;
use proptest::prelude::*;

const TIERS: [&str; 4] = ["routine", "standard", "elevated", "critical"];

fn person(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

/// One policy of a random folder. Reaches wide, so that what an index leaves out would be missed.
fn policy() -> impl Strategy<Value = String> {
    let principal = prop_oneof![
        Just("principal".to_owned()),
        (0_usize..6).prop_map(|at| format!("principal in Seat::\"{}\"", SeatName::ALL[at])),
    ];
    let action = prop_oneof![
        1 => Just("action".to_owned()),
        4 => (0..Verb::ALL.len()).prop_map(|at| format!("action == Action::\"{}\"", Verb::ALL[at].as_str())),
        2 => (0..Verb::ALL.len(), 0..Verb::ALL.len()).prop_map(|(one, other)| format!(
            "action in [Action::\"{}\", Action::\"{}\"]", Verb::ALL[one].as_str(), Verb::ALL[other].as_str())),
        2 => prop_oneof!["finding", "exception", "administration", "stopping"]
            .prop_map(|group| format!("action in Action::\"{group}\"")),
    ];
    let resource = prop_oneof![
        2 => Just("resource".to_owned()),
        2 => (0_usize..4).prop_map(|at| format!("resource in Tier::\"{}\"", TIERS[at])),
    ];
    let when = prop_oneof![
        2 => Just(String::new()),
        1 => Just(" when { resource.radius > 3 }".to_owned()),
        1 => Just(" when { context.strength >= 2 && context.data_complete }".to_owned()),
        1 => Just(" unless { resource.beneficiaries.contains(principal) }".to_owned()),
        1 => Just(" when { resource has owner && resource.owner == principal }".to_owned()),
        1 => Just(" when { context.facts.contains(\"freeze\") }".to_owned()),
        // Overflows for a wide reach: a policy that fails.
        1 => Just(" when { resource.radius * 4611686018427387904 > 3 }".to_owned()),
    ];
    (prop::bool::weighted(0.7), principal, action, resource, when).prop_map(
        |(permits, principal, action, resource, when)| {
            let effect = if permits { "permit" } else { "forbid" };
            format!("{effect} ({principal}, {action}, {resource}){when};")
        },
    )
}

fn question() -> impl Strategy<Value = Ask> {
    let who = (1_u128..6, prop::collection::btree_set(0_usize..6, 0..4), any::<bool>());
    let case = (0_usize..4, 0_u64..8, prop::collection::btree_set(1_u128..6, 0..3), 0_u128..6);
    let situation = (1_i64..4, 0_i64..100, any::<bool>(), any::<bool>(), any::<bool>());
    (who, 0..Verb::ALL.len(), case, situation).prop_map(|(who, verb, case, situation)| Ask {
        who: Who {
            person: person(who.0),
            active: true,
            seats: who.1.into_iter().map(|at| SeatName::ALL[at]).collect(),
            duties: BTreeSet::new(),
            stands_in_for: if who.2 { [person(5)].into() } else { BTreeSet::new() },
            reports_to: Default::default(),
        },
        verb: Verb::ALL[verb],
        case: Case {
            criticality: Criticality::High,
            radius: case.1,
            beneficiaries: case.2.into_iter().map(person).collect(),
            owner: (case.3 > 0).then(|| person(case.3)),
            ..Case::of_tier(TIERS[case.0])
        },
        situation: Situation {
            strength: [Strength::Single, Strength::Second, Strength::Key]
                [usize::try_from(situation.0 - 1).unwrap_or(0)],
            data_age_hours: situation.1,
            data_complete: situation.2,
            ticket: situation.3,
            facts: if situation.4 { ["freeze".to_owned()].into() } else { BTreeSet::new() },
            ..Situation::best()
        },
        deputy_for: None,
    })
}

/// The built-in folder with these policies beside its own; one that could not be loaded is nothing to
/// compare.
fn folder(policies: &[String]) -> Option<Folder> {
    let mut texts = folder::builtin_texts();
    texts.retain(|text| !text.name.starts_with("rules/") || text.name == "rules/postgres.toml");
    let named = policies.iter().enumerate();
    let text: String = named
        .map(|(at, policy)| format!("@id(\"random.{at}\")\n@because(\"x\")\n{policy}\n"))
        .collect();
    texts.push(Text { name: "authority/random.cedar".to_owned(), text });
    folder::load(&texts).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_indexed_answer_is_the_answer_of_all(
        policies in prop::collection::vec(policy(), 1..10),
        questions in prop::collection::vec(question(), 40),
    ) {
        let Some(folder) = folder(&policies) else { return Ok(()) };
        for ask in questions {
            let indexed = folder.authorities.judge(&ask).unwrap();
            let all = folder.authorities.judge_by_all(&ask).unwrap();
            prop_assert_eq!(&indexed, &all, "{:?} {:?}", policies, ask);
            if indexed.permitted {
                let permit = indexed.by.iter().all(|id| folder.authorities.about[id].permits);
                prop_assert!(permit && !indexed.by.is_empty(), "a yes has somebody who gave it");
            }
            let ruling = folder.judge(&ask, Timestamp::UNIX_EPOCH).unwrap();
            prop_assert!(!ruling.permitted || indexed.permitted, "a tier narrows and never widens");
            prop_assert!(!ruling.permitted || ruling.objections.is_empty());
        }
    }
}

#[test]
fn a_policy_that_fails_is_a_no_even_where_another_permits() {
    let overflow = "forbid (principal, action == Action::\"exception.accept\", resource) when { \
                    resource.radius * 4611686018427387904 > 3 };";
    let folder = folder(&[overflow.to_owned()]).unwrap();
    let mut ask = Ask {
        who: Who {
            person: person(1),
            active: true,
            seats: [SeatName::Business].into(),
            duties: BTreeSet::new(),
            stands_in_for: BTreeSet::new(),
            reports_to: Default::default(),
        },
        verb: Verb::ExceptionAccept,
        case: Case::of_tier("standard"),
        situation: Situation::best(),
        deputy_for: None,
    };
    assert!(folder.authorities.judge(&ask).unwrap().permitted);
    ask.case.radius = 9;
    let answer = folder.authorities.judge(&ask).unwrap();
    assert!(!answer.permitted && answer.failed.len() == 1, "{answer:?}");
    ask.case.radius = 0;
    ask.who.active = false;
    assert!(!folder.authorities.judge(&ask).unwrap().permitted, "nobody acts who is gone");
    ask.who.active = true;
    ask.case.tier = "unknown".to_owned();
    assert!(folder.judge(&ask, Timestamp::UNIX_EPOCH).is_err(), "no tier, no yes");
    assert!(!folder.authority(&ask, Timestamp::UNIX_EPOCH).permitted);
}

#[test]
fn what_a_policy_speaks_of_is_found_however_it_is_written() {
    let reads = |policy: &str| {
        let folder = folder(&[policy.to_owned()]).unwrap();
        let reads = folder.authorities.reads(Verb::ExceptionAccept, "standard");
        (reads.duties, reads.facts)
    };
    let forbid = "forbid (principal, action == Action::\"exception.accept\", resource)";
    assert_eq!(reads(&format!("{forbid} when {{ resource.radius > 3 }};")), (false, false));
    let duties = "principal.duties.contains(\"accountable.approval\")";
    assert_eq!(reads(&format!("{forbid} unless {{ {duties} }};")), (true, false));
    for facts in [
        "context.facts.contains(\"gap\")",
        "context[\"facts\"].isEmpty()",
        "context[\"\\u{66}acts\"].contains(\"gap\")",
    ] {
        assert_eq!(reads(&format!("{forbid} when {{ {facts} }};")), (false, true), "{facts}");
    }
}
