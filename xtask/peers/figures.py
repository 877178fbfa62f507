"""The organisation as plain numbers, the clock, and the one line in which each peer answers.

Read by the peers beside it. Knows no engine.
"""

import json
import resource
import time
from pathlib import Path

import numpy


class Organisation:
    """Edges, rules and how many nodes there are of each kind, which are numbered in that order."""

    def __init__(self, folder):
        folder = Path(folder)
        self.sizes = json.loads((folder / "sizes.json").read_text())
        kinds = ["identities", "groups", "roles", "permissions", "resources"]
        self.nodes = sum(self.sizes[kind] for kind in kinds)
        self.identities = self.sizes["identities"]
        self.sources = numpy.fromfile(folder / "from.u32", dtype="<u4")
        self.targets = numpy.fromfile(folder / "to.u32", dtype="<u4")
        self.sides = list(sides(numpy.fromfile(folder / "rules.u32", dtype="<u4").tolist()))
        self.asked = numpy.fromfile(folder / "asked.u32", dtype="<u4").tolist()


def sides(words):
    """Each side of each rule, one behind the other: how many permissions, and which."""
    at = 0
    while at < len(words):
        count = words[at]
        yield words[at + 1 : at + 1 + count]
        at += 1 + count


class Clock:
    """Seconds of processor, of all threads, and of wall."""

    def __init__(self):
        self.cpu, self.wall = processor(), time.perf_counter()

    def spent(self):
        return {"cpu": processor() - self.cpu, "wall": time.perf_counter() - self.wall}


def processor():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def tell(load, work, answer):
    """Prints what it took and the answer, as numbers one behind the other."""
    numbers = numpy.asarray(answer, dtype="<u8")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = {
        "load_cpu": load["cpu"],
        "cpu": work["cpu"],
        "wall": work["wall"],
        "peak_megabytes": peak,
        "answer": numbers.tolist(),
    }
    print(json.dumps(line))
