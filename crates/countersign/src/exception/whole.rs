//! An exception as the server sends it, as far as it is shown here.

use countersign_access::change::Probe;
use countersign_access::finding::NodeRef;
use countersign_governance::exception::Use;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// What lists show.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Row {
    /// Its short reference.
    pub(super) reference: String,
    /// Where it stands now, or how it ended.
    pub(super) status: String,
    /// The short reference of its finding.
    pub(super) finding: String,
    /// Where the finding stands.
    pub(super) finding_status: String,
    /// When the finding is due.
    pub(super) finding_due_at: Option<Timestamp>,
    /// The rule.
    pub(super) rule: String,
    /// How bad.
    pub(super) severity: String,
    /// The one accountable person.
    pub(super) owner: String,
    /// How many identities it covers.
    pub(super) covered_total: i64,
    /// When it ends, exclusive.
    pub(super) until: Timestamp,
    /// Its sequence.
    pub(super) sequence: i64,
}

impl Row {
    /// Whether nothing can happen to it any more.
    pub(super) fn is_over(&self) -> bool {
        !matches!(self.status.as_str(), "in_review" | "active" | "suspended")
    }
}

/// All of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Whole {
    /// What lists show.
    #[serde(flatten)]
    pub(super) row: Row,
    /// Why the access cannot be removed now.
    pub(super) why: Why,
    /// How the access is used.
    pub(super) used: Use,
    /// Days between two reviews by the owner.
    pub(super) review_days: u16,
    /// Who asked for the access.
    pub(super) requested_by: Vec<String>,
    /// The compensating controls.
    pub(super) controls: Vec<Control>,
    /// What was frozen.
    pub(super) covers: Option<Coverage>,
    /// Whom the finding affects and it does not cover.
    pub(super) not_covered: Vec<Uncovered>,
    /// How many that is.
    pub(super) not_covered_total: u64,
    /// Whether it is exact; if not there are at least so many, and not all are listed.
    pub(super) not_covered_exact: bool,
    /// Who has signed.
    pub(super) signatures: Vec<Signed>,
    /// What it still waits for.
    pub(super) waits_for: Vec<String>,
    /// Whether legal or compliance must sign; none where the server cannot tell.
    #[serde(default)]
    pub(super) legal_needed: Option<bool>,
    /// What security objected.
    pub(super) veto: Option<Veto>,
    /// Who is accountable since its owner left.
    #[serde(default)]
    pub(super) left: Option<Left>,
    /// To whom its owner handed it.
    #[serde(default)]
    pub(super) handed_to: Option<String>,
    /// What it renews.
    #[serde(default)]
    pub(super) renews: Option<Renews>,
    /// The one that renews it.
    #[serde(default)]
    pub(super) renewed_by: Option<String>,
    /// The case as the ledger has it.
    pub(super) case: Value,
}

impl Whole {
    /// Whether security objected and nobody has answered.
    pub(super) fn is_vetoed(&self) -> bool {
        self.veto.as_ref().is_some_and(|veto| veto.binds)
    }

    /// Whether the legal seat signs too.
    pub(super) fn is_regulated(&self) -> bool {
        self.legal_needed == Some(true)
    }

    /// The signature from a seat.
    pub(super) fn signed(&self, seat: &str) -> Option<&Signed> {
        self.signatures.iter().find(|it| it.seat == seat)
    }

    /// A text of the case, by JSON pointer.
    pub(super) fn case_text(&self, pointer: &str) -> Option<&str> {
        self.case.pointer(pointer).and_then(Value::as_str)
    }
}

/// Its owner left.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Left {
    /// Who is accountable since then.
    pub(super) accountable: Option<String>,
    /// Until when somebody must take it over.
    pub(super) until: Timestamp,
}

/// What a renewal renews.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Renews {
    /// The exception before it.
    pub(super) exception: String,
    /// Which renewal it is.
    pub(super) renewal: u32,
    /// What the access was used for in the last period.
    pub(super) used_for: Option<String>,
    /// What that period showed.
    pub(super) evidence: Option<Period>,
    /// By what steps the access goes.
    pub(super) plan: Vec<Step>,
}

/// What a last period showed.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Period {
    /// What the tests of each control showed.
    pub(super) controls: Vec<Tests>,
    /// When the access was used last.
    pub(super) last_used: Option<Timestamp>,
    /// Whether the combination was still there.
    pub(super) would: String,
}

/// What the tests of one control showed.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tests {
    /// Which.
    pub(super) control: u64,
    /// How many passed.
    pub(super) passed: u64,
    /// How many failed.
    pub(super) failed: u64,
    /// How many could not be made.
    pub(super) unknown: u64,
}

/// A step by which an access goes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Step {
    /// What is done.
    pub(super) what: Option<String>,
    /// By when.
    pub(super) by: Timestamp,
}

/// A structured reason; a part is none where it was erased.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Why {
    /// What the access is needed for.
    pub(super) need: Option<String>,
    /// Why it cannot be removed now.
    pub(super) not_removable: Option<String>,
    /// What would change that.
    pub(super) would_change: Option<String>,
}

/// A compensating control with its pulse.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Control {
    /// Counted from one.
    pub(super) number: u32,
    /// What it does.
    pub(super) what: Option<String>,
    /// Who answers for it.
    pub(super) owner: String,
    /// The system that is asked.
    pub(super) system: Option<String>,
    /// How it is tested.
    pub(super) test: Option<Probe>,
    /// Hours between two tests.
    pub(super) every_hours: u32,
    /// Hours for which a passed test counts.
    pub(super) max_age_hours: u32,
    /// What the last test showed.
    pub(super) verdict: Option<String>,
    /// When that was read.
    pub(super) tested_at: Option<Timestamp>,
    /// Until when it counts as working.
    pub(super) holds_until: Option<Timestamp>,
    /// When the next test is due.
    pub(super) next_test_at: Option<Timestamp>,
}

/// What was frozen.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Coverage {
    /// The identities that it covers.
    pub(super) identities: Vec<NodeRef>,
    /// Their credentials.
    pub(super) credentials: Vec<NodeRef>,
    /// The systems that the access reaches.
    pub(super) systems: Vec<String>,
    /// How many resources it reaches.
    pub(super) resources_total: usize,
    /// What a limit cut off, in words.
    pub(super) left_out: Vec<String>,
}

/// An identity that joined later.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Uncovered {
    /// Which.
    pub(super) identity: String,
    /// Since when.
    pub(super) since: Timestamp,
    /// Another exception that covers it.
    pub(super) excepted_by: Option<String>,
}

/// A signature.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Signed {
    /// From which seat.
    pub(super) seat: String,
    /// By whom.
    pub(super) person: String,
    /// When.
    pub(super) at: Timestamp,
}

/// An objection.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Veto {
    /// By whom.
    pub(super) by: String,
    /// When.
    pub(super) at: Timestamp,
    /// Why.
    pub(super) reason: Option<String>,
    /// What the owner answered.
    pub(super) answer: Option<String>,
    /// Whether it binds.
    pub(super) binds: bool,
}
