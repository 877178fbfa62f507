"""W1 and W4 with igraph.

W1: each side of each rule is a vertex of its own with edges to its permissions; who gains from it is
`subcomponent(mode="in")`, and both sides of a rule are intersected with numpy.
W4: `bfs` over the incoming edges of a resource, whose layers are the distances.

usage: igraph_peer.py w1|w4 FOLDER
"""

import sys

import igraph
import numpy

from figures import Clock, Organisation, tell


def with_sides(organisation):
    edges = numpy.stack([organisation.sources, organisation.targets], axis=1).astype(numpy.int64)
    pairs = [
        (organisation.nodes + side, permission)
        for side, permissions in enumerate(organisation.sides)
        for permission in permissions
    ]
    # A side is gained by whoever gains one of its permissions.
    turned = numpy.array([(permission, side) for side, permission in pairs], dtype=numpy.int64)
    edges = numpy.concatenate([edges, turned.reshape(-1, 2)])
    return igraph.Graph(n=organisation.nodes + len(organisation.sides), edges=edges, directed=True)


def holders(graph, organisation, side):
    reached = numpy.array(graph.subcomponent(organisation.nodes + side, mode="in"))
    return reached[reached < organisation.identities]


def toxic(graph, organisation):
    counts = []
    for left in range(0, len(organisation.sides), 2):
        both = [holders(graph, organisation, side) for side in (left, left + 1)]
        counts.append(len(numpy.intersect1d(*both, assume_unique=True)))
    return counts


def who_can(graph, organisation):
    answers = []
    for asked in organisation.asked:
        vertices, layers, _parents = graph.bfs(asked, mode="in")
        is_holder = numpy.array(vertices) < organisation.identities
        distances = numpy.repeat(numpy.arange(len(layers) - 1), numpy.diff(layers))
        answers += [int(is_holder.sum()), int(distances[is_holder].sum())]
    return answers


def main():
    workload, folder = sys.argv[1:]
    clock = Clock()
    organisation = Organisation(folder)
    graph = with_sides(organisation)
    load, clock = clock.spent(), Clock()
    answer = {"w1": toxic, "w4": who_can}[workload](graph, organisation)
    tell(load, clock.spent(), answer)


main()
