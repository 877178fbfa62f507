//! An auditor says of a proven review that it does not hold, with reasons. Whoever planned, started or decided in it does not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Review, Stage};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::seat::{Auditor, Signature};
use crate::text::{Reason, TextDigest};

/// It does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Why.
    pub reason: Reason,
}

/// It does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rejected {
    /// Who says so.
    pub signed: Signature<Auditor>,
    /// Why.
    pub reason: TextDigest,
}

pub(super) fn reject(
    review: &Review,
    facts: &Facts,
    command: &Reject,
) -> Result<Vec<Event>, Refusal> {
    let signed = review.auditor_signs(facts)?;
    let Stage::Proven { .. } = review.stage else {
        return Err(review.wrong_stage("rejected", "proven"));
    };
    let reason = command.reason.digest().clone();
    Ok(vec![Event::Rejected(Rejected { signed, reason })])
}

pub(super) fn evolve(review: &mut Review, it: &Rejected) {
    let Rejected { signed, reason } = it.clone();
    review.stage = Stage::Rejected { signed, reason };
}

#[cfg(test)]
mod tests {
    use crate::review::scene::{Case, facts, reject, took_part};
    use crate::scene::{ADMIN, AUDITOR, GUARD};

    #[test]
    fn only_an_auditor_who_took_no_part_does_so_and_only_of_what_is_proven() {
        let case = Case::proven();
        for other in [ADMIN, GUARD] {
            assert_eq!(case.refused(&facts(other, 12), reject()), "duty.wrong-seat");
        }
        assert_eq!(case.refused(&took_part(facts(AUDITOR, 12)), reject()), "duty.took-part");
        let early = Case::decided();
        assert_eq!(early.refused(&facts(AUDITOR, 12), reject()), "case.wrong-stage");
        let case = case.then(&facts(AUDITOR, 12), reject());
        assert_eq!(case.status(), "rejected");
        assert_eq!(case.refused(&facts(AUDITOR, 13), reject()), "case.wrong-stage");
    }
}
