//! The offline check of an export: what is whole, and everything that is found when somebody changes
//! it, with its place.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

use countersign_ledger::export::{self, Manifest, Parts, Report, Sort, Unreadable, Verdict};
use countersign_ledger::key::SigningKey;
use countersign_ledger::leaf::Leaf;
use countersign_ledger::note::Checkpoint;
use countersign_ledger::text::{self, TextLine};
use countersign_ledger::tree::{self, leaf_hash};
use proptest::prelude::*;
use serde_json::json;

const ORIGIN: &str = "hospital.example/countersign";

/// An export in memory, as its files.
#[derive(Clone)]
struct Export {
    leaves: Vec<Vec<u8>>,
    texts: Vec<String>,
    checkpoint: String,
    verifier: String,
    manifest: String,
    hashes: Option<String>,
}

impl Export {
    /// `count` events over three findings; every fourth has a reason.
    fn of(count: u64) -> Self {
        let mut export = Self {
            leaves: Vec::new(),
            texts: Vec::new(),
            checkpoint: String::new(),
            verifier: format!("{}\n", key().verifier()),
            manifest: String::new(),
            hashes: None,
        };
        for number in 0..count {
            export.leaves.push(event(number).bytes().unwrap());
            if number % 4 == 0 {
                export.texts.push(reason(number).to_json().unwrap());
            }
        }
        export.sign();
        export
    }

    /// Signs the leaves as they are, as only the holder of the key can.
    fn sign(&mut self) {
        let hashes: Vec<_> = self.leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        let size = u64::try_from(hashes.len()).unwrap();
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: tree::root(&hashes) };
        self.checkpoint = checkpoint.sign(&[&key()]).unwrap();
        self.manifest =
            serde_json::to_string(&Manifest::new(&checkpoint, "2026-02-01T00:00:00Z")).unwrap();
        self.hashes = Some(hashes.iter().map(|hash| format!("{hash}\n")).collect());
    }

    fn leaves_file(&self) -> Vec<u8> {
        self.leaves.iter().flat_map(|leaf| [leaf.as_slice(), b"\n"].concat()).collect()
    }

    fn verify(&self) -> Report {
        self.verify_after(None)
    }

    fn verify_after(&self, earlier: Option<&str>) -> Report {
        self.verify_files(&self.leaves_file(), &self.texts.join("\n").into_bytes(), earlier)
    }

    fn verify_files(&self, mut leaves: &[u8], mut texts: &[u8], earlier: Option<&str>) -> Report {
        let mut hashes = self.hashes.as_deref().map(str::as_bytes);
        let parts = Parts {
            leaves: &mut leaves,
            texts: &mut texts,
            checkpoint: self.checkpoint.as_bytes(),
            verifier: self.verifier.as_bytes(),
            manifest: self.manifest.as_bytes(),
            hashes: hashes.as_mut().map(|hashes| hashes as &mut dyn std::io::BufRead),
        };
        export::verify(parts, earlier.map(str::as_bytes))
    }
}

fn key() -> SigningKey {
    SigningKey::from_secret(ORIGIN, &[1; 32]).unwrap()
}

fn event(number: u64) -> Leaf {
    let reason = number.is_multiple_of(4).then(|| text::reference(reason(number).digest));
    let body = json!({"number": number, "reason": reason});
    Leaf {
        subject: format!("finding:{}", number % 3),
        sequence: number / 3 + 1,
        name: "finding.noted.1".to_owned(),
        at: "2026-01-31T12:00:00Z".to_owned(),
        actor: "identity:7".to_owned(),
        policy: "sha256:00".to_owned(),
        cause: None,
        authority: None,
        body,
    }
}

fn reason(number: u64) -> TextLine {
    TextLine::new(&[u8::try_from(number % 256).unwrap(); 32], &format!("because of {number}"))
}

fn sorts(report: &Report) -> Vec<Sort> {
    report.problems.iter().map(|problem| problem.sort).collect()
}

fn has(report: &Report, sort: Sort) -> bool {
    sorts(report).contains(&sort)
}

#[test]
fn an_untouched_export_is_whole_at_every_size() {
    for count in 0..40 {
        let report = Export::of(count).verify();
        assert_eq!((report.verdict, report.leaves), (Verdict::Whole, count), "{report:?}");
        assert_eq!(report.texts.absent, 0);
        assert_eq!(report.texts.present, count.div_ceil(4));
    }
}

