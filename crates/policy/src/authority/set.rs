//! All policies of a folder, read, validated and indexed. Answers one question, and says by which
//! policies.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{Authorizer, Decision, Policy, PolicySet};
use countersign_governance::authority::Verb;
use countersign_governance::seat::SeatName;

use super::ask::{Ask, Case, Situation, Strength, Who};
use super::entity::{NotAsked, Vocabulary};
use super::index::Index;
use super::statement;

/// What is known of one policy beside what Cedar does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its id, from `@id`.
    pub id: String,
    /// Why it is there, from `@because`.
    pub because: String,
    /// The file in which it stands.
    pub file: String,
    /// The line on which it begins.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// Whether it permits; it forbids otherwise.
    pub permits: bool,
}

impl About {
    /// Its text without comments and apart from how it is set out.
    #[must_use]
    pub fn plain(&self) -> String {
        statement::plain(&self.text)
    }
}

/// Of what the policies that can have a say speak, beside the seats and the case: what need not be looked
/// up where none does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reads {
    /// Of the duties of the person.
    pub duties: bool,
    /// Of the facts of the situation.
    pub facts: bool,
}

/// The policies of a folder.
#[derive(Debug, Clone)]
pub struct Authorities {
    pub(super) policies: PolicySet,
    pub(super) index: Index,
    pub(super) vocabulary: Vocabulary,
    /// Texts that each policy compares with: duties and facts that somebody could have.
    pub(super) words: BTreeMap<String, BTreeSet<String>>,
    /// Of what each speaks.
    pub(super) reads: BTreeMap<String, Reads>,
    /// What is known of each, by id.
    pub about: BTreeMap<String, About>,
}

impl Reads {
    /// Of what one policy speaks.
    pub(super) fn of(policy: &Policy) -> Self {
        let Ok(form) = policy.to_json() else { return Self { duties: true, facts: true } };
        let form = form.to_string();
        Self { duties: form.contains("\"duties\""), facts: form.contains("\"facts\"") }
    }
}

/// What the policies say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether they let it pass. One that could not be evaluated makes it a no.
    pub permitted: bool,
    /// The ids of those that made the answer: what permitted, or what forbade; none when nothing did.
    pub by: Vec<String>,
    /// Those that could not be evaluated, in words.
    pub failed: Vec<String>,
}

/// Whether a seat may do a verb in a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum May {
    /// However things stand.
    Yes,
    /// As things stand, with duties or facts that policies name.
    If,
    /// Not at all.
    No,
}

impl Authorities {
    /// Answers a question from the policies that can have a say. A case of a tier that the folder
    /// does not know is answered with no.
    ///
    /// # Errors
    /// [`NotAsked`] on a defect; the answer is no.
    pub fn judge(&self, ask: &Ask) -> Result<Answer, NotAsked> {
        match self.index.get(ask.verb, &ask.case.tier) {
            Some(policies) => self.evaluate(ask, policies),
            None => Err(NotAsked(format!("there is no tier `{}`", ask.case.tier))),
        }
    }

    /// The same from all policies: what [`Self::judge`] is held equal to.
    ///
    /// # Errors
    /// As [`Self::judge`].
    pub fn judge_by_all(&self, ask: &Ask) -> Result<Answer, NotAsked> {
        self.evaluate(ask, &self.policies)
    }

    fn evaluate(&self, ask: &Ask, policies: &PolicySet) -> Result<Answer, NotAsked> {
        if !ask.who.active {
            return Ok(Answer { permitted: false, by: Vec::new(), failed: Vec::new() });
        }
        let put = self.vocabulary.put(ask)?;
        let response = Authorizer::new().is_authorized(&put.request, policies, &put.entities);
        let mut by: Vec<String> =
            response.diagnostics().reason().map(ToString::to_string).collect();
        by.sort();
        let mut failed: Vec<String> =
            response.diagnostics().errors().map(ToString::to_string).collect();
        failed.sort();
        let permitted = response.decision() == Decision::Allow && failed.is_empty();
        Ok(Answer { permitted, by, failed })
    }

    /// Of what the policies that can have a say speak. A word that is written in a roundabout way, in
    /// brackets or with escapes, is found as well: it is looked for in the form that Cedar evaluates.
    #[must_use]
    pub fn reads(&self, verb: Verb, tier: &str) -> Reads {
        let here = self.index.get(verb, tier).into_iter().flat_map(PolicySet::policies);
        let each = here.map(|policy| self.reads.get::<str>(policy.id().as_ref()).copied());
        each.fold(Reads::default(), |all, one| {
            // What could not be looked into may speak of anything.
            let one = one.unwrap_or(Reads { duties: true, facts: true });
            Reads { duties: all.duties || one.duties, facts: all.facts || one.facts }
        })
    }

