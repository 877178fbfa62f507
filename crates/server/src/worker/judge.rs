//! Takes accepted runs into the graph, one by one in order, and brings the findings in line with what
//! the graph shows. One node by lease judges; the others follow it. Killed anywhere it repeats the run
//! it was at, and repeating is harmless: it compares with what is recorded before it asks.

use std::time::Duration;

use countersign_access::engine::Engine;
use countersign_access::fact::{Chunk, Run};
use countersign_access::finding::Finding as Toxic;
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::finding::{self, Known, change, end, open, recur};
use countersign_governance::id::FindingId;
use countersign_governance::{Command, State, Subject};
use countersign_store::reached::{JUDGE, judged_policy, judged_position};
use countersign_store::read::finding::{Item, by_fingerprint, not_ended};
use countersign_store::{Fault, Fence, stage};
use jiff::SignedDuration;
use tokio::sync::watch;

use super::{LOOK_AGAIN, Workers, pause};
use crate::clock::NoChance;
use crate::door::{Asked, NotDone};
use crate::kept;
use crate::text::Text;

/// How long the lease is good without being renewed.
const LEASE_FOR: SignedDuration = SignedDuration::from_secs(60);

/// Commands in one transaction.
const AT_ONCE_MAX: usize = 200;

/// Open findings looked at in one go.
const PAGE: i64 = 500;

/// Runs taken in before the lease is renewed.
const RUNS_AT_ONCE: i64 = 16;

