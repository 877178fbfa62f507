//! A policy that asks for a stronger sign-in than there is.

use countersign_governance::authority::Verb;
use countersign_governance::seat::SeatName;
use countersign_policy::authority::{Ask, Case, Situation, Strength, Who};
use countersign_policy::folder::{Folder, builtin_texts, load};
use countersign_policy::rules::Text;
use countersign_policy::strength::locked_out;
use proptest::prelude::*;

const ALL: [Strength; 3] = [Strength::Single, Strength::Second, Strength::Key];

/// The built-in policy, where these verbs are forbidden below a strength, in these tiers or in all.
fn strict(rules: &[(Verb, Option<&str>, usize)]) -> Folder {
    let mut texts = builtin_texts();
    let statement = |(at, (verb, tier, strength)): (usize, &(Verb, Option<&str>, usize))| {
        let tier = tier.map(|it| format!(" && resource in Tier::\"{it}\"")).unwrap_or_default();
        let verb = verb.as_str();
        format!(
            "@id(\"own.{at}\")\n@because(\"Strong enough.\")\nforbid (principal, action == \
             Action::\"{verb}\", resource) when {{ context.strength < {strength}{tier} }};\n"
        )
    };
    let text = rules.iter().enumerate().map(statement).collect();
    texts.push(Text { name: "authority/own.cedar".to_owned(), text });
    load(&texts).expect("a folder that holds together")
}

#[test]
fn the_built_in_policy_locks_nobody_out() {
    assert_eq!(locked_out(&Folder::builtin(), Strength::Single), Vec::new());
}

#[test]
fn what_asks_for_more_than_there_is_is_named_with_its_tier() {
    let folder = strict(&[(Verb::PolicyAdopt, None, 3), (Verb::FindingOrder, None, 2)]);
    let told = |reached| locked_out(&folder, reached).iter().map(ToString::to_string).collect();
    let told: [Vec<String>; 3] = ALL.map(told);
    assert_eq!(told[0].len(), 8, "{told:?}");
    assert_eq!(told[0][0], "`finding.order` in tier routine needs a second factor");
    assert!(told[1].iter().all(|it| it.starts_with("`policy.adopt`")), "{told:?}");
    assert_eq!((told[1].len(), told[2].len()), (4, 0));
}

/// The plainest way: each seat asks with each strength that there is, as well as it can.
fn is_locked(folder: &Folder, verb: Verb, tier: &str, reached: Strength) -> bool {
    let passes = |strength: Strength| {
        SeatName::ALL.into_iter().any(|seat| {
            let who = Who {
                person: countersign_governance::id::PersonId(uuid::Uuid::nil()),
                active: true,
                seats: [seat].into(),
                duties: Default::default(),
                stands_in_for: Default::default(),
                reports_to: Default::default(),
            };
            let situation = Situation { strength, ..Situation::best() };
            let case = Case { regulated: true, ..Case::of_tier(tier) };
            let ask = Ask { who, verb, case, situation, deputy_for: None };
            let plain = Ask { case: Case::of_tier(tier), ..ask.clone() };
            [ask, plain].iter().any(|it| folder.authorities.judge(it).is_ok_and(|it| it.permitted))
        })
    };
    let weak = ALL.into_iter().filter(|it| *it <= reached).any(passes);
    !weak && ALL.into_iter().any(passes)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_what_asking_everybody_would_show(
        rules in proptest::collection::vec((0..Verb::ALL.len(), 1_usize..4), 1..4),
        reached in 0_usize..3,
    ) {
        let rules: Vec<_> =
            rules.into_iter().map(|(verb, strength)| (Verb::ALL[verb], None, strength)).collect();
        let (folder, reached) = (strict(&rules), ALL[reached]);
        let found = locked_out(&folder, reached);
        for verb in Verb::ALL {
            for tier in &folder.tiers.tiers {
                let is_found = found.iter().any(|it| it.verb == verb && it.tier == tier.id);
                prop_assert_eq!(is_found, is_locked(&folder, verb, &tier.id, reached), "{:?}", verb);
            }
        }
    }
}
