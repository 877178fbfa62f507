//! `countersign graph`: questions to the access graph. Here stand the questions and their flags;
//! what they answer is the engine's, how it is shown stands below.

mod list;
mod over;
mod remote;
mod show;

use clap::{Args, Subcommand};
use countersign_access::engine::{ANSWERS_MAX, Ask, WAY_EDGES_MAX, WAYS_MAX};
use countersign_access::glob::Glob;
use countersign_access::node::NodeId;
use countersign_server::api::graph::DEPTH_MAX;
use countersign_server::ask::graph::{Along, Most, Question as Asked};

use crate::client::moment;
use crate::exit::{Exit, Failure};
use crate::rules::RuleFlags;
use jiff::Timestamp;
use over::{AsOf, Follow, Over, Put};

/// Ask who can reach what
///
/// Of the server, by its own rules; with `--from PATH...` over files, and nothing else is needed.
#[derive(Debug, Args)]
pub(crate) struct Graph {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// The graph in figures
    #[command(
        after_help = "Example: countersign graph stats --token-file .countersign/demo/tokens/marieke-groeneveld"
    )]
    Stats {
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        as_of: AsOf,
    },
    /// Everything that a node reaches
    #[command(
        after_help = "Example: countersign graph reach sandbox/release/account/p1600 --token-file .countersign/demo/tokens/marieke-groeneveld"
    )]
    Reach {
        /// Id of the node
        id: String,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        follow: Follow,
        #[command(flatten)]
        as_of: AsOf,
        #[command(flatten)]
        span: Span,
    },
    /// Who reaches a node, or who can do something on something
    #[command(
        after_help = "Example: countersign graph who-can sandbox/release/entitlement/production.deploy --token-file .countersign/demo/tokens/marieke-groeneveld"
    )]
    WhoCan {
        /// Id of the node; without it, `--action` and `--resource`
        #[arg(required_unless_present = "action", conflicts_with = "action")]
        node: Option<String>,
        #[command(flatten)]
        permission: Permission,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        follow: Follow,
        #[command(flatten)]
        as_of: AsOf,
        #[command(flatten)]
        span: Span,
    },
    /// The distinct resources that a node reaches
    #[command(
        after_help = "Example: countersign graph blast sandbox/release/account/p1600 --token-file .countersign/demo/tokens/marieke-groeneveld"
    )]
    Blast {
        /// Id of the node
        id: String,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        follow: Follow,
        #[command(flatten)]
        as_of: AsOf,
        #[command(flatten)]
        span: Span,
    },
    /// The shortest ways from one node to another, or all
    #[command(
        after_help = "Example: countersign graph path sandbox/release/account/p1600 sandbox/release/entitlement/production.deploy --token-file .countersign/demo/tokens/marieke-groeneveld"
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
        /// All ways without a repeated node, shortest first, not the shortest ones alone
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        bounds: Bounds,
        #[command(flatten)]
        follow: Follow,
        #[command(flatten)]
        as_of: AsOf,
    },
    /// All ways of a finding to each thing that its rule asks for
    ///
    /// Each without a repeated node, shortest first, with the fingerprint that the finding has where it is
    /// its way.
    #[command(
        after_help = "Example: countersign graph ways 11e78abd8d84 --token-file .countersign/demo/tokens/marieke-groeneveld"
    )]
    Ways {
        /// Reference of the finding as a server has it (FN-26), its fingerprint, or the beginning of that
        fingerprint: String,
        /// Id of the node at which the ways begin, not at the root cause
        #[arg(long, value_name = "ID")]
        of: Option<String>,
        #[command(flatten)]
        bounds: Bounds,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        rules: RuleFlags,
    },
    /// The single edges whose removal clears findings, or the fewest that clear one together
    #[command(
        after_help = "Example: countersign graph cut --all --top 3 --token-file .countersign/demo/tokens/marieke-groeneveld"
    )]
    Cut {
        /// Reference of the finding as a server has it (FN-26), its fingerprint, or the beginning of that
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        fingerprint: Option<String>,
        /// Over all findings
        #[arg(long)]
        all: bool,
        /// How many edges to name
        #[arg(long, default_value_t = 10, value_name = "K", requires = "all")]
        top: usize,
        /// The fewest edges that clear the finding together, not each that does by itself
        #[arg(long, conflicts_with = "all")]
        set: bool,
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        rules: RuleFlags,
    },
    /// What findings would end and open if edges were other
    #[command(
        after_help = "Example: countersign graph what-if --remove sandbox/release/role/deployer,grants,sandbox/release/entitlement/production.deploy --token-file .countersign/demo/tokens/marieke-groeneveld"
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
    /// What came and went between two times
    ///
    /// Nodes, edges, and findings by the rules that the server has now. Answers rest on the reads that
    /// had begun by each time, and name them.
    #[command(
        after_help = "Example: countersign graph difference --since 7d --token-file .countersign/demo/tokens/marieke-groeneveld"
    )]
    Difference {
        /// The earlier time: `2027-01-31`, an instant, or `14d` or `6h` ago
        #[arg(long, value_name = "TIME", value_parser = moment::past)]
        since: Timestamp,
        /// The later time; now when left out
        #[arg(long, value_name = "TIME", value_parser = moment::past)]
        until: Option<Timestamp>,
        /// How many of each are listed; the totals count all
        #[arg(long, value_name = "N", value_parser = up_to::<ANSWERS_MAX>)]
        limit: Option<usize>,
        #[command(flatten)]
        over: Over,
    },
    /// Whether what is kept is what a full evaluation gives
    #[command(
        after_help = "Example: countersign graph verify --token-file .countersign/demo/tokens/marieke-groeneveld"
    )]
    Verify {
        #[command(flatten)]
        over: Over,
        #[command(flatten)]
        rules: RuleFlags,
    },
}

