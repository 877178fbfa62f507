//! What the graph says about the finding of a command, worked out before the transaction of the
//! decision and away from whoever answers others: a transaction that is tried again does not evaluate
//! again. Decides nothing; whoever uses it compares that the finding is still the one that was asked
//! about, and every answer is as of the graph that it was given by.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_access::change::Change;
use countersign_access::engine::Still as Met;
use countersign_access::fact::SourceId;
use countersign_access::finding::{Finding as Toxic, Step};
use countersign_access::node::NodeId;
use countersign_governance::actor::Actor;
use countersign_governance::finding::Command as Verb;
use countersign_governance::finding::choose::Choose;
use countersign_governance::text::TextDigest;
use countersign_governance::{Command, State};
use serde::de::DeserializeOwned;

use crate::door::{Asked, Door, NotDone};
use crate::graph::{Meeting, Shown, aside};
use crate::kept;

/// The graph before a decision, and what it says about the finding that the command is about.
#[derive(Debug)]
pub(crate) struct Beforehand {
    /// The graph that all answers are from.
    pub(crate) shown: Arc<Shown>,
    /// None when the command needs no graph, or there is no such finding.
    pub(crate) about: Option<About>,
}

/// What the graph says about one finding.
#[derive(Debug)]
pub(crate) struct About {
    /// The finding in the words of this digest was asked about.
    pub(crate) detail: TextDigest,
    /// Those words; none when they were erased.
    pub(crate) toxic: Option<Arc<Toxic>>,
    /// All who meet its rule.
    pub(crate) meeting: Meeting,
    /// Who of those whom it affects still meets its rule; none when nobody needs to know, or the rule
    /// is not loaded here.
    pub(crate) still: Option<BTreeMap<NodeId, Met>>,
    /// Whether all about it was read.
    pub(crate) whole: bool,
    /// Whether the change that the command chooses takes away something that gives the access.
    pub(crate) on_path: bool,
}

/// Asks the graph what a command needs to know of it.
pub(crate) async fn look(door: &Door, asked: &Asked) -> Result<Beforehand, NotDone> {
    let shown = door.graph.read();
    let Command::Finding(_, verb) = &asked.command else {
        return Ok(Beforehand { shown, about: None });
    };
    let is_proof = matches!(verb, Verb::Verify(_));
    if !is_proof && matches!(asked.actor, Actor::Machine(_)) {
        return Ok(Beforehand { shown, about: None });
    }
    let (state, _) = kept::look(&door.store, asked.command.subject()).await?;
    let State::Finding(Some(finding)) = state else {
        return Ok(Beforehand { shown, about: None });
    };
    let detail = finding.known.detail.clone();
    let toxic = written::<Toxic>(door, asked, &detail).await?.map(Arc::new);
    let change = match verb {
        Verb::Choose(choose) => chosen(door, asked, choose).await?,
        Verb::Open(_)
        | Verb::Change(_)
        | Verb::Recur(_)
        | Verb::End(_)
        | Verb::Assign(_)
        | Verb::Order(_)
        | Verb::Fulfil(_)
        | Verb::Fail(_)
        | Verb::Verify(_)
        | Verb::Dispute(_)
        | Verb::Settle(_) => None,
    };
    let shown_there = Arc::clone(&shown);
    let about = aside(move || about(&shown_there, (detail, toxic), change.as_ref(), is_proof));
    Ok(Beforehand { shown, about: Some(about.await?) })
}

fn about(
    shown: &Shown,
    (detail, toxic): (TextDigest, Option<Arc<Toxic>>),
    change: Option<&(Change, SourceId)>,
    is_proof: bool,
) -> About {
    let mut about =
        About { detail, toxic, meeting: None, still: None, whole: false, on_path: false };
    let Some(toxic) = about.toxic.clone() else { return about };
    about.on_path = change.is_some_and(|change| touches_one(&toxic.paths, change));
    if is_proof || (change.is_some() && !about.on_path) {
        about.still = shown.still(&toxic);
    }
    if is_proof {
        about.whole = !shown.wholly_read(&[&toxic]).is_empty();
    } else {
        about.meeting = shown.meeting(&toxic.rule);
    }
    if let Some(change) = change {
        let mut still = about.still.iter().flat_map(BTreeMap::values);
        about.on_path = about.on_path || still.any(|still| touches_one(&still.paths, change));
    }
    about
}

async fn chosen(
    door: &Door,
    asked: &Asked,
    choose: &Choose,
) -> Result<Option<(Change, SourceId)>, NotDone> {
    let change = written::<Change>(door, asked, &choose.change).await?;
    Ok(change.map(|change| (change, SourceId::new(&choose.system))))
}

/// What is written as JSON behind a digest that comes along or is kept.
async fn written<T: DeserializeOwned>(
    door: &Door,
    asked: &Asked,
    digest: &TextDigest,
) -> Result<Option<T>, NotDone> {
    let words = match asked.texts.iter().find(|text| &text.digest == digest) {
        Some(text) => Some(text.words.clone()),
        None => kept::read_words(&door.store, digest).await?,
    };
    Ok(words.and_then(|words| serde_json::from_str(&words).ok()))
}

fn touches_one(paths: &[Vec<Step>], (change, system): &(Change, SourceId)) -> bool {
    paths.iter().any(|path| touches(path, change, system))
}

/// Whether a change in a system takes away something that this system says and that a path goes
/// through.
pub(crate) fn touches(path: &[Step], change: &Change, system: &SourceId) -> bool {
    match change {
        Change::RemoveEdge { edge, .. } => path.windows(2).any(|pair| match pair {
            [from, to] => {
                to.edge == Some(edge.kind)
                    && to.because.source == *system
                    && ((from.node.id == edge.source && to.node.id == edge.target)
                        // An account's edge is walked from the identity to the account.
                        || (from.node.id == edge.target && to.node.id == edge.source))
            }
            _ => false,
        }),
        Change::DisableAccount { account } => {
            path.iter().any(|step| step.node.id == *account && step.because.source == *system)
        }
    }
}
