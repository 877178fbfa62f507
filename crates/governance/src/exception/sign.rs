//! Legal or compliance signs, where the process is regulated.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Around, Event, Exception, Stage, activate};
use crate::facts::{Facts, Regulated};
use crate::refusal::Refusal;
use crate::seat::{Legal, Signature};

/// Signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signed {
    /// By whom.
    pub signed: Signature<Legal>,
}

pub(super) fn sign(exception: &Exception, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    let signed = exception.sign::<Legal>(facts)?;
    let given = exception.in_review(facts.now, "signed")?;
    if given.legal.is_some() {
        return Ok(Vec::new());
    }
    match Around::of(exception, facts).legal(exception) {
        Regulated::Yes => {}
        Regulated::No => return Err(Refusal::NotNeeded),
        Regulated::Unknown => return Err(Refusal::OtherRules),
    }
    activate::with(exception, facts, Event::Signed(Signed { signed }))
}

pub(super) fn evolve(exception: &mut Exception, signed: &Signed) {
    exception.remember(&signed.signed);
    if let Stage::InReview { given } = &mut exception.stage {
        given.legal = Some(signed.signed.clone());
    }
}

#[cfg(test)]
mod tests {
    use crate::exception::Command;
    use crate::exception::scene::{Case, facts, regulated};
    use crate::facts::Facts;
    use crate::scene::{GUARD, LAWYER, OWNER};

    #[test]
    fn legal_signs_where_the_process_is_regulated_and_nowhere_else() {
        let refused = Case::proposed().refused(&facts(LAWYER, 2), Command::Sign);
        assert_eq!(refused, "case.not-needed");
        let case = Case::proposed_by(&Facts { about: Some(regulated()), ..facts(OWNER, 1) });
        assert_eq!(case.refused(&facts(GUARD, 2), Command::Sign), "duty.wrong-seat");
        assert!(case.ask(&facts(LAWYER, 2), Command::Sign).is_ok());
    }

    #[test]
    fn a_regulated_process_has_no_exception_in_force_without_legal() {
        let propose = Facts { about: Some(regulated()), ..facts(OWNER, 1) };
        let case = Case::proposed_by(&propose).accepted().confirmed().passed(3);
        assert_eq!(case.status(4), "in_review");
        let case = case.then(&facts(LAWYER, 4), Command::Sign);
        assert_eq!(case.status(4), "active");
    }
}
