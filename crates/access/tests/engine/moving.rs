//! Who joined a finding and who left it: against the plain difference of two sets, where a finding lists
//! all whom it affects, where it lists only the first, and where only descriptions are left.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use countersign_access::engine::{EdgeFilter, Edit, Engine, Moved};
use countersign_access::finding::{AFFECTED_MAX, Certainty, Finding, NodeRef};
use proptest::collection::{btree_set, vec};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq};
use proptest::proptest;

use crate::world::{facts, key, pack, partial, pay_and_approve, run};

const APP: &str = "
    entitlement pay action=pay\n entitlement approve action=approve\n role r
    r grants pay\n r grants approve
";

/// More than a finding lists.
const PEOPLE: usize = AFFECTED_MAX + 20;

const GROUPS: usize = 4;

/// Which groups lead to the role, and which surely; in which group somebody is; who is not there.
#[derive(Debug, Clone)]
struct Staff {
    leads: Vec<Option<bool>>,
    most_in: usize,
    elsewhere: Vec<(usize, usize)>,
    absent: BTreeSet<usize>,
}

impl Staff {
    fn group(&self, person: usize) -> usize {
        let other = self.elsewhere.iter().find(|(who, _)| *who == person);
        other.map_or(self.most_in, |(_, group)| *group)
    }

    fn people(&self) -> impl Iterator<Item = usize> {
        (0..PEOPLE).filter(|person| !self.absent.contains(person))
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (group, leads) in self.leads.iter().enumerate() {
            let _infallible = writeln!(text, "group g{group}");
            if let Some(is_sure) = leads {
                let missing = if *is_sure { "" } else { "missing=condition" };
                let _infallible = writeln!(text, "g{group} member_of r {missing}");
            }
        }
        for person in self.people() {
            let group = self.group(person);
            let _infallible =
                writeln!(text, "person p{person:04}\n p{person:04} member_of g{group}");
        }
        text
    }

    /// Whom each finding affects, told by its certainty: there is one root cause. A group without
    /// members stands for those whom nobody knows.
    fn affected(&self) -> BTreeMap<&'static str, BTreeSet<String>> {
        let people = self.people().map(|it| (self.group(it), format!("p{it:04}")));
        let is_empty = |group: &usize| self.people().all(|it| self.group(it) != *group);
        let groups = (0..GROUPS).filter(is_empty).map(|group| (group, format!("g{group}")));
        let mut affected: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for (group, name) in people.chain(groups) {
            if let Some(is_sure) = self.leads[group] {
                let certainty = if is_sure { Certainty::Proven } else { Certainty::Potential };
                affected.entry(certainty.as_str()).or_default().insert(name);
            }
        }
        affected
    }
}

type Drawn = (Vec<Option<bool>>, usize, Vec<(usize, usize)>, BTreeSet<usize>);

fn staff((leads, most_in, elsewhere, absent): Drawn) -> Staff {
    Staff { leads, most_in, elsewhere, absent }
}

fn drawn() -> impl proptest::prelude::Strategy<Value = Drawn> {
    let elsewhere = vec((0..PEOPLE, 0..GROUPS), 0..40);
    (vec(any::<Option<bool>>(), GROUPS), 0..GROUPS, elsewhere, btree_set(0..PEOPLE, 0..40))
}

fn ids(nodes: &[NodeRef]) -> Vec<String> {
    nodes.iter().map(|node| node.id.to_string()).collect()
}

fn first(all: impl Iterator<Item = String>) -> (Vec<String>, usize) {
    let all: Vec<String> = all.collect();
    (all.iter().take(AFFECTED_MAX).cloned().collect(), all.len())
}

