//! The facts of one decision: who acts and in which seats, what policy says, who has part in the
//! access, what the graph shows and as of when. Gathers only what the command needs.

mod review;

use std::borrow::Cow;
use std::collections::BTreeSet;

use countersign_access::change::Change;
use countersign_access::fact::SourceId;
use countersign_access::finding::Step;
use countersign_governance::actor::Actor;
use countersign_governance::authority::{Authority, Verb};
use countersign_governance::exception;
use countersign_governance::facts::{Erased, Facts, Reach, Routine};
use countersign_governance::finding::{self, Finding};
use countersign_governance::id::PersonId;
use countersign_governance::person::Person;
use countersign_governance::{Command, State, Subject};
use countersign_policy::authority::Ask;
use countersign_policy::folder::Folder;
use countersign_policy::raci::Plane;
use countersign_store::Tx;
use countersign_store::reached::judged_position;
use jiff::Timestamp;

use crate::about;
use crate::accountable;
use crate::adoption;
use crate::authority;
use crate::beforehand::{About, Beforehand, touches};
use crate::door::{Asked, Door, Hands, NotDone};
use crate::graph::{Shown, told};
use crate::holder::Found;
use crate::kept;
use crate::oversight::{Oversight, Reading, rules_in_force};
use crate::related;
use crate::renewal;
use crate::situation;
use crate::stake::Stake;
use crate::successor;
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
    told: (&Asked, &Beforehand, &mut Found),
    now: Timestamp,
) -> Result<Gathered, NotDone> {
    let verb = told.0.command.verb();
    let (gathered, _) = put(door, tx, (state, verb), told, now).await?;
    Ok(gathered)
}

/// The same as if the command were one of this verb, and the question that policy was asked.
pub(crate) async fn put(
    door: &Door,
    tx: &mut Tx,
    (state, verb): (&State, Option<Verb>),
    (asked, before, found): (&Asked, &Beforehand, &mut Found),
    now: Timestamp,
) -> Result<(Gathered, Option<Ask>), NotDone> {
    let acting = match asked.actor {
        Actor::Person(id) => person(tx, id).await?.map(|it| seated(it, asked)),
        Actor::Machine(_) => None,
    };
    let mut facts = nothing_yet(tx, asked, acting, now).await?;
    let mut texts = Vec::new();
    let is_about_access = matches!(asked.command, Command::Exception(..) | Command::Finding(..));
    let oversight = match is_about_access {
        true => Some(Oversight::read(door, Reading::Tx(tx)).await?),
        false => None,
    };
    let grave = before.about.as_ref().map(|about| &about.grave);
    let renewals = renewal::count(tx, (state, &asked.command)).await?;
    let stake = oversight.as_ref().zip(grave);
    let stake = stake.map(|(all, grave)| Stake::of(all, grave).renewed(renewals));
    let folder = &door.policy;
    let place = verb.and_then(Plane::of).zip(grave.and_then(|grave| grave.system.as_deref()));
    let raci = match place {
        Some(place) => Cow::Owned(accountable::rows_in_force(door, tx, place).await?),
        None => Cow::Borrowed(&folder.raci),
    };
    facts.deputy_for =
        verb.and_then(|verb| authority::deputy_for((folder, &raci), &facts, (state, verb), grave));
    if let (Command::Exception(_, command), Some(oversight)) = (&asked.command, &oversight) {
        let into = (&mut facts, &mut texts, asked, found);
        about_exception(door, tx, (state, command, before), (oversight, stake), into).await?;
    } else if let (State::Finding(Some(finding)), Command::Finding(_, command)) =
        (state, &asked.command)
    {
        facts.due = due(&door.policy, stake, now);
        facts.routine = stake.and_then(|stake| routine(&door.policy, stake));
        let into = (&mut facts, &mut texts, asked, found);
        about_finding(door, tx, (finding, before), command, into).await?;
    } else if let Command::Review(..) | Command::Item(..) = asked.command {
        let looked = before.review.as_ref();
        facts.review = Some(review::gathered(tx, (state, asked), looked, now).await?);
        // Who has part in the access shows in the graph alone.
        if let (Some(looked), Command::Item(..)) = (looked, &asked.command) {
            must_have_a_graph(door, &before.shown, tx).await?;
            let about = looked.about.as_ref().ok_or(NotDone::Moved)?;
            found.add(tx, about, &mut facts).await?;
        }
    } else if let Command::Accountability(cell, _) = asked.command {
        facts.answers = accountable::answers(door, tx, (cell, state)).await?;
    }
    let Some(verb) = verb else {
        facts.authority = Authority::everything();
        return Ok((Gathered { facts, texts }, None));
    };
    let around = situation::around(door, tx, &facts, (state, verb, stake)).await?;
    let ask = authority::ask(folder, &facts, (state, asked, verb), stake, around);
    // About the policy it is the one in force that is asked, whichever this node has.
    if let (State::Policy(state), Actor::Person(_)) = (state, asked.actor) {
        let about = (state.as_ref(), asked, facts.person.as_ref());
        let (around, authority) = adoption::around(door, tx, about, now).await?;
        facts.policy = Some(around);
        facts.authority = authority;
    } else {
        let is_there = stake.is_some() || !is_about_access;
        facts.authority = authority::answer((folder, &raci), ask.as_ref(), (&facts, is_there));
    }
    Ok((Gathered { facts, texts }, ask))
}

