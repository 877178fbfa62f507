//! What the graph says about the finding of a command, worked out before the transaction of the
//! decision and away from whoever answers others: a transaction that is tried again does not evaluate
//! again. Decides nothing; whoever uses it compares that the finding is still the one that was asked
//! about, and every answer is as of the graph that it was given by.

mod review;

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_access::change::Change;
use countersign_access::engine::{BEHIND_MAX, Behind, Still as Met};
use countersign_access::fact::SourceId;
use countersign_access::finding::{Finding as Toxic, Step};
use countersign_access::node::NodeId;
use countersign_governance::actor::Actor;
use countersign_governance::exception;
use countersign_governance::finding::Command as Verb;
use countersign_governance::finding::choose::Choose;
use countersign_governance::id::{ExceptionId, FindingId};
use countersign_governance::text::TextDigest;
use countersign_governance::{Command, State, Subject};
use serde::de::DeserializeOwned;

pub(crate) use self::review::Looked;
use crate::about::Coverage;
use crate::door::{Asked, Door, NotDone};
use crate::graph::{Meeting, Shown, aside};
use crate::kept;
use crate::stake::Grave;

/// The graph before a decision, and what it says about the finding that the command is about.
#[derive(Debug)]
pub(crate) struct Beforehand {
    /// The graph that all answers are from.
    pub(crate) shown: Arc<Shown>,
    /// None when the command needs no graph, or there is no such finding.
    pub(crate) about: Option<Arc<About>>,
    /// The finding as it was when the exception that the command is about was frozen, where it is
    /// otherwise now.
    pub(crate) frozen: Option<Arc<About>>,
    /// What an exception that is proposed would cover; none when not everybody can be named.
    pub(crate) coverage: Option<Arc<Coverage>>,
    /// What a command about a review or one of its items needs.
    pub(crate) review: Option<Looked>,
}

/// What was looked at already for one answer, so that several verbs about one finding ask the graph
/// once. Changes nothing about what each is told.
#[derive(Debug)]
pub(crate) struct Seen {
    shown: Arc<Shown>,
    abouts: BTreeMap<TextDigest, Arc<About>>,
    coverages: BTreeMap<TextDigest, Option<Arc<Coverage>>>,
}

impl Seen {
    /// Nothing yet of this graph.
    pub(crate) fn of(shown: Arc<Shown>) -> Self {
        Self { shown, abouts: BTreeMap::new(), coverages: BTreeMap::new() }
    }
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
    /// All who stand behind those whom it affects and its root cause.
    pub(crate) behind: Behind,
    /// Who of those whom it affects still meets its rule; none when nobody needs to know, or the rule
    /// is not loaded here.
    pub(crate) still: Option<BTreeMap<NodeId, Met>>,
    /// Whether all about it was read.
    pub(crate) whole: bool,
    /// Whether the change that the command chooses takes away something that gives the access.
    pub(crate) on_path: bool,
    /// How far the access reaches and on which reads that rests.
    pub(crate) grave: Grave,
}

/// How grave a finding is now, for whoever shows it.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn grave_of(door: &Door, finding: FindingId) -> Result<Grave, NotDone> {
    let Some(detail) = detail_of(door, Subject::Finding(finding)).await? else {
        return Ok(Grave::unknown());
    };
    let words = kept::read_words(&door.store, &detail).await?;
    let toxic = words.and_then(|words| serde_json::from_str::<Toxic>(&words).ok());
    let shown = door.graph.read();
    let of = move || toxic.map_or_else(Grave::unknown, |toxic| Grave::of(&shown, &toxic));
    Ok(aside(of).await?)
}

impl Beforehand {
    /// The graph alone: nothing was asked of it.
    pub(crate) fn of(shown: Arc<Shown>) -> Self {
        Self { shown, about: None, frozen: None, coverage: None, review: None }
    }
}

