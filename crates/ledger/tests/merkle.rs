//! Roots and proofs against the vectors of RFC 6962's reference code and against the definitions of
//! the RFC written down word for word.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

use countersign_ledger::proof::{self, Head, NoProof, verify_consistency, verify_inclusion};
use countersign_ledger::tree::{Frontier, Hash, Tree, empty_root, leaf_hash, node_hash, root};

const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hashes(count: u64) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

fn hex(list: &[&str]) -> Vec<Hash> {
    list.iter().map(|text| Hash::from_hex(text).unwrap()).collect()
}

/// `MTH` of RFC 6962 section 2.1.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(half(many.len()));
            node_hash(mth(left), mth(right))
        }
    }
}

/// `PATH` of RFC 6962 section 2.1.1.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = half(leaves.len());
    let (left, right) = leaves.split_at(middle);
    if index < middle {
        [path(index, left), vec![mth(right)]].concat()
    } else {
        [path(index - middle, right), vec![mth(left)]].concat()
    }
}

/// `SUBPROOF` of RFC 6962 section 2.1.2.
fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let middle = half(leaves.len());
    let (left, right) = leaves.split_at(middle);
    if old <= middle {
        [subproof(old, left, whole), vec![mth(right)]].concat()
    } else {
        [subproof(old - middle, right, false), vec![mth(left)]].concat()
    }
}

