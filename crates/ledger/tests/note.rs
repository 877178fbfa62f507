//! Signed notes and checkpoints through the public interface: what is written, and all that is
//! refused.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

use base64::Engine as _;
use countersign_ledger::key::{BadKey, SigningKey, Verifier};
use countersign_ledger::note::{self, BadNote, Checkpoint, NOTE_BYTES_MAX};
use countersign_ledger::tree::leaf_hash;

const ORIGIN: &str = "hospital.example/countersign";

fn key(name: &str, byte: u8) -> SigningKey {
    SigningKey::from_secret(name, &[byte; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size: 42, root: leaf_hash(b"root") }
}

fn signed() -> String {
    checkpoint().sign(&[&key(ORIGIN, 1)]).unwrap()
}

#[test]
fn the_secret_of_rfc_8032_test_1_gives_its_public_key() {
    let secret = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c,
        0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae,
        0x7f, 0x60,
    ];
    let vkey = SigningKey::from_secret("rfc8032", &secret).unwrap().verifier().to_string();
    // base64 of 01 d75a9801 82b10ab7 d54bfed3 c964073a 0ee172f3 daa62325 af021a68 f707511a
    assert!(vkey.ends_with("+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"), "{vkey}");
}

#[test]
fn a_checkpoint_is_spelt_as_the_specification_says_and_opens_again() {
    let note = signed();
    let lines: Vec<&str> = note.split('\n').collect();
    let root = checkpoint().root.to_base64();
    assert_eq!(lines[..4], [ORIGIN, "42", root.as_str(), ""]);
    assert!(lines[4].starts_with("\u{2014} hospital.example/countersign "), "{note}");
    assert_eq!((lines.len(), lines[5]), (6, ""));
    assert_eq!(Checkpoint::open(&note, &[&key(ORIGIN, 1).verifier()]).unwrap(), checkpoint());
}

#[test]
fn lines_of_unknown_signers_are_ignored_wherever_they_stand() {
    let keys = [key("witness.example/a", 2), key(ORIGIN, 1), key(ORIGIN, 3)];
    let note = checkpoint().sign(&keys.each_ref()).unwrap();
    for known in &keys {
        assert_eq!(Checkpoint::open(&note, &[&known.verifier()]).unwrap(), checkpoint());
    }
    let all = keys.each_ref().map(SigningKey::verifier);
    assert_eq!(Checkpoint::open(&note, &all.each_ref()).unwrap(), checkpoint());
    let stranger = key("witness.example/b", 9).verifier();
    assert_eq!(Checkpoint::open(&note, &[&stranger]), Err(BadNote::Unsigned));
    assert_eq!(Checkpoint::open(&note, &[]), Err(BadNote::Unsigned));
}

#[test]
fn every_changed_byte_of_a_checkpoint_is_noticed() {
    let (note, verifier) = (signed(), key(ORIGIN, 1).verifier());
    for at in 0..note.len() {
        for bit in [0, 5] {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(Checkpoint::open(&changed, &[&verifier]).is_err(), "{at} {bit}: {changed}");
        }
    }
}

#[test]
fn a_second_spelling_of_the_same_signature_is_refused() {
    let (note, verifier) = (signed(), key(ORIGIN, 1).verifier());
    // 68 bytes end in one symbol with two unused bits, and one `=`.
    let last = note.trim_end().trim_end_matches('=').chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let at = alphabet.find(last).unwrap();
    assert_eq!(at % 4, 0);
    let sibling = alphabet.chars().nth(at + 1).unwrap();
    let forged = note.replace(&format!("{last}=\n"), &format!("{sibling}=\n"));
    assert_ne!(forged, note);
    let base64 = Err(BadNote::Base64(ORIGIN.to_owned()));
    assert_eq!(Checkpoint::open(&forged, &[&verifier]), base64);
    for other in
        [note.replace("=\n", "\n"), note.replace("=\n", "==\n"), note.replace("=\n", "= \n")]
    {
        assert_eq!(Checkpoint::open(&other, &[&verifier]), base64, "{other}");
    }
    let root = checkpoint().root.to_base64();
    let body = checkpoint().body();
    for other in [root.replace('=', ""), format!(" {root}"), format!("{root}=")] {
        assert_eq!(Checkpoint::parse(&body.replace(&root, &other)), Err(BadNote::Root), "{other}");
    }
}

#[test]
fn a_wrong_or_repeated_line_of_a_known_signer_refuses_the_note() {
    let (note, verifier) = (signed(), key(ORIGIN, 1).verifier());
    let (_, line) = note.split_once("\n\n").unwrap();
    let wrong = Err(BadNote::Signature(ORIGIN.to_owned()));
    assert_eq!(Checkpoint::open(&format!("{note}{line}"), &[&verifier]), wrong);
    let other = Checkpoint { size: 43, ..checkpoint() }.sign(&[&key(ORIGIN, 1)]).unwrap();
    let (_, other_line) = other.split_once("\n\n").unwrap();
    assert_eq!(Checkpoint::open(&format!("{note}{other_line}"), &[&verifier]), wrong);
    assert_eq!(Checkpoint::open(&note.replace("\n42\n", "\n43\n"), &[&verifier]), wrong);
}