/// The facts before anything was looked at but who acts and who is named.
async fn nothing_yet(
    tx: &mut Tx,
    asked: &Asked,
    acting: Option<Person>,
    now: Timestamp,
) -> Result<Facts, NotDone> {
    let named = match asked.command.named() {
        Some(id) => person(tx, id).await?,
        None => None,
    };
    let mut related = related::Related::new();
    let mut whole = related::around(tx, &asked.command, now, &mut related).await?;
    for person in acting.iter().chain(&named) {
        whole &= related::above(tx, person, now, &mut related).await?;
    }
    Ok(Facts {
        now,
        actor: asked.actor,
        authority: Authority::nothing(),
        related,
        case: related::one_case(asked.command.subject()),
        one_case_ended: related::one_case_ended(tx, &asked.command).await?,
        person: acting,
        named,
        others: others(tx, &asked.command).await?,
        owner: None,
        next: None,
        holders: BTreeSet::new(),
        erased: Erased::default(),
        holders_cut: !whole,
        by_hand: false,
        due: Timestamp::MAX,
        deputy_for: None,
        on_path: false,
        reach: None,
        about: None,
        policy: None,
        answers: None,
        routine: None,
        review: None,
    })
}

/// When a finding of this weight that is assigned now is due.
fn due(folder: &Folder, stake: Option<Stake<'_>>, now: Timestamp) -> Timestamp {
    let tier = stake.and_then(|stake| stake.tier(folder));
    let sla = tier.and_then(|tier| folder.sla(&tier.id));
    // A date that cannot be counted is no date that anybody could wait for.
    sla.and_then(|sla| sla.due(now, &folder.calendar).ok()).unwrap_or(now)
}

/// What of the policy lets a case of this weight pass without a person.
fn routine(folder: &Folder, stake: Stake<'_>) -> Option<Routine> {
    let by = folder.tiers.without_a_person(stake.criticality(), stake.grave.radius)?;
    Some(Routine { by, criticality: folder.tiers.counts_as(stake.criticality()) })
}

type Into<'a> = (&'a mut Facts, &'a mut Vec<Text>, &'a Asked, &'a mut Found);

