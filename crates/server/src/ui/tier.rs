//! How grave a case is, in words: its tier and from what that was computed.

use crate::ask::tier::Tier;

/// What a page says about a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Weight {
    /// Its name.
    pub(in crate::ui) title: String,
    /// From what it was computed.
    pub(in crate::ui) words: String,
}

impl Weight {
    pub(in crate::ui) fn of(tier: &Tier) -> Self {
        let process = match &tier.process {
            Some(process) => format!("process {process}, {} criticality", tier.criticality),
            None => format!("no process known, which counts as {} criticality", tier.criticality),
        };
        let reach = match (tier.radius_complete, tier.radius) {
            (true, 0) => "no resource within reach".to_owned(),
            (true, 1) => "one resource within reach".to_owned(),
            (true, many) => format!("{many} resources within reach"),
            (false, _) => "what is within reach could not be counted".to_owned(),
        };
        Self { title: tier.title.clone(), words: format!("{process}; {reach}") }
    }
}
