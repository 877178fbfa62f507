//! An exception in words that several of its pages need: what its finding is called, how the access is
//! used, what a test asks, and in whose words the guest page speaks.

use countersign_access::change::Probe;
use countersign_access::finding::{Finding as Toxic, NodeRef};
use countersign_access::node::NodeKind;
use countersign_governance::exception::Use;
use countersign_governance::exception::terms::Written;

use super::super::finding::short;
use super::super::refusal::sentence;
use crate::about::Coverage;

/// Most things that are named in a line.
const NAMED_MAX: usize = 8;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// In place of words that were erased.
pub(super) const ERASED: &str = "(this text was erased)";

/// Words, or that they were erased.
pub(super) fn kept(words: Option<&String>) -> String {
    words.map_or_else(|| ERASED.to_owned(), |words| sentence(words))
}

/// How the access is used, as declared.
pub(super) fn used(used: &Use) -> String {
    match used {
        Use::Continuous => "At any time".to_owned(),
        Use::Window(window) => {
            let Written { weekdays, from_minute, until_minute, zone } = window.written();
            let names =
                weekdays.iter().filter_map(|day| DAYS.get(usize::from(*day).checked_sub(1)?));
            let names: Vec<&str> = names.copied().collect();
            let (from, until) = (minute(*from_minute), minute(*until_minute));
            format!("{}, {from} to {until}, {zone}", names.join(" "))
        }
    }
}

fn minute(of_day: u16) -> String {
    format!("{:02}:{:02}", of_day / 60, of_day % 60)
}

/// What a test asks, with the names that people know.
pub(super) fn asks(probe: &Probe, names: &[&NodeRef]) -> String {
    let name = |id: &countersign_access::node::NodeId| {
        let known = names.iter().find(|node| &node.id == id && !node.name.is_empty());
        let name = known.map_or_else(|| short(id.as_str()).to_owned(), |node| node.name.clone());
        format!("\u{201c}{name}\u{201d}")
    };
    match probe {
        Probe::NoLogin { account } => format!("{} cannot sign in", name(account)),
        Probe::ExpiresWithin { credential, days } => {
            format!("{} ends within {days} days", name(credential))
        }
        Probe::PathAbsent { from, to } => {
            format!("there is no path from {} to {}", name(from), name(to))
        }
    }
}

/// Everything that a finding and what is frozen of it name.
pub(super) fn named<'a>(
    toxic: Option<&'a Toxic>,
    covers: Option<&'a Coverage>,
) -> Vec<&'a NodeRef> {
    let steps = toxic.into_iter().flat_map(|it| it.paths.iter().flatten().map(|step| &step.node));
    let affected = toxic.into_iter().flat_map(|it| &it.affected);
    let frozen = covers.into_iter().flat_map(|it| it.identities.iter().chain(&it.credentials));
    steps.chain(affected).chain(frozen).collect()
}

/// A list of names in a line; what is more is counted.
pub(super) fn names(nodes: &[NodeRef]) -> String {
    let shown: Vec<&str> = nodes.iter().take(NAMED_MAX).map(name).collect();
    let more = nodes.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// What people call a thing, or the end of its id.
pub(super) fn name(node: &NodeRef) -> &str {
    if node.name.is_empty() { short(node.id.as_str()) } else { &node.name }
}

/// A number of identities.
pub(super) fn identities(total: i64) -> String {
    if total == 1 { "1 identity".to_owned() } else { format!("{total} identities") }
}

/// What somebody is, for somebody who knows none of our words.
pub(super) fn plain_kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Person => "a person",
        NodeKind::Vendor => "somebody from outside",
        NodeKind::AiAgent => "a computer program that acts by itself",
        NodeKind::ServiceAccount | NodeKind::Workload | NodeKind::Pipeline | NodeKind::Account => {
            "a computer account"
        }
        NodeKind::Credential
        | NodeKind::Group
        | NodeKind::Role
        | NodeKind::Entitlement
        | NodeKind::Resource
        | NodeKind::System
        | NodeKind::Process => "part of a computer system",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_told_with_its_days_its_hours_and_its_zone() {
        let window = r#"{"use":"window","weekdays":[1,5],"from_minute":480,"until_minute":1440,"zone":"Europe/Amsterdam"}"#;
        let window: Use = serde_json::from_str(window).unwrap();
        assert_eq!(used(&window), "Mon Fri, 08:00 to 24:00, Europe/Amsterdam");
        assert_eq!(used(&Use::Continuous), "At any time");
    }
}
