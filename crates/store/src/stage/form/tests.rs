//! What is kept is what was said: random facts packed and opened, cut off, with wrong bits, and as they were
//! stored before there were columns.

use countersign_access::edge::{Edge, EdgeKey, EdgeKind, Missing};
use countersign_access::fact::{Chunk, Locator, SourceId};
use countersign_access::node::{Node, NodeId, NodeKind, Notation};
use countersign_ledger::tree::Hash;
use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::column::{Column, Cursor, Damaged};
use super::{COLUMNS, Packed, Part, pack, write};
use crate::compress::compress;

/// Few texts, so that they come again; empty ones and such of several bytes a letter are among them.
fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![Just(String::new()), "[ab]{1,2}", "\\PC{0,12}", Just("ä€😀".to_owned())]
}

fn id() -> impl Strategy<Value = NodeId> {
    prop_oneof![4 => "[a-d]", 1 => "[a-z0-9:/ü€]{1,20}"].prop_map(|id| NodeId::new(id).unwrap())
}

fn time() -> impl Strategy<Value = Option<Timestamp>> {
    let all = (Timestamp::MIN.as_second() + 1)..Timestamp::MAX.as_second();
    let second = prop_oneof![all, -2i64..3];
    let some = (second, -999_999_999i32..=999_999_999)
        .prop_map(|(second, over)| Timestamp::new(second, over).unwrap());
    let ends = select(vec![Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH]);
    option::of(prop_oneof![4 => some, 1 => ends])
}

fn locator() -> impl Strategy<Value = Locator> {
    (text(), text())
        .prop_map(|(source, locator)| Locator { source: SourceId::new(&source), locator })
}

prop_compose! {
    fn node()(
        (id, kind, name, system) in (id(), select(NodeKind::ALL.to_vec()), text(), text()),
        [action, resource, environment, process, owner] in std::array::from_fn(|_| option::of(text())),
        is_text in any::<bool>(),
        resource_names in vec(text(), 0..3),
        [created, last_used, expires] in std::array::from_fn(|_| time()),
        tags in btree_map(text(), text(), 0..3),
        because in locator(),
    ) -> Node {
        let notation = if is_text { Notation::Text } else { Notation::Kubernetes };
        Node {
            id, kind, name, system, action, resource, notation, resource_names, environment, process,
            owner, created, last_used, expires, tags, because,
        }
    }
}

prop_compose! {
    fn edge()(
        (source, kind, target) in (id(), select(EdgeKind::ALL.to_vec()), id()),
        grantor in option::of(text()),
        [granted_at, expires] in std::array::from_fn(|_| time()),
        missing in vec((text(), text()).prop_map(|(kind, what)| Missing { kind, what }), 0..3),
        because in locator(),
    ) -> Edge {
        let key = EdgeKey { source, kind, target };
        Edge { key, grantor, granted_at, expires, missing, because }
    }
}

fn facts() -> impl Strategy<Value = Chunk> {
    (vec(node(), 0..12), vec(edge(), 0..12)).prop_map(|(nodes, edges)| Chunk { nodes, edges })
}

#[derive(Debug)]
struct Opened {
    facts: Chunk,
    part: Part,
}

fn open(bytes: &[u8], digest: &str) -> Result<Opened, Damaged> {
    let mut facts = Chunk::default();
    let part = super::open(bytes, digest, &mut facts)?;
    Ok(Opened { facts, part })
}

fn opened(packed: &Packed) -> Result<Opened, Damaged> {
    open(&packed.bytes, &packed.digest.to_hex())
}

