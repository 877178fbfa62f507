//! Takes accepted runs into the graph, one by one in order, and brings the findings in line with what
//! the graph shows. One node by lease judges, by the rules in force; the others follow it. Killed
//! anywhere it repeats the run it was at, and repeating is harmless: it compares with what is recorded
//! before it asks.

mod align;
mod load;
mod not_judged;
mod said;

use std::sync::Arc;
use std::time::Duration;

use countersign_access::engine::{Engine, Stage, Watch};
use countersign_access::fact::Run;
use countersign_access::rule::Pack;
use countersign_governance::policy::Policy;
use countersign_governance::{State, Subject};
use countersign_policy::folder::Folder;
use countersign_store::event::last_named;
use countersign_store::reached::{JUDGE, judged_policy, judged_position};
use countersign_store::stage::facts::{self, Progress, whole};
use countersign_store::{Fence, stage};
use jiff::SignedDuration;
use tokio::sync::watch;

use self::align::{Align, Cause, Moves, moves, not_shown};
use self::load::usable;
pub use self::not_judged::NotJudged;
use self::said::Said;
use super::{LOOK_AGAIN, Workers, pause};
use crate::adoption;
use crate::door::NotDone;
use crate::graph::{Building, Loading, NOT_KEPT, aside};
use crate::kept;
use crate::live::Behind;
use crate::oversight::rules_in_force;

/// How long the lease is good without being renewed.
const LEASE_FOR: SignedDuration = SignedDuration::from_secs(60);

/// Runs taken in before the lease is renewed.
const RUNS_AT_ONCE: i64 = 16;

fn unless_stopped(stop: &watch::Receiver<bool>) -> Result<(), NotJudged> {
    if *stop.borrow() { Err(NotJudged::ToldToStop) } else { Ok(()) }
}

/// Builds and judges the graph unless told to stop, and says how far it is.
fn build(
    runs: Vec<Run>,
    packs: Vec<Pack>,
    loading: &Loading,
    stop: &watch::Receiver<bool>,
) -> Result<Engine, NotJudged> {
    let go_on = || unless_stopped(stop);
    let progress = |stage, done, all| {
        loading.building(Building { is_judging: stage == Stage::Judging, done, all });
    };
    Engine::build_within(runs, packs, Watch { go_on: &go_on, progress: &progress })
}

