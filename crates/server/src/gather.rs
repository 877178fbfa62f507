//! The facts of one decision: who acts and in which seats, what policy says, who has part in the
//! access, what the graph shows and as of when. Gathers only what the command needs.

use std::collections::BTreeSet;

use countersign_access::change::Change;
use countersign_access::fact::SourceId;
use countersign_access::finding::{Finding as Toxic, Step};
use countersign_access::node::NodeId;
use countersign_governance::actor::Actor;
use countersign_governance::authority::Authority;
use countersign_governance::exception;
use countersign_governance::facts::{Erased, Facts, Reach};
use countersign_governance::finding::{self, Finding};
use countersign_governance::id::PersonId;
use countersign_governance::person::Person;
use countersign_governance::{Command, State, Subject};
use countersign_policy::{authority, tier};
use countersign_store::reached::judged_position;
use countersign_store::{Tx, state};
use jiff::Timestamp;

use crate::about;
use crate::door::{Asked, Door, Hands, NotDone};
use crate::kept;
use crate::text::Text;

/// Facts, and the texts to which they refer.
pub(crate) struct Gathered {
    pub(crate) facts: Facts,
    pub(crate) texts: Vec<Text>,
}

/// Gathers the facts for one command on one state.
pub(crate) async fn gather(
    door: &Door,
    tx: &mut Tx,
    state: &State,
    asked: &Asked,
    now: Timestamp,
) -> Result<Gathered, NotDone> {
    let acting = match asked.actor {
        Actor::Person(id) => person(tx, id).await?,
        Actor::Machine(_) => None,
    };
    let named = match asked.command.named() {
        Some(id) => person(tx, id).await?,
        None => None,
    };
    let mut facts = Facts {
        now,
        actor: asked.actor,
        authority: authority_of(acting.as_ref(), &asked.command),
        person: acting,
        named,
        others: others(tx, &asked.command).await?,
        holders: BTreeSet::new(),
        erased: Erased::default(),
        by_hand: false,
        due_days: 0,
        on_path: false,
        reach: None,
        about: None,
    };
    let mut texts = Vec::new();
    if let Command::Exception(_, command) = &asked.command {
        about_exception(door, tx, (state, command), (&mut facts, &mut texts, asked)).await?;
    }
    if let (State::Finding(Some(finding)), Command::Finding(_, command)) = (state, &asked.command) {
        let detail = kept::detail(tx, &asked.texts, &finding.known.detail).await?;
        about_finding(door, tx, (finding, detail), command, (&mut facts, &mut texts, asked))
            .await?;
    }
    Ok(Gathered { facts, texts })
}

type Into<'a> = (&'a mut Facts, &'a mut Vec<Text>, &'a Asked);

async fn about_finding(
    door: &Door,
    tx: &mut Tx,
    (finding, detail): (&Finding, Option<Toxic>),
    command: &finding::Command,
    (facts, texts, asked): Into<'_>,
) -> Result<(), NotDone> {
    facts.due_days = tier::due_days(finding.known.severity);
    if matches!(asked.actor, Actor::Person(_)) {
        must_have_a_graph(door, tx).await?;
        match &detail {
            Some(detail) => {
                (facts.holders, facts.erased.people) = holders(door, tx, detail).await?;
            }
            // Whom it affects is not known, which is not nobody.
            None => facts.erased.affected = true,
        }
    }
    match command {
        finding::Command::Choose(choose) => {
            let change = kept::written(tx, &asked.texts, &choose.change).await?;
            facts.on_path = match (&detail, change) {
                (Some(detail), Some(change)) => {
                    on_a_path(door, detail, &(change, SourceId::new(&choose.system)))
                }
                _ => false,
            };
        }
        finding::Command::Verify(_) => {
            if let (Some(detail), Some(ordered)) = (&detail, finding.order()) {
                let system = SourceId::new(&ordered.chosen.system);
                let (reach, still) = reach(door, detail, &system)?;
                facts.reach = reach;
                texts.extend(still);
            }
        }
        finding::Command::WithdrawOrder(_) => {
            let system = finding.order().map(|ordered| SourceId::new(&ordered.chosen.system));
            let hands = system.and_then(|system| door.systems.get(&system).copied());
            facts.by_hand = hands == Some(Hands::ByHand);
        }
        finding::Command::Open(_)
        | finding::Command::Change(_)
        | finding::Command::Recur(_)
        | finding::Command::End(_)
        | finding::Command::Assign(_)
        | finding::Command::Order(_)
        | finding::Command::Fulfil(_)
        | finding::Command::Fail(_)
        | finding::Command::Dispute(_)
        | finding::Command::Settle(_) => {}
    }
    Ok(())
}

