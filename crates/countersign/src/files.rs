//! Files given on the command line, read one by one into one graph. A malformed one does not stop
//! the others; it makes the answer partial and the exit code 2.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::PathBuf;

use countersign_access::engine::{Engine, Stage, Watch};
use countersign_access::fact::Unreadable;
use countersign_access::node::NodeId;
use countersign_access::rule::Pack;
use countersign_connect::file::{FileOptions, FileRead, read};
use serde::Serialize;

use crate::clock;
use crate::exit::Exit;
use crate::progress::Progress;

/// What is worth saying of one path.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Source {
    /// The path as given.
    pub(crate) path: String,
    /// How it was read.
    pub(crate) format: &'static str,
    /// Whether everything in it was read.
    pub(crate) complete: bool,
    /// Identities it names.
    pub(crate) identities: usize,
    /// Distinct edges, dangling ones included.
    pub(crate) edges: usize,
    /// Edges with an end that no path names.
    pub(crate) dangling: usize,
    /// What could not be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// What is valid but worth saying.
    pub(crate) notes: Vec<String>,
}

/// All paths, read.
#[derive(Debug)]
pub(crate) struct Files {
    /// Each path once, in the order given.
    pub(crate) sources: Vec<Source>,
    /// 0, 2 or 3 by what could not be read.
    pub(crate) exit: Exit,
    reads: Vec<FileRead>,
}

impl Files {
    /// Reads every path.
    pub(crate) fn read(paths: &[PathBuf], default_namespace: &str) -> Self {
        let options =
            FileOptions { default_namespace: default_namespace.to_owned(), read_at: clock::now() };
        let mut seen = BTreeSet::new();
        let progress = Progress::on_standard_error();
        let paths: Vec<&PathBuf> =
            paths.iter().filter(|path| seen.insert(path.as_path())).collect();
        let read = |(done, path): (usize, &&PathBuf)| {
            progress.tell("paths read", done, paths.len());
            read(path, &options)
        };
        let reads: Vec<FileRead> = paths.iter().enumerate().map(read).collect();
        let exit = reads.iter().map(exit_of).max().unwrap_or(Exit::Done);
        Self { sources: sources(&reads), exit, reads }
    }

    /// Why answers over these files are partial; empty when they are not.
    pub(crate) fn partial(&self) -> Vec<String> {
        let incomplete = self.sources.iter().filter(|it| !it.complete);
        incomplete.map(|it| format!("`{}` was not read whole", it.path)).collect()
    }

    /// The graph of all files, judged by these packs.
    pub(crate) fn into_engine(self, packs: Vec<Pack>) -> Engine {
        let progress = Progress::on_standard_error();
        let tell = |stage, done, all| progress.tell(words(stage), done, all);
        let watch = Watch::<Infallible> { go_on: &|| Ok(()), progress: &tell };
        let runs = self.reads.into_iter().map(|read| read.run).collect();
        let Ok(engine) = Engine::build_within(runs, packs, watch);
        engine
    }
}

fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Uniting => "edges put together",
        Stage::Judging => "rules judged",
        Stage::Sorting | Stage::Numbering | Stage::Listing | Stage::Pulling => "edges numbered",
        Stage::Sampling | Stage::Searching => "edges followed",
        Stage::Dealing => "things dealt out",
        Stage::Comparing => "things compared",
        Stage::Moving => "findings compared",
    }
}

fn exit_of(read: &FileRead) -> Exit {
    match (read.faults.is_empty(), read.refused.is_empty()) {
        (false, _) => Exit::Fault,
        (true, false) => Exit::Malformed,
        (true, true) => Exit::Done,
    }
}

fn sources(reads: &[FileRead]) -> Vec<Source> {
    let known: BTreeSet<&NodeId> =
        reads.iter().flat_map(|read| &read.run.facts.nodes).map(|node| &node.id).collect();
    reads.iter().map(|read| source(read, &known)).collect()
}

fn source(read: &FileRead, known: &BTreeSet<&NodeId>) -> Source {
    let facts = &read.run.facts;
    let edges: BTreeSet<_> = facts.edges.iter().map(|edge| &edge.key).collect();
    let is_dangling = |end: &NodeId| !known.contains(end);
    Source {
        path: read.path.clone(),
        format: read.format.as_str(),
        complete: read.run.is_complete(),
        identities: facts.nodes.iter().filter(|node| node.kind.is_identity()).count(),
        edges: edges.len(),
        dangling: edges
            .iter()
            .filter(|it| is_dangling(&it.source) || is_dangling(&it.target))
            .count(),
        unreadable: read.run.unreadable.clone(),
        notes: read.notes.clone(),
    }
}
