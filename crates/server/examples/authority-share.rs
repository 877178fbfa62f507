//! What part of a whole `act()` on SQLite is the check of authority, with 200 policies: people put one after
//! another behind a finding, each act with its event, its state and its commit, against the same question
//! to policy alone. `cargo run --release -p countersign-server --example authority-share [PEOPLE]` prints
//! processor time, not the time on the wall, which other programs and the disk make longer.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::sync::Arc;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::Engine;
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::node::{Node, NodeId, NodeKind};
use countersign_governance::Command;
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::authority::Verb;
use countersign_governance::finding::{self, Known, assign::Assign, open::Open};
use countersign_governance::id::{FindingId, PersonId};
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;
use countersign_policy::authority::{Ask, Case, Situation, Strength, Who};
use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::Text as File;
use countersign_server::act::{Asked, Door};
use countersign_server::clock::{Chance, TurnedClock};
use countersign_server::graph::Graph;
use countersign_server::live::Live;
use countersign_server::setup;
use countersign_server::text::Text;
use countersign_store::Store;
use jiff::Timestamp;

/// People, without an argument.
const PEOPLE: usize = 200;
const ACTS: usize = 400;
const QUESTIONS: usize = 20_000;
const ROUNDS: usize = 5;
/// Ticks of the clock of a process in a second, as Linux shows them.
const TICKS: u64 = 100;
/// When all this is: nothing grows old while it is measured.
const NOW: i64 = 1_800_000_000;

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

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let people = std::env::args().nth(1).map_or(Ok(PEOPLE), |word| word.parse())?;
    let place = std::env::temp_dir().join(format!("authority-share-{}", std::process::id()));
    std::fs::create_dir_all(&place)?;
    let told = measure(people, &place).await;
    std::fs::remove_dir_all(&place)?;
    told
}

async fn measure(count: usize, place: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let folder = folder()?;
    let store = Store::open(&format!("sqlite://{}", place.join("store.db").display())).await?;
    let (door, finding, people) = door(folder, store, count).await?;
    let (ask, now) = (question(&people)?, Timestamp::from_second(NOW)?);
    let policies = door.policy.authorities.about.len();
    let evaluated = door.policy.authorities.evaluated(ask.verb, &ask.case.tier);
    let (mut acts, mut checks) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let begun = ticks()?;
        for at in 0..ACTS {
            let owner = *people.get((round + at) % people.len()).ok_or("nobody")?;
            let assign = finding::Command::Assign(Assign { owner });
            let actor = Actor::Person(*people.first().ok_or("nobody")?);
            door.act(Asked::new(actor, Command::Finding(finding, assign))).await?;
        }
        acts.push(micros(begun, ACTS)?);
        let begun = ticks()?;
        for _ in 0..QUESTIONS {
            black_box(door.policy.authority(black_box(&ask), now));
        }
        checks.push(micros(begun, QUESTIONS)?);
    }
    let (act, check) = (median(acts), median(checks));
    let mut out = io::stdout().lock();
    writeln!(out, "{policies} policies, {evaluated} evaluated, {count} people")?;
    writeln!(out, "whole act, SQLite  {act:>8.1} us")?;
    writeln!(out, "check of authority {check:>8.1} us")?;
    writeln!(out, "share              {:>8.3} (at most 0.15)", check / act)?;
    Ok(())
}

