//! `countersign graph`: questions to the access graph. Here stand the questions and their flags;
//! what they answer is the engine's, how it is shown stands below.

mod answer;
mod edge_text;
mod list;
mod over;
mod show;

use clap::{Args, Subcommand};
use countersign_access::edge::EdgeKey;
use countersign_access::engine::{Ask, Edit};
use countersign_access::finding::Fingerprint;
use countersign_access::glob::Glob;
use countersign_access::node::NodeId;

use crate::exit::{Exit, Failure};
use crate::output;
use crate::rules::RuleFlags;
use answer::{Body, Reply};
use over::{Follow, Over, Read};

/// Ask who can reach what
///
/// Over files with `--from PATH...`, else of the server.
#[derive(Debug, Args)]
pub(crate) struct Graph {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// The graph in figures
    #[command(after_help = "Example: countersign graph stats --from examples/sample-organisation")]
    Stats {
        #[command(flatten)]
        over: Over,
    },
    /// Everything that a node reaches
    #[command(
        after_help = "Example: countersign graph reach nordhaven/person/1014 --from examples/sample-organisation"
    )]
    Reach {
        /// Id of the node
        id: String,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        follow: Follow,
    },
    /// Who reaches a node, or who can do something on something
    #[command(
        after_help = "Example: countersign graph who-can sandbox/erp/resource/payments --from examples/sample-organisation"
    )]
    WhoCan {
        /// Id of the node
        #[arg(required_unless_present = "action", conflicts_with = "action")]
        node: Option<String>,
        #[command(flatten)]
        permission: Permission,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        follow: Follow,
    },
    /// The distinct resources that a node reaches
    #[command(
        after_help = "Example: countersign graph blast nordhaven/person/1014 --from examples/sample-organisation"
    )]
    Blast {
        /// Id of the node
        id: String,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        follow: Follow,
    },
    /// The shortest ways from one node to another
    #[command(
        after_help = "Example: countersign graph path nordhaven/person/1014 sandbox/erp/resource/purchase-orders --from examples/sample-organisation"
    )]
    Path {
        /// Id of the node to begin at
        #[arg(value_name = "FROM")]
        start: String,
        /// Id of the node to end at
        #[arg(value_name = "TO")]
        end: String,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        follow: Follow,
    },
    /// The single edges whose removal clears findings
    #[command(
        after_help = "Example: countersign graph cut --all --top 3 --from examples/sample-organisation"
    )]
    Cut {
        /// Fingerprint of the finding, or its beginning
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        fingerprint: Option<String>,
        /// Over all findings
        #[arg(long)]
        all: bool,
        /// How many edges to name
        #[arg(long, default_value_t = 10, value_name = "K", requires = "all")]
        top: usize,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        rules: RuleFlags,
    },
    /// What findings would end and open if edges were other
    #[command(
        after_help = "Example: countersign graph what-if --remove sandbox/erp/account/p1014,member_of,sandbox/erp/group/purchasing --from examples/sample-organisation"
    )]
    WhatIf {
        /// An edge to take away (may be given again)
        #[arg(long, value_name = "S,K,T")]
        remove: Vec<String>,
        /// An edge to add (may be given again)
        #[arg(long, value_name = "S,K,T")]
        add: Vec<String>,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        rules: RuleFlags,
    },
    /// Whether what is kept is what a full evaluation gives
    #[command(after_help = "Example: countersign graph verify --from examples/sample-organisation")]
    Verify {
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        rules: RuleFlags,
    },
}

/// A permission to ask for.
#[derive(Debug, Args)]
struct Permission {
    /// What is to be done; `*` stands for any run of characters
    #[arg(long, value_name = "GLOB", requires = "resource")]
    action: Option<String>,
    /// On what
    #[arg(long, value_name = "GLOB", requires = "action")]
    resource: Option<String>,
    /// Only in this namespace
    #[arg(long, value_name = "N", requires = "action")]
    namespace: Option<String>,
}

impl Graph {
    /// Asks, shows, and says how it ended.
    pub(crate) fn run(self) -> Exit {
        output::finish(self.question.answer())
    }
}