#[test]
fn without_an_earlier_checkpoint_the_report_says_that_a_cut_end_cannot_be_excluded() {
    let report = Export::of(9).verify();
    assert_eq!(report.end_confirmed_to, None);
    assert!(report.cautions[0].contains("a cut-off end cannot be excluded"), "{report:?}");
    assert!(report.cautions[1].contains("the key came with the export"), "{report:?}");
    let shown = serde_json::to_value(&report).unwrap();
    assert_eq!((&shown["verdict"], &shown["version"]), (&json!("whole"), &json!(1)));
    assert_eq!(shown["end_confirmed_to"], json!(null));
}

#[test]
fn a_key_that_the_reader_brought_is_said_and_another_one_in_the_export_is_named() {
    let mut report = Export::of(3).verify();
    assert!(!report.key_pinned);
    let own = report.key.clone().unwrap();
    report.pin_key(format!("{own}\n").as_bytes());
    assert!(report.key_pinned);
    assert_eq!(report.cautions.len(), 1, "{report:?}");
    report.pin_key(b"another");
    assert!(report.cautions[1].contains("another key"), "{report:?}");
}

#[test]
fn the_report_says_when_the_first_and_the_last_event_happened() {
    let report = Export::of(3).verify();
    assert_eq!(report.first_at.as_ref(), Some(&event(0).at));
    assert_eq!(report.last_at.as_ref(), Some(&event(2).at));
    let report = Export::of(0).verify();
    assert_eq!((report.first_at, report.last_at), (None, None));
}

#[test]
fn a_part_that_is_not_there_is_unreadable_and_never_whole() {
    let missing = Unreadable { part: "checkpoint", why: "it is missing".to_owned() };
    let report = Report::not_opened(missing);
    assert_eq!(report.verdict, Verdict::Unreadable);
    assert_eq!(
        report.unreadable.unwrap().to_string(),
        "`checkpoint` cannot be read (it is missing): make the export again"
    );
}

#[test]
fn with_an_earlier_checkpoint_the_report_says_how_far_the_end_is_confirmed() {
    let earlier = Export::of(20).checkpoint;
    for count in 20..40 {
        let report = Export::of(count).verify_after(Some(&earlier));
        assert_eq!((report.verdict, report.end_confirmed_to), (Verdict::Whole, Some(20)));
        assert_eq!(report.cautions.len(), 1);
    }
}

#[test]
fn a_cut_off_end_is_found_with_an_earlier_checkpoint_even_when_all_is_signed() {
    let earlier = Export::of(20).checkpoint;
    let report = Export::of(17).verify_after(Some(&earlier));
    assert_eq!((report.verdict, sorts(&report)), (Verdict::NotWhole, vec![Sort::CutOff]));
    assert_eq!(report.problems[0].position, Some(17));
    assert_eq!(report.end_confirmed_to, None);
}

#[test]
fn a_second_history_is_found_with_an_earlier_checkpoint_even_when_all_is_signed() {
    let earlier = Export::of(20).checkpoint;
    let mut rewritten = Export::of(30);
    rewritten.leaves[5] = Leaf { actor: "identity:8".to_owned(), ..event(5) }.bytes().unwrap();
    rewritten.sign();
    assert_eq!(rewritten.verify().verdict, Verdict::Whole);
    let report = rewritten.verify_after(Some(&earlier));
    assert_eq!((report.verdict, sorts(&report)), (Verdict::NotWhole, vec![Sort::Forked]));
    assert!(report.problems[0].what.contains("before position 20"), "{report:?}");
}

#[test]
fn an_earlier_checkpoint_of_another_key_or_log_is_no_confirmation() {
    let stranger = SigningKey::from_secret(ORIGIN, &[2; 32]).unwrap();
    let honest = Checkpoint::open(&Export::of(4).checkpoint, &[&key().verifier()]).unwrap();
    let report = Export::of(9).verify_after(Some(&honest.sign(&[&stranger]).unwrap()));
    assert_eq!((report.verdict, sorts(&report)), (Verdict::NotWhole, vec![Sort::EarlierNotSigned]));
    let other = Checkpoint { origin: "elsewhere.example".to_owned(), ..honest };
    let report = Export::of(9).verify_after(Some(&other.sign(&[&key()]).unwrap()));
    assert_eq!((report.verdict, sorts(&report)), (Verdict::NotWhole, vec![Sort::OtherLog]));
    assert_eq!(report.end_confirmed_to, None);
}

