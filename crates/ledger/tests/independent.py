"""Checks what the ledger made with two independent implementations, pymerkle and aics-tlog.

Reads the JSON file named by the first argument, written by independent.rs. Stops at the first
disagreement with an error; else prints a JSON object with how much was compared, and a checkpoint that
aics-tlog signed, which independent.rs then opens.
"""

import base64
import functools
import importlib.metadata
import json
import sys

import aics_tlog
import pymerkle
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def must(condition, *what):
    if not condition:
        raise SystemExit("disagreement: " + " ".join(map(str, what)))


def half(count):
    """The largest power of two smaller than count."""
    return 1 << (count - 1).bit_length() - 1


def consistency_ranges(old, start, end, whole=True):
    """Leaf ranges of the hashes of a consistency proof, as RFC 6962 section 2.1.2 defines them."""
    if old == end - start:
        return [] if whole else [(start, end)]
    k = half(end - start)
    if old <= k:
        return consistency_ranges(old, start, start + k, whole) + [(start + k, end)]
    return consistency_ranges(old - k, start + k, end, False) + [(start, start + k)]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)
    leaves = [line.encode() for line in given["leaves"]]
    first = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        first.append_entry(leaf)
    second = aics_tlog.MerkleTree(leaves)
    roots = {entry["size"]: bytes.fromhex(entry["root"]) for entry in given["roots"]}
    done = {"roots": 0, "inclusion": 0, "consistency": 0, "checkpoints": 0, "tiles": 0}

    @functools.cache
    def first_subtree(start, end):
        tree = pymerkle.InmemoryTree(algorithm="sha256")
        for leaf in leaves[start:end]:
            tree.append_entry(leaf)
        return tree.get_root()

    for size, root in roots.items():
        must(first.get_root(size) == root, "pymerkle root", size)
        must(second.root(size) == root, "aics-tlog root", size)
        done["roots"] += 1

    for entry in given["inclusion"]:
        index, size = entry["index"], entry["size"]
        path = [bytes.fromhex(text) for text in entry["path"]]
        root, leaf = roots[size], leaves[index]
        # pymerkle counts from 1 and puts the hash of the leaf itself before the path.
        proof = first.prove_inclusion(index + 1, size)
        must(proof.path[1:] == path, "pymerkle inclusion", index, size)
        proof.path = proof.path[:1] + path
        pymerkle.verify_inclusion(first.get_leaf(index + 1), root, proof, index + 1, size, "sha256")
        must(second.inclusion_proof(index, size) == path, "aics-tlog inclusion", index, size)
        must(aics_tlog.verify_leaf_inclusion(leaf, index, size, path, root), "verify", index, size)
        wrong = aics_tlog.verify_leaf_inclusion(leaf + b" ", index, size, path, root)
        must(not wrong, "a changed leaf passes", index, size)
        done["inclusion"] += 1

    for entry in given["consistency"]:
        old, new = entry["old"], entry["new"]
        path = [bytes.fromhex(text) for text in entry["path"]]
        # pymerkle arranges its proof in another way: it must accept our two roots by its own proof, and
        # each hash of our proof must be its root over the leaves that the RFC names.
        proof = first.prove_consistency(old, new)
        pymerkle.verify_consistency(roots[old], roots[new], proof, old, new, "sha256")
        expected = [first_subtree(*leaf_range) for leaf_range in consistency_ranges(old, 0, new)]
        must(expected == path, "pymerkle consistency", old, new)
        must(second.consistency_proof(old, new) == path, "aics-tlog consistency", old, new)
        accepted = aics_tlog.verify_consistency(old, new, roots[old], roots[new], path)
        must(accepted, "aics-tlog refuses consistency", old, new)
        done["consistency"] += 1

    for entry in given["checkpoints"]:
        key = aics_tlog.parse_vkey(entry["vkey"])
        must(aics_tlog.format_vkey(key) == entry["vkey"], "vkey", entry["vkey"])
        note = aics_tlog.parse_note(entry["note"])
        result = aics_tlog.verify_checkpoint(note, key, expected_origin=entry["origin"])
        must(result.ok, "aics-tlog refuses a checkpoint:", result.error)
        must((result.size, result.root) == (entry["size"], roots[entry["size"]]), "head", result)
        forged = aics_tlog.parse_note(entry["note"].replace(f"\n{entry['size']}\n", "\n4242\n", 1))
        must(not aics_tlog.verify_checkpoint(forged, key).ok, "a forged checkpoint passes")
        done["checkpoints"] += 1

    theirs = aics_tlog.TileWriter(leaves).materialise()
    theirs = {path: data.hex() for path, data in theirs.items() if "entries" not in path}
    must(theirs == given["tiles"], "tiles", sorted(theirs), sorted(given["tiles"]))
    done["tiles"] = len(theirs)

    secret = Ed25519PrivateKey.from_private_bytes(base64.b64decode(given["secret"]))
    size = len(leaves)
    head = aics_tlog.Checkpoint(origin=given["origin"], size=size, root=second.root(size))
    done["signed_elsewhere"] = aics_tlog.sign_checkpoint(head, secret, given["origin"]).serialise()
    done["versions"] = {name: importlib.metadata.version(name) for name in ("pymerkle", "aics-tlog")}
    print(json.dumps(done))


main()
