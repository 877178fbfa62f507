//! A plan of a review as somebody sends it, and as governance is handed it: names become people, words
//! become texts.

use std::collections::BTreeSet;

use countersign_governance::campaign::{NoAnswer, Plan, Reviewers, StagePlan};
use countersign_governance::id::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::scope::Scope;
use crate::clock::{Chance, NoChance};
use crate::text::Text;

/// A plan.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewPlan)]
pub struct Proposal {
    /// What it is about, in words.
    #[schema(min_length = 1, max_length = 400)]
    pub title: String,
    /// Which access is looked at.
    #[serde(default)]
    pub scope: Scope,
    /// Who is asked, one stage after the other.
    #[schema(min_items = 1, max_items = 3)]
    pub stages: Vec<Asked>,
    /// What becomes of an item about which nobody says anything in time: `revoke`, or `escalate` to
    /// somebody who is asked once more before it is revoked. It is never kept by silence.
    pub no_answer: Silence,
    /// Longest time for which access is kept, in days.
    #[schema(minimum = 1, maximum = 366)]
    pub keep_days_max: u32,
    /// Days before the end of a stage on which whoever still owes an answer is reminded.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub remind_days: BTreeSet<u32>,
    /// Who is told of what is silent, level by level.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub ladder: Vec<Uuid>,
    /// Whether only what has changed since it was decided last is asked.
    #[serde(default)]
    pub changed_only: bool,
}

/// One stage.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewStage)]
pub struct Asked {
    /// How it is found who is asked: `owner` along the ways to an owner that the policy names,
    /// `process_owner`, `system_owner`, or `people` who are named.
    pub by: By,
    /// Who is asked, where people are named; whoever of them decides first has decided.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub people: BTreeSet<Uuid>,
    /// Who is asked where that leads to nobody who may be.
    #[serde(default)]
    pub fallback: Option<Uuid>,
    /// How many days they have.
    #[schema(minimum = 1, maximum = 180)]
    pub days: u32,
}

/// How it is found who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewStageBy)]
pub enum By {
    /// Along the ways to an owner that the policy names.
    Owner,
    /// Whoever owns the process that the access belongs to.
    ProcessOwner,
    /// Whoever answers for approvals in the system that the access is in.
    SystemOwner,
    /// Named people.
    People,
}

/// What becomes of silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ReviewSilence)]
pub enum Silence {
    /// The access is to be taken away.
    Revoke,
    /// Somebody else is asked, once.
    Escalate {
        /// Who.
        to: Uuid,
        /// For how many days.
        days: u32,
    },
}

impl Proposal {
    /// The plan, with the texts that it refers to.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn plan(&self, chance: &Chance) -> Result<(Plan, Vec<Text>), NoChance> {
        let title = Text::new(chance, self.title.trim())?;
        let scope = Text::json(chance, &self.scope)?;
        let plan = Plan {
            title: title.digest().clone(),
            scope: scope.digest().clone(),
            stages: self.stages.iter().map(Asked::plan).collect(),
            no_answer: match self.no_answer {
                Silence::Revoke => NoAnswer::Revoke,
                Silence::Escalate { to, days } => NoAnswer::Escalate { to: PersonId(to), days },
            },
            keep_days_max: self.keep_days_max,
            remind_days: self.remind_days.clone(),
            ladder: self.ladder.iter().copied().map(PersonId).collect(),
            changed_only: self.changed_only,
        };
        Ok((plan, vec![title, scope]))
    }
}

impl Asked {
    fn plan(&self) -> StagePlan {
        let people = || self.people.iter().copied().map(PersonId).collect();
        StagePlan {
            reviewers: match self.by {
                By::Owner => Reviewers::Owner,
                By::ProcessOwner => Reviewers::ProcessOwner,
                By::SystemOwner => Reviewers::SystemOwner,
                By::People => Reviewers::People { people: people() },
            },
            fallback: self.fallback.map(PersonId),
            days: self.days,
        }
    }
}