/// A finding that lists only so many.
fn listing(model: &Finding, all: &BTreeSet<u8>, most: usize) -> Finding {
    let node = |number: &u8| NodeRef {
        id: crate::world::id(&format!("n{number:03}")),
        ..model.root_cause.clone()
    };
    let affected = all.iter().take(most).map(node).collect();
    Finding { affected, affected_total: all.len(), ..model.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn joiners_and_leavers_are_exact_however_many_are_affected(
        before in drawn(),
        after in drawn(),
    ) {
        let (before, after) = (staff(before), staff(after));
        let packs = pack(vec![pay_and_approve()]);
        let engine = Engine::build(vec![run("app", APP), run("hr", &before.text())], packs);
        let (next, delta) = engine.after(run("hr", &after.text()));
        let (were, are) = (before.affected(), after.affected());
        let difference = next.difference(&engine).findings.changed;
        prop_assert_eq!(&difference, &delta.changed);
        for changed in delta.changed {
            let certainty = changed.finding.certainty.as_str();
            let (was, is) = (&were[certainty], &are[certainty]);
            let moved = changed.moved;
            prop_assert!(moved.totals_exact);
            let joined = first(is.difference(was).cloned());
            let left = first(was.difference(is).cloned());
            prop_assert_eq!((ids(&moved.joined), moved.joined_total), joined);
            prop_assert_eq!((ids(&moved.left), moved.left_total), left);
        }
    }

    #[test]
    fn of_lists_that_were_cut_short_only_what_is_known_is_said(
        before in btree_set(any::<u8>(), 1..60),
        after in btree_set(any::<u8>(), 1..60),
        (most_before, most_after) in (1..60usize, 1..60usize),
    ) {
        let text = format!("{APP}\n person p\n p member_of r");
        let engine = Engine::build(vec![facts(&text)], pack(vec![pay_and_approve()]));
        let model = engine.findings().values().next().unwrap();
        let was = listing(model, &before, most_before);
        let is = listing(model, &after, most_after);
        let moved = Moved::as_listed(&was, &is);
        let named = |all: BTreeSet<u8>| -> BTreeSet<String> {
            all.iter().map(|it| format!("n{it:03}")).collect()
        };
        let joined = named(after.difference(&before).copied().collect());
        let left = named(before.difference(&after).copied().collect());
        let listed = |nodes: &[NodeRef]| ids(nodes).into_iter().collect::<BTreeSet<String>>();
        prop_assert!(listed(&moved.joined).is_subset(&joined));
        prop_assert!(listed(&moved.left).is_subset(&left));
        prop_assert!(moved.joined_total <= joined.len() && moved.left_total <= left.len());
        prop_assert_eq!(
            moved.joined_total + before.len(),
            moved.left_total + after.len(),
            "how many more there are is always known"
        );
        let is_whole = before.len() <= most_before && after.len() <= most_after;
        prop_assert_eq!(moved.totals_exact, is_whole);
        if is_whole {
            prop_assert_eq!((listed(&moved.joined), listed(&moved.left)), (joined, left));
        }
    }
}

#[test]
fn what_if_names_who_would_join_and_who_would_leave() {
    let text =
        format!("{APP}\n group g\n g member_of r\n person ann\n person bob\n ann member_of g");
    let engine = Engine::build(vec![facts(&text)], pack(vec![pay_and_approve()]));
    let edge = countersign_access::edge::Edge::new(
        crate::world::id("bob"),
        countersign_access::edge::EdgeKind::MemberOf,
        crate::world::id("g"),
        countersign_access::fact::SourceId::new("supposed").at("here"),
    );
    let edit = Edit { remove: [key("ann member_of g")].into(), add: vec![edge] };
    let answer = engine.what_if(&edit).unwrap();
    let [changed] = answer.changed.as_slice() else { panic!("{answer:?}") };
    assert_eq!(ids(&changed.moved.joined), ["bob"]);
    assert_eq!(ids(&changed.moved.left), ["ann"]);
    assert!(engine.knows(&crate::world::id("ann")), "nothing is changed");
    assert_eq!(engine.blast(&crate::world::id("bob"), &EdgeFilter::all()).unwrap().answer.total, 0);
}

#[test]
fn a_withheld_finding_that_is_back_says_who_came_and_who_went_meanwhile() {
    let app = format!("{APP}\n person ann\n person bob\n ann member_of r");
    let mut engine = Engine::build(vec![facts(&app)], pack(vec![pay_and_approve()]));
    let lower = "role low\n r member_of low\n low grants pay\n low grants approve";
    assert_eq!(engine.apply(partial("test", lower)).withheld.len(), 1);
    let back = engine.apply(facts(&app.replace("ann member_of", "bob member_of")));
    let [changed] = back.changed.as_slice() else { panic!("{back:?}") };
    assert_eq!(
        (ids(&changed.moved.joined), ids(&changed.moved.left)),
        (vec!["bob".into()], vec!["ann".into()])
    );
}
