//! Which columns there are, in the order in which they stand. The same list is written from and read by,
//! so that neither can have another order.

/// One of each for all nodes.
#[derive(Debug, Default)]
pub(super) struct OfNodes<C> {
    pub(super) id: C,
    pub(super) kind: C,
    pub(super) system: C,
    pub(super) action: C,
    pub(super) resource: C,
    pub(super) notation: C,
    pub(super) resource_names: C,
    pub(super) environment: C,
    pub(super) process: C,
    pub(super) owner: C,
    pub(super) created: C,
    pub(super) last_used: C,
    pub(super) expires: C,
    pub(super) tags: C,
    pub(super) source: C,
}

impl<C> OfNodes<C> {
    pub(super) fn in_order(self) -> [C; 15] {
        [
            self.id,
            self.kind,
            self.system,
            self.action,
            self.resource,
            self.notation,
            self.resource_names,
            self.environment,
            self.process,
            self.owner,
            self.created,
            self.last_used,
            self.expires,
            self.tags,
            self.source,
        ]
    }

    pub(super) fn of_order(all: [C; 15]) -> Self {
        let [id, kind, system, action, resource, notation, resource_names, rest @ ..] = all;
        let [environment, process, owner, created, last_used, expires, tags, source] = rest;
        Self {
            id,
            kind,
            system,
            action,
            resource,
            notation,
            resource_names,
            environment,
            process,
            owner,
            created,
            last_used,
            expires,
            tags,
            source,
        }
    }
}

/// One of each for all edges.
#[derive(Debug, Default)]
pub(super) struct OfEdges<C> {
    pub(super) source: C,
    pub(super) kind: C,
    pub(super) target: C,
    pub(super) grantor: C,
    pub(super) granted_at: C,
    pub(super) expires: C,
    pub(super) missing: C,
    pub(super) because: C,
}

impl<C> OfEdges<C> {
    pub(super) fn in_order(self) -> [C; 8] {
        let Self { source, kind, target, grantor, granted_at, expires, missing, because } = self;
        [source, kind, target, grantor, granted_at, expires, missing, because]
    }

    pub(super) fn of_order(all: [C; 8]) -> Self {
        let [source, kind, target, grantor, granted_at, expires, missing, because] = all;
        Self { source, kind, target, grantor, granted_at, expires, missing, because }
    }
}

/// One of each for the whole chunk: what the columns of nodes and edges point into, and texts that are
/// seldom the same twice.
#[derive(Debug, Default)]
pub(super) struct Tables<C> {
    /// Names of sources.
    pub(super) sources: C,
    /// Names of kinds of nodes.
    pub(super) node_kinds: C,
    /// Names of kinds of edges.
    pub(super) edge_kinds: C,
    /// Ids of nodes.
    pub(super) ids: C,
    /// Texts that come again: systems, owners, keys and values of tags.
    pub(super) words: C,
    /// Names of the nodes.
    pub(super) names: C,
    /// Places in the sources: first of the nodes, then of the edges.
    pub(super) places: C,
}

impl<C> Tables<C> {
    pub(super) fn in_order(self) -> [C; 7] {
        let Self { sources, node_kinds, edge_kinds, ids, words, names, places } = self;
        [sources, node_kinds, edge_kinds, ids, words, names, places]
    }

    pub(super) fn of_order(all: [C; 7]) -> Self {
        let [sources, node_kinds, edge_kinds, ids, words, names, places] = all;
        Self { sources, node_kinds, edge_kinds, ids, words, names, places }
    }
}
