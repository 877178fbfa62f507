//! Who joined a finding and who left it, in words: for the command line and for pages.

use countersign_access::engine::Moved;
use countersign_access::finding::NodeRef;

/// Most of those who joined or left that are named.
const NAMED_MAX: usize = 10;

/// One sentence about those who joined and one about those who left, where there are any; `join` and
/// `leave` are the verbs.
#[must_use]
pub fn moved_words(moved: &Moved, join: &str, leave: &str) -> Vec<String> {
    let both = [(join, &moved.joined, moved.joined_total), (leave, &moved.left, moved.left_total)];
    let some = both.into_iter().filter(|(.., total)| *total > 0);
    let mut words: Vec<String> =
        some.map(|(verb, named, total)| sentence(verb, named, total, moved.totals_exact)).collect();
    if words.is_empty() && !moved.totals_exact {
        words.push(format!("nobody who is known by name {join} or {leave}; not all are"));
    }
    words
}

fn sentence(verb: &str, named: &[NodeRef], total: usize, is_exact: bool) -> String {
    let least = if is_exact { "" } else { "at least " };
    let name = |it: &NodeRef| format!("{} ({} {})", it.name, it.kind, it.id);
    let names: Vec<String> = named.iter().take(NAMED_MAX).map(name).collect();
    let more = total.saturating_sub(names.len());
    let names = names.join(", ");
    match (names.is_empty(), more) {
        (true, _) => format!("{least}{total} {verb}"),
        (false, 0) => format!("{least}{total} {verb}: {names}"),
        (false, more) => format!("{least}{total} {verb}: {names} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use countersign_access::node::{NodeId, NodeKind};

    use super::*;

    #[test]
    fn some_are_named_all_are_counted_and_what_is_not_known_is_said() {
        let node = |number: usize| NodeRef {
            id: NodeId::new(format!("p{number}")).unwrap(),
            kind: NodeKind::Person,
            name: format!("Person {number}"),
            system: "hr".to_owned(),
        };
        let all = |count: usize| (0..count).map(node).collect::<Vec<_>>();
        let moved = Moved {
            joined: all(1),
            joined_total: 1,
            left: all(12),
            left_total: 30,
            totals_exact: false,
        };
        let [joined, left] = &moved_words(&moved, "joined", "left")[..] else { panic!() };
        assert_eq!(joined, "at least 1 joined: Person 0 (person p0)");
        assert!(left.starts_with("at least 30 left: Person 0"), "{left}");
        assert!(left.ends_with("Person 9 (person p9) and 20 more"), "{left}");
        assert!(
            moved_words(&Moved { totals_exact: true, ..Moved::default() }, "a", "b").is_empty()
        );
        assert_eq!(moved_words(&Moved::default(), "joined", "left").len(), 1);
    }
}
