use countersign_governance::finding::Ending;
use countersign_governance::finding::verify::Proof;
use countersign_governance::id::OrderId;
use countersign_governance::text::TextDigest;

fn close(order: OrderId, evidence: TextDigest, at: jiff::Timestamp) -> Ending {
    Ending::Fixed(Proof { order, evidence, read_at: at, graph_read_at: at })
}

fn main() {}
