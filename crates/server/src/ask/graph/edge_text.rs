//! An edge as text: `SOURCE,KIND,TARGET`. Ids may hold commas, so the kind is looked for.

use countersign_access::edge::{Edge, EdgeKey, EdgeKind};
use countersign_access::engine::Engine;
use countersign_access::fact::SourceId;
use countersign_access::node::NodeId;

/// Reads an edge; where the text can be read in several ways, the one whose ends are known.
///
/// # Errors
/// When it is no edge, or can be read in several ways.
pub(crate) fn parse(text: &str, engine: &Engine) -> Result<EdgeKey, String> {
    let mut readings = readings(text);
    if readings.len() > 1 {
        readings.retain(|edge| engine.knows(&edge.source) && engine.knows(&edge.target));
    }
    match readings.as_slice() {
        [edge] => Ok(edge.clone()),
        [] => {
            let kinds = EdgeKind::ALL.map(EdgeKind::as_str).join(", ");
            Err(format!("`{text}` is no edge: write SOURCE,KIND,TARGET, the kind one of {kinds}"))
        }
        _ => Err(format!("`{text}` can be read in several ways: the ids hold names of kinds")),
    }
}

/// An edge that nobody says, to try.
pub(crate) fn supposed(key: EdgeKey) -> Edge {
    let because = SourceId::new("what-if").at(key.to_string());
    Edge::new(key.source, key.kind, key.target, because)
}

fn readings(text: &str) -> Vec<EdgeKey> {
    let commas: Vec<usize> = text.match_indices(',').map(|(at, _)| at).collect();
    let pairs = commas.iter().zip(commas.iter().skip(1));
    pairs.filter_map(|(first, second)| reading(text, *first, *second)).collect()
}

fn reading(text: &str, first: usize, second: usize) -> Option<EdgeKey> {
    let kind = EdgeKind::parse(text.get(first.saturating_add(1)..second)?)?;
    let source = NodeId::new(text.get(..first)?).ok()?;
    let target = NodeId::new(text.get(second.saturating_add(1)..)?).ok()?;
    Some(EdgeKey { source, kind, target })
}

#[cfg(test)]
mod tests {
    use super::{parse, readings};
    use countersign_access::engine::Engine;

    #[test]
    fn ids_may_hold_commas() {
        let engine = Engine::build(Vec::new(), Vec::new());
        let edge = parse("CN=a,DC=b,member_of,CN=c,DC=d", &engine).unwrap();
        assert_eq!(edge.source.as_str(), "CN=a,DC=b");
        assert_eq!(edge.target.as_str(), "CN=c,DC=d");
        assert!(parse("a,likes,b", &engine).unwrap_err().contains("is no edge"));
        assert_eq!(readings("a,holds,holds,b").len(), 2);
    }
}