impl Question {
    fn answer(self) -> Result<Exit, Failure> {
        match self {
            Self::Stats { over } => {
                let read = over.read()?;
                show(&over, &read, Body::stats(&read.engine))
            }
            Self::Reach { id, over, follow } => {
                let read = over.read()?;
                let reached = read.engine.reach(&node_id(&id)?, &follow.filter())?;
                show(&over, &read, Body::list(reached, Vec::new()))
            }
            Self::WhoCan { node, permission, over, follow } => {
                let read = over.read()?;
                show(&over, &read, who_can(&read, node, permission, &follow)?)
            }
            Self::Blast { id, over, follow } => {
                let read = over.read()?;
                let blast = read.engine.blast(&node_id(&id)?, &follow.filter())?;
                show(&over, &read, Body::blast(blast))
            }
            Self::Path { start, end, over, follow } => {
                let read = over.read()?;
                let (start, end) = (node_id(&start)?, node_id(&end)?);
                let ways = read.engine.path(&start, &end, &follow.filter())?;
                show(&over, &read, Body::ways(ways))
            }
            Self::Cut { fingerprint, top, over, rules, .. } => {
                let read = over.read_judged(&rules)?;
                let cut = match fingerprint {
                    Some(beginning) => read.engine.cut(&find(&read, &beginning)?)?,
                    None => read.engine.cut_all(top),
                };
                show(&over, &read, Body::cut(cut))
            }
            Self::WhatIf { remove, add, over, rules } => {
                let read = over.read_judged(&rules)?;
                let what_if = read.engine.what_if(&edit(&read, &remove, &add)?)?;
                show(&over, &read, Body::what_if(what_if))
            }
            Self::Verify { over, rules } => {
                let read = over.read_judged(&rules)?;
                let verified = read.engine.verify();
                let equal = if verified.equal { Exit::Done } else { Exit::Findings };
                let body = Body::verified(verified, &read.engine);
                show(&over, &read, body).map(|exit| exit.max(equal))
            }
        }
    }
}

fn show(
    over: &Over,
    read: &Read,
    (body, partial): (Body, Option<String>),
) -> Result<Exit, Failure> {
    let reply = Reply::new(body, read.partial.iter().cloned().chain(partial).collect());
    let text = match over.format() {
        over::Format::Json => output::json(&reply)?,
        over::Format::Table => show::table(&reply),
    };
    output::write(None, &text)?;
    read.say_unreadable();
    Ok(read.exit)
}

fn who_can(
    read: &Read,
    node: Option<String>,
    permission: Permission,
    follow: &Follow,
) -> Result<(Body, Option<String>), Failure> {
    if let Some(id) = node {
        let holders = read.engine.who_can_node(&node_id(&id)?, &follow.filter())?;
        return Ok(Body::list(holders, Vec::new()));
    }
    let ask = Ask {
        action: Glob::new(permission.action.as_deref().unwrap_or_default()),
        resource: Glob::new(permission.resource.as_deref().unwrap_or_default()),
        namespace: permission.namespace,
    };
    let found = read.engine.who_can(&ask, &follow.filter());
    Ok(Body::list(found.answer, found.limited))
}

fn node_id(text: &str) -> Result<NodeId, Failure> {
    NodeId::new(text).map_err(|bad| Failure::malformed(format!("`{text}`: {bad}")))
}

/// The one finding whose fingerprint begins so.
fn find(read: &Read, beginning: &str) -> Result<Fingerprint, Failure> {
    let mut found = read.engine.findings().keys().filter(|it| it.0.starts_with(beginning));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.clone()),
        (None, _) => Err(Failure::malformed(format!(
            "there is no finding `{beginning}`: `countersign scan` lists those there are"
        ))),
        (Some(_), Some(_)) => Err(Failure::malformed(format!(
            "more than one finding begins with `{beginning}`: give more of the fingerprint"
        ))),
    }
}

fn edit(read: &Read, remove: &[String], add: &[String]) -> Result<Edit, Failure> {
    if remove.is_empty() && add.is_empty() {
        return Err(Failure::malformed("nothing to try: give `--remove` or `--add` an edge"));
    }
    let key = |text: &String| -> Result<EdgeKey, Failure> {
        edge_text::parse(text, &read.engine).map_err(Failure::malformed)
    };
    let remove = remove.iter().map(key).collect::<Result<_, _>>()?;
    let add =
        add.iter().map(key).map(|key| key.map(edge_text::supposed)).collect::<Result<_, _>>()?;
    Ok(Edit { remove, add })
}