/// Asks the graph what a command needs to know of it.
pub(crate) async fn look(
    door: &Door,
    asked: &Asked,
    seen: &mut Seen,
) -> Result<Beforehand, NotDone> {
    match &asked.command {
        Command::Finding(_, verb) => look_at_finding(door, asked, verb, seen).await,
        // A test that passes may be the last that is missing; and whoever shall be accountable next has no
        // part in the access.
        Command::Exception(id, verb)
            if matches!(asked.actor, Actor::Person(_))
                || matches!(verb, exception::Command::Test(_) | exception::Command::OwnerLeft) =>
        {
            look_at_exception(door, asked, (*id, verb), seen).await
        }
        Command::Review(..) | Command::Item(..) => {
            let review = review::look(door, asked, &seen.shown).await?;
            Ok(Beforehand { review, ..Beforehand::of(Arc::clone(&seen.shown)) })
        }
        Command::Exception(..)
        | Command::Person(..)
        | Command::Process(..)
        | Command::System(..)
        | Command::Policy(_)
        | Command::Accountability(..)
        | Command::Gap(..) => Ok(Beforehand::of(Arc::clone(&seen.shown))),
    }
}

async fn look_at_finding(
    door: &Door,
    asked: &Asked,
    verb: &Verb,
    seen: &mut Seen,
) -> Result<Beforehand, NotDone> {
    let nothing = Beforehand::of(Arc::clone(&seen.shown));
    let is_proof = matches!(verb, Verb::Verify(_));
    let is_entrusted = matches!(verb, Verb::Entrust(_));
    if !is_proof && !is_entrusted && matches!(asked.actor, Actor::Machine(_)) {
        return Ok(nothing);
    }
    let Some(detail) = detail_of(door, asked.command.subject()).await? else {
        return Ok(nothing);
    };
    let change = match verb {
        Verb::Choose(choose) => chosen(door, asked, choose).await?,
        Verb::Open(_)
        | Verb::Change(_)
        | Verb::Recur(_)
        | Verb::End(_)
        | Verb::Assign(_)
        | Verb::Entrust(_)
        | Verb::Order(_)
        | Verb::WithdrawOrder(_)
        | Verb::Fulfil(_)
        | Verb::Fail(_)
        | Verb::Verify(_)
        | Verb::Dispute(_)
        | Verb::Settle(_) => None,
    };
    if change.is_none() && !is_proof {
        let about = seen.about(door, asked, detail).await?;
        return Ok(Beforehand { about: Some(about), ..nothing });
    }
    let toxic = written::<Toxic>(door, asked, &detail).await?.map(Arc::new);
    let shown = Arc::clone(&nothing.shown);
    let about = aside(move || about(&shown, (detail, toxic), change.as_ref(), is_proof)).await?;
    Ok(Beforehand { about: Some(Arc::new(about)), ..nothing })
}

/// Who has part in the access that an exception is about, now and when it was frozen, and what one
/// that is proposed would cover.
async fn look_at_exception(
    door: &Door,
    asked: &Asked,
    (id, verb): (ExceptionId, &exception::Command),
    seen: &mut Seen,
) -> Result<Beforehand, NotDone> {
    let nothing = Beforehand::of(Arc::clone(&seen.shown));
    let (state, _) = kept::look(&door.store, Subject::Exception(id)).await?;
    let (finding, pinned) = match (state, verb) {
        (State::Exception(Some(exception)), _) => {
            (exception.pin.finding, Some(exception.pin.detail))
        }
        (_, exception::Command::Propose(propose)) => (propose.finding, None),
        (_, exception::Command::Renew(renew)) => (renew.propose.finding, None),
        _ => return Ok(nothing),
    };
    let Some(detail) = detail_of(door, Subject::Finding(finding)).await? else {
        return Ok(nothing);
    };
    let about = seen.about(door, asked, detail.clone()).await?;
    let frozen = match pinned.filter(|pinned| *pinned != detail) {
        Some(pinned) => Some(seen.about(door, asked, pinned).await?),
        None => None,
    };
    let coverage = match verb {
        exception::Command::Propose(_) | exception::Command::Renew(_) => {
            seen.coverage(&about).await?
        }
        _ => None,
    };
    Ok(Beforehand { about: Some(about), frozen, coverage, ..nothing })
}

