//! Changes to a sandbox by hand: what an administrator of the system would do, with or without an
//! order. The commands are those that a preview shows. They leave no order behind.

use clap::Args;
use countersign_access::change::{Change, Outcome};
use countersign_access::edge::{Edge, EdgeKey, EdgeKind};
use countersign_access::fact::SourceId;
use countersign_access::node::NodeId;

use super::Target;
use super::broken::Broken;
use super::change;
use super::state::{LOGIN, System};

/// One membership or grant.
#[derive(Debug, Args)]
pub(super) struct EdgeByHand {
    #[command(flatten)]
    target: Target,
    /// From, how, to
    #[arg(long, value_name = "SOURCE,KIND,TARGET")]
    edge: String,
}

/// One account.
#[derive(Debug, Args)]
pub(super) struct AccountByHand {
    #[command(flatten)]
    target: Target,
    /// Id of the account
    #[arg(long, value_name = "ID")]
    account: String,
}

impl EdgeByHand {
    /// This edge, in that system.
    pub(super) fn new(target: Target, edge: &str) -> Self {
        Self { target, edge: edge.to_owned() }
    }

    /// Takes the edge away.
    pub(super) fn remove(self) -> Result<String, Broken> {
        let change = Change::RemoveEdge { edge: edge(&self.edge)?, grantor: None };
        by_hand(self.target, |system| change::apply(system, &change))
    }

    /// Adds the edge.
    pub(super) fn add(self) -> Result<String, Broken> {
        let edge = edge(&self.edge)?;
        let source = SourceId::new(&self.target.system);
        by_hand(self.target, |system| {
            let known = |id: &NodeId| system.nodes.iter().any(|node| node.id == *id);
            if let Some(unknown) = [&edge.source, &edge.target].into_iter().find(|id| !known(id)) {
                return Err(Broken::Malformed(format!(
                    "there is no `{unknown}` in this system: give the ids that the last read shows"
                )));
            }
            if change::stands(system, &edge) {
                return Ok(Outcome::AlreadyGone);
            }
            let because = source.at(edge.to_string());
            let EdgeKey { source, kind, target } = edge;
            system.edges.push(Edge::new(source, kind, target, because));
            Ok(Outcome::Changed)
        })
    }
}

impl AccountByHand {
    /// This account, in that system.
    pub(super) fn new(target: Target, account: &str) -> Self {
        Self { target, account: account.to_owned() }
    }

    /// Keeps it from signing in.
    pub(super) fn disable(self) -> Result<String, Broken> {
        let change = Change::DisableAccount { account: id(&self.account)? };
        by_hand(self.target, |system| change::apply(system, &change))
    }

    /// Lets it sign in again.
    pub(super) fn enable(self) -> Result<String, Broken> {
        let id = id(&self.account)?;
        by_hand(self.target, |system| {
            let Some(account) = system.account_mut(&id) else {
                return Err(Broken::Malformed(change::no_such_account(&id)));
            };
            let was_enabled = account.tags.insert(LOGIN.to_owned(), String::new()).is_some();
            Ok(if was_enabled { Outcome::AlreadyGone } else { Outcome::Changed })
        })
    }
}

fn by_hand(
    target: Target,
    change: impl FnOnce(&mut System) -> Result<Outcome, Broken>,
) -> Result<String, Broken> {
    let (file, system) = target.open();
    let said = match file.change(&system, change, || {})? {
        Outcome::Changed => "changed",
        Outcome::AlreadyGone => "nothing to change",
    };
    Ok(said.to_owned())
}

/// Ids may hold commas, kinds do not: the edge is parted at the first kind between two commas.
fn edge(text: &str) -> Result<EdgeKey, Broken> {
    let parted = |kind: EdgeKind| {
        let (source, target) = text.split_once(&format!(",{kind},"))?;
        Some((source, kind, target))
    };
    let Some((source, kind, target)) = EdgeKind::ALL.into_iter().find_map(parted) else {
        return Err(Broken::Malformed(format!(
            "`{text}` is no edge: write SOURCE,KIND,TARGET, for example `a,member_of,b`"
        )));
    };
    Ok(EdgeKey { source: id(source)?, kind, target: id(target)? })
}

fn id(text: &str) -> Result<NodeId, Broken> {
    NodeId::new(text).map_err(|bad| Broken::Malformed(bad.to_string()))
}
