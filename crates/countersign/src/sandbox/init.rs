//! Makes a sandbox file from an organisation in the CSV form. Each system gets the nodes that live
//! in it, the edges that start in it or lead there from an identity, and those identities.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_access::edge::{Edge, EdgeKey};
use countersign_access::fact::{Chunk, SourceId};
use countersign_access::node::{Node, NodeId, NodeKind};
use countersign_connect::file::{FileOptions, read};
use jiff::Timestamp;

use super::broken::Broken;
use super::file::StateFile;
use super::state::{FORM, State, System};

/// What to make.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Folder with `nodes.csv` and `edges.csv`
    #[arg(long, value_name = "FOLDER")]
    organisation: PathBuf,
    /// File to make
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Only this system; give it again for more
    #[arg(long, value_name = "NAME")]
    system: Vec<String>,
    /// Replace a file that is there
    #[arg(long)]
    fresh: bool,
}

impl Init {
    /// All systems of an organisation, into a file that is not there yet.
    pub(super) fn whole(organisation: &Path, file: &Path) -> Self {
        let (organisation, file) = (organisation.to_owned(), file.to_owned());
        Self { organisation, file, system: Vec::new(), fresh: false }
    }

    /// Makes the file.
    pub(super) fn run(self) -> Result<String, Broken> {
        if self.file.exists() && !self.fresh {
            return Err(Broken::Malformed(format!(
                "`{}` is there already: give `--fresh` to replace it",
                self.file.display()
            )));
        }
        let facts = self.facts()?;
        let systems = self.chosen(&facts)?;
        let said = systems.join(", ");
        let systems: BTreeMap<String, System> =
            systems.into_iter().map(|name| (name.clone(), system(&name, &facts))).collect();
        let file = StateFile::new(self.file);
        file.create(&State { version: FORM, systems })?;
        Ok(format!("made `{}` with {said}", file.path().display()))
    }

    fn facts(&self) -> Result<Chunk, Broken> {
        // No fact depends on when a file was read.
        let read_at = Timestamp::UNIX_EPOCH;
        let options = FileOptions { default_namespace: "default".to_owned(), read_at };
        let said = read(&self.organisation, &options);
        match said.run.unreadable.first() {
            None => Ok(said.run.facts),
            Some(first) => Err(Broken::Malformed(format!(
                "{}: {}; {} such places in all, none of it was used",
                first.place,
                first.why,
                said.run.unreadable.len()
            ))),
        }
    }

    fn chosen(&self, facts: &Chunk) -> Result<Vec<String>, Broken> {
        let known: BTreeSet<&str> = facts
            .nodes
            .iter()
            .filter(|node| node.kind == NodeKind::System)
            .map(|node| node.system.as_str())
            .collect();
        if let Some(unknown) = self.system.iter().find(|name| !known.contains(name.as_str())) {
            let known: Vec<&str> = known.into_iter().collect();
            return Err(Broken::Malformed(format!(
                "the organisation has no system `{unknown}`: it has {}",
                known.join(", ")
            )));
        }
        if known.is_empty() {
            return Err(Broken::Malformed(format!(
                "`{}` has no node of the kind `system`: add one for each system",
                self.organisation.display()
            )));
        }
        Ok(if self.system.is_empty() {
            known.into_iter().map(str::to_owned).collect()
        } else {
            self.system.clone()
        })
    }
}

fn system(name: &str, facts: &Chunk) -> System {
    let source = SourceId::new(name);
    let home: BTreeMap<&NodeId, &str> =
        facts.nodes.iter().map(|node| (&node.id, node.system.as_str())).collect();
    let lives_here = |id: &NodeId| home.get(id).copied() == Some(name);
    let identities: BTreeSet<&NodeId> =
        facts.nodes.iter().filter(|node| node.kind.is_identity()).map(|node| &node.id).collect();
    let belongs = |edge: &&Edge| {
        let EdgeKey { source, target, .. } = &edge.key;
        lives_here(source) || (identities.contains(source) && lives_here(target))
    };
    let edges: Vec<Edge> = facts
        .edges
        .iter()
        .filter(|edge| belongs(edge))
        .map(|edge| Edge { because: source.at(edge.key.to_string()), ..edge.clone() })
        .collect();
    let ends: BTreeSet<&NodeId> =
        edges.iter().flat_map(|edge| [&edge.key.source, &edge.key.target]).collect();
    let shown = |id: &NodeId| lives_here(id) || (identities.contains(id) && ends.contains(id));
    let nodes = facts
        .nodes
        .iter()
        .filter(|node| shown(&node.id))
        .map(|node| Node {
            because: source.at(format!("{} {}", node.kind, node.id)),
            ..node.clone()
        })
        .collect();
    System { nodes, edges, ..System::default() }
}
