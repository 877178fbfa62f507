//! Facts into columns. Texts that come again are written once; a number says which. The same facts give
//! the same bytes, on every machine.

use std::collections::HashMap;

use countersign_access::edge::Edge;
use countersign_access::fact::Chunk;
use countersign_access::node::{Node, Notation};
use jiff::Timestamp;

use super::column::{Column, Texts};
use super::layout::{OfEdges, OfNodes, Tables};

/// The columns of a chunk, one behind the other.
pub(super) fn write(chunk: &Chunk) -> Vec<u8> {
    let mut writing = Writing::default();
    let (mut nodes, mut edges) = (OfNodes::default(), OfEdges::default());
    for node in &chunk.nodes {
        writing.node(&mut nodes, node);
    }
    for edge in &chunk.edges {
        writing.edge(&mut edges, edge);
    }
    let mut all = Column::default();
    all.count(chunk.nodes.len());
    all.count(chunk.edges.len());
    writing.tables().in_order().iter().for_each(|it| all.section(it));
    nodes.in_order().iter().for_each(|it| all.section(it));
    edges.in_order().iter().for_each(|it| all.section(it));
    all.into_bytes()
}

/// Texts, each once, by the number of its first coming.
#[derive(Default)]
struct Once<'a> {
    known: HashMap<&'a str, usize>,
    texts: Texts,
}

impl<'a> Once<'a> {
    fn number(&mut self, text: &'a str) -> usize {
        let next = self.texts.len();
        let number = *self.known.entry(text).or_insert(next);
        if number == next {
            self.texts.push(text);
        }
        number
    }
}

#[derive(Default)]
struct Writing<'a> {
    sources: Once<'a>,
    node_kinds: Once<'a>,
    edge_kinds: Once<'a>,
    ids: Once<'a>,
    words: Once<'a>,
    names: Texts,
    places: Texts,
}

impl<'a> Writing<'a> {
    fn tables(self) -> Tables<Column> {
        Tables {
            sources: self.sources.texts.into_column(),
            node_kinds: self.node_kinds.texts.into_column(),
            edge_kinds: self.edge_kinds.texts.into_column(),
            ids: self.ids.texts.into_column(),
            words: self.words.texts.into_column(),
            names: self.names.into_column(),
            places: self.places.into_column(),
        }
    }

    fn node(&mut self, into: &mut OfNodes<Column>, node: &'a Node) {
        // All of it is named, so that nothing that a node gets one day is forgotten here.
        let Node {
            id,
            kind,
            name,
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
            because,
        } = node;
        into.id.count(self.ids.number(id.as_str()));
        into.kind.count(self.node_kinds.number(kind.as_str()));
        self.names.push(name);
        into.system.count(self.words.number(system));
        self.maybe(&mut into.action, action.as_deref());
        self.maybe(&mut into.resource, resource.as_deref());
        into.notation.byte(match notation {
            Notation::Text => 0,
            Notation::Kubernetes => 1,
        });
        into.resource_names.count(resource_names.len());
        for name in resource_names {
            into.resource_names.count(self.words.number(name));
        }
        self.maybe(&mut into.environment, environment.as_deref());
        self.maybe(&mut into.process, process.as_deref());
        self.maybe(&mut into.owner, owner.as_deref());
        time(&mut into.created, *created);
        time(&mut into.last_used, *last_used);
        time(&mut into.expires, *expires);
        into.tags.count(tags.len());
        for (key, value) in tags {
            into.tags.count(self.words.number(key));
            into.tags.count(self.words.number(value));
        }
        into.source.count(self.sources.number(because.source.as_str()));
        self.places.push(&because.locator);
    }

    fn edge(&mut self, into: &mut OfEdges<Column>, edge: &'a Edge) {
        let Edge { key, grantor, granted_at, expires, missing, because } = edge;
        into.source.count(self.ids.number(key.source.as_str()));
        into.kind.count(self.edge_kinds.number(key.kind.as_str()));
        into.target.count(self.ids.number(key.target.as_str()));
        self.maybe(&mut into.grantor, grantor.as_deref());
        time(&mut into.granted_at, *granted_at);
        time(&mut into.expires, *expires);
        into.missing.count(missing.len());
        for it in missing {
            into.missing.count(self.words.number(&it.kind));
            into.missing.count(self.words.number(&it.what));
        }
        into.because.count(self.sources.number(because.source.as_str()));
        self.places.push(&because.locator);
    }

    /// Nought for nothing.
    fn maybe(&mut self, into: &mut Column, text: Option<&'a str>) {
        into.count(text.map_or(0, |text| self.words.number(text).saturating_add(1)));
    }
}

/// Nought for nothing; else one, whole seconds and what is over in nanoseconds, which may be negative
/// before 1970.
fn time(into: &mut Column, at: Option<Timestamp>) {
    let Some(at) = at else { return into.byte(0) };
    into.byte(1);
    into.signed(at.as_second());
    into.signed(i64::from(at.subsec_nanosecond()));
}
