//! Collects facts and sends them on in chunks of bounded size, so that a cluster of any size is read
//! in the same memory. Decides nothing about the facts.

use countersign_access::edge::Edge;
use countersign_access::fact::Chunk;
use countersign_access::node::Node;
use tokio::sync::mpsc::Sender;

use crate::Fault;

/// Most nodes and edges together in one chunk.
pub(super) const CHUNK_FACTS_MAX: usize = 1_000;

/// Facts on their way.
#[derive(Debug)]
pub(super) struct Batch {
    sender: Sender<Chunk>,
    chunk: Chunk,
}

impl Batch {
    pub(super) fn new(sender: Sender<Chunk>) -> Self {
        Self { sender, chunk: Chunk::default() }
    }

    pub(super) async fn node(&mut self, node: Node) -> Result<(), Fault> {
        self.chunk.nodes.push(node);
        self.send_if(CHUNK_FACTS_MAX).await
    }

    pub(super) async fn edge(&mut self, edge: Edge) -> Result<(), Fault> {
        self.chunk.edges.push(edge);
        self.send_if(CHUNK_FACTS_MAX).await
    }

    /// Sends all facts of a small collection.
    pub(super) async fn all(&mut self, facts: Chunk) -> Result<(), Fault> {
        for node in facts.nodes {
            self.node(node).await?;
        }
        for edge in facts.edges {
            self.edge(edge).await?;
        }
        Ok(())
    }

    /// Sends what is left.
    pub(super) async fn finish(mut self) -> Result<(), Fault> {
        self.send_if(1).await
    }

    async fn send_if(&mut self, least: usize) -> Result<(), Fault> {
        if self.chunk.nodes.len() + self.chunk.edges.len() < least {
            return Ok(());
        }
        self.sender.send(std::mem::take(&mut self.chunk)).await.map_err(|_| {
            Fault::Transient("the read was given up by whoever asked for it: start it again".into())
        })
    }
}