#[test]
fn whoever_replaces_the_key_and_signs_everything_anew_is_found_by_an_earlier_checkpoint() {
    let earlier = Export::of(20).checkpoint;
    let thief = SigningKey::from_secret(ORIGIN, &[2; 32]).unwrap();
    let mut export = Export::of(30);
    let own = Checkpoint::open(&export.checkpoint, &[&key().verifier()]).unwrap();
    export.checkpoint = own.sign(&[&thief]).unwrap();
    assert_eq!(sorts(&export.verify()), [Sort::SignatureInvalid]);
    export.verifier = thief.verifier().to_string();
    assert_eq!(export.verify().verdict, Verdict::Whole);
    let report = export.verify_after(Some(&earlier));
    assert_eq!((report.verdict, sorts(&report)), (Verdict::NotWhole, vec![Sort::EarlierNotSigned]));
}

#[test]
fn a_changed_leaf_is_named_by_position_and_subject() {
    let mut export = Export::of(30);
    export.leaves[13] = Leaf { actor: "identity:8".to_owned(), ..event(13) }.bytes().unwrap();
    let report = export.verify();
    assert_eq!((report.verdict, sorts(&report)), (Verdict::NotWhole, vec![Sort::RootDiffers]));
    let problem = &report.problems[0];
    assert_eq!((problem.position, problem.subject.as_deref()), (Some(13), Some("finding:1")));
    assert!(problem.to_string().starts_with("position 13, subject `finding:1`: the leaves do not"));
}

#[test]
fn without_the_list_of_hashes_a_changed_leaf_is_found_and_an_earlier_checkpoint_narrows_it() {
    let earlier = Export::of(10).checkpoint;
    let mut export = Export::of(30);
    export.hashes = None;
    export.leaves[13] = Leaf { actor: "identity:8".to_owned(), ..event(13) }.bytes().unwrap();
    let report = export.verify_after(Some(&earlier));
    assert_eq!((report.verdict, sorts(&report)), (Verdict::NotWhole, vec![Sort::RootDiffers]));
    assert_eq!(report.problems[0].position, None);
    assert!(report.problems[0].what.ends_with("at position 10 or later"), "{report:?}");
}

#[test]
fn a_list_of_hashes_that_was_changed_is_not_believed() {
    let mut export = Export::of(30);
    export.leaves[13] = Leaf { actor: "identity:8".to_owned(), ..event(13) }.bytes().unwrap();
    let honest = export.hashes.clone().unwrap();
    export.hashes =
        Some(export.leaves.iter().map(|leaf| format!("{}\n", leaf_hash(leaf))).collect());
    let report = export.verify();
    assert_eq!(sorts(&report), [Sort::RootDiffers, Sort::HashListDiffers]);
    assert_eq!(report.problems[0].position, None);
    for list in
        [honest.to_uppercase(), String::new(), format!("{honest}{honest}"), "x\n".to_owned()]
    {
        export.hashes = Some(list);
        assert!(has(&export.verify(), Sort::HashListDiffers));
    }
}

#[test]
fn a_removed_leaf_is_found_with_the_place_where_it_is_missing() {
    let mut export = Export::of(30);
    export.leaves.remove(13);
    let report = export.verify();
    assert_eq!(report.verdict, Verdict::NotWhole);
    assert_eq!(sorts(&report), [Sort::LeavesMissing, Sort::SequenceGap]);
    assert_eq!(report.problems[0].position, Some(13));
    assert_eq!(report.problems[1].position, Some(15));
    assert_eq!(report.problems[1].subject.as_deref(), Some("finding:1"));
    assert!(report.problems[1].what.contains("event 5 of the subject is missing before event 6"));
}

#[test]
fn a_last_leaf_that_is_missing_is_found_by_the_checkpoint_of_the_export_itself() {
    let mut export = Export::of(30);
    export.leaves.pop();
    let report = export.verify();
    assert_eq!(sorts(&report), [Sort::LeavesMissing]);
    assert_eq!(report.problems[0].position, Some(29));
}

