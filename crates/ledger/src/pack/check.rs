//! The check of a pack, offline. It proves that each entry stands in the ledger whose key signed the
//! checkpoint, that nothing between the first and the last entry of a whole subject is left out, and
//! that each text is the one its entry refers to; not that what was signed is true.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Entry, Pack};
use crate::export::Verdict;
use crate::hash::{Hash, leaf_hash};
use crate::key::Verifier;
use crate::leaf::{Leaf, SEQUENCE_FIRST};
use crate::note::Checkpoint;
use crate::proof::verify_inclusion;

const KEY_CAME_ALONG: &str = "the key came with the evidence: compare it with the one that was published elsewhere, or give \
     that one";
const OWN_KEY_DIFFERS: &str = "the key in the evidence is another one than the one you brought: it was not used, ask where \
     it comes from";
const LATER: &str = "whether there are later entries about it than those up to the checkpoint is shown by a newer \
     pack or an export of the ledger";

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// Position of the entry in the ledger, where it is about one.
    pub position: Option<u64>,
    /// What is wrong, in words.
    pub what: String,
}

/// All that the check of a pack found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Version of this form.
    pub version: u32,
    /// Whole or not; unreadable where the key or the checkpoint cannot be read.
    pub verdict: Verdict,
    /// What the pack says it is about.
    pub about: String,
    /// Subjects of which all entries up to the checkpoint are there.
    pub whole: Vec<String>,
    /// How many entries were checked.
    pub entries: u64,
    /// When the first entry says that it happened; a claim only, unless the verdict is whole.
    pub first_at: Option<String>,
    /// When the last one says so.
    pub last_at: Option<String>,
    /// What the checkpoint says.
    pub checkpoint: Option<Checkpoint>,
    /// The key with which it was checked (C2SP vkey).
    pub key: Option<String>,
    /// Whether the reader brought it.
    pub key_pinned: bool,
    /// Texts that are there and are the right ones.
    pub texts: u64,
    /// Texts that entries refer to and that are not there: erased, or left out.
    pub texts_absent: u64,
    /// What does not fit.
    pub flaws: Vec<Flaw>,
    /// What the check cannot know.
    pub cautions: Vec<String>,
}

/// Checks a pack, with the key that the reader brought if there is one (a C2SP vkey).
#[must_use]
pub fn verify(pack: &Pack, brought: Option<&str>) -> Checked {
    let mut checked = Checked {
        version: 1,
        verdict: Verdict::Unreadable,
        about: pack.about.clone(),
        whole: pack.whole.clone(),
        entries: 0,
        first_at: None,
        last_at: None,
        checkpoint: None,
        key: None,
        key_pinned: brought.is_some(),
        texts: 0,
        texts_absent: 0,
        flaws: Vec::new(),
        cautions: Vec::new(),
    };
    match open(pack, brought, &mut checked) {
        Ok(checkpoint) => {
            entries(pack, &checkpoint, &mut checked);
            checked.checkpoint = Some(checkpoint);
            let is_whole = checked.flaws.is_empty();
            checked.verdict = if is_whole { Verdict::Whole } else { Verdict::NotWhole };
        }
        Err(flaw) => checked.flaws.push(Flaw { position: None, what: flaw }),
    }
    checked
}

/// The checkpoint, opened with the key that counts.
fn open(pack: &Pack, brought: Option<&str>, checked: &mut Checked) -> Result<Checkpoint, String> {
    let read = |vkey: &str| Verifier::parse(vkey.trim());
    let verifier = read(brought.unwrap_or(&pack.verifier))
        .map_err(|why| format!("the key cannot be read: {why}"))?;
    checked.key = Some(verifier.to_string());
    match brought {
        None => checked.cautions.push(KEY_CAME_ALONG.to_owned()),
        Some(_) if read(&pack.verifier).ok().map(|it| it.to_string()) != checked.key => {
            checked.cautions.push(OWN_KEY_DIFFERS.to_owned());
        }
        Some(_) => {}
    }
    checked.cautions.push(LATER.to_owned());
    Checkpoint::open(&pack.checkpoint, &[&verifier]).or_else(|why| {
        if !why.is_forgery() {
            return Err(format!("the checkpoint cannot be read: {why}"));
        }
        checked.flaw(None, format!("the checkpoint is not genuine: {why}"));
        let claimed = crate::note::claimed_text(&pack.checkpoint);
        let claimed = claimed.and_then(|text| Checkpoint::parse(text).ok());
        claimed.ok_or_else(|| format!("the checkpoint cannot be read: {why}"))
    })
}

impl Checked {
    fn flaw(&mut self, position: Option<u64>, what: String) {
        self.flaws.push(Flaw { position, what });
    }
}

