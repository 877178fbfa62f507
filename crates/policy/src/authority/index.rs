//! Which policies can have a say, by verb and kind of case, found from their scope when the folder is
//! loaded. A policy that is left out has a scope that is false there, so it could neither permit,
//! forbid nor fail: the answer is the one of the whole set.

use std::collections::{BTreeMap, HashSet};

use cedar_policy::{ActionConstraint, EntityUid, Policy, PolicySet, ResourceConstraint};
use countersign_governance::authority::Verb;

use super::entity::Vocabulary;

/// Most policies that are evaluated for one question.
pub const EVALUATED_MAX: usize = 12;

/// The policies for each verb in each tier.
#[derive(Debug, Clone, Default)]
pub(super) struct Index(BTreeMap<(Verb, String), PolicySet>);

/// More policies than are evaluated for one question.
#[derive(Debug)]
pub(super) struct Crowd {
    pub(super) verb: Verb,
    pub(super) tier: String,
    pub(super) ids: Vec<String>,
}

impl Index {
    /// Sorts the policies, and names where too many would have a say.
    pub(super) fn new(
        policies: &PolicySet,
        tiers: &[&str],
        vocabulary: &Vocabulary,
    ) -> (Self, Vec<Crowd>) {
        let mut index = Self::default();
        let mut crowds = Vec::new();
        for verb in Verb::ALL {
            let Some((action, groups)) = vocabulary.verb(verb) else { continue };
            let by_verb: Vec<&Policy> =
                policies.policies().filter(|it| speaks_of(it, &action, &groups)).collect();
            for tier in tiers {
                let is_here = |it: &&&Policy| can_match(it, vocabulary, verb, tier);
                let mut ids: Vec<&&Policy> = by_verb.iter().filter(is_here).collect();
                ids.sort_by_key(|it| it.id().to_string());
                if ids.len() > EVALUATED_MAX {
                    let ids = ids.iter().map(|it| it.id().to_string()).collect();
                    crowds.push(Crowd { verb, tier: (*tier).to_owned(), ids });
                    continue;
                }
                let set = PolicySet::from_policies(ids.into_iter().map(|it| (*it).clone()));
                // Ids were different in the whole set, so they are here.
                index.0.insert((verb, (*tier).to_owned()), set.unwrap_or_default());
            }
        }
        (index, crowds)
    }

    /// The policies that can have a say; nothing for a tier that does not exist.
    pub(super) fn get(&self, verb: Verb, tier: &str) -> Option<&PolicySet> {
        self.0.get(&(verb, tier.to_owned()))
    }
}

fn speaks_of(policy: &Policy, action: &EntityUid, groups: &HashSet<EntityUid>) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(uid) => uid == *action,
        ActionConstraint::In(uids) => uids.iter().any(|uid| uid == action || groups.contains(uid)),
    }
}

fn can_match(policy: &Policy, vocabulary: &Vocabulary, verb: Verb, tier: &str) -> bool {
    let is_tier = |uid: &EntityUid| *uid == vocabulary.tier(tier);
    let is_kind = |name| name == *vocabulary.kind(verb);
    match policy.resource_constraint() {
        ResourceConstraint::Any => true,
        // The id of a case is none that a policy could name.
        ResourceConstraint::Eq(_) => false,
        ResourceConstraint::In(uid) => is_tier(&uid),
        ResourceConstraint::Is(name) => is_kind(name),
        ResourceConstraint::IsIn(name, uid) => is_kind(name) && is_tier(&uid),
    }
}
