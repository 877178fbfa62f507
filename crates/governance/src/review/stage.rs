//! A review is planned: what it looks at, who is asked in which stage, and what becomes of silence. An
//! empty scope, a stage without reviewers and silence that keeps access cannot be planned.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Review};
use crate::campaign::{
    ITEMS_MAX, KEEP_DAYS_MAX, LADDER_MAX, NoAnswer, Plan, REVIEWERS_MAX, Reviewers, STAGE_DAYS_MAX,
    STAGES_MAX, Scoped, StagePlan,
};
use crate::facts::Facts;
use crate::id::{PersonId, ReviewId};
use crate::instant::Instant;
use crate::refusal::Refusal;

/// The plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// All of it.
    pub plan: Plan,
}

/// Planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Staged {
    /// How.
    pub plan: Plan,
    /// How many items its scope has.
    pub in_scope: u64,
    /// By whom.
    pub by: PersonId,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn stage(
    state: Option<&Review>,
    facts: &Facts,
    command: Stage,
) -> Result<Vec<Event>, Refusal> {
    let by = facts.permitted_person()?.id();
    if state.is_some() {
        return Err(Refusal::Exists("review"));
    }
    let Stage { plan } = command;
    must_be_sound(&plan)?;
    // Whoever is named has to be there, in a seat that does more than read.
    for id in plan.people() {
        let named = facts.others.iter().find(|person| person.id() == id);
        if !named.is_some_and(crate::appointment::Person::can_answer) {
            return Err(Refusal::CannotAnswer);
        }
    }
    let scope = facts.review()?.scope;
    must_fit(scope)?;
    let staged = Staged { plan, in_scope: scope.items, by, at: facts.now };
    Ok(vec![Event::Staged(Box::new(staged))])
}

/// Nothing is planned of which nobody would be asked, and nothing that does not fit.
pub(super) fn must_fit(scope: Scoped) -> Result<(), Refusal> {
    if scope.items > ITEMS_MAX {
        return Err(Refusal::TooManyItems { total: scope.items, most: ITEMS_MAX });
    }
    if !scope.whole {
        return Err(Refusal::ScopeCut);
    }
    if scope.items == 0 {
        return Err(Refusal::Empty(
            "no access is in this scope that would have to be asked about, so nobody would be asked anything",
        ));
    }
    Ok(())
}

fn must_be_sound(plan: &Plan) -> Result<(), Refusal> {
    let no = |what| Err(Refusal::Empty(what));
    if plan.stages.is_empty() || plan.stages.len() > STAGES_MAX {
        return no("a review has between one and three stages");
    }
    for stage in &plan.stages {
        must_ask_somebody(stage)?;
    }
    if plan.keep_days_max == 0 || plan.keep_days_max > KEEP_DAYS_MAX {
        return no(
            "access is kept for at least one day and at most 366, then somebody is asked again",
        );
    }
    if plan.remind_days.iter().any(|days| *days == 0 || *days > STAGE_DAYS_MAX)
        || plan.remind_days.len() > LADDER_MAX
    {
        return no(
            "a reminder comes between one and 180 days before the end of a stage, at most five times",
        );
    }
    if plan.ladder.len() > LADDER_MAX {
        return no("a ladder of escalation has at most five levels");
    }
    match plan.no_answer {
        NoAnswer::Escalate { days, .. } if days == 0 || days > STAGE_DAYS_MAX => {
            no("whoever is asked when nobody answered has between one and 180 days")
        }
        NoAnswer::Revoke | NoAnswer::Escalate { .. } => Ok(()),
    }
}

fn must_ask_somebody(stage: &StagePlan) -> Result<(), Refusal> {
    let no = |what| Err(Refusal::Empty(what));
    match &stage.reviewers {
        Reviewers::People { people } if people.is_empty() => {
            return no("a stage without reviewers asks nobody: name at least one");
        }
        Reviewers::People { people } if people.len() > REVIEWERS_MAX => {
            return no("a stage asks at most twenty people about the same item");
        }
        Reviewers::Owner | Reviewers::ProcessOwner | Reviewers::SystemOwner
            if stage.fallback.is_none() =>
        {
            return no(
                "a stage whose reviewers are found by a rule needs a fallback: somebody who is asked where \
                 the rule leads to nobody",
            );
        }
        Reviewers::People { .. }
        | Reviewers::Owner
        | Reviewers::ProcessOwner
        | Reviewers::SystemOwner => {}
    }
    if stage.days == 0 || stage.days > STAGE_DAYS_MAX {
        return no("a stage has between one and 180 days");
    }
    Ok(())
}

pub(super) fn begin(id: ReviewId, staged: &Staged) -> Review {
    Review {
        id,
        plan: staged.plan.clone(),
        staged_by: staged.by,
        staged_at: staged.at,
        in_scope: staged.in_scope,
        started_by: None,
        began: None,
        items: 0,
        paused_seconds: 0,
        stage: super::Stage::Staged,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::review::scene::{Case, facts, plan, scoped, stage_of};
    use crate::scene::{ADMIN, AUDITOR, OWNER, id};

    fn told(plan: Plan) -> &'static str {
        Case::nothing().refused(&facts(ADMIN, 1), stage_of(plan))
    }

    #[test]
    fn a_campaign_whose_scope_is_empty_is_refused() {
        let empty = scoped(facts(ADMIN, 1), 0, true);
        assert_eq!(Case::nothing().refused(&empty, stage_of(plan())), "case.empty");
        let cut = scoped(facts(ADMIN, 1), 9, false);
        assert_eq!(Case::nothing().refused(&cut, stage_of(plan())), "case.scope-cut");
        let large = scoped(facts(ADMIN, 1), ITEMS_MAX + 1, true);
        assert_eq!(Case::nothing().refused(&large, stage_of(plan())), "case.too-many-items");
    }

    #[test]
    fn a_stage_without_reviewers_is_refused_and_so_is_a_rule_without_fallback() {
        assert_eq!(told(Plan { stages: Vec::new(), ..plan() }), "case.empty");
        let nobody = Reviewers::People { people: BTreeSet::new() };
        let stage = StagePlan { reviewers: nobody, fallback: Some(id(OWNER)), days: 7 };
        assert_eq!(told(Plan { stages: vec![stage], ..plan() }), "case.empty");
        let stage = StagePlan { reviewers: Reviewers::Owner, fallback: None, days: 7 };
        assert_eq!(told(Plan { stages: vec![stage], ..plan() }), "case.empty");
        let stage = StagePlan { days: 0, ..plan().stages[0].clone() };
        assert_eq!(told(Plan { stages: vec![stage], ..plan() }), "case.empty");
    }

    #[test]
    fn whoever_only_reads_or_is_not_there_is_asked_nothing() {
        let people = BTreeSet::from([id(AUDITOR)]);
        let stage = StagePlan { reviewers: Reviewers::People { people }, fallback: None, days: 7 };
        assert_eq!(told(Plan { stages: vec![stage], ..plan() }), "duty.cannot-answer");
        assert_eq!(told(Plan { ladder: vec![id(99)], ..plan() }), "duty.cannot-answer");
    }

    #[test]
    fn what_is_planned_says_what_becomes_of_silence() {
        let case = Case::staged();
        assert_eq!(case.status(), "staged");
        let review = case.review.unwrap();
        assert_eq!(review.plan.no_answer, NoAnswer::Revoke);
        assert_eq!(review.in_scope, 3);
    }
}
