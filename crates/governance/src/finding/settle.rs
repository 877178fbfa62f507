//! The rule's owner (the security seat) answers a dispute: rejected, or "not toxic here" with a
//! reason and an end date. Never the case's own owner, never the one who disputes.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::end::Ended;
use super::{Ending, Event, Finding};
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::seat::{Security, Signature};
use crate::text::{Reason, TextDigest};

/// Longest time for which "not toxic here" may hold, in days.
pub const NOT_TOXIC_DAYS_MAX: i64 = 365;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settle {
    /// Why.
    pub reason: Reason,
    /// Until when it is not toxic; `None` rejects the dispute.
    pub not_toxic_until: Option<Timestamp>,
}

/// Not toxic, by whose word, why and until when. Nothing outside this file makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotToxic {
    /// Why.
    reason: TextDigest,
    /// Until when, exclusive.
    #[schemars(with = "Instant")]
    until: Timestamp,
    /// By whose word.
    signed: Signature<Security>,
}

impl NotToxic {
    /// Until when, exclusive.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// By whose word.
    #[must_use]
    pub fn signed(&self) -> &Signature<Security> {
        &self.signed
    }
}

/// The dispute was rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rejected {
    /// Why.
    pub reason: TextDigest,
    /// By whom.
    pub signed: Signature<Security>,
}

pub(super) fn settle(
    finding: &Finding,
    facts: &Facts,
    command: Settle,
) -> Result<Vec<Event>, Refusal> {
    let signed = finding.rule_owner_signs(facts)?;
    let Some(dispute) = &finding.dispute else {
        return Err(finding.wrong_stage("settled", "disputed"));
    };
    if dispute.by == signed.person() {
        return Err(Refusal::OwnDispute);
    }
    // What is being changed in a system ends by its proof.
    if finding.order().is_some() {
        return Err(finding.wrong_stage("settled", "disputed and not being changed"));
    }
    let reason = command.reason.digest().clone();
    let Some(until) = command.not_toxic_until else {
        return Ok(vec![Event::DisputeRejected(Rejected { reason, signed })]);
    };
    let longest = facts
        .now
        .saturating_add(SignedDuration::from_hours(NOT_TOXIC_DAYS_MAX.saturating_mul(24)))
        .unwrap_or(Timestamp::MAX);
    if until <= facts.now || until > longest {
        return Err(Refusal::BadEnd { until, days_max: NOT_TOXIC_DAYS_MAX });
    }
    let ending = Ending::NotToxic(NotToxic { reason, until, signed });
    Ok(vec![Event::Ended(Ended { at: facts.now, ending, owner: finding.owner().cloned() })])
}

#[cfg(test)]
mod tests {
    use crate::scene::{ADMIN, Case, GUARD, OTHER_OWNER, OWNER, disputed, facts, settle_until};

    fn case() -> Case {
        Case::assigned().then(&facts(OTHER_OWNER, 3), disputed())
    }

    #[test]
    fn the_rules_owner_accepts_with_an_end_date() {
        assert_eq!(case().then(&facts(GUARD, 4), settle_until(Some(40))).status(), "not_toxic");
    }

    #[test]
    fn a_rejected_dispute_leaves_the_finding_as_it_was() {
        let case = case().then(&facts(GUARD, 4), settle_until(None));
        assert_eq!(case.status(), "assigned");
        assert_eq!(case.finding.unwrap().dispute, None);
    }

    #[test]
    fn neither_the_cases_owner_nor_control_settles() {
        for n in [OWNER, ADMIN] {
            assert_eq!(case().refused(&facts(n, 4), settle_until(Some(40))), "duty.wrong-seat");
        }
    }

    #[test]
    fn an_end_date_lies_ahead_and_within_a_year() {
        for until in [4, 3, 4 + 366] {
            let refused = case().refused(&facts(GUARD, 4), settle_until(Some(until)));
            assert_eq!(refused, "case.bad-end");
        }
    }

    #[test]
    fn without_a_dispute_there_is_nothing_to_settle() {
        let refused = Case::assigned().refused(&facts(GUARD, 4), settle_until(Some(40)));
        assert_eq!(refused, "case.wrong-stage");
    }
}