impl Seen {
    /// What the graph says of the finding that these words describe.
    async fn about(
        &mut self,
        door: &Door,
        asked: &Asked,
        detail: TextDigest,
    ) -> Result<Arc<About>, NotDone> {
        if let Some(about) = self.abouts.get(&detail) {
            return Ok(Arc::clone(about));
        }
        let toxic = written::<Toxic>(door, asked, &detail).await?.map(Arc::new);
        let (shown, words) = (Arc::clone(&self.shown), detail.clone());
        let about = Arc::new(aside(move || about(&shown, (words, toxic), None, false)).await?);
        self.abouts.insert(detail, Arc::clone(&about));
        Ok(about)
    }

    /// What an exception for this finding would cover.
    async fn coverage(&mut self, about: &About) -> Result<Option<Arc<Coverage>>, NotDone> {
        if let Some(coverage) = self.coverages.get(&about.detail) {
            return Ok(coverage.clone());
        }
        let whole = about.toxic.clone().filter(|it| it.affected_total == it.affected.len());
        let coverage = match whole {
            Some(toxic) => {
                let shown = Arc::clone(&self.shown);
                Some(Arc::new(aside(move || Coverage::of(&shown, &toxic)).await?))
            }
            None => None,
        };
        self.coverages.insert(about.detail.clone(), coverage.clone());
        Ok(coverage)
    }
}

/// The digest of a finding's words.
async fn detail_of(door: &Door, finding: Subject) -> Result<Option<TextDigest>, NotDone> {
    let (state, _) = kept::look(&door.store, finding).await?;
    Ok(match state {
        State::Finding(Some(finding)) => Some(finding.known.detail),
        State::Finding(None)
        | State::Exception(_)
        | State::Person(_)
        | State::Process(_)
        | State::System(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => None,
    })
}

fn about(
    shown: &Shown,
    (detail, toxic): (TextDigest, Option<Arc<Toxic>>),
    change: Option<&(Change, SourceId)>,
    is_proof: bool,
) -> About {
    let mut about = About {
        detail,
        toxic,
        meeting: None,
        behind: Behind::default(),
        still: None,
        whole: false,
        on_path: false,
        grave: Grave::unknown(),
    };
    let Some(toxic) = about.toxic.clone() else { return about };
    about.on_path = change.is_some_and(|change| touches_one(&toxic.paths, change));
    about.grave = Grave::of(shown, &toxic);
    if is_proof || (change.is_some() && !about.on_path) {
        about.still = shown.still(&toxic);
    }
    if is_proof {
        about.whole = !shown.wholly_read(&[&toxic]).is_empty();
    } else {
        about.meeting = shown.meeting(&toxic.rule);
        about.behind = behind(shown, &toxic, &about.meeting);
    }
    if let Some(change) = change {
        let mut still = about.still.iter().flat_map(BTreeMap::values);
        about.on_path = about.on_path || still.any(|still| touches_one(&still.paths, change));
    }
    about
}

/// Who stands behind a finding. Whom it does not list are among those who meet its rule; where nobody
/// can tell who does, the search is cut short.
fn behind(shown: &Shown, toxic: &Toxic, meeting: &Meeting) -> Behind {
    let listed = toxic.affected.iter().chain([&toxic.root_cause]).map(|node| &node.id);
    let is_whole = toxic.affected_total == toxic.affected.len();
    let others = meeting.iter().flat_map(|met| met.iter()).filter(|_| !is_whole);
    let mut behind = shown.engine.behind(listed.clone().chain(others), BEHIND_MAX);
    // No source may know them any more.
    behind.nodes.extend(listed.cloned());
    behind.is_cut |= !is_whole && meeting.is_none();
    behind
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
