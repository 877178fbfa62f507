//! How long a finding may take and an exception may last: by severity until tiers (criticality x blast radius) arrive.

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

/// Most days from a proposal to the end of an exception (EXC-8).
#[must_use]
pub fn exception_days_max(severity: Severity) -> i64 {
    match severity {
        Severity::Critical => 30,
        Severity::High => 90,
        Severity::Medium => 180,
        Severity::Low => 365,
    }
}

/// Most days between two reviews of an exception by its owner (EXC-3).
#[must_use]
pub fn review_days_max(severity: Severity) -> i64 {
    match severity {
        Severity::Critical => 14,
        Severity::High => 30,
        Severity::Medium => 60,
        Severity::Low => 90,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worse_is_due_sooner_lasts_shorter_and_is_looked_at_more_often() {
        let order = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        for bound in [due_days, exception_days_max, review_days_max] {
            let days: Vec<i64> = order.into_iter().map(bound).collect();
            assert!(days.windows(2).all(|pair| pair[0] > pair[1]), "{days:?}");
            assert!(days.iter().all(|days| *days > 0), "{days:?}");
        }
    }
}