/// Processor time of this process, in ticks.
fn ticks() -> Result<u64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = stat.rsplit_once(')').ok_or("no form that is known")?;
    // Fields 14 and 15; what is left begins with the third.
    let times = rest.split_whitespace().skip(11).take(2);
    Ok(times.map(str::parse::<u64>).sum::<Result<u64, _>>()?)
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn micros(begun: u64, count: usize) -> Result<f64, Box<dyn Error>> {
    let spent = ticks()?.saturating_sub(begun);
    Ok(spent as f64 * 1_000_000.0 / TICKS as f64 / count as f64)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The built-in folder with 200 policies, as many for each verb as may be.
fn folder() -> Result<Folder, Box<dyn Error>> {
    let mut texts = folder::builtin_texts();
    let mut policies = String::new();
    let own = texts.iter().filter(|it| it.name.ends_with(".cedar"));
    let own: usize = own.map(|it| it.text.matches("@id(").count()).sum();
    for at in 0..200_usize.saturating_sub(own) {
        let verb = Verb::ALL.get(at % Verb::ALL.len()).ok_or("a verb")?.as_str();
        let number = at / Verb::ALL.len();
        writeln!(
            policies,
            "@id(\"site.{at}\")\n@because(\"The site says so.\")\nforbid (principal, action == \
             Action::\"{verb}\", resource)\nwhen {{ resource.process == \"p{number}\" && resource.radius > \
             {number} && context.strength < 2 && !principal.duties.contains(\"d{number}\") }};\n"
        )?;
    }
    texts.push(File { name: "authority/site.cedar".to_owned(), text: policies });
    texts.retain(|text| !text.name.starts_with("rules/"));
    texts.push(File { name: "rules/own.toml".to_owned(), text: RULES.to_owned() });
    let words = |bad: Vec<folder::Malformed>| {
        bad.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    Ok(folder::load(&texts).map_err(words)?)
}

/// Somebody pays alone.
fn engine(folder: &Folder) -> Result<Engine, Box<dyn Error>> {
    let source = SourceId::new("app");
    let ann = NodeId::new("ann")?;
    let pays = NodeId::new("pay")?;
    let node = |id: &NodeId, kind| {
        let name = id.to_string();
        Node::new(id.clone(), kind, &name, "app", source.at("here"))
    };
    let mut pay = node(&pays, NodeKind::Entitlement);
    pay.tags.insert("duty".to_owned(), "pay".to_owned());
    let nodes = vec![node(&ann, NodeKind::Person), pay];
    let edges = vec![Edge::new(ann, EdgeKind::Grants, pays, source.at("here"))];
    let read_at = Timestamp::from_second(NOW)?;
    let run = Run { source, read_at, unreadable: Vec::new(), facts: Chunk { nodes, edges } };
    Ok(Engine::build(vec![run], folder.rules.packs.clone()))
}

/// A door behind which so many people are, whose ids are answered, and one finding.
async fn door(
    folder: Folder,
    store: Store,
    count: usize,
) -> Result<(Door, FindingId, Vec<PersonId>), Box<dyn Error>> {
    let policy = Arc::new(folder);
    let clock = TurnedClock::standing_at(Timestamp::from_second(NOW)?);
    let door = Door {
        store,
        graph: Graph::new(engine(&policy)?, 1),
        live: Live::new(Arc::clone(&policy)),
        policy,
        systems: Arc::default(),
        clock: clock.clock(),
        chance: Chance::real(),
    };
    let row = |at| {
        format!(
            "{{ id = \"p{at}\", name = \"P {at}\", seats = [\"business\"], identities = \
             [\"app/p{at}\", \"erp/p{at}\"] }},"
        )
    };
    let all: String = (0..count).map(row).collect();
    let (all, none) = setup::parse(&format!("person = [{all}]"), "process = []")?;
    let people = setup::organisation(&door, &all, &none).await?.into_values().collect();
    let toxic = door.graph.read().engine.findings().values().next().ok_or("no finding")?.clone();
    let text = Text::json(&door.chance, &toxic)?;
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
    let id = FindingId(door.chance.id(door.clock.now())?);
    let open = Command::Finding(id, finding::Command::Open(Open { known }));
    let judge = Actor::Machine(Machine::Judge);
    door.act(Asked::new(judge, open).with_texts(vec![text])).await?;
    Ok((door, id, people))
}

/// As the door asks it for one of them.
fn question(people: &[PersonId]) -> Result<Ask, Box<dyn Error>> {
    let (first, second) = (people.first().ok_or("nobody")?, people.get(1).ok_or("nobody")?);
    Ok(Ask {
        who: Who {
            person: *first,
            active: true,
            seats: [SeatName::Business].into(),
            duties: BTreeSet::new(),
            stands_in_for: BTreeSet::new(),
            reports_to: BTreeSet::new(),
        },
        verb: Verb::FindingAssign,
        case: Case {
            criticality: Criticality::High,
            system: Some("app".to_owned()),
            radius: 1,
            beneficiaries: people.iter().skip(2).take(8).copied().collect(),
            owner: Some(*second),
            ..Case::of_tier("elevated")
        },
        situation: Situation { strength: Strength::Single, ..Situation::best() },
        deputy_for: None,
    })
}
