//! Over what a question is asked: the flags that every question has, and the graph they name.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use countersign_access::edge::EdgeKind;
use countersign_access::engine::{EdgeFilter, Engine};
use countersign_access::rule::Pack;

use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::output;
use crate::rules::RuleFlags;

/// Most unreadable places that are named.
const NAMED_MAX: usize = 20;

/// Flags of every question.
#[derive(Debug, Args)]
pub(super) struct Over {
    /// Files and folders to read instead of asking the server
    #[arg(long, num_args = 1.., value_name = "PATH")]
    from: Vec<PathBuf>,
    /// Namespace of Kubernetes objects that name none
    #[arg(long, default_value = "default", value_name = "N")]
    default_namespace: String,
    /// How to show the answer
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// How an answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// For programs (docs/reference/graph.schema.json)
    Json,
}

/// Which edges a question follows.
#[derive(Debug, Args)]
pub(super) struct Follow {
    /// Follow only edges of this kind (may be given again)
    #[arg(long = "edge", value_name = "KIND", value_parser = edge_kind)]
    edges: Vec<EdgeKind>,
}

/// What was read.
#[derive(Debug)]
pub(super) struct Read {
    /// The graph.
    pub(super) engine: Engine,
    /// 0, 2 or 3 by what could not be read.
    pub(super) exit: Exit,
    /// Why answers are partial; empty when they are not.
    pub(super) partial: Vec<String>,
    unreadable: Vec<String>,
}

impl Over {
    /// Reads without judging.
    ///
    /// # Errors
    /// When nothing says what to read.
    pub(super) fn read(&self) -> Result<Read, Failure> {
        self.read_with(Vec::new())
    }

    /// Reads and judges by these rules.
    ///
    /// # Errors
    /// When nothing says what to read, or a pack is malformed.
    pub(super) fn read_judged(&self, rules: &RuleFlags) -> Result<Read, Failure> {
        self.read_with(rules.load()?.packs)
    }

    /// How to show the answer.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    fn read_with(&self, packs: Vec<Pack>) -> Result<Read, Failure> {
        if self.from.is_empty() {
            return Err(Failure::fault(
                "no server can be asked: give the files to read with `--from PATH...`",
            ));
        }
        let files = Files::read(&self.from, &self.default_namespace);
        let exit = files.exit;
        let mut partial = files.partial();
        let unreadable = files.sources.iter().flat_map(|source| &source.unreadable);
        let unreadable = unreadable.map(|it| format!("{}: {}", it.place, it.why)).collect();
        let engine = files.into_engine(packs);
        partial.extend(engine.partial().iter().cloned());
        Ok(Read { engine, exit, partial, unreadable })
    }
}

impl Follow {
    /// As the engine takes it.
    pub(super) fn filter(&self) -> EdgeFilter {
        EdgeFilter::only(self.edges.iter().copied())
    }
}

impl Read {
    /// Names on standard error what could not be read.
    pub(super) fn say_unreadable(&self) {
        for place in self.unreadable.iter().take(NAMED_MAX) {
            output::say(place);
        }
        let more = self.unreadable.len().saturating_sub(NAMED_MAX);
        if more > 0 {
            output::say(&format!("{more} more places could not be read: mend these first"));
        }
    }
}

fn edge_kind(text: &str) -> Result<EdgeKind, String> {
    EdgeKind::parse(text).ok_or_else(|| {
        let kinds = EdgeKind::ALL.map(EdgeKind::as_str).join(", ");
        format!("no kind of edge: use one of {kinds}")
    })
}