/// Each entry, its place and its subject's numbering, and the texts.
fn entries(pack: &Pack, checkpoint: &Checkpoint, checked: &mut Checked) {
    let mut next: BTreeMap<String, u64> =
        pack.whole.iter().map(|subject| (subject.clone(), SEQUENCE_FIRST)).collect();
    let mut referred: BTreeSet<Hash> = BTreeSet::new();
    let mut before = None;
    for entry in &pack.entries {
        let at = Some(entry.position);
        if before.is_some_and(|before| before >= entry.position) {
            checked.flaw(at, "the entry stands out of order or twice".to_owned());
        }
        before = Some(entry.position);
        checked.entries += 1;
        if !is_under(entry, checkpoint) {
            let root = "its path does not lead from its bytes to the signed root: it was changed, \
                        or never stood in this ledger";
            checked.flaw(at, root.to_owned());
        }
        let leaf = match Leaf::parse(entry.leaf.as_bytes()) {
            Ok(leaf) => leaf,
            Err(why) => {
                checked.flaw(at, format!("the entry is no event in its canonical form: {why}"));
                continue;
            }
        };
        if let Some(next) = next.get_mut(&leaf.subject) {
            if leaf.sequence != *next {
                let what = format!(
                    "it is number {} of `{}` and number {next} should come here: an entry is left \
                     out or stands twice",
                    leaf.sequence, leaf.subject
                );
                checked.flaw(at, what);
            }
            *next = leaf.sequence.saturating_add(1);
        }
        referred.extend(leaf.texts());
        checked.first_at.get_or_insert_with(|| leaf.at.clone());
        checked.last_at = Some(leaf.at);
    }
    let empty = next.iter().filter(|(_, next)| **next == SEQUENCE_FIRST);
    let empty: Vec<String> = empty.map(|(subject, _)| subject.clone()).collect();
    for subject in empty {
        checked.flaw(None, format!("it should hold all entries of `{subject}` and holds none"));
    }
    if pack.whole.is_empty() {
        checked.flaw(None, "it does not say of what it holds every entry".to_owned());
    }
    texts(pack, &referred, checked);
}

fn is_under(entry: &Entry, checkpoint: &Checkpoint) -> bool {
    let leaf = leaf_hash(entry.leaf.as_bytes());
    verify_inclusion(leaf, entry.position, checkpoint.size, &entry.path, checkpoint.root)
}