/// A chunk with these columns and a right digest, as somebody would forge it.
fn forged(columns: &[u8]) -> Packed {
    let mut bytes = vec![COLUMNS];
    bytes.extend(compress(columns).unwrap());
    Packed { bytes, digest: Hash::of(columns) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_opened_is_what_was_packed(facts in facts()) {
        let packed = pack(&facts).unwrap();
        let opened = opened(&packed).unwrap();
        prop_assert_eq!(&opened.facts, &facts);
        prop_assert!(matches!(opened.part, Part::Digest(digest) if digest == packed.digest));
        prop_assert_eq!(pack(&opened.facts).unwrap().bytes, packed.bytes, "the same facts, the same bytes");
    }

    #[test]
    fn chunks_are_added_to_those_before_them(chunks in vec(facts(), 0..4)) {
        let (mut all, mut added) = (Chunk::default(), Chunk::default());
        for chunk in &chunks {
            let packed = pack(chunk).unwrap();
            super::open(&packed.bytes, &packed.digest.to_hex(), &mut added).unwrap();
            all.nodes.extend(chunk.nodes.clone());
            all.edges.extend(chunk.edges.clone());
        }
        prop_assert_eq!(added, all);
    }

    #[test]
    fn what_was_stored_before_there_were_columns_is_opened(facts in facts()) {
        let json = serde_json::to_vec(&facts).unwrap();
        let packed = Packed { bytes: compress(&json).unwrap(), digest: Hash::of(&json) };
        let opened = opened(&packed).unwrap();
        prop_assert_eq!(&opened.facts, &facts);
        prop_assert!(matches!(opened.part, Part::Json(kept) if kept == json));
    }

    #[test]
    fn what_was_cut_off_or_has_a_wrong_bit_is_refused(
        facts in facts(),
        is_old in any::<bool>(),
        places in vec((any::<Index>(), 0u8..8), 12),
    ) {
        let packed = if is_old {
            let json = serde_json::to_vec(&facts).unwrap();
            Packed { bytes: compress(&json).unwrap(), digest: Hash::of(&json) }
        } else {
            pack(&facts).unwrap()
        };
        for (place, bit) in places {
            let at = place.index(packed.bytes.len());
            let cut = packed.bytes.get(..at).unwrap();
            prop_assert!(open(cut, &packed.digest.to_hex()).is_err(), "cut off at {at}");
            let mut bytes = packed.bytes.clone();
            *bytes.get_mut(at).unwrap() ^= 1 << bit;
            // A frame has bits that say nothing of its content.
            let same = open(&bytes, &packed.digest.to_hex()).is_ok_and(|it| it.facts != facts);
            prop_assert!(!same, "other facts with bit {bit} of byte {at} wrong");
        }
    }

    #[test]
    fn forged_columns_with_a_right_digest_are_refused_or_are_facts(
        facts in facts(),
        places in vec((any::<Index>(), any::<u8>()), 1..4),
        end in any::<Index>(),
    ) {
        let mut columns = write::write(&facts);
        let cut = columns.get(..end.index(columns.len())).unwrap();
        prop_assert!(opened(&forged(cut)).is_err());
        for (place, byte) in places {
            let at = place.index(columns.len());
            *columns.get_mut(at).unwrap() = byte;
        }
        // Whatever it says, it is told or refused, and nothing breaks.
        let _ = opened(&forged(&columns));
    }

    #[test]
    fn numbers_are_read_as_they_were_written(numbers in vec(any::<i64>(), 0..20)) {
        let mut column = Column::default();
        for number in &numbers {
            column.signed(*number);
            column.number(number.cast_unsigned());
        }
        let bytes = column.into_bytes();
        let mut cursor = Cursor::over(&bytes);
        for number in &numbers {
            prop_assert_eq!(cursor.signed(), Ok(*number));
            prop_assert_eq!(cursor.number(), Ok(number.cast_unsigned()));
        }
        prop_assert_eq!(cursor.end(), Ok(()));
        prop_assert_eq!(cursor.byte(), Err(Damaged::Short));
    }
}

#[test]
fn a_number_that_does_not_fit_and_a_form_of_a_later_release_are_refused_by_name() {
    let long = [0xff; 10];
    assert_eq!(Cursor::over(&long).number(), Err(Damaged::Number));
    let words = open(&[9, 1, 2], "").unwrap_err().to_string();
    assert!(words.contains("form `9`") && words.contains("a newer one wrote them"), "{words}");
    assert!(matches!(open(&[], ""), Err(Damaged::Short)));
}

#[test]
fn a_large_number_of_facts_in_few_bytes_asks_for_no_memory() {
    let mut columns = Column::default();
    columns.number(u64::MAX >> 1);
    columns.number(u64::MAX >> 1);
    assert!(matches!(opened(&forged(&columns.into_bytes())), Err(Damaged::Short)));
}
