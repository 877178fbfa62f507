//! An auditor says of a proven review that it holds, with reasons. Whoever planned, started or decided in it does not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Review, Stage};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::seat::{Auditor, Signature};
use crate::text::{Reason, TextDigest};

/// It holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    /// Why.
    pub reason: Reason,
}

/// It holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// Who says so.
    pub signed: Signature<Auditor>,
    /// Why.
    pub reason: TextDigest,
}

pub(super) fn accept(
    review: &Review,
    facts: &Facts,
    command: &Accept,
) -> Result<Vec<Event>, Refusal> {
    let signed = review.auditor_signs(facts)?;
    let Stage::Proven { .. } = review.stage else {
        return Err(review.wrong_stage("accepted", "proven"));
    };
    let reason = command.reason.digest().clone();
    Ok(vec![Event::Accepted(Accepted { signed, reason })])
}

pub(super) fn evolve(review: &mut Review, it: &Accepted) {
    let Accepted { signed, reason } = it.clone();
    review.stage = Stage::Accepted { signed, reason };
}

#[cfg(test)]
mod tests {
    use crate::review::scene::{Case, accept, facts, took_part};
    use crate::scene::{ADMIN, AUDITOR, GUARD};

    #[test]
    fn only_an_auditor_who_took_no_part_does_so_and_only_of_what_is_proven() {
        let case = Case::proven();
        for other in [ADMIN, GUARD] {
            assert_eq!(case.refused(&facts(other, 12), accept()), "duty.wrong-seat");
        }
        assert_eq!(case.refused(&took_part(facts(AUDITOR, 12)), accept()), "duty.took-part");
        let early = Case::decided();
        assert_eq!(early.refused(&facts(AUDITOR, 12), accept()), "case.wrong-stage");
        let case = case.then(&facts(AUDITOR, 12), accept());
        assert_eq!(case.status(), "accepted");
        assert_eq!(case.refused(&facts(AUDITOR, 13), accept()), "case.wrong-stage");
    }
}