/// Judges until told to stop.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    let said = Said::default();
    let told = stop.clone();
    let mut judge = Judge {
        workers,
        stop: told,
        fence: None,
        in_line: false,
        is_fresh: false,
        stands_aside: None,
        said,
    };
    loop {
        match judge.step().await {
            Ok(()) => {
                judge.said.well();
                judge.workers.door.graph.loading().there();
            }
            Err(NotJudged::ToldToStop) => break,
            Err(problem) => {
                judge.said.problem(&problem);
                judge.workers.door.graph.loading().failed();
                judge.in_line = false;
            }
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
    stop: watch::Receiver<bool>,
    fence: Option<Fence>,
    /// Whether the recorded findings are known to be in line with the graph at its position.
    in_line: bool,
    /// Whether the graph was just built by the rules that were taken up.
    is_fresh: bool,
    /// The policy in force that this node could not take up, so that it only follows.
    stands_aside: Option<String>,
    said: Said,
}

impl Judge {
    async fn step(&mut self) -> Result<(), NotJudged> {
        let store = self.workers.door.store.clone();
        if !self.has_rules_in_force().await? {
            self.hand_over().await;
            return self.follow(judged_position(&store).await?).await;
        }
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
            self.is_fresh = false;
            return self.follow(judged).await;
        };
        self.fence = Some(fence.clone());
        if !self.in_line {
            let is_fresh = std::mem::take(&mut self.is_fresh);
            if !is_fresh || self.workers.door.graph.read().position != judged {
                self.rebuild(judged, &self.workers.door.policy.clone()).await?;
            }
            self.under_the_rules(&fence).await?;
            self.in_line = true;
        }
        self.take_in(judged, i64::MAX, Some(&fence)).await
    }

    /// Whether this node has the policy that is in force. Another came into force while it ran when it
    /// has not: it takes that one up whole, or judges no more and says so once.
    async fn has_rules_in_force(&mut self) -> Result<bool, NotJudged> {
        let door = &self.workers.door;
        let state = kept::look(&door.store, Subject::Policy).await?.0;
        let other = match state {
            State::Policy(Some(policy)) => {
                Some(policy).filter(|it| it.digest != door.policy.digest)
            }
            State::Policy(None)
            | State::Finding(_)
            | State::Person(_)
            | State::Process(_)
            | State::Exception(_)
            | State::System(_)
            | State::Accountability(_)
            | State::Gap(_)
            | State::Review(_)
            | State::Item(_) => None,
        };
        let Some(Policy { digest: in_force, files, .. }) = other else {
            if self.stands_aside.take().is_some() {
                door.live.set_behind(None);
            }
            return Ok(true);
        };
        if self.stands_aside.as_ref() == Some(&in_force) {
            return Ok(false);
        }
        match adoption::read(&door.store, &in_force, files.as_ref()).await? {
            Ok(folder) => {
                self.take_up(folder).await?;
                Ok(true)
            }
            Err(why) => {
                let ours = &door.policy.digest;
                tracing::warn!(
                    %in_force,
                    %ours,
                    %why,
                    "another policy is in force than the one of this server, which could not take it up \
                     and only follows from now on: start it with the policy in force"
                );
                let why = why.to_string();
                door.live.set_behind(Some(Behind { in_force: in_force.clone(), why }));
                self.stands_aside = Some(in_force);
                Ok(false)
            }
        }
    }

    /// Goes by another policy from now on. The graph is judged by its rules before anything is decided by
    /// it: until then what rests on rules is refused, as on every node that has not taken it up yet.
    async fn take_up(&mut self, folder: Folder) -> Result<(), NotJudged> {
        let (folder, store) = (Arc::new(folder), self.workers.door.store.clone());
        self.hand_over().await;
        self.rebuild(judged_position(&store).await?, &folder).await?;
        self.workers.door.live.put(Arc::clone(&folder));
        self.workers.door = self.workers.door.now();
        (self.is_fresh, self.stands_aside) = (true, None);
        tracing::info!(policy = %folder.digest, version = %folder.version, "took up the policy in force");
        Ok(())
    }

    /// Gives the work back, so that another node need not wait for the lease to run out.
    async fn hand_over(&mut self) {
        self.in_line = false;
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
        let State::Policy(Some(policy)) = kept::look(store, Subject::Policy).await?.0 else {
            return Ok(());
        };
        // What was proposed or refused since then changed no rule.
        let sequence = last_named(store, &Subject::Policy.to_string(), "policy.adopted.").await?;
        let is_ours = policy.digest == self.workers.door.policy.digest;
        if !is_ours || judged_policy(store).await? >= sequence {
            return Ok(());
        }
        let moves = Moves::default();
        Align::new(&self.workers.door, Cause::Rules, moves, fence).run().await?;
        let fence = fence.clone();
        let noted = store.transact(move |tx| {
            let fence = fence.clone();
            Box::pin(async move { tx.set_judged_policy(&fence, sequence).await })
        });
        Ok(noted.await?)
    }

    /// Builds the graph as it was at a position, so that what comes after is seen run by run. What is
    /// recorded and not shown by it was kept back from an incomplete read, and goes on being so.
    async fn rebuild(&mut self, position: i64, by: &Folder) -> Result<(), NotJudged> {
        let store = self.workers.door.store.clone();
        let visible = stage::run::visible(&store, position).await?;
        let loading = self.workers.door.graph.loading().clone();
        let progress = Progress::of(&visible);
        loading.reading(progress.clone());
        let read = facts::all(&store, &visible, &progress);
        let read = self.unless_told(loading.telling(read)).await??;
        let mut runs = Vec::with_capacity(visible.len());
        for (run, read) in visible.iter().zip(read) {
            runs.push(usable(&store, run, read, &mut self.said).await?);
        }
        let packs = by.rules.packs.clone();
        let (told, stop) = (loading.clone(), self.stop.clone());
        let building = aside(move || build(runs, packs, &told, &stop));
        let mut engine = loading.telling(building).await??;
        if engine.rests_on().iter().any(|source| !source.complete) {
            let findings = engine.findings();
            for finding in not_shown(&store, |it| findings.contains_key(it)).await? {
                // Whether somebody still has what a review did not keep is asked of the graph each time.
                if finding.rule != NOT_KEPT {
                    engine.withhold(finding);
                }
            }
        }
        self.workers.door.graph.put(engine, position);
        Ok(())
    }

    /// Goes on unless told to stop. Nothing of what is loaded is seen before it is whole, so that it may
    /// be left at any point.
    async fn unless_told<T>(&self, work: impl Future<Output = T>) -> Result<T, NotJudged> {
        let mut stop = self.stop.clone();
        tokio::select! {
            // A sender that is gone means stop as well.
            _ = stop.wait_for(|stop| *stop) => Err(NotJudged::ToldToStop),
            done = work => Ok(done),
        }
    }

    /// Follows the judge of another node up to where it is.
    async fn follow(&mut self, judged: i64) -> Result<(), NotJudged> {
        let position = self.workers.door.graph.read().position;
        if position == 0 && judged > 0 {
            // What is visible now says all; the reads before it need not be taken in one by one.
            return self.rebuild(judged, &self.workers.door.policy.clone()).await;
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
            let facts = self.unless_told(whole(&store, &run)).await?;
            let facts = usable(&store, &run, facts, &mut self.said).await?;
            let (graph, stop) = (self.workers.door.graph.clone(), self.stop.clone());
            let next = aside(move || {
                let before = graph.read();
                let go_on = || unless_stopped(&stop);
                let watch = Watch { go_on: &go_on, progress: &|_, _, _| {} };
                let (engine, delta) = before.engine.after_within(facts, watch)?;
                graph.put(engine, position);
                Ok::<_, NotJudged>(moves(&before.engine, delta))
            });
            let moves = next.await??;
            if let Some(fence) = fence {
                self.in_line = false;
                Align::new(&self.workers.door, Cause::Read, moves, fence).run().await?;
                self.note(fence, position).await?;
                self.in_line = true;
            }
        }
        Ok(())
    }

    async fn note(&self, fence: &Fence, position: i64) -> Result<(), NotJudged> {
        let (door, fence) = (self.workers.door.clone(), fence.clone());
        let noted = self.workers.door.store.transact(move |tx| {
            let (door, fence) = (door.clone(), fence.clone());
            Box::pin(async move {
                if !rules_in_force(&door, tx).await? {
                    return Err(NotDone::OtherRules);
                }
                Ok(tx.set_judged_position(&fence, position).await?)
            })
        });
        Ok(noted.await?)
    }
}