fn texts(pack: &Pack, referred: &BTreeSet<Hash>, checked: &mut Checked) {
    let mut present = BTreeSet::new();
    for text in &pack.texts {
        let what = if !text.is_true() {
            "was changed: it is not the one whose digest was signed"
        } else if !referred.contains(&text.digest) {
            "belongs to no entry"
        } else if !present.insert(text.digest) {
            "stands twice"
        } else {
            continue;
        };
        checked.flaw(None, format!("the text `{}` {what}", text.digest));
    }
    checked.texts = wide(present.len());
    checked.texts_absent = wide(referred.len().saturating_sub(present.len()));
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::key::SigningKey;
    use crate::pack::{ENTRIES_MAX, NotAPack, PACK_VERSION};
    use crate::text::{TextLine, reference};
    use crate::tree::Tree;

    fn key() -> SigningKey {
        SigningKey::from_secret("hospital.example/ledger", &[7; 32]).unwrap()
    }

    /// A ledger of which every third entry is about the exception, the others about other things.
    fn pack(entries: u64) -> Pack {
        let text = TextLine::new(&[3; 32], "needed until the move");
        let leaf = |at: u64| Leaf {
            subject: if at.is_multiple_of(3) {
                "exception:a".to_owned()
            } else {
                format!("person:{at}")
            },
            sequence: if at.is_multiple_of(3) { at / 3 + 1 } else { 1 },
            name: "exception.proposed.1".to_owned(),
            at: format!("2026-11-0{}T08:00:00Z", at % 9 + 1),
            actor: "person:p".to_owned(),
            policy: "sha256:0".to_owned(),
            cause: None,
            authority: None,
            body: json!({ "reason": reference(text.digest) }),
        };
        let leaves: Vec<String> =
            (0..entries).map(|at| String::from_utf8(leaf(at).bytes().unwrap()).unwrap()).collect();
        let mut tree = Tree::default();
        leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf.as_bytes())));
        let root = tree.root_at(entries).unwrap();
        let origin = "hospital.example/ledger".to_owned();
        let checkpoint = Checkpoint { origin, size: entries, root };
        let entry = |at: u64| Entry {
            position: at,
            leaf: leaves[usize::try_from(at).unwrap()].clone(),
            path: tree.inclusion(at, entries).unwrap(),
        };
        Pack {
            version: PACK_VERSION,
            about: "EX-1".to_owned(),
            whole: vec!["exception:a".to_owned()],
            made_at: "2026-11-30T08:00:00Z".to_owned(),
            made_by: "countersign 0".to_owned(),
            checkpoint: checkpoint.sign(&[&key()]).unwrap(),
            verifier: key().verifier().to_string(),
            entries: (0..entries).filter(|at| at.is_multiple_of(3)).map(entry).collect(),
            texts: vec![text],
        }
    }

    fn flaws(pack: &Pack) -> Vec<String> {
        let checked = verify(pack, None);
        assert_eq!(checked.verdict, Verdict::NotWhole);
        checked.flaws.into_iter().map(|it| it.what).collect()
    }

    #[test]
    fn a_pack_is_whole_with_the_key_that_came_along_and_with_the_one_that_was_brought() {
        let pack = pack(20);
        let own = verify(&pack, None);
        assert_eq!((own.verdict, own.entries, own.texts), (Verdict::Whole, 7, 1));
        assert_eq!(own.cautions, [KEY_CAME_ALONG, LATER]);
        let vkey = format!("{}\n", key().verifier());
        let pinned = verify(&pack, Some(&vkey));
        assert_eq!((pinned.verdict, pinned.key_pinned), (Verdict::Whole, true));
        assert_eq!(pinned.cautions, [LATER]);
        let bytes = serde_json::to_vec(&pack).unwrap();
        assert_eq!(Pack::parse(&bytes).unwrap(), pack);
    }

    #[test]
    fn another_key_than_the_one_that_was_brought_signs_nothing() {
        let mut pack = pack(9);
        let other = SigningKey::from_secret("hospital.example/ledger", &[8; 32]).unwrap();
        let checked = verify(&pack, Some(&other.verifier().to_string()));
        assert_eq!(checked.verdict, Verdict::NotWhole);
        assert!(checked.flaws[0].what.starts_with("the checkpoint is not genuine"));
        assert!(checked.cautions.contains(&OWN_KEY_DIFFERS.to_owned()));
        pack.verifier = "nothing".to_owned();
        assert_eq!(verify(&pack, None).verdict, Verdict::Unreadable);
        pack.checkpoint = "nothing".to_owned();
        let checked = verify(&pack, Some(&key().verifier().to_string()));
        assert_eq!(checked.verdict, Verdict::Unreadable);
    }

    #[test]
    fn an_erased_text_is_counted_and_leaves_the_pack_whole() {
        let mut pack = pack(9);
        pack.texts.clear();
        let checked = verify(&pack, None);
        assert_eq!((checked.verdict, checked.texts_absent), (Verdict::Whole, 1));
    }

    #[test]
    fn a_text_that_was_changed_exchanged_or_repeated_is_found() {
        let with = |texts: Vec<TextLine>| flaws(&Pack { texts, ..pack(9) });
        let own = pack(9).texts[0].clone();
        let changed = TextLine { text: "needed for ever".to_owned(), ..own.clone() };
        assert!(with(vec![changed])[0].contains("was changed"));
        assert!(with(vec![own.clone(), own])[0].contains("stands twice"));
        assert!(with(vec![TextLine::new(&[4; 32], "other")])[0].contains("belongs to no entry"));
    }

    #[test]
    fn what_it_holds_every_entry_of_is_said_and_there() {
        let nothing = Pack { whole: Vec::new(), ..pack(9) };
        assert!(flaws(&nothing)[0].contains("does not say"));
        let other = Pack { whole: vec!["exception:b".to_owned()], ..pack(9) };
        assert!(flaws(&other)[0].contains("holds none"));
    }

    #[test]
    fn what_is_no_pack_is_told_from_one_of_another_form() {
        let form = |bytes: &[u8]| Pack::parse(bytes).unwrap_err();
        assert!(matches!(form(b"{}"), NotAPack::Form(_)));
        assert!(matches!(form(b"<html>"), NotAPack::Form(_)));
        assert_eq!(form(br#"{"version":2,"other":[]}"#), NotAPack::Version(2));
        let mut many = pack(3);
        many.entries = vec![many.entries[0].clone(); ENTRIES_MAX + 1];
        let many = serde_json::to_vec(&many).unwrap();
        assert_eq!(form(&many), NotAPack::TooMany(ENTRIES_MAX + 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn no_entry_can_be_left_out_before_the_last_moved_repeated_or_changed(
            size in 7u64..60,
            place in any::<prop::sample::Index>(),
            byte in any::<prop::sample::Index>(),
            how in 0usize..5,
        ) {
            let mut pack = pack(size);
            let at = place.index(pack.entries.len() - 1);
            match how {
                0 => { pack.entries.remove(at); }
                1 => pack.entries.swap(at, at + 1),
                2 => pack.entries.insert(at, pack.entries[at].clone()),
                3 => pack.entries[at].position += 1,
                _ => {
                    let mut bytes = pack.entries[at].leaf.clone().into_bytes();
                    let index = byte.index(bytes.len());
                    bytes[index] = if bytes[index] == b'x' { b'y' } else { b'x' };
                    pack.entries[at].leaf = String::from_utf8(bytes).unwrap();
                }
            }
            prop_assert_eq!(verify(&pack, None).verdict, Verdict::NotWhole);
        }
    }
}