    /// How many policies can have a say.
    #[must_use]
    pub fn evaluated(&self, verb: Verb, tier: &str) -> usize {
        self.index.get(verb, tier).map_or(0, PolicySet::num_of_policies)
    }

    /// Ids and texts of the policies that can have a say, apart from how they are set out: where they are
    /// the same, so is every answer.
    #[must_use]
    pub fn said(&self, verb: Verb, tier: &str) -> BTreeMap<&str, String> {
        let here = self.index.get(verb, tier).into_iter().flat_map(PolicySet::policies);
        let about = here.filter_map(|policy| self.about.get::<str>(policy.id().as_ref()));
        about.map(|about| (about.id.as_str(), about.plain())).collect()
    }

    /// Whether anybody in a seat could do a verb on some case of a tier. Tries how things can stand at
    /// best and at worst, with and without the duties and facts that policies name: a policy that asks
    /// for something between is not seen.
    #[must_use]
    pub fn may(&self, seat: SeatName, verb: Verb, tier: &str) -> May {
        let (mut some, mut all) = (false, true);
        for ask in self.tries(seat, verb, tier) {
            let yes = self.judge(&ask).is_ok_and(|answer| answer.permitted);
            some |= yes;
            all &= yes;
            if some && !all {
                return May::If;
            }
        }
        if some { May::Yes } else { May::No }
    }

    /// Whether anybody who sits in a seat could do a verb when nothing stands in the way, without any
    /// duty, fact or part in the case: what may not hang on something that nobody has.
    #[must_use]
    pub fn may_plainly(&self, seat: SeatName, verb: Verb, tier: &str) -> bool {
        self.tries(seat, verb, tier)
            .first()
            .is_some_and(|ask| self.judge(ask).is_ok_and(|answer| answer.permitted))
    }

    /// The weakest sign-in with which anybody in a seat could do a verb on some case of a tier; nothing where
    /// nobody could with any.
    #[must_use]
    pub fn weakest(&self, seat: SeatName, verb: Verb, tier: &str) -> Option<Strength> {
        let tries = self.tries(seat, verb, tier);
        let passes = |strength: &Strength| {
            tries.iter().any(|ask| {
                let situation = Situation { strength: *strength, ..ask.situation.clone() };
                self.judge(&Ask { situation, ..ask.clone() }).is_ok_and(|it| it.permitted)
            })
        };
        [Strength::Single, Strength::Second, Strength::Key].into_iter().find(passes)
    }

    /// The policies that let a seat do a verb in a tier, in some situation.
    #[must_use]
    pub fn permitting(&self, seat: SeatName, verb: Verb, tier: &str) -> Vec<&About> {
        let answers =
            self.tries(seat, verb, tier).into_iter().filter_map(|it| self.judge(&it).ok());
        let ids: BTreeSet<String> =
            answers.filter(|answer| answer.permitted).flat_map(|answer| answer.by).collect();
        ids.iter().filter_map(|id| self.about.get(id)).collect()
    }

    /// The seats that could do a verb on some case of a tier.
    #[must_use]
    pub fn seats(&self, verb: Verb, tier: &str) -> Vec<SeatName> {
        let can = |seat: &SeatName| self.may(*seat, verb, tier) != May::No;
        SeatName::ALL.into_iter().filter(can).collect()
    }

    fn tries(&self, seat: SeatName, verb: Verb, tier: &str) -> Vec<Ask> {
        let nobody = countersign_governance::id::PersonId(uuid::Uuid::nil());
        let none = BTreeSet::new();
        let here = self.index.get(verb, tier).into_iter().flat_map(PolicySet::policies);
        let words: BTreeSet<String> = here
            .filter_map(|policy| self.words.get::<str>(policy.id().as_ref()))
            .flatten()
            .cloned()
            .collect();
        let texts = if words.is_empty() { vec![&none] } else { vec![&none, &words] };
        let mut tries = Vec::new();
        for duties in &texts {
            for facts in &texts {
                for situation in [Situation::best(), Situation::worst()] {
                    let who = Who {
                        person: nobody,
                        active: true,
                        seats: [seat].into(),
                        duties: (*duties).clone(),
                        stands_in_for: BTreeSet::new(),
                        reports_to: BTreeSet::new(),
                    };
                    let situation = Situation { facts: (*facts).clone(), ..situation };
                    let case = Case::of_tier(tier);
                    tries.push(Ask { who, verb, case, situation, deputy_for: None });
                }
            }
        }
        let regulated = tries.first().cloned().map(|ask| Ask {
            case: Case { regulated: true, legal_signs: true, ..ask.case },
            situation: Situation { strength: Strength::Second, ..ask.situation },
            ..ask
        });
        tries.extend(regulated);
        tries
    }
}
