"""W1 with DuckDB: one recursive statement over (side, node), two threads.

usage: duckdb_peer.py w1 FOLDER
"""

import sys

import duckdb
import numpy

from figures import Clock, Organisation, tell

TOXIC = """
with recursive reached(side, node) as (
    select side, node from sides
    union
    select reached.side, edges.source from reached join edges on edges.target = reached.node
),
met as (select side, node from reached where node < $identities)
select a.side // 2 as rule, count(*) as met
from met a join met b on b.node = a.node and b.side = a.side + 1
where a.side % 2 = 0
group by rule
"""


def loaded(organisation):
    database = duckdb.connect(config={"threads": 2})
    edges = {"source": organisation.sources, "target": organisation.targets}
    database.register("given", edges)
    database.execute("create table edges as select * from given")
    pairs = [
        (side, permission)
        for side, permissions in enumerate(organisation.sides)
        for permission in permissions
    ]
    columns = numpy.array(pairs, dtype=numpy.uint32).reshape(-1, 2)
    pairs = {"side": columns[:, 0].copy(), "node": columns[:, 1].copy()}
    database.register("pairs", pairs)
    database.execute("create table sides as select * from pairs")
    return database


def toxic(database, organisation):
    counts = [0] * (len(organisation.sides) // 2)
    found = database.execute(TOXIC, {"identities": organisation.identities}).fetchall()
    for rule, met in found:
        counts[rule] = met
    return counts


def main():
    workload, folder = sys.argv[1:]
    clock = Clock()
    organisation = Organisation(folder)
    database = loaded(organisation)
    load, clock = clock.spent(), Clock()
    answer = {"w1": toxic}[workload](database, organisation)
    tell(load, clock.spent(), answer)


main()