/// Why a run was not judged this time.
#[derive(Debug, thiserror::Error)]
pub enum NotJudged {
    /// The store failed, or the lease is somebody else's.
    #[error("{0}")]
    Store(#[from] Fault),
    /// A finding could not be brought in line.
    #[error("{0}")]
    Act(#[from] NotDone),
    /// No randomness for ids.
    #[error("{0}")]
    Chance(#[from] NoChance),
    /// A stored chunk is missing.
    #[error("run `{0}` is incomplete in the store: restore a backup or read the system again")]
    Torn(String),
    /// The evaluation was cut short.
    #[error("the graph could not be evaluated: {0}")]
    Evaluation(String),
}

/// Judges until told to stop.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    let mut judge = Judge { workers, fence: None, in_line: false };
    loop {
        if let Err(problem) = judge.step().await {
            tracing::warn!(%problem, "what was read was not judged");
            judge.in_line = false;
        }
        let accepted = judge.workers.accepted.clone();
        if pause(&mut stop, accepted.notified(), wait(&judge)).await {
            break;
        }
    }
    judge.hand_over().await;
}

fn wait(judge: &Judge) -> Duration {
    if judge.in_line { LOOK_AGAIN } else { LOOK_AGAIN / 5 }
}

struct Judge {
    workers: Workers,
    fence: Option<Fence>,
    /// Whether the recorded findings are known to be in line with the graph at its position.
    in_line: bool,
}

/// Why a finding that is recorded is not in the graph.
#[derive(Debug, Clone, Copy)]
enum Cause {
    Read,
    Rules,
}

impl Judge {
    async fn step(&mut self) -> Result<(), NotJudged> {
        let store = self.workers.door.store.clone();
        let now = self.workers.door.clock.now();
        let kept = match self.fence.take() {
            Some(fence) if store.renew(&fence, now, LEASE_FOR).await? => Some(fence),
            _ => {
                self.in_line = false;
                store.lease(JUDGE, &self.workers.holder, now, LEASE_FOR).await?
            }
        };
        let judged = judged_position(&store).await?;
        let Some(fence) = kept else {
            return self.follow(judged).await;
        };
        self.fence = Some(fence.clone());
        if !self.in_line {
            self.rebuild(judged).await?;
            self.under_the_rules(&fence).await?;
            self.in_line = true;
        }
        self.take_in(judged, i64::MAX, Some(&fence)).await
    }

    /// Gives the work back, so that another node need not wait for the lease to run out.
    async fn hand_over(&mut self) {
        let Some(fence) = self.fence.take() else { return };
        if let Err(problem) = self.workers.door.store.release(&fence).await {
            tracing::debug!(%problem, "the judge's lease runs out by itself");
        }
    }

    /// Brings the findings in line with rules that came into force since that was last done. With the
    /// same rules there is nothing to do, and nothing may be done: after a crash the findings can be
    /// ahead of the graph, which would then show as back what a later read saw end.
    async fn under_the_rules(&self, fence: &Fence) -> Result<(), NotJudged> {
        let store = &self.workers.door.store;
        let (state, sequence) = kept::look(store, Subject::Policy).await?;
        let State::Policy(Some(policy)) = state else { return Ok(()) };
        let is_ours = policy.digest == self.workers.door.policy.digest;
        if !is_ours || judged_policy(store).await? >= sequence {
            return Ok(());
        }
        self.align(Cause::Rules, fence).await?;
        let fence = fence.clone();
        let noted = store.transact(move |tx| {
            let fence = fence.clone();
            Box::pin(async move { tx.set_judged_policy(&fence, sequence).await })
        });
        Ok(noted.await?)
    }

    /// Builds the graph as it was at a position, so that what comes after is seen run by run.
    async fn rebuild(&self, position: i64) -> Result<(), NotJudged> {
        let mut runs = Vec::new();
        for run in stage::run::visible(&self.workers.door.store, position).await? {
            runs.push(self.load(&run).await?);
        }
        let packs = self.workers.door.policy.packs.clone();
        let engine = off_thread(move || Engine::build(runs, packs)).await?;
        self.workers.door.graph.change(|shown| {
            shown.engine = engine;
            shown.position = position;
        });
        Ok(())
    }

    /// Follows the judge of another node up to where it is.
    async fn follow(&mut self, judged: i64) -> Result<(), NotJudged> {
        let position = self.workers.door.graph.read().position;
        if position == 0 && judged > 0 {
            // What is visible now says all; the reads before it need not be taken in one by one.
            return self.rebuild(judged).await;
        }
        self.take_in(position, judged, None).await
    }

    /// Takes in the runs after a position, one by one; with a fence, judges each.
    async fn take_in(
        &mut self,
        mut position: i64,
        to: i64,
        fence: Option<&Fence>,
    ) -> Result<(), NotJudged> {
        let store = self.workers.door.store.clone();
        let runs = stage::run::accepted_after(&store, position, RUNS_AT_ONCE).await?;
        for run in runs {
            position = run.position.unwrap_or(position);
            if position > to {
                break;
            }
            let facts = self.load(&run).await?;
            let graph = self.workers.door.graph.clone();
            off_thread(move || {
                graph.change(|shown| {
                    shown.engine.apply(facts);
                    shown.position = position;
                });
            })
            .await?;
            if let Some(fence) = fence {
                self.in_line = false;
                self.align(Cause::Read, fence).await?;
                self.note(fence, position).await?;
                self.in_line = true;
            }
        }
        Ok(())
    }

    async fn note(&self, fence: &Fence, position: i64) -> Result<(), NotJudged> {
        let fence = fence.clone();
        let noted = self.workers.door.store.transact(move |tx| {
            let fence = fence.clone();
            Box::pin(async move { tx.set_judged_position(&fence, position).await })
        });
        Ok(noted.await?)
    }

    async fn load(&self, run: &stage::run::Run) -> Result<Run, NotJudged> {
        let mut facts = Chunk::default();
        for n in 0..stage::CHUNKS_MAX {
            let Some(chunk) = stage::chunk(&self.workers.door.store, &run.id, n).await? else {
                break;
            };
            facts.nodes.extend(chunk.nodes);
            facts.edges.extend(chunk.edges);
        }
        let (source, read_at) = (run.source.clone(), run.read_at);
        let unreadable = run.unreadable.clone();
        if !run.complete && unreadable.is_empty() {
            return Err(NotJudged::Torn(run.id.clone()));
        }
        Ok(Run { source, read_at, unreadable, facts })
    }

    /// Brings the recorded findings in line with the graph.
    async fn align(&self, cause: Cause, fence: &Fence) -> Result<(), NotJudged> {
        let shown: Vec<Toxic> = {
            let shown = self.workers.door.graph.read();
            shown.engine.findings().values().cloned().collect()
        };
        let mut asked = Vec::new();
        for toxic in &shown {
            asked.extend(self.seen(toxic).await?);
            self.flush(&mut asked, AT_ONCE_MAX, fence).await?;
        }
        let mut after = 0;
        loop {
            let page = not_ended(&self.workers.door.store, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.row.number;
            for item in &page {
                asked.extend(self.missing(item, cause).await?);
                self.flush(&mut asked, AT_ONCE_MAX, fence).await?;
            }
        }
        self.flush(&mut asked, 1, fence).await
    }

    async fn flush(
        &self,
        asked: &mut Vec<Asked>,
        at_least: usize,
        fence: &Fence,
    ) -> Result<(), NotJudged> {
        if asked.len() >= at_least {
            self.workers.door.act_many(std::mem::take(asked), fence).await?;
        }
        Ok(())
    }

    /// What to say of a finding that the graph shows.
    async fn seen(&self, toxic: &Toxic) -> Result<Option<Asked>, NotJudged> {
        let door = &self.workers.door;
        let found = by_fingerprint(&door.store, &toxic.fingerprint.0).await?;
        let Some(item) = found else {
            let id = FindingId(door.chance.id(door.clock.now())?);
            let (known, text) = self.known(toxic)?;
            return Ok(Some(judged(id, finding::Command::Open(open::Open { known }), vec![text])));
        };
        let Some((id, finding)) = recorded(&item)? else { return Ok(None) };
        if finding.is_ended() {
            let (known, text) = self.known(toxic)?;
            let recur = finding::Command::Recur(recur::Recur { known });
            return Ok(Some(judged(id, recur, vec![text])));
        }
        let before = kept::read_words(&door.store, &finding.known.detail).await?;
        if before
            .is_some_and(|before| serde_json::from_str(&before).is_ok_and(|it: Toxic| it == *toxic))
        {
            return Ok(None);
        }
        let (known, text) = self.known(toxic)?;
        let change = finding::Command::Change(change::Change { known });
        Ok(Some(judged(id, change, vec![text])))
    }

    fn known(&self, toxic: &Toxic) -> Result<(Known, Text), NotJudged> {
        let door = &self.workers.door;
        let text = Text::json(&door.chance, toxic)?;
        let known = Known {
            fingerprint: toxic.fingerprint.clone(),
            rule: toxic.rule.clone(),
            class: toxic.class,
            severity: toxic.severity,
            certainty: toxic.certainty,
            affected_total: u64::try_from(toxic.affected_total).unwrap_or(u64::MAX),
            detail: text.digest().clone(),
            policy: door.policy.digest.clone(),
        };
        Ok((known, text))
    }

    /// What to say of a recorded finding that the graph may not show any more.
    async fn missing(&self, item: &Item, cause: Cause) -> Result<Option<Asked>, NotJudged> {
        let door = &self.workers.door;
        let Some((id, finding)) = recorded(item)? else { return Ok(None) };
        let words = kept::read_words(&door.store, &finding.known.detail).await?;
        let Some(toxic) = words.and_then(|words| serde_json::from_str::<Toxic>(&words).ok()) else {
            return Ok(None);
        };
        let end = {
            let shown = door.graph.read();
            let fingerprint = &finding.known.fingerprint;
            let withheld = shown.engine.withheld().any(|it| it.fingerprint == *fingerprint);
            // What a limit cut off may well be there.
            let cut_off = shown.is_cut_off(&toxic.rule);
            if withheld || cut_off || shown.engine.findings().contains_key(fingerprint) {
                return Ok(None);
            }
            let sources = toxic.paths.iter().flatten().map(|step| &step.because.source);
            match (cause, shown.as_of(sources)) {
                (Cause::Rules, _) if finding.known.policy == door.policy.digest => return Ok(None),
                (Cause::Rules, _) => None,
                (Cause::Read, Some((read_at, complete))) => {
                    let still = !shown.still(&toxic).is_empty();
                    Some(end::End::NotSeen { read_at, complete, still })
                }
                (Cause::Read, None) => return Ok(None),
            }
        };
        let end = match end {
            Some(end::End::NotSeen { complete: false, .. }) => return Ok(None),
            Some(end) => end,
            None => self.rules_changed().await?,
        };
        Ok(Some(judged(id, finding::Command::End(end), Vec::new())))
    }

    async fn rules_changed(&self) -> Result<end::End, NotJudged> {
        let door = &self.workers.door;
        let (state, _) = kept::look(&door.store, Subject::Policy).await?;
        let signed_by = match state {
            State::Policy(Some(policy)) => policy.signed.map(|signed| signed.person()),
            State::Policy(None)
            | State::Finding(_)
            | State::Person(_)
            | State::Process(_)
            | State::Exception(_)
            | State::System(_) => None,
        };
        Ok(end::End::RuleChanged { policy: door.policy.digest.clone(), signed_by })
    }
}

fn judged(id: FindingId, command: finding::Command, texts: Vec<Text>) -> Asked {
    let actor = Actor::Machine(Machine::Judge);
    Asked::new(actor, Command::Finding(id, command)).with_texts(texts)
}

/// The finding that a row holds, with its id.
fn recorded(item: &Item) -> Result<Option<(FindingId, Box<finding::Finding>)>, NotJudged> {
    let state = kept::parse(&item.state)?;
    Ok(match state {
        State::Finding(Some(finding)) => Some((finding.id, finding)),
        State::Finding(None)
        | State::Person(_)
        | State::Process(_)
        | State::Exception(_)
        | State::System(_)
        | State::Policy(_) => None,
    })
}

/// Runs an evaluation where it keeps nobody else from answering.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, NotJudged> {
    tokio::task::spawn_blocking(work).await.map_err(|why| NotJudged::Evaluation(why.to_string()))
}
