//! Compensating controls: what keeps the risk down, who answers for it, how it is tested and how old
//! a passed test may be. A test that could not run is neither passed nor failed.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::PersonId;
use crate::text::TextDigest;

/// Most controls of one exception.
pub const CONTROLS_MAX: usize = 20;

/// Longest time between two tests, in hours: a control that is looked at less often than once a month
/// is none.
pub const PERIOD_HOURS_MAX: u32 = 31 * 24;

/// Longest time for which a passed test may count, in hours.
pub const AGE_HOURS_MAX: u32 = 90 * 24;

/// How soon a test that could not be made is tried again.
const UNKNOWN_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// One compensating control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Control {
    /// What it does, in its owner's words.
    pub what: TextDigest,
    /// Who answers for it.
    pub owner: PersonId,
    /// How it is tested.
    pub test: Test,
    /// Hours between two tests.
    pub every_hours: u32,
    /// Hours for which a passed test counts.
    pub max_age_hours: u32,
}

/// How a control is tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Test {
    /// What sort of test.
    pub kind: TestKind,
    /// The system that is asked; none where the graph answers.
    pub system: Option<String>,
    /// Exactly what is asked, as a text (JSON of `access::change::Probe`).
    pub probe: TextDigest,
}

/// What sort of test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    /// The account or role cannot sign in.
    NoLogin,
    /// The credential ends within a number of days.
    ExpiresWithin,
    /// There is no path from one node to another.
    PathAbsent,
}

impl TestKind {
    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoLogin => "no_login",
            Self::ExpiresWithin => "expires_within",
            Self::PathAbsent => "path_absent",
        }
    }
}

/// At least one control and at most [`CONTROLS_MAX`], each with periods that mean something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Control>", into = "Vec<Control>")]
pub struct Controls(Vec<Control>);

/// Why controls are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoControls {
    /// There is none.
    #[error("an exception needs at least one compensating control with a test: add one")]
    None,
    /// Too many.
    #[error("an exception may have at most {CONTROLS_MAX} controls: join some of them")]
    TooMany,
    /// A period out of bounds.
    #[error(
        "control {0}: it must be tested at least every {PERIOD_HOURS_MAX} hours, and a passed test \
         may count for at most {AGE_HOURS_MAX} hours and longer than the time between two tests"
    )]
    Period(usize),
    /// A test that asks no system although its kind does, or the other way round.
    #[error("control {0}: name the system that is asked, and none for a path in the graph")]
    System(usize),
}

impl TryFrom<Vec<Control>> for Controls {
    type Error = NoControls;

    fn try_from(controls: Vec<Control>) -> Result<Self, NoControls> {
        if controls.is_empty() {
            return Err(NoControls::None);
        }
        if controls.len() > CONTROLS_MAX {
            return Err(NoControls::TooMany);
        }
        for (number, control) in (1..).zip(&controls) {
            let periods = (1..=PERIOD_HOURS_MAX).contains(&control.every_hours)
                && control.every_hours < control.max_age_hours
                && control.max_age_hours <= AGE_HOURS_MAX;
            if !periods {
                return Err(NoControls::Period(number));
            }
            let asks_graph = control.test.kind == TestKind::PathAbsent;
            if asks_graph == control.test.system.is_some() {
                return Err(NoControls::System(number));
            }
        }
        Ok(Self(controls))
    }
}

impl From<Controls> for Vec<Control> {
    fn from(controls: Controls) -> Self {
        controls.0
    }
}

impl Controls {
    /// Each of them, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Control] {
        &self.0
    }
}

/// What a test showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The control is in place.
    Passed,
    /// It is not.
    Failed,
    /// It could not be told.
    Unknown,
}

impl Verdict {
    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// What the tests of one control showed so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {
    /// The last test: when it was read and what it showed.
    pub last: Option<(Timestamp, Verdict)>,
    /// The last test that passed, if none has failed since.
    pub passed_at: Option<Timestamp>,
}

impl Pulse {
    /// The pulse after one more test. A test that could not run leaves the last passed one standing;
    /// a failed one takes it away.
    #[must_use]
    pub fn after(self, read_at: Timestamp, verdict: Verdict) -> Self {
        let passed_at = match verdict {
            Verdict::Passed => Some(read_at),
            Verdict::Failed => None,
            Verdict::Unknown => self.passed_at,
        };
        Self { last: Some((read_at, verdict)), passed_at }
    }

    /// Until when, exclusive, the control counts as working.
    #[must_use]
    pub fn holds_until(&self, control: &Control) -> Option<Timestamp> {
        let age = SignedDuration::from_hours(i64::from(control.max_age_hours));
        self.passed_at.map(|at| at.saturating_add(age).unwrap_or(Timestamp::MAX))
    }

    /// When it is to be tested next; `None` before the first test.
    #[must_use]
    pub fn due_at(&self, control: &Control) -> Option<Timestamp> {
        let (at, verdict) = self.last?;
        let every = SignedDuration::from_hours(i64::from(control.every_hours));
        let wait = match verdict {
            Verdict::Passed | Verdict::Failed => every,
            // A hiccup of the system must not use up the age of the last pass.
            Verdict::Unknown => every.min(UNKNOWN_AGAIN),
        };
        Some(at.saturating_add(wait).unwrap_or(Timestamp::MAX))
    }

    /// Whether it counts as working at a time.
    #[must_use]
    pub fn holds(&self, control: &Control, now: Timestamp) -> bool {
        self.holds_until(control).is_some_and(|until| now < until)
    }
}
