//! Brings the recorded findings in line with one graph: opens and changes what it shows, and ends what
//! it does not show, where that follows from complete reads or from other rules (law 8). Looks at one
//! graph throughout; does not take runs in.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_access::engine::{Delta, Engine, Moved};
use countersign_access::finding::{Finding as Toxic, Fingerprint};
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::finding::{self, Known, change, end, open, recur};
use countersign_governance::id::FindingId;
use countersign_governance::{Command, State, Subject};
use countersign_store::read::finding::{Item, by_fingerprint, not_ended};
use countersign_store::{Fence, Store};
use jiff::Timestamp;

use super::not_judged::NotJudged;
use crate::door::{Asked, Door};
use crate::graph::{NOT_KEPT, Shown, aside};
use crate::kept;
use crate::text::Text;

/// Commands in one transaction.
const AT_ONCE_MAX: usize = 200;

/// Open findings looked at in one go.
const PAGE: i64 = 500;

/// Why a finding that is recorded is not in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// Something was read.
    Read,
    /// Other rules came into force.
    Rules,
}

/// The recorded findings that have not ended and that these do not show, as the engine described
/// them.
pub(super) async fn not_shown(
    store: &Store,
    is_shown: impl Fn(&Fingerprint) -> bool,
) -> Result<Vec<Toxic>, NotJudged> {
    let (mut lost, mut after) = (Vec::new(), 0);
    loop {
        let page = not_ended(store, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(lost) };
        after = last.row.number;
        for item in page.iter().filter(|it| !is_shown(&Fingerprint(it.row.fingerprint.clone()))) {
            let Some((_, finding)) = recorded(item)? else { continue };
            lost.extend(described(store, &finding).await?);
        }
    }
}

/// The findings on the one hand, the graph on the other.
pub(super) struct Align<'a> {
    door: &'a Door,
    fence: &'a Fence,
    cause: Cause,
    shown: Arc<Shown>,
    moves: Moves,
    asked: Vec<Asked>,
}

/// Findings as they were on the graph before, with who has joined and left each since.
pub(super) type Moves = BTreeMap<Fingerprint, (Arc<Toxic>, Moved)>;

/// What the graph that is shown next says of who joined and who left the findings of the one before.
pub(super) fn moves(before: &Engine, delta: Delta) -> Moves {
    let moved = delta.changed.into_iter().filter_map(|it| {
        let fingerprint = it.finding.fingerprint;
        let before = Arc::clone(before.findings().get(&fingerprint)?);
        Some((fingerprint, (before, it.moved)))
    });
    moved.collect()
}

/// A recorded finding that the graph does not show.
struct Lost {
    id: FindingId,
    policy: String,
    toxic: Toxic,
}

/// What a graph that was wholly read says about it.
struct Verdict {
    read_at: Timestamp,
    still: bool,
}

impl<'a> Align<'a> {
    /// With the graph as it is now, and who moved since the one before, where that is known.
    pub(super) fn new(door: &'a Door, cause: Cause, moves: Moves, fence: &'a Fence) -> Self {
        Self { door, fence, cause, shown: door.graph.read(), moves, asked: Vec::new() }
    }