async fn about_finding(
    door: &Door,
    tx: &mut Tx,
    (finding, before): (&Finding, &Beforehand),
    command: &finding::Command,
    (facts, texts, asked, found): Into<'_>,
) -> Result<(), NotDone> {
    // What our own check does in place of a person rests on the same.
    let is_person =
        matches!(asked.actor, Actor::Person(_)) || matches!(command, finding::Command::Entrust(_));
    if is_person {
        must_have_a_graph(door, &before.shown, tx).await?;
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
        found.add(tx, about, facts).await?;
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
    (oversight, stake): (&Oversight, Option<Stake<'_>>),
    (facts, texts, asked, found): Into<'_>,
) -> Result<(), NotDone> {
    let state = match state {
        State::Exception(state) => state.as_deref(),
        State::Finding(_)
        | State::Person(_)
        | State::Process(_)
        | State::System(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => None,
    };
    if let Some(exception) = state {
        facts.owner = person(tx, exception.owner()).await?;
        if let Some(owner) = &facts.owner {
            facts.holders_cut |= !related::above(tx, owner, facts.now, &mut facts.related).await?;
        }
    }
    let wanted = about::Wanted { state, command };
    let Some(id) = wanted.finding() else { return Ok(()) };
    let Some((finding, detail)) = about::finding(tx, id).await? else { return Ok(()) };
    let names_next = matches!(command, exception::Command::OwnerLeft);
    if names_next || matches!(asked.actor, Actor::Person(_)) {
        must_have_a_graph(door, &before.shown, tx).await?;
        // The judge has said something else of it since the graph was asked.
        let about = before.about.as_ref().filter(|about| about.detail == finding.known.detail);
        found.add(tx, about.ok_or(NotDone::Moved)?, facts).await?;
        // Whoever had part in it when it was frozen has part in it still.
        if let Some(exception) = state.filter(|it| it.pin.detail != finding.known.detail) {
            let frozen = before.frozen.as_ref();
            let frozen = frozen.filter(|frozen| frozen.detail == exception.pin.detail);
            found.add(tx, frozen.ok_or(NotDone::Moved)?, facts).await?;
        }
    }
    if let (true, Some(exception)) = (names_next, state) {
        facts.next = successor::next(door, tx, exception, facts).await?;
    }
    let judged = (oversight, stake);
    let of = (&*finding, detail.as_ref());
    let (about, text) =
        about::about(door, tx, (&wanted, of), judged, before.coverage.as_deref()).await?;
    texts.extend(text);
    let shown = (stake, &*before.shown, asked.texts.as_slice(), facts.now);
    let last = renewal::before(door, tx, command, shown, &mut found.periods).await?;
    let (last, text) = last.unzip();
    texts.extend(text.flatten());
    facts.about = Some(countersign_governance::facts::About { before: last, ..about });
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
async fn must_have_a_graph(door: &Door, shown: &Shown, tx: &mut Tx) -> Result<(), NotDone> {
    if shown.position == 0 && judged_position(tx).await? > 0 {
        return Err(NotDone::NoGraph(door.graph.loading().not_there().unwrap_or_default()));
    }
    Ok(())
}

/// Whoever did not come by the provider of sign-ins just then sits where somebody appointed them alone:
/// a program with a token stays what it was made for when somebody leaves a group.
fn seated(person: Person, asked: &Asked) -> Person {
    let by_provider = asked.signed.is_some_and(|signed| signed.by_provider);
    if by_provider { person } else { person.as_appointed() }
}

async fn person(tx: &mut Tx, id: PersonId) -> Result<Option<Person>, NotDone> {
    match kept::load(tx, Subject::Person(id)).await?.state {
        State::Person(person) => Ok(person),
        State::Finding(_)
        | State::Exception(_)
        | State::Process(_)
        | State::System(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => Ok(None),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use countersign_access::edge::{Edge, EdgeKind};
    use countersign_access::engine::Engine;
    use countersign_access::fact::{Chunk, Run};
    use countersign_access::node::{Node, NodeId, NodeKind};
    use countersign_governance::actor::Machine;
    use countersign_governance::finding::{Known, assign::Assign, open::Open};
    use countersign_governance::id::FindingId;
    use countersign_policy::folder::Folder;
    use countersign_policy::rules;
    use countersign_store::Store;

    use super::*;
    use crate::beforehand::{Seen, look};
    use crate::clock::{Chance, TurnedClock};
    use crate::graph::Graph;
    use crate::live::Live;
    use crate::setup;

    const RULES: &str = r#"
[pack]
id = "own"
version = "1"

[[rule]]
id = "own.pay"
title = "Pays"
severity = "high"
explanation = "Whoever pays needs somebody beside them."
remedy = "Take it away."
[[rule.side]]
name = "pay"
any = [{ tag = "duty=pay" }]
"#;

    fn engine(policy: &rules::RuleSet) -> Engine {
        let source = SourceId::new("app");
        let id = |name: &str| NodeId::new(name).unwrap();
        let node = |name: &str, kind| Node::new(id(name), kind, name, "app", source.at("here"));
        let mut pay = node("pay", NodeKind::Entitlement);
        pay.tags.insert("duty".to_owned(), "pay".to_owned());
        let nodes = vec![node("ann", NodeKind::Person), pay];
        let edges = vec![Edge::new(id("ann"), EdgeKind::Grants, id("pay"), source.at("here"))];
        let facts = Chunk { nodes, edges };
        let read_at = Timestamp::UNIX_EPOCH;
        let run = Run { source, read_at, unreadable: Vec::new(), facts };
        Engine::build(vec![run], policy.packs.clone())
    }

    /// A door behind which so many people are, whose ids are answered, and one finding.
    async fn door(people: usize) -> (Door, FindingId, Vec<PersonId>) {
        let text = rules::Text { name: "own.toml".to_owned(), text: RULES.to_owned() };
        let policy = rules::load(&[text], false).unwrap();
        let graph = Graph::new(engine(&policy), 1);
        let clock = TurnedClock::standing_at(Timestamp::from_second(1_800_000_000).unwrap());
        let policy = Arc::new(Folder::builtin().judging_by(policy));
        let door = Door {
            store: Store::memory().await.unwrap(),
            graph,
            live: Live::new(Arc::clone(&policy)),
            policy,
            systems: Arc::default(),
            clock: clock.clock(),
            chance: Chance::real(),
        };
        let person = |n| format!("{{ id = \"p{n}\", name = \"P {n}\", seats = [\"business\"] }},");
        let all: String = (0..people).map(person).collect();
        let (all, none) = setup::parse(&format!("person = [{all}]"), "process = []").unwrap();
        let people = setup::organisation(&door, &all, &none).await.unwrap();
        let toxic = door.graph.read().engine.findings().values().next().unwrap().clone();
        let text = Text::json(&door.chance, &toxic).unwrap();
        let known = Known {
            fingerprint: toxic.fingerprint.clone(),
            rule: toxic.rule.clone(),
            class: toxic.class,
            severity: toxic.severity,
            certainty: toxic.certainty,
            affected_total: 1,
            detail: text.digest().clone(),
            policy: door.policy.digest.clone(),
        };
        let id = FindingId(door.chance.id(door.clock.now()).unwrap());
        let open = Command::Finding(id, finding::Command::Open(Open { known }));
        let judge = Actor::Machine(Machine::Judge);
        door.act(Asked::new(judge, open).with_texts(vec![text])).await.unwrap();
        (door, id, people.into_values().collect())
    }

    /// How many statements it takes to say what would be answered to so many verbs.
    async fn cost(door: &Door, finding: FindingId, people: &[PersonId], verbs: usize) -> u64 {
        let mut seen = Seen::of(door.graph.read());
        let mut looked = Vec::new();
        for owner in people.iter().take(verbs) {
            let assign = finding::Command::Assign(Assign { owner: *owner });
            let asked = Asked::new(Actor::Person(people[0]), Command::Finding(finding, assign));
            let before = look(door, &asked, &mut seen).await.unwrap();
            looked.push((asked, before));
        }
        let (door, looked) = (door.clone(), Arc::new(looked));
        let store = door.store.clone();
        let counted: Result<u64, NotDone> = store
            .transact(move |tx| {
                let (door, looked) = (door.clone(), Arc::clone(&looked));
                Box::pin(async move {
                    let before = tx.asked();
                    let answers = door.answers(tx, &looked).await?;
                    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
                    Ok(tx.asked() - before)
                })
            })
            .await;
        counted.unwrap()
    }

    #[tokio::test]
    async fn who_has_part_in_an_access_is_found_out_once_for_all_verbs() {
        const PEOPLE: usize = 120;
        let (large, finding, people) = door(PEOPLE).await;
        let (one, twelve) =
            (cost(&large, finding, &people, 1).await, cost(&large, finding, &people, 12).await);
        let (small, other, few) = door(12).await;
        assert_eq!(cost(&small, other, &few, 1).await, one, "however many people there are");
        assert!(twelve < 12 * one, "and once for all: {twelve} against {one}");
    }
}
