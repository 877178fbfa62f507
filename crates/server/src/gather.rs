//! The facts of one decision: who acts and in which seats, what policy says, who has part in the
//! access, what the graph shows and as of when. Gathers only what the command needs.

use std::collections::BTreeSet;

use countersign_access::change::Change;
use countersign_access::fact::SourceId;
use countersign_access::finding::Step;
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
use crate::beforehand::{About, Beforehand, touches};
use crate::door::{Asked, Door, Hands, NotDone};
use crate::graph::{Shown, told};
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
    (asked, before): (&Asked, &Beforehand),
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
        let into = (&mut facts, &mut texts, asked);
        about_exception(door, tx, (state, command, before), into).await?;
    }
    if let (State::Finding(Some(finding)), Command::Finding(_, command)) = (state, &asked.command) {
        let into = (&mut facts, &mut texts, asked);
        about_finding(door, tx, (finding, before), command, into).await?;
    }
    Ok(Gathered { facts, texts })
}

type Into<'a> = (&'a mut Facts, &'a mut Vec<Text>, &'a Asked);

async fn about_finding(
    door: &Door,
    tx: &mut Tx,
    (finding, before): (&Finding, &Beforehand),
    command: &finding::Command,
    (facts, texts, asked): Into<'_>,
) -> Result<(), NotDone> {
    facts.due_days = tier::due_days(finding.known.severity);
    let is_person = matches!(asked.actor, Actor::Person(_));
    if is_person {
        must_have_a_graph(&before.shown, tx).await?;
    }
    let is_proof = matches!(command, finding::Command::Verify(_));
    if !is_person && !is_proof {
        return Ok(());
    }
    // The judge has said something else of it since the graph was asked.
    let about = before.about.as_ref().filter(|about| about.detail == finding.known.detail);
    let about = about.ok_or(NotDone::Moved)?;
    facts.on_path = about.on_path;
    if is_person {
        add_holders(tx, about, facts).await?;
    }
    if matches!(command, finding::Command::WithdrawOrder(_)) {
        let system = finding.order().map(|ordered| SourceId::new(&ordered.chosen.system));
        let hands = system.and_then(|system| door.systems.get(&system).copied());
        facts.by_hand = hands == Some(Hands::ByHand);
    }
    if let (true, Some(ordered)) = (is_proof, finding.order()) {
        if !rules_in_force(door, tx).await? {
            return Ok(());
        }
        let system = SourceId::new(&ordered.chosen.system);
        let change = kept::written(tx, &asked.texts, &ordered.chosen.change).await?;
        let (reach, still) = reach(door, (&before.shown, about), &system, change.as_ref())?;
        facts.reach = reach;
        texts.extend(still);
    }
    Ok(())
}

/// What an exception rests on: its finding, and who has part in the access, now and when it was
/// frozen.
async fn about_exception(
    door: &Door,
    tx: &mut Tx,
    (state, command, before): (&State, &exception::Command, &Beforehand),
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
    let Some(finding) = about::finding(tx, id).await? else { return Ok(()) };
    if matches!(asked.actor, Actor::Person(_)) {
        must_have_a_graph(&before.shown, tx).await?;
        // The judge has said something else of it since the graph was asked.
        let about = before.about.as_ref().filter(|about| about.detail == finding.known.detail);
        add_holders(tx, about.ok_or(NotDone::Moved)?, facts).await?;
        // Whoever had part in it when it was frozen has part in it still.
        if let Some(exception) = state.filter(|it| it.pin.detail != finding.known.detail) {
            let frozen = before.frozen.as_ref();
            let frozen = frozen.filter(|frozen| frozen.detail == exception.pin.detail);
            add_holders(tx, frozen.ok_or(NotDone::Moved)?, facts).await?;
        }
    }
    let coverage = before.coverage.as_ref();
    let (about, text) = about::about(door, tx, &wanted, &finding, coverage).await?;
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
async fn must_have_a_graph(shown: &Shown, tx: &mut Tx) -> Result<(), NotDone> {
    if shown.position == 0 && judged_position(tx).await? > 0 {
        return Err(NotDone::NoGraph);
    }
    Ok(())
}

/// Whether this node judges by the rules in force: what others show proves nothing.
pub(crate) async fn rules_in_force(door: &Door, tx: &mut Tx) -> Result<bool, NotDone> {
    Ok(match kept::load(tx, Subject::Policy).await?.state {
        State::Policy(Some(policy)) => policy.digest == door.policy.digest,
        State::Policy(None)
        | State::Finding(_)
        | State::Person(_)
        | State::Process(_)
        | State::Exception(_)
        | State::System(_) => true,
    })
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

/// Adds everybody one of whose identities has the combination that a finding is about, and everybody
/// whose identities were erased.
async fn add_holders(tx: &mut Tx, about: &About, facts: &mut Facts) -> Result<(), NotDone> {
    let Some(toxic) = &about.toxic else {
        // Whom it affects is not known, which is not nobody.
        facts.erased.affected = true;
        return Ok(());
    };
    let affected = toxic.affected.iter().chain([&toxic.root_cause]).map(|node| &node.id);
    let affected: BTreeSet<&NodeId> = affected.collect();
    let has = |id: &NodeId| {
        affected.contains(id) || about.meeting.as_ref().is_some_and(|met| met.contains(id))
    };
    let mut after = String::new();
    loop {
        let rows = state::all(&mut *tx, "person", &after).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        last.subject.clone_into(&mut after);
        for row in rows {
            let State::Person(Some(person)) = kept::parse(&row.state)? else { continue };
            let identities = &person.appointment().identities;
            let Some(ids) = kept::written::<Vec<NodeId>>(tx, &[], identities).await? else {
                facts.erased.people.insert(person.id());
                continue;
            };
            if ids.iter().any(has) {
                facts.holders.insert(person.id());
            }
        }
    }
}

/// What the graph shows about a finding after a change of this system.
fn reach(
    door: &Door,
    (shown, about): (&Shown, &About),
    system: &SourceId,
    change: Option<&Change>,
) -> Result<(Option<Reach>, Option<Text>), NotDone> {
    let Some(toxic) = &about.toxic else { return Ok((None, None)) };
    let Some((read_at, whole_system)) = shown.as_of([system]) else { return Ok((None, None)) };
    // A rule that this node does not have cannot be asked whether it is met.
    let Some(still) = &about.still else { return Ok((None, None)) };
    // Whom the finding does not list cannot be asked either: what is cut short proves nothing.
    let complete = toxic.affected_total == toxic.affected.len()
        && !shown.is_cut_off(&toxic.rule)
        && !shown.engine.is_withheld(&toxic.fingerprint)
        && about.whole
        && whole_system;
    let present = shown.engine.findings().contains_key(&toxic.fingerprint);
    let is_cut = |path: &[Step]| change.is_some_and(|change| touches(path, change, system));
    let still = told(toxic, still, is_cut);
    let text = if still.is_empty() { None } else { Some(Text::json(&door.chance, &still)?) };
    let still = text.as_ref().map(|text| text.digest.clone());
    Ok((Some(Reach { read_at, complete, present, still }), text))
}