#[test]
fn what_is_no_note_is_refused() {
    let (note, verifier) = (signed(), key(ORIGIN, 1).verifier());
    let cut = note.trim_end();
    for wrong in [
        "",
        "\n",
        "\n\n",
        "\n\n\n",
        "text\n",
        "text\n\n",
        cut,
        &note.replace('\n', "\r\n"),
        &note.replace("\u{2014} ", "- "),
        &note.replace("42", "4\u{7}2"),
        &format!("{note}\n"),
        &format!("{note}\u{2014} nobody\n"),
        &format!("{note}\u{2014} a+b AAAAAAAA\n"),
    ] {
        assert_eq!(Checkpoint::open(wrong, &[&verifier]), Err(BadNote::Form), "{wrong:?}");
    }
    let long = format!("{}{note}", "x".repeat(NOTE_BYTES_MAX));
    assert_eq!(Checkpoint::open(&long, &[&verifier]), Err(BadNote::TooLong));
    let many = format!("{note}{}", "\u{2014} x AAAAAAAA\n".repeat(100));
    assert_eq!(Checkpoint::open(&many, &[&verifier]), Err(BadNote::TooLong));
    let sixteen = format!("{note}{}", "\u{2014} x AAAAAAAA\n".repeat(15));
    assert_eq!(Checkpoint::open(&sixteen, &[&verifier]).unwrap(), checkpoint());
}

#[test]
fn a_signed_text_that_is_no_checkpoint_is_refused_as_one() {
    let (signer, verifier) = (key(ORIGIN, 1), key(ORIGIN, 1).verifier());
    let root = checkpoint().root.to_base64();
    let text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned \u{e8} subito sera.\n";
    let note = note::sign(text, &[&signer]).unwrap();
    assert_eq!(note::open(&note, &[&verifier]).unwrap(), text);
    for (body, refusal) in [
        (text.to_owned(), BadNote::NoCheckpoint),
        (format!("{ORIGIN}\n42\n"), BadNote::NoCheckpoint),
        (format!("{ORIGIN}\n42\n{root}\nextension\n"), BadNote::NoCheckpoint),
        (format!("{ORIGIN}\n042\n{root}\n"), BadNote::Size("042".to_owned())),
        (format!("{ORIGIN}\n+42\n{root}\n"), BadNote::Size("+42".to_owned())),
        (format!("{ORIGIN}\n-1\n{root}\n"), BadNote::Size("-1".to_owned())),
        (
            format!("{ORIGIN}\n18446744073709551616\n{root}\n"),
            BadNote::Size("18446744073709551616".to_owned()),
        ),
        (format!("a b\n42\n{root}\n"), BadNote::Origin(BadKey::Name("a b".to_owned()))),
    ] {
        let note = note::sign(&body, &[&signer]).unwrap();
        assert_eq!(Checkpoint::open(&note, &[&verifier]), Err(refusal), "{body}");
    }
}

#[test]
fn nothing_is_signed_that_could_not_be_opened() {
    let signer = key(ORIGIN, 1);
    assert_eq!(note::sign("no line feed", &[&signer]), Err(BadNote::Form));
    assert_eq!(note::sign("bell\u{7}\n", &[&signer]), Err(BadNote::Form));
    assert_eq!(note::sign("text\n", &[]), Err(BadNote::Form));
    let nameless = Checkpoint { origin: String::new(), ..checkpoint() };
    assert!(matches!(nameless.sign(&[&signer]), Err(BadNote::Origin(_))));
}

#[test]
fn a_verifier_key_comes_back_and_every_other_spelling_is_refused() {
    let vkey = key(ORIGIN, 1).verifier().to_string();
    assert_eq!(Verifier::parse(&vkey).unwrap(), key(ORIGIN, 1).verifier());
    let mut parts = vkey.splitn(3, '+');
    let (name, id, point) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let head = format!("{name}+{id}");
    let other_kind = point.replacen("Ab", "Bb", 1).replacen("AY", "BY", 1);
    assert!(point.starts_with('A') && point != other_kind, "{point}");
    for wrong in [
        String::new(),
        "a+b".to_owned(),
        format!("{vkey}\n"),
        format!(" {vkey}"),
        vkey.to_uppercase(),
        vkey.replacen(ORIGIN, "", 1),
        vkey.replacen(ORIGIN, "other.example", 1),
        format!("{head}+{point}="),
        format!("{head}+{other_kind}"),
        format!("{head}+AQ=="),
    ] {
        assert!(Verifier::parse(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn weak_and_doubly_spelt_points_are_no_keys() {
    let vkey = |point: [u8; 32]| {
        let bytes = [&[1], point.as_slice()].concat();
        format!("a+00000000+{}", base64::engine::general_purpose::STANDARD.encode(bytes))
    };
    let mut neutral = [0; 32];
    neutral[0] = 1;
    assert_eq!(Verifier::parse(&vkey(neutral)), Err(BadKey::Point));
    // y = p + k for k from 0 to 18: a second spelling of y = k.
    for k in 0..=18 {
        let mut point = [0xff; 32];
        point[0] = 0xed + k;
        point[31] = 0x7f;
        assert_eq!(Verifier::parse(&vkey(point)), Err(BadKey::Point), "{k}");
    }
}

#[test]
fn a_secret_never_shows() {
    let shown = format!("{:?}", key(ORIGIN, 0x5a));
    assert_eq!(shown, "SigningKey { name: \"hospital.example/countersign\", .. }");
}

#[test]
fn names_that_no_note_can_carry_are_refused() {
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb", &"a".repeat(256)] {
        assert!(matches!(SigningKey::from_secret(name, &[1; 32]), Err(BadKey::Name(_))), "{name}");
    }
}