#[test]
fn a_leaf_after_the_end_is_found() {
    let mut export = Export::of(30);
    export.leaves.push(event(30).bytes().unwrap());
    export.texts.clear();
    let report = export.verify();
    assert_eq!((report.verdict, sorts(&report)), (Verdict::NotWhole, vec![Sort::LeavesAdded]));
    assert_eq!(report.problems[0].position, Some(30));
}

#[test]
fn a_line_that_is_no_leaf_is_named_and_counted() {
    let mut export = Export::of(30);
    let spaced = String::from_utf8(export.leaves[4].clone()).unwrap().replace("\":", "\": ");
    export.leaves[4] = spaced.into_bytes();
    export.leaves[7] = Vec::new();
    export.leaves[9] = b"\xff\xfe".to_vec();
    let report = export.verify();
    let problem = report.problems.iter().find(|one| one.sort == Sort::LeafMalformed).unwrap();
    assert_eq!((problem.position, problem.count), (Some(4), 3));
    assert_eq!(problem.subject.as_deref(), Some("finding:1"));
    assert!(problem.what.contains("canonical form"), "{problem}");
}

#[test]
fn an_event_signed_twice_or_out_of_its_order_is_found_although_the_root_fits() {
    for (swap, sort) in [(Some((3, 6)), Sort::SequenceGap), (None, Sort::SequenceRepeated)] {
        let mut export = Export::of(12);
        match swap {
            Some((one, other)) => export.leaves.swap(one, other),
            None => export.leaves.push(event(11).bytes().unwrap()),
        }
        export.sign();
        let report = export.verify();
        assert_eq!(report.verdict, Verdict::NotWhole);
        assert!(has(&report, sort) && has(&report, Sort::SequenceRepeated), "{report:?}");
    }
}

#[test]
fn an_erased_text_leaves_the_export_whole_and_is_reported() {
    let mut export = Export::of(30);
    export.texts.remove(2);
    let report = export.verify();
    assert_eq!((report.verdict, report.problems.len()), (Verdict::Whole, 0));
    assert_eq!((report.texts.referred, report.texts.present, report.texts.absent), (8, 7, 1));
    let absent = &report.texts.absent_first[0];
    assert_eq!((absent.position, absent.subject.as_str()), (8, "finding:2"));
    assert_eq!(absent.digest, reason(8).digest);
    export.texts.clear();
    assert_eq!(export.verify().verdict, Verdict::Whole);
}

#[test]
fn a_changed_an_unknown_and_a_broken_text_are_found() {
    let mut export = Export::of(30);
    export.texts[1] = export.texts[1].replace("because", "in spite");
    let report = export.verify();
    assert_eq!((report.verdict, sorts(&report)), (Verdict::NotWhole, vec![Sort::TextChanged]));
    assert_eq!(report.problems[0].position, Some(4));
    let mut export = Export::of(30);
    export.texts.push(TextLine::new(&[9; 32], "nobody asked").to_json().unwrap());
    assert_eq!(sorts(&export.verify()), [Sort::TextUnknown]);
    let mut export = Export::of(30);
    export.texts[1].pop();
    assert_eq!(sorts(&export.verify()), [Sort::TextMalformed]);
}

#[test]
fn a_checkpoint_with_a_second_spelling_or_another_size_is_not_whole() {
    let export = Export::of(30);
    let changes = [("\n30\n", "\n31\n"), ("=\n\n", "\n\n"), ("\n30\n", "\n030\n")];
    for (from, to) in changes {
        let checkpoint = export.checkpoint.replacen(from, to, 1);
        assert_ne!(checkpoint, export.checkpoint);
        let report = Export { checkpoint, ..export.clone() }.verify();
        assert_eq!(report.verdict, Verdict::NotWhole, "{from:?}: {report:?}");
        assert!(has(&report, Sort::SignatureInvalid), "{from:?}: {report:?}");
    }
}

#[test]
fn a_manifest_that_says_something_else_is_not_whole() {
    let mut export = Export::of(30);
    export.manifest = export.manifest.replace("\"size\":30", "\"size\":29");
    assert_eq!(sorts(&export.verify()), [Sort::ManifestDiffers]);
}

