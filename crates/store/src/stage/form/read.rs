//! Columns into facts. Ids are made once a chunk and shared by all facts that name them. Nothing is
//! trusted: every number is looked at before it is used.

use countersign_access::edge::{Edge, EdgeKey, EdgeKind, Missing};
use countersign_access::fact::{Chunk, Locator, SourceId};
use countersign_access::node::{Node, NodeId, NodeKind, Notation};
use jiff::Timestamp;

use super::column::{Cursor, Damaged, TextsIn};
use super::layout::{OfEdges, OfNodes, Tables};

/// Adds the facts of a chunk to those before it.
///
/// # Errors
/// When the bytes are not columns of facts; some of them may have been added then.
pub(super) fn read(bytes: &[u8], into: &mut Chunk) -> Result<(), Damaged> {
    let mut all = Cursor::over(bytes);
    let (nodes, edges) = (all.count()?, all.count()?);
    let mut reading = Reading::of(Tables::of_order(all.sections()?))?;
    let of_nodes = OfNodes::of_order(all.sections()?);
    let of_edges = OfEdges::of_order(all.sections()?);
    all.end()?;
    reading.nodes(of_nodes, nodes, &mut into.nodes)?;
    reading.names.end()?;
    reading.edges(of_edges, edges, &mut into.edges)?;
    reading.places.end()
}

struct Reading<'a> {
    sources: Vec<SourceId>,
    node_kinds: Vec<NodeKind>,
    edge_kinds: Vec<EdgeKind>,
    ids: Vec<NodeId>,
    words: Vec<&'a str>,
    names: TextsIn<'a>,
    places: TextsIn<'a>,
}

impl<'a> Reading<'a> {
    fn of(tables: Tables<Cursor<'a>>) -> Result<Self, Damaged> {
        let node_kind = |name| NodeKind::parse(name).ok_or(Damaged::Text);
        let edge_kind = |name| EdgeKind::parse(name).ok_or(Damaged::Text);
        Ok(Self {
            sources: TextsIn::over(tables.sources)?.all(|name| Ok(SourceId::new(name)))?,
            node_kinds: TextsIn::over(tables.node_kinds)?.all(node_kind)?,
            edge_kinds: TextsIn::over(tables.edge_kinds)?.all(edge_kind)?,
            ids: TextsIn::over(tables.ids)?.all(|id| NodeId::new(id).map_err(|_| Damaged::Text))?,
            words: TextsIn::over(tables.words)?.all(Ok)?,
            names: TextsIn::over(tables.names)?,
            places: TextsIn::over(tables.places)?,
        })
    }

    fn nodes(
        &mut self,
        mut of: OfNodes<Cursor<'a>>,
        count: usize,
        into: &mut Vec<Node>,
    ) -> Result<(), Damaged> {
        // Each has an id of a byte at least.
        into.reserve(count.min(of.id.len()));
        for _ in 0..count {
            into.push(self.node(&mut of)?);
        }
        of.in_order().iter().try_for_each(Cursor::end)
    }

    fn node(&mut self, of: &mut OfNodes<Cursor<'a>>) -> Result<Node, Damaged> {
        Ok(Node {
            id: named(&self.ids, &mut of.id)?.clone(),
            kind: *named(&self.node_kinds, &mut of.kind)?,
            name: self.names.next()?.to_owned(),
            system: self.word(&mut of.system)?,
            action: self.maybe(&mut of.action)?,
            resource: self.maybe(&mut of.resource)?,
            notation: match of.notation.byte()? {
                0 => Notation::Text,
                1 => Notation::Kubernetes,
                _ => return Err(Damaged::Number),
            },
            resource_names: self.several(&mut of.resource_names, Self::word)?,
            environment: self.maybe(&mut of.environment)?,
            process: self.maybe(&mut of.process)?,
            owner: self.maybe(&mut of.owner)?,
            created: time(&mut of.created)?,
            last_used: time(&mut of.last_used)?,
            expires: time(&mut of.expires)?,
            tags: self.several(&mut of.tags, |this, it| Ok((this.word(it)?, this.word(it)?)))?,
            because: self.place(&mut of.source)?,
        })
    }

    fn edges(
        &mut self,
        mut of: OfEdges<Cursor<'a>>,
        count: usize,
        into: &mut Vec<Edge>,
    ) -> Result<(), Damaged> {
        into.reserve(count.min(of.source.len()));
        for _ in 0..count {
            into.push(self.edge(&mut of)?);
        }
        of.in_order().iter().try_for_each(Cursor::end)
    }

    fn edge(&mut self, of: &mut OfEdges<Cursor<'a>>) -> Result<Edge, Damaged> {
        let source = named(&self.ids, &mut of.source)?.clone();
        let kind = *named(&self.edge_kinds, &mut of.kind)?;
        let target = named(&self.ids, &mut of.target)?.clone();
        Ok(Edge {
            key: EdgeKey { source, kind, target },
            grantor: self.maybe(&mut of.grantor)?,
            granted_at: time(&mut of.granted_at)?,
            expires: time(&mut of.expires)?,
            missing: self.several(&mut of.missing, |this, it| {
                Ok(Missing { kind: this.word(it)?, what: this.word(it)? })
            })?,
            because: self.place(&mut of.because)?,
        })
    }

    fn word(&self, column: &mut Cursor<'a>) -> Result<String, Damaged> {
        named(&self.words, column).map(|&word| word.to_owned())
    }

    fn maybe(&self, column: &mut Cursor<'a>) -> Result<Option<String>, Damaged> {
        let Some(place) = column.place()?.checked_sub(1) else { return Ok(None) };
        self.words.get(place).map(|&word| Some(word.to_owned())).ok_or(Damaged::Number)
    }

    fn several<T, Many: FromIterator<T>>(
        &self,
        column: &mut Cursor<'a>,
        one: impl Fn(&Self, &mut Cursor<'a>) -> Result<T, Damaged>,
    ) -> Result<Many, Damaged> {
        let count = column.count()?;
        (0..count).map(|_| one(self, column)).collect()
    }

    fn place(&mut self, column: &mut Cursor<'a>) -> Result<Locator, Damaged> {
        let source = named(&self.sources, column)?.clone();
        Ok(Locator { source, locator: self.places.next()?.to_owned() })
    }
}

/// What the next number of a column points at.
fn named<'t, T>(table: &'t [T], column: &mut Cursor<'_>) -> Result<&'t T, Damaged> {
    table.get(column.place()?).ok_or(Damaged::Number)
}

fn time(column: &mut Cursor<'_>) -> Result<Option<Timestamp>, Damaged> {
    match column.byte()? {
        0 => Ok(None),
        1 => {
            let second = column.signed()?;
            let over = i32::try_from(column.signed()?).map_err(|_| Damaged::Number)?;
            Timestamp::new(second, over).map(Some).map_err(|_| Damaged::Number)
        }
        _ => Err(Damaged::Number),
    }
}
