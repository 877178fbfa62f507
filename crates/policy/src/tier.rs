//! How long a finding may take: by severity until tiers (criticality x blast radius) arrive.

use countersign_access::rule::Severity;

/// Days from assignment to the due date.
#[must_use]
pub fn due_days(severity: Severity) -> i64 {
    match severity {
        Severity::Critical => 7,
        Severity::High => 30,
        Severity::Medium => 60,
        Severity::Low => 90,
    }
}
