//! One pass over the leaves: form, place among the events of the subject, hash, and the root at the
//! sizes that checkpoints speak of. Keeps no leaf. Compares with nothing signed.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::lines::Lines;
use super::report::{Place, Report, Sort, Unreadable};
use crate::frontier::Frontier;
use crate::hash::{Hash, leaf_hash};
use crate::leaf::{Leaf, SEQUENCE_FIRST};

/// Longest line that is read; a line beyond the limit of a leaf and below this is a wrong leaf.
const LINE_BYTES_MAX: usize = 1 << 20;

/// What the leaves are, taken together.
pub(super) struct Found {
    pub(super) size: u64,
    /// Digests of all texts that leaves refer to, with the first place.
    pub(super) references: BTreeMap<Hash, (u64, String)>,
    marks: [Mark; 2],
    list: Option<List>,
}

/// A size that a checkpoint speaks of, and the root there.
#[derive(Clone, Copy)]
struct Mark {
    size: Option<u64>,
    root: Option<Hash>,
}

/// The optional list of hashes, and the first place where the leaves are not what it says.
struct List {
    edge: Frontier,
    difference: Option<Place>,
}

impl Found {
    /// The root over as many leaves as the export's own checkpoint covers, if there are so many.
    pub(super) fn own_root(&self) -> Option<Hash> {
        let [own, _] = self.marks;
        own.root
    }

    /// The same for the earlier checkpoint.
    pub(super) fn earlier_root(&self) -> Option<Hash> {
        let [_, earlier] = self.marks;
        earlier.root
    }

    /// Whether there is a list of hashes that is not the signed one.
    pub(super) fn list_is_not(&self, size: u64, root: Hash) -> bool {
        self.list.as_ref().is_some_and(|list| !list.is(size, root))
    }

    /// The first place where a leaf is not the signed one, if the list of hashes can tell.
    pub(super) fn first_difference(&self, size: u64, root: Hash) -> Option<Place> {
        self.list.as_ref().filter(|list| list.is(size, root))?.difference.clone()
    }
}

impl List {
    fn is(&self, size: u64, root: Hash) -> bool {
        self.edge.size() == size && self.edge.root() == root
    }
}

/// Reads all leaves, and the list of hashes beside them; `marks` are the sizes of the export's own
/// and of the earlier checkpoint.
pub(super) fn read(
    leaves: &mut dyn BufRead,
    hashes: Option<&mut dyn BufRead>,
    marks: [Option<u64>; 2],
    report: &mut Report,
) -> Result<Found, Unreadable> {
    let mut leaves = Lines::new("leaves.jsonl", leaves, LINE_BYTES_MAX);
    let mut hashes = hashes.map(|hashes| Lines::new("hashes.txt", hashes, LINE_BYTES_MAX));
    let mut found = Found {
        size: 0,
        references: BTreeMap::new(),
        marks: marks.map(|size| Mark { size, root: None }),
        list: hashes.is_some().then(|| List { edge: Frontier::new(), difference: None }),
    };
    let (mut edge, mut subjects) = (Frontier::new(), BTreeMap::new());
    loop {
        mark(&mut found.marks, &edge);
        let Some(line) = leaves.next()? else { break };
        let position = edge.size();
        let subject = look_at(line, position, (&mut found, &mut subjects), report);
        let hash = leaf_hash(line);
        edge.push(hash);
        if let (Some(hashes), Some(list)) = (&mut hashes, &mut found.list) {
            let listed = next_hash(hashes)?;
            if let Some(listed) = listed {
                list.edge.push(listed);
            }
            if listed != Some(hash) && list.difference.is_none() {
                list.difference = Some((position, subject));
            }
        }
    }
    found.size = edge.size();
    if let (Some(hashes), Some(list)) = (&mut hashes, &mut found.list) {
        while let Some(listed) = next_hash(hashes)? {
            list.edge.push(listed);
        }
    }
    Ok(found)
}

fn mark(marks: &mut [Mark; 2], edge: &Frontier) {
    for mark in marks {
        if mark.size == Some(edge.size()) {
            mark.root = Some(edge.root());
        }
    }
}

/// The next hash of the list; a line that is none counts as one that fits nothing.
fn next_hash(hashes: &mut Lines<'_>) -> Result<Option<Hash>, Unreadable> {
    let Some(line) = hashes.next()? else { return Ok(None) };
    let hash = str::from_utf8(line).ok().and_then(Hash::from_hex);
    Ok(Some(hash.unwrap_or(Hash([0; 32]))))
}

/// Form and place of one leaf; gives its subject where it can be read.
fn look_at(
    line: &[u8],
    position: u64,
    (found, subjects): (&mut Found, &mut BTreeMap<String, u64>),
    report: &mut Report,
) -> Option<String> {
    let leaf = match Leaf::parse(line) {
        Ok(leaf) => leaf,
        Err(refusal) => {
            let subject = claimed_subject(line);
            let place = Some((position, subject.clone()));
            report.problem(Sort::LeafMalformed, place, || refusal.to_string());
            return subject;
        }
    };
    for digest in leaf.texts() {
        found.references.entry(digest).or_insert_with(|| (position, leaf.subject.clone()));
    }
    in_sequence(&leaf, position, subjects, report);
    if report.first_at.is_none() {
        report.first_at = Some(leaf.at.clone());
    }
    report.last_at = Some(leaf.at);
    Some(leaf.subject)
}

/// That the events of a subject stand in their order, without gaps and each once.
fn in_sequence(
    leaf: &Leaf,
    position: u64,
    subjects: &mut BTreeMap<String, u64>,
    report: &mut Report,
) {
    let sequence = leaf.sequence;
    let next = match subjects.get_mut(&leaf.subject) {
        Some(next) => next,
        None => subjects.entry(leaf.subject.clone()).or_insert(SEQUENCE_FIRST),
    };
    let place = || Some((position, Some(leaf.subject.clone())));
    if sequence < *next {
        report.problem(Sort::SequenceRepeated, place(), || {
            format!("event {sequence} of the subject comes again or too late, event {next} should be next")
        });
        return;
    }
    if sequence > *next {
        report.problem(Sort::SequenceGap, place(), || {
            format!("event {next} of the subject is missing before event {sequence}")
        });
    }
    *next = sequence.saturating_add(1);
}

fn claimed_subject(line: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    Some(value.get("subject")?.as_str()?.chars().take(80).collect())
}
