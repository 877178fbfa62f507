"""Checks an exported ledger with two independent implementations, pymerkle and aics-tlog.

Reads the export in the folder named by the first argument. Stops at the first disagreement with an error;
else prints a JSON object with what both agree on.
"""

import importlib.metadata
import json
import pathlib
import sys

import aics_tlog
import pymerkle


def must(condition, *what):
    if not condition:
        raise SystemExit("disagreement: " + " ".join(map(str, what)))


def main():
    folder = pathlib.Path(sys.argv[1])
    leaves = (folder / "leaves.jsonl").read_bytes().split(b"\n")
    must(leaves.pop() == b"", "the last leaf has no line feed")
    manifest = json.loads((folder / "manifest.json").read_bytes())

    key = aics_tlog.parse_vkey((folder / "verifier.key").read_text("utf-8").strip())
    note = aics_tlog.parse_note((folder / "checkpoint").read_text("utf-8"))
    head = aics_tlog.verify_checkpoint(note, key, expected_origin=manifest["origin"])
    must(head.ok, "aics-tlog refuses the checkpoint:", head.error)
    must(head.size == len(leaves) == manifest["size"], "size", head.size, len(leaves))

    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    must(tree.get_root() == head.root, "pymerkle root")
    must(aics_tlog.MerkleTree(leaves).root(len(leaves)) == head.root, "aics-tlog root")

    versions = {name: importlib.metadata.version(name) for name in ("pymerkle", "aics-tlog")}
    agreed = {"origin": manifest["origin"], "size": head.size, "root": head.root.hex(), "versions": versions}
    print(json.dumps(agreed))


main()