fn at(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

fn half(count: usize) -> usize {
    count.next_power_of_two() / 2
}

#[test]
fn roots_are_those_of_the_reference_tree() {
    let leaves: Vec<Hash> = LEAVES.iter().map(|leaf| leaf_hash(leaf)).collect();
    let tree: Tree = leaves.iter().copied().collect();
    for (size, expected) in (1..).zip(ROOTS) {
        assert_eq!(root(&leaves[..size]).to_hex(), expected);
        assert_eq!(tree.root_at(size as u64).unwrap().to_hex(), expected);
    }
    assert_eq!(root(&[]), empty_root());
}

#[test]
fn proofs_are_those_of_the_reference_tree() {
    let tree: Tree = LEAVES.iter().map(|leaf| leaf_hash(leaf)).collect();
    let first = hex(&[
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]);
    assert_eq!(tree.inclusion(0, 8).unwrap(), first);
    let sixth = hex(&[
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
    assert_eq!(tree.inclusion(5, 8).unwrap(), sixth);
    let six_to_eight = hex(&[
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
    assert_eq!(tree.consistency(6, 8).unwrap(), six_to_eight);
}

#[test]
fn every_inclusion_proof_up_to_130_leaves_is_the_one_of_the_definition_and_holds() {
    let leaves = hashes(130);
    let tree: Tree = leaves.iter().copied().collect();
    for size in 1..=130_u64 {
        let part = &leaves[..at(size)];
        let root = tree.root_at(size).unwrap();
        assert_eq!(root, mth(part));
        for index in 0..size {
            let proof = tree.inclusion(index, size).unwrap();
            assert_eq!(proof, path(at(index), part));
            let leaf = leaves[at(index)];
            assert!(verify_inclusion(leaf, index, size, &proof, root), "{index} of {size}");
            let wrong = node_hash(leaf, leaf);
            assert!(!verify_inclusion(wrong, index, size, &proof, root), "{index} of {size}");
            assert!(!verify_inclusion(leaf, index, size, &proof, wrong), "{index} of {size}");
            assert!(!verify_inclusion(leaf, index + 1, size, &proof, root), "{index} of {size}");
            assert!(!verify_inclusion(leaf, index, size, &[&proof[..], &[root]].concat(), root));
            if let Some((_, shorter)) = proof.split_last() {
                assert!(!verify_inclusion(leaf, index, size, shorter, root), "{index} of {size}");
            }
        }
    }
}

#[test]
fn every_consistency_proof_up_to_130_leaves_is_the_one_of_the_definition_and_holds() {
    let leaves = hashes(130);
    let tree: Tree = leaves.iter().copied().collect();
    let heads: Vec<Head> =
        (0..=130).map(|size| Head { size, root: tree.root_at(size).unwrap() }).collect();
    let head = |size: u64| heads[at(size)];
    for new in 1..=130_u64 {
        for old in 0..=new {
            let proof = tree.consistency(old, new).unwrap();
            if old > 0 {
                assert_eq!(proof, subproof(at(old), &leaves[..at(new)], true));
            }
            assert!(verify_consistency(head(old), head(new), &proof), "{old} to {new}");
            let other = Head { root: leaf_hash(b"another history"), ..head(old) };
            assert!(!verify_consistency(other, head(new), &proof), "{old} to {new}");
            let other = Head { root: leaf_hash(b"another history"), ..head(new) };
            assert!(old == 0 || !verify_consistency(head(old), other, &proof), "{old} to {new}");
            let longer = [&proof[..], &[leaf_hash(b"")]].concat();
            assert!(!verify_consistency(head(old), head(new), &longer), "{old} to {new}");
            if let Some((_, shorter)) = proof.split_last() {
                assert!(!verify_consistency(head(old), head(new), shorter), "{old} to {new}");
            }
        }
    }
}

#[test]
fn a_changed_hash_anywhere_in_a_proof_is_refused() {
    let tree: Tree = hashes(77).into_iter().collect();
    let head = |size: u64| Head { size, root: tree.root_at(size).unwrap() };
    let proof = tree.consistency(45, 77).unwrap();
    for place in 0..proof.len() {
        let mut changed = proof.clone();
        changed[place].0[31] ^= 1;
        assert!(!verify_consistency(head(45), head(77), &changed), "{place}");
    }
    let proof = tree.inclusion(45, 77).unwrap();
    for place in 0..proof.len() {
        let mut changed = proof.clone();
        changed[place].0[0] ^= 0x80;
        assert!(!verify_inclusion(hashes(77)[45], 45, 77, &changed, head(77).root), "{place}");
    }
}

#[test]
fn hostile_numbers_are_refused_without_harm() {
    let hash = leaf_hash(b"");
    assert!(!verify_inclusion(hash, u64::MAX, u64::MAX, &[], hash));
    assert!(!verify_inclusion(hash, u64::MAX - 1, u64::MAX, &[hash; 64], hash));
    assert!(!verify_inclusion(hash, 0, 0, &[], hash));
    assert!(!verify_inclusion(hash, 0, u64::MAX, &[hash; 1000], hash));
    let head = |size| Head { size, root: hash };
    assert!(!verify_consistency(head(u64::MAX - 1), head(u64::MAX), &[hash; 64]));
    assert!(!verify_consistency(head(1 << 63), head(u64::MAX), &[hash; 63]));
    assert!(!verify_consistency(head(3), head(2), &[]));
    assert!(!verify_consistency(head(3), head(4), &[]));
    assert!(!verify_consistency(head(0), head(4), &[]));
}

#[test]
fn asking_beyond_the_tree_is_refused_with_its_size() {
    let tree: Tree = hashes(5).into_iter().collect();
    assert_eq!(tree.inclusion(5, 5), Err(NoProof::OutOfRange { asked: 5, size: 5 }));
    assert_eq!(tree.inclusion(0, 6), Err(NoProof::OutOfRange { asked: 6, size: 5 }));
    assert_eq!(tree.consistency(4, 3), Err(NoProof::OutOfRange { asked: 4, size: 3 }));
    assert_eq!(tree.root_at(6), Err(NoProof::OutOfRange { asked: 6, size: 5 }));
    let missing = proof::inclusion(0, 5, |_| None).unwrap_err();
    assert!(missing.to_string().starts_with("the hash at level 0 and index 4"), "{missing}");
}

#[test]
fn the_right_edge_alone_gives_the_root_of_every_size() {
    let (leaves, mut edge) = (hashes(130), Frontier::new());
    for size in 0..130 {
        assert_eq!(edge.root(), mth(&leaves[..size]));
        edge.push(leaves[size]);
    }
}
