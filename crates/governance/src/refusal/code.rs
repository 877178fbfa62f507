//! The stable code of each refusal, for programs, and which of them the ledger keeps.

use super::Refusal;

impl Refusal {
    /// Stable code for programs: noun of the rule, dot, what is wrong.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "case.unknown",
            Self::Exists(_) => "case.exists",
            Self::WrongStage { .. } => "case.wrong-stage",
            Self::OrderUnderWay => "case.order-under-way",
            Self::NotByHand => "case.not-by-hand",
            Self::RecordErased => "case.record-erased",
            Self::WrongActor(_) => "duty.wrong-actor",
            Self::Inactive => "duty.inactive",
            Self::NotPermitted { .. } => "duty.not-permitted",
            Self::Objected { .. } => "policy.objects",
            Self::SignIn(_) => "policy.sign-in",
            Self::WrongSeat { .. } => "duty.wrong-seat",
            Self::NotTheOwner { .. } => "duty.not-the-owner",
            Self::OwnAccess => "duty.own-access",
            Self::SecondSeat { .. } => "duty.second-seat",
            Self::CannotOwn => "duty.cannot-own",
            Self::OwnDispute => "duty.own-dispute",
            Self::OwnAppointment => "duty.own-appointment",
            Self::Overtaken => "proof.overtaken",
            Self::BadEnd { .. } => "case.bad-end",
            Self::NotYet => "proof.not-yet",
            Self::Incomplete => "proof.incomplete",
            Self::OtherClaim => "proof.other-claim",
            Self::NoRemedy => "remedy.none",
            Self::NotReady { .. } => "case.not-ready",
            Self::Controls(_) => "case.no-control",
            Self::ControlOwner { .. } => "case.no-control-owner",
            Self::BadCadence { .. } => "case.bad-cadence",
            Self::NothingToExcept => "case.nothing-to-except",
            Self::CannotFreeze(_) => "case.cannot-freeze",
            Self::OtherRules => "case.other-rules",
            Self::OwnerGone { .. } => "case.owner-gone",
            Self::HoldersCut => "case.holders-cut",
            Self::NotNeeded => "case.not-needed",
            Self::NothingToAnswer => "case.nothing-to-answer",
            Self::OwnProposal => "duty.own-proposal",
            Self::NoSecondPerson { .. } => "case.no-second-person",
            Self::NotAccountable { .. } => "duty.not-accountable",
            Self::NotOffered => "duty.not-offered",
            Self::OfferOver => "case.offer-over",
            Self::CannotAnswer => "duty.cannot-answer",
            Self::IsRenewal { .. } => "case.is-a-renewal",
            Self::NothingToRenew => "case.nothing-to-renew",
            Self::NothingNew(_) => "case.nothing-new",
            Self::NoPlan(_) => "case.no-plan",
            Self::RenewalsUsedUp { .. } => "case.renewals-used-up",
            Self::OtherCase { .. } => "duty.other-case",
            Self::SeatOver { .. } => "duty.seat-over",
            Self::AppointedAlready => "case.appointed-already",
            Self::NotForOneCase { .. } => "case.not-for-one-case",
            Self::CaseEnded => "case.ended",
            Self::Circle(_) => "case.circle",
            Self::NotTheReviewer { .. } => "duty.not-the-reviewer",
            Self::SecondStage => "duty.second-stage",
            Self::NobodyElse => "case.nobody-else",
            Self::ReasonNeeded { .. } => "case.reason-needed",
            Self::TooManyItems { .. } => "case.too-many-items",
            Self::ScopeCut => "case.scope-cut",
            Self::NotRunning { .. } => "case.not-running",
            Self::TookPart => "duty.took-part",
            Self::Empty(_) => "case.empty",
        }
    }

    /// Whether the ledger keeps it (law 6's neighbourhood: wrong seat, own signature and the like).
    #[must_use]
    pub fn concerns_duties(&self) -> bool {
        self.code().starts_with("duty.")
    }
}
