//! Who stands behind an account, a credential or an agent.

use countersign_access::engine::{BEHIND_MAX, Engine};
use proptest::prelude::*;

use crate::world::{facts, id};

const ORGANISATION: &str = "
    person ann\n person bob\n person cas\n person dee\n person eve
    account ann-erp\n account ann-mail\n account svc\n credential key\n credential bot-key
    ai_agent bot\n ai_agent other-bot\n group team
    ann-erp is_account_of ann\n ann-mail is_account_of ann\n ann holds key\n key authenticates svc
    bob member_of team\n svc member_of team\n bot acts_on_behalf_of cas\n other-bot acts_on_behalf_of cas
    dee holds bot-key\n bot-key authenticates bot\n eve holds key expires=1
";

fn behind(from: &[&str], limit: usize) -> (Vec<String>, bool) {
    let engine = Engine::build(vec![facts(ORGANISATION)], Vec::new());
    let ids: Vec<_> = from.iter().map(|it| id(it)).collect();
    let found = engine.behind(&ids, limit);
    (found.nodes.iter().map(ToString::to_string).collect(), found.is_cut)
}

#[test]
fn behind_an_account_and_a_credential_stand_those_whose_they_are_under_all_their_names() {
    let ann = ["ann", "ann-erp", "ann-mail"];
    assert_eq!(behind(&["ann-erp"], BEHIND_MAX).0, ann);
    // Whoever holds the credential of an account, also one that is past its end.
    let (svc, is_cut) = behind(&["svc"], BEHIND_MAX);
    assert_eq!(svc, ["ann", "ann-erp", "ann-mail", "eve", "key", "svc"]);
    assert!(!is_cut);
    assert_eq!(behind(&["key"], BEHIND_MAX).0, ["ann", "ann-erp", "ann-mail", "eve", "key"]);
}

#[test]
fn behind_an_agent_stand_who_holds_its_key_and_for_whom_it_acts_and_not_who_else_acts_for_them() {
    assert_eq!(behind(&["bot"], BEHIND_MAX).0, ["bot", "bot-key", "cas", "dee"]);
    let cas = ["bot", "bot-key", "cas", "dee", "other-bot"];
    assert_eq!(behind(&["cas"], BEHIND_MAX).0, cas, "its agents have what it has");
}

#[test]
fn groups_are_not_walked_through_and_what_no_source_knows_has_nobody_behind_it() {
    assert_eq!(behind(&["team"], BEHIND_MAX).0, ["team"]);
    assert!(behind(&["ghost"], BEHIND_MAX).0.is_empty());
}

#[test]
fn a_search_that_its_limit_cuts_off_says_so() {
    for limit in 0..6 {
        let (found, is_cut) = behind(&["svc"], limit);
        assert_eq!((found.len(), is_cut), (limit, true));
    }
    assert!(!behind(&["svc"], 6).1);
}

proptest! {
    /// Cut or not, a search never comes by more than its limit nor by anything that a longer one does
    /// not, and says that it was cut exactly when a longer one comes by more.
    #[test]
    fn a_cut_search_is_part_of_a_whole_one(limit in 0_usize..12, at in 0_usize..13) {
        let names = [
            "ann", "bob", "cas", "dee", "eve", "ann-erp", "ann-mail", "svc", "key", "bot-key",
            "bot", "other-bot", "team",
        ];
        let (whole, _) = behind(&[names[at]], BEHIND_MAX);
        let (part, is_cut) = behind(&[names[at]], limit);
        prop_assert!(part.len() <= limit && part.iter().all(|it| whole.contains(it)));
        prop_assert_eq!(is_cut, part.len() < whole.len());
    }
}
