//! What a renewal lacks, in words.

/// Why a renewal says nothing that was not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NothingNew {
    /// Not every control was shown to work in the last period.
    #[error("not every control of the last one passed a test while it was in force")]
    Untested,
    /// A part of the reason is copied.
    #[error("`{0}` says word for word what the last one said")]
    Repeated(&'static str),
}

/// Why a plan is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// There is none, at the cap.
    #[error(
        "this is the last renewal that policy allows, so it needs a plan by which the access goes: at least \
         one step with its date"
    )]
    Missing,
    /// Too many steps.
    #[error("a plan may have at most {max} steps: join some of them", max = crate::exception::renew::STEPS_MAX)]
    TooMany,
    /// A date out of order.
    #[error(
        "step {0} of the plan: its date must lie after now, not before that of the step before it, and not \
         after the end of the exception"
    )]
    Date(usize),
}
