//! Over what a question is asked: files that are named, or a server.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use countersign_access::edge::EdgeKind;
use countersign_access::engine::{ANSWERS_MAX, EdgeFilter, Engine};
use countersign_access::rule::Pack;
use countersign_server::ask::graph::{Along, Body, Question, Reply};
use jiff::Timestamp;

use super::{remote, show};
use crate::client::{Remote, moment};
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
    #[arg(long, default_value = "default", value_name = "N", requires = "from")]
    default_namespace: String,
    #[command(flatten)]
    remote: Remote,
    /// How to show the answer
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// A question and how it is put.
pub(super) struct Put<'a> {
    /// What is asked, if the flags can be meant.
    pub(super) question: Result<Question, Failure>,
    /// Which edges it follows.
    pub(super) follow: Option<&'a Follow>,
    /// By which rules files are judged.
    pub(super) rules: Option<&'a RuleFlags>,
    /// Of which time a server is asked; now when none is named.
    pub(super) at: Option<Timestamp>,
    /// How many nodes are listed; as many as an answer holds when not said.
    pub(super) limit: Option<usize>,
}

impl Put<'_> {
    /// A question, put plainly.
    pub(super) fn of(question: Result<Question, Failure>) -> Self {
        Self { question, follow: None, rules: None, at: None, limit: None }
    }
}

/// A time of which a server can be asked.
#[derive(Debug, Args)]
pub(super) struct AsOf {
    /// The graph as the server knew it then: `2027-01-31`, an instant, or `14d` or `6h` ago
    #[arg(long, value_name = "TIME", value_parser = moment::past, conflicts_with = "from")]
    pub(super) at: Option<Timestamp>,
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

/// What was read of files.
struct Read {
    engine: Engine,
    /// 0, 2 or 3 by what could not be read.
    exit: Exit,
    unreadable: Vec<String>,
}

impl Over {
    /// Asks, shows the answer, and says how it ended. What is asked of files about findings is judged by
    /// these rules; a server judges by its own.
    pub(super) fn run(&self, put: Put<'_>) -> Exit {
        let Put { question, follow, rules, at, limit } = put;
        let limit = limit.unwrap_or(ANSWERS_MAX);
        let question = match question {
            Ok(question) => question,
            Err(failure) => return output::finish(Err(failure)),
        };
        if !self.from.is_empty() {
            return output::finish(self.over_files(&question, rules, limit));
        }
        if rules.is_some_and(|it| *it != RuleFlags::default()) {
            let words = "a server judges by its own rules: give `--rules` and `--no-builtin` together \
                         with `--from PATH...`";
            return output::finish(Err(Failure::malformed(words)));
        }
        let kinds = follow.map(|it| it.edges.as_slice()).unwrap_or_default();
        let mut exit = Exit::Done;
        let done = crate::client::run(&self.remote, self.format == Format::Json, async |client| {
            let reply = remote::ask(client, &question, (kinds, at), limit).await?;
            exit = exit_of(&reply);
            Ok(self.shown(&reply)?)
        });
        done.max(exit)
    }

    /// What is different between two times, which only a server knows.
    pub(super) fn difference(
        &self,
        times: (Timestamp, Option<Timestamp>),
        limit: Option<usize>,
    ) -> Exit {
        if !self.from.is_empty() {
            let words = "files have no past: leave `--from` out and ask a server";
            return output::finish(Err(Failure::malformed(words)));
        }
        crate::client::run(&self.remote, self.format == Format::Json, async |client| {
            let reply = remote::difference(client, times, limit.unwrap_or(ANSWERS_MAX)).await?;
            Ok(self.shown(&reply)?)
        })
    }

    fn over_files(
        &self,
        question: &Question,
        rules: Option<&RuleFlags>,
        limit: usize,
    ) -> Result<Exit, Failure> {
        let packs = rules.map(RuleFlags::load).transpose()?;
        let read = self.read(packs.map(|it| it.packs).unwrap_or_default());
        let answer = question.answer(&read.engine);
        let reply = answer.map_err(|none| Failure::malformed(none.to_string()))?.cut_to(limit);
        output::write(None, &self.shown(&reply)?)?;
        read.say_unreadable();
        Ok(read.exit.max(exit_of(&reply)))
    }

    fn read(&self, packs: Vec<Pack>) -> Read {
        let files = Files::read(&self.from, &self.default_namespace);
        let exit = files.exit;
        let unreadable = files.sources.iter().flat_map(|source| &source.unreadable);
        let unreadable = unreadable.map(|it| format!("{}: {}", it.place, it.why)).collect();
        Read { exit, unreadable, engine: files.into_engine(packs) }
    }

    fn shown(&self, reply: &Reply<Body>) -> Result<String, Failure> {
        match self.format {
            Format::Json => output::json(reply),
            Format::Table => Ok(show::table(reply)),
        }
    }
}

/// A graph that is not what it should be is something found.
fn exit_of(reply: &Reply<Body>) -> Exit {
    match &reply.body {
        Body::Verified(verified) if !verified.equal => Exit::Findings,
        _ => Exit::Done,
    }
}

impl Follow {
    /// As the engine takes it.
    pub(super) fn filter(&self) -> EdgeFilter {
        EdgeFilter::only(self.edges.iter().copied())
    }

    /// The same, so far.
    pub(super) fn along(&self, depth: Option<usize>) -> Along {
        Along { follow: self.filter(), depth }
    }
}

impl Read {
    /// Names on standard error what could not be read.
    fn say_unreadable(&self) {
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