#[test]
fn parts_that_cannot_be_read_are_named() {
    let export = Export::of(3);
    let unreadable = [
        ("checkpoint", Export { checkpoint: String::new(), ..export.clone() }.verify()),
        ("checkpoint", Export { checkpoint: "\n\n".to_owned(), ..export.clone() }.verify()),
        ("verifier.key", Export { verifier: "key".to_owned(), ..export.clone() }.verify()),
        ("manifest.json", Export { manifest: "{}".to_owned(), ..export.clone() }.verify()),
        (
            "manifest.json",
            Export { manifest: export.manifest.replace(":1,", ":2,"), ..export.clone() }.verify(),
        ),
        ("the earlier checkpoint", export.verify_after(Some("what"))),
        ("leaves.jsonl", export.verify_files(&[b'x'; (1 << 20) + 1], b"", None)),
    ];
    for (part, report) in unreadable {
        assert_eq!(report.verdict, Verdict::Unreadable, "{part}: {report:?}");
        let why = report.unreadable.unwrap();
        assert_eq!(why.part, part);
        assert!(why.to_string().starts_with(&format!("`{part}` cannot be read (")), "{why}");
    }
}

#[test]
fn a_reader_that_fails_is_unreadable_and_never_whole() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let export = Export::of(3);
    let leaves = export.leaves_file();
    let parts = Parts {
        leaves: &mut leaves.as_slice(),
        texts: &mut std::io::BufReader::new(Broken),
        checkpoint: export.checkpoint.as_bytes(),
        verifier: export.verifier.as_bytes(),
        manifest: export.manifest.as_bytes(),
        hashes: None,
    };
    let report = export::verify(parts, None);
    assert_eq!(report.verdict, Verdict::Unreadable);
    assert_eq!(report.unreadable.unwrap().why, "line 1: the disk is gone");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_changed_byte_of_the_leaves_is_found(count in 1..30_u64, at: prop::sample::Index, bit in 0..8_u32) {
        let export = Export::of(count);
        let mut leaves = export.leaves_file();
        let at = at.index(leaves.len() - 1);
        leaves[at] ^= 1 << bit;
        let report = export.verify_files(&leaves, b"", None);
        prop_assert_eq!(report.verdict, Verdict::NotWhole);
        prop_assert!(report.problems.iter().any(|problem| problem.position.is_some()));
    }

    #[test]
    fn any_removed_moved_or_repeated_leaf_is_found(count in 2..30_usize, one: prop::sample::Index, other: prop::sample::Index, listed: bool) {
        let export = Export::of(count as u64);
        let (one, other) = (one.index(count), other.index(count));
        let (mut removed, mut moved, mut repeated) = (export.clone(), export.clone(), export.clone());
        removed.leaves.remove(one);
        let leaf = moved.leaves.remove(one);
        moved.leaves.insert(other, leaf.clone());
        repeated.leaves.insert(other, leaf);
        for changed in [&mut removed, &mut moved, &mut repeated] {
            if !listed {
                changed.hashes = None;
            }
            let expected = if changed.leaves == export.leaves { Verdict::Whole } else { Verdict::NotWhole };
            prop_assert_eq!(changed.verify().verdict, expected);
        }
    }

    #[test]
    fn any_cut_off_end_is_found_with_an_earlier_checkpoint(kept in 0..30_u64, cut in 1..10_u64) {
        let earlier = Export::of(kept + cut).checkpoint;
        let report = Export::of(kept).verify_after(Some(&earlier));
        prop_assert!(has(&report, Sort::CutOff));
        prop_assert_eq!(report.verdict, Verdict::NotWhole);
    }

    #[test]
    fn any_set_of_erased_texts_leaves_the_export_whole(kept in prop::collection::vec(any::<bool>(), 8)) {
        let mut export = Export::of(30);
        let mut choice = kept.iter();
        export.texts.retain(|_| *choice.next().unwrap());
        let report = export.verify();
        prop_assert_eq!(report.verdict, Verdict::Whole);
        prop_assert_eq!(report.texts.absent, kept.iter().filter(|kept| !**kept).count() as u64);
    }

    #[test]
    fn no_input_makes_the_check_panic(files in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 5)) {
        let parts = Parts {
            leaves: &mut files[0].as_slice(),
            texts: &mut files[1].as_slice(),
            checkpoint: &files[2],
            verifier: &files[3],
            manifest: &files[4],
            hashes: None,
        };
        prop_assert_eq!(export::verify(parts, Some(&files[2])).verdict, Verdict::Unreadable);
    }
}