/// What an exception rests on: its finding, and who has part in the access, now and when it was
/// frozen.
async fn about_exception(
    door: &Door,
    tx: &mut Tx,
    (state, command): (&State, &exception::Command),
    (facts, texts, asked): Into<'_>,
) -> Result<(), NotDone> {
    let state = match state {
        State::Exception(state) => state.as_deref(),
        State::Finding(_)
        | State::Person(_)
        | State::Process(_)
        | State::System(_)
        | State::Policy(_) => None,
    };
    let wanted = about::Wanted { state, command };
    let Some(id) = wanted.finding() else { return Ok(()) };
    let Some((finding, detail)) = about::finding(tx, id).await? else { return Ok(()) };
    if matches!(asked.actor, Actor::Person(_)) {
        must_have_a_graph(door, tx).await?;
        // Whoever had part in it when it was frozen has part in it still.
        let before = state.filter(|it| it.pin.detail != finding.known.detail);
        let before = match before {
            Some(exception) => Some(kept::detail(tx, &[], &exception.pin.detail).await?),
            None => None,
        };
        for detail in std::iter::once(&detail).chain(before.as_ref()) {
            match detail {
                Some(detail) => {
                    let (holders, erased) = holders(door, tx, detail).await?;
                    facts.holders.extend(holders);
                    facts.erased.people.extend(erased);
                }
                None => facts.erased.affected = true,
            }
        }
    }
    let (about, text) = about::about(door, tx, &wanted, (&finding, detail.as_ref())).await?;
    facts.about = Some(about);
    texts.extend(text);
    Ok(())
}

async fn others(tx: &mut Tx, command: &Command) -> Result<Vec<Person>, NotDone> {
    let mut others = Vec::new();
    for id in command.others().into_iter().collect::<BTreeSet<_>>() {
        others.extend(person(tx, id).await?);
    }
    Ok(others)
}

/// Who has part in an access shows in the graph alone. Right after a start it is not there yet, and
/// nobody may pass for uninvolved because of that.
async fn must_have_a_graph(door: &Door, tx: &mut Tx) -> Result<(), NotDone> {
    let position = door.graph.read().position;
    if position == 0 && judged_position(tx).await? > 0 {
        return Err(NotDone::NoGraph);
    }
    Ok(())
}

async fn person(tx: &mut Tx, id: PersonId) -> Result<Option<Person>, NotDone> {
    match kept::load(tx, Subject::Person(id)).await?.state {
        State::Person(person) => Ok(person),
        State::Finding(_)
        | State::Exception(_)
        | State::Process(_)
        | State::System(_)
        | State::Policy(_) => Ok(None),
    }
}

fn authority_of(acting: Option<&Person>, command: &Command) -> Authority {
    match (acting, command.verb()) {
        (Some(person), Some(verb)) => authority::judge(person, verb),
        (_, None) => Authority::everything(),
        (None, Some(_)) => Authority { permitted: false, ..Authority::everything() },
    }
}

/// Everybody one of whose identities has the combination that the finding is about, and everybody
/// whose identities were erased.
async fn holders(
    door: &Door,
    tx: &mut Tx,
    detail: &Toxic,
) -> Result<(BTreeSet<PersonId>, BTreeSet<PersonId>), NotDone> {
    let (mut holders, mut erased) = (BTreeSet::new(), BTreeSet::new());
    let mut after = String::new();
    loop {
        let rows = state::all(&mut *tx, "person", &after).await?;
        let Some(last) = rows.last() else { return Ok((holders, erased)) };
        last.subject.clone_into(&mut after);
        for row in rows {
            let State::Person(Some(person)) = kept::parse(&row.state)? else { continue };
            let identities = &person.appointment().identities;
            let Some(ids) = kept::written::<Vec<NodeId>>(tx, &[], identities).await? else {
                erased.insert(person.id());
                continue;
            };
            let shown = door.graph.read();
            let has = ids.iter().any(|id| {
                detail.root_cause.id == *id
                    || detail.affected.iter().any(|node| node.id == *id)
                    || shown.path_of(&detail.rule, id).is_some()
            });
            if has {
                holders.insert(person.id());
            }
        }
    }
}

/// Whether a change in a system takes away something that this system says and that one of the
/// finding's own paths goes through, or one
/// by which somebody whom it affects still has the combination.
fn on_a_path(door: &Door, detail: &Toxic, change: &(Change, SourceId)) -> bool {
    if touches(&detail.paths, change) {
        return true;
    }
    let shown = door.graph.read();
    detail.affected.iter().any(|node| {
        let still = shown.engine.still(&detail.rule, &node.id).ok().flatten();
        still.is_some_and(|still| touches(&still.paths, change))
    })
}

fn touches(paths: &[Vec<Step>], (change, system): &(Change, SourceId)) -> bool {
    paths.iter().any(|path| match change {
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
    })
}

/// What the graph shows about a finding after a change of this system.
fn reach(
    door: &Door,
    detail: &Toxic,
    system: &SourceId,
) -> Result<(Option<Reach>, Option<Text>), NotDone> {
    let steps = detail.paths.iter().flatten();
    let sources: BTreeSet<_> = steps.map(|step| step.because.source.clone()).collect();
    let shown = door.graph.read();
    let Some((read_at, _)) = shown.as_of([system]) else { return Ok((None, None)) };
    // A rule that this node does not have cannot be asked whether it is met.
    if shown.engine.still(&detail.rule, &detail.root_cause.id).is_err() {
        return Ok((None, None));
    }
    // Whom the finding does not list cannot be asked either: what is cut short proves nothing.
    let complete = detail.affected_total == detail.affected.len()
        && !shown.is_cut_off(&detail.rule)
        && shown.as_of(sources.iter().chain([system])).is_some_and(|(_, complete)| complete);
    let present = shown.engine.findings().contains_key(&detail.fingerprint);
    let still = shown.still(detail);
    drop(shown);
    let text = if still.is_empty() { None } else { Some(Text::json(&door.chance, &still)?) };
    let still = text.as_ref().map(|text| text.digest.clone());
    Ok((Some(Reach { read_at, complete, present, still }), text))
}