/// How far a question goes, and how much of the answer is listed.
#[derive(Debug, Args)]
struct Span {
    /// Only what is at most so many edges away
    #[arg(long, value_name = "N", value_parser = up_to::<DEPTH_MAX>)]
    depth: Option<usize>,
    /// How many nodes are listed; the total counts all
    #[arg(long, value_name = "N", value_parser = up_to::<ANSWERS_MAX>)]
    limit: Option<usize>,
}

/// How many ways, and how long.
#[derive(Debug, Args)]
struct Bounds {
    /// How many ways are listed, to each thing that is to be reached [default: 100]
    #[arg(long, value_name = "N", value_parser = up_to::<WAYS_MAX>)]
    limit: Option<usize>,
    /// Most edges of a way [default: 32]
    #[arg(long, value_name = "N", value_parser = up_to::<WAY_EDGES_MAX>)]
    depth: Option<usize>,
}

impl Bounds {
    fn most(&self) -> Most {
        let Most { ways, edges } = Most::default();
        Most { ways: self.limit.unwrap_or(ways), edges: self.depth.unwrap_or(edges) }
    }
}

/// A number from 1 to `MOST`.
fn up_to<const MOST: usize>(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=MOST).contains(number));
    number.ok_or_else(|| format!("not a number from 1 to {MOST}"))
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
        self.question.run()
    }
}

impl Question {
    fn run(self) -> Exit {
        let along = |question, follow, at| Put { follow: Some(follow), at, ..Put::of(question) };
        let judged = |question, rules| Put { rules: Some(rules), ..Put::of(Ok(question)) };
        match &self {
            Self::Stats { over, as_of } => {
                over.run(Put { at: as_of.at, ..Put::of(Ok(Asked::Stats)) })
            }
            Self::Reach { id, over, follow, as_of, span } => {
                let asked = node_id(id).map(|id| Asked::Reach(id, follow.along(span.depth)));
                over.run(Put { limit: span.limit, ..along(asked, follow, as_of.at) })
            }
            Self::WhoCan { node, permission, over, follow, as_of, span } => {
                let asked = who_can(node.as_deref(), permission, follow.along(span.depth));
                over.run(Put { limit: span.limit, ..along(asked, follow, as_of.at) })
            }
            Self::Blast { id, over, follow, as_of, span } => {
                let asked = node_id(id).map(|id| Asked::Blast(id, follow.along(span.depth)));
                over.run(Put { limit: span.limit, ..along(asked, follow, as_of.at) })
            }
            Self::Path { start, end, over, follow, as_of, all, bounds } => {
                let asked = path((start, end), follow, all.then(|| bounds.most()), bounds);
                over.run(along(asked, follow, as_of.at))
            }
            Self::Ways { fingerprint, of, bounds, over, rules } => {
                let from = of.as_deref().map(node_id).transpose();
                let (finding, most) = (fingerprint.clone(), bounds.most());
                let asked = from.map(|from| Asked::WaysOf { finding, from, most });
                over.run(Put { rules: Some(rules), ..Put::of(asked) })
            }
            Self::Cut { fingerprint, top, set, over, rules, .. } => {
                let of_one = if *set { Asked::CutSet } else { Asked::Cut };
                let asked = fingerprint.clone().map_or(Asked::CutAll(*top), of_one);
                over.run(judged(asked, rules))
            }
            Self::WhatIf { remove, add, over, rules } => {
                let asked = Asked::WhatIf { remove: remove.clone(), add: add.clone() };
                over.run(judged(asked, rules))
            }
            Self::Difference { since, until, limit, over } => {
                over.difference((*since, *until), *limit)
            }
            Self::Verify { over, rules } => over.run(judged(Asked::Verify, rules)),
        }
    }
}

/// The shortest ways, or all of them; bounds are for all.
fn path(
    (start, end): (&str, &str),
    follow: &Follow,
    all: Option<Most>,
    bounds: &Bounds,
) -> Result<Asked, Failure> {
    let (start, end) = (node_id(start)?, node_id(end)?);
    match all {
        Some(most) => Ok(Asked::Paths(start, end, follow.filter(), most)),
        None if bounds.limit.is_some() || bounds.depth.is_some() => {
            Err(Failure::malformed("`--limit` and `--depth` bound all ways: give `--all` too"))
        }
        None => Ok(Asked::Path(start, end, follow.filter())),
    }
}

fn who_can(node: Option<&str>, permission: &Permission, along: Along) -> Result<Asked, Failure> {
    if let Some(id) = node {
        return Ok(Asked::WhoReaches(node_id(id)?, along));
    }
    let ask = Ask {
        action: Glob::new(permission.action.as_deref().unwrap_or_default()),
        resource: Glob::new(permission.resource.as_deref().unwrap_or_default()),
        namespace: permission.namespace.clone(),
    };
    Ok(Asked::WhoCan(ask, along))
}

fn node_id(text: &str) -> Result<NodeId, Failure> {
    NodeId::new(text).map_err(|bad| Failure::malformed(format!("`{text}`: {bad}")))
}