    /// Says all that there is to say.
    pub(super) async fn run(mut self) -> Result<(), NotJudged> {
        let shown = Arc::clone(&self.shown);
        for toxic in shown.engine.findings().values() {
            let seen = self.seen(toxic).await?;
            self.say(seen).await?;
        }
        let mut after = 0;
        loop {
            let page = not_ended(&self.door.store, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.row.number;
            for ended in self.missing(&page).await? {
                self.say(Some(ended)).await?;
            }
        }
        self.flush().await
    }

    async fn say(&mut self, asked: Option<Asked>) -> Result<(), NotJudged> {
        self.asked.extend(asked);
        if self.asked.len() < AT_ONCE_MAX { Ok(()) } else { self.flush().await }
    }

    async fn flush(&mut self) -> Result<(), NotJudged> {
        let asked = std::mem::take(&mut self.asked);
        if asked.is_empty() {
            return Ok(());
        }
        Ok(self.door.act_many(asked, self.fence).await?)
    }

    /// What to say of a finding that the graph shows.
    async fn seen(&self, toxic: &Toxic) -> Result<Option<Asked>, NotJudged> {
        let door = self.door;
        let found = by_fingerprint(&door.store, &toxic.fingerprint.0).await?;
        let Some(item) = found else {
            let id = FindingId(door.chance.id(door.clock.now())?);
            let (known, text) = self.known(toxic)?;
            return Ok(Some(judged_of(
                id,
                finding::Command::Open(open::Open { known }),
                vec![text],
            )));
        };
        let Some((id, finding)) = recorded(&item)? else { return Ok(None) };
        if finding.is_ended() {
            let (known, text) = self.known(toxic)?;
            let recur = finding::Command::Recur(recur::Recur { known });
            return Ok(Some(judged_of(id, recur, vec![text])));
        }
        let before = described(&door.store, &finding).await?;
        if before.as_ref() == Some(toxic) {
            return Ok(None);
        }
        let (known, text) = self.known(toxic)?;
        let mut texts = vec![text];
        let moved = before.map(|before| self.moved(&before, toxic)).filter(|it| !it.is_nobody());
        let moved = moved.map(|moved| said_of(door, &moved, &mut texts)).transpose()?;
        let change = finding::Command::Change(change::Change { known, moved });
        Ok(Some(judged_of(id, change, texts)))
    }

    /// Who joined and who left since a finding was recorded: exact where it was recorded as the graph
    /// before showed it, else as far as the two descriptions tell.
    fn moved(&self, before: &Toxic, now: &Toxic) -> Moved {
        match self.moves.get(&now.fingerprint) {
            Some((shown, moved)) if **shown == *before => moved.clone(),
            Some(_) | None => Moved::as_listed(before, now),
        }
    }

    fn known(&self, toxic: &Toxic) -> Result<(Known, Text), NotJudged> {
        let door = self.door;
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

    /// What to say of those recorded findings that the graph may not show any more.
    async fn missing(&self, page: &[Item]) -> Result<Vec<Asked>, NotJudged> {
        let mut lost = Vec::new();
        for item in page {
            lost.extend(self.lost(item).await?);
        }
        if lost.is_empty() {
            return Ok(Vec::new());
        }
        let shown = Arc::clone(&self.shown);
        let judging = aside(move || {
            let verdicts = verdicts(&shown, &lost);
            lost.into_iter().zip(verdicts).collect()
        });
        let judged: Vec<(Lost, Option<Verdict>)> = judging.await?;
        let mut ended = Vec::new();
        for (lost, verdict) in judged {
            let end = self.end(&lost, verdict).await?;
            let command = |end| judged_of(lost.id, finding::Command::End(end), Vec::new());
            ended.extend(end.map(command));
        }
        Ok(ended)
    }

    /// A finding that the graph does not show, although nothing keeps it from showing it.
    async fn lost(&self, item: &Item) -> Result<Option<Lost>, NotJudged> {
        let engine = &self.shown.engine;
        let fingerprint = Fingerprint(item.row.fingerprint.clone());
        if engine.findings().contains_key(&fingerprint) {
            return Ok(None);
        }
        // What a limit cut off may well be there, and so may what was kept back from an incomplete
        // read. Of a rule that is gone neither says anything.
        let is_kept = engine.is_withheld(&fingerprint) || self.shown.is_cut_off(&item.row.rule);
        if is_kept && engine.has_rule(&item.row.rule) {
            return Ok(None);
        }
        let Some((id, finding)) = recorded(item)? else { return Ok(None) };
        let Some(toxic) = described(&self.door.store, &finding).await? else { return Ok(None) };
        Ok(Some(Lost { id, policy: finding.known.policy, toxic }))
    }

    async fn end(
        &self,
        lost: &Lost,
        verdict: Option<Verdict>,
    ) -> Result<Option<end::End>, NotJudged> {
        // What a review did not keep is under no rule of a pack: no change of rules ends it, and it goes on
        // as long as anybody whom it affects has the access on whatever path.
        if lost.toxic.rule == NOT_KEPT {
            let gone = verdict.filter(|verdict| !verdict.still);
            return Ok(gone.map(|Verdict { read_at, still }| end::End::NotSeen {
                read_at,
                complete: true,
                still,
            }));
        }
        if self.cause == Cause::Read && self.shown.engine.has_rule(&lost.toxic.rule) {
            let not_seen =
                |Verdict { read_at, still }| end::End::NotSeen { read_at, complete: true, still };
            return Ok(verdict.map(not_seen));
        }
        if lost.policy == self.door.policy.digest {
            return Ok(None);
        }
        self.rules_changed().await.map(Some)
    }

    async fn rules_changed(&self) -> Result<end::End, NotJudged> {
        let door = self.door;
        let (state, _) = kept::look(&door.store, Subject::Policy).await?;
        let signed_by = match state {
            State::Policy(Some(policy)) => policy.signed.person(),
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
        Ok(end::End::RuleChanged { policy: door.policy.digest.clone(), signed_by })
    }
}

/// In order, what the graph says of each finding about which all was read.
fn verdicts(shown: &Shown, lost: &[Lost]) -> Vec<Option<Verdict>> {
    let toxic: Vec<&Toxic> = lost.iter().map(|it| &it.toxic).collect();
    let whole = shown.wholly_read(&toxic);
    let verdict = |toxic: &Toxic| {
        let sources = toxic.paths.iter().flatten().map(|step| &step.because.source);
        let (read_at, _) = shown.as_of(sources).filter(|_| whole.contains(&toxic.fingerprint))?;
        Some(Verdict { read_at, still: shown.is_still_had(toxic) })
    };
    toxic.into_iter().map(verdict).collect()
}

/// The finding as the engine described it; none when that was erased.
async fn described(store: &Store, finding: &finding::Finding) -> Result<Option<Toxic>, NotJudged> {
    let words = kept::read_words(store, &finding.known.detail).await?;
    Ok(words.and_then(|words| serde_json::from_str(&words).ok()))
}

/// Who joined and who left, as an event says it; the names stand in a text beside it.
fn said_of(door: &Door, moved: &Moved, texts: &mut Vec<Text>) -> Result<change::Moved, NotJudged> {
    let text = Text::json(&door.chance, moved)?;
    let names = text.digest().clone();
    texts.push(text);
    let count = |total: usize| u64::try_from(total).unwrap_or(u64::MAX);
    Ok(change::Moved {
        joined_total: count(moved.joined_total),
        left_total: count(moved.left_total),
        totals_exact: moved.totals_exact,
        names,
    })
}

fn judged_of(id: FindingId, command: finding::Command, texts: Vec<Text>) -> Asked {
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
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => None,
    })
}
