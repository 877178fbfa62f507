//! How long it takes to put the items of a review before people, and how much memory that needs: a made-up
//! organisation in which everybody has so much, on SQLite in a file or on PostgreSQL. `review URL IDENTITIES
//! EACH`. Measures no HTTP, no page and no sealing.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::Engine;
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::node::{Node, NodeId, NodeKind};
use countersign_governance::Command;
use countersign_governance::actor::Actor;
use countersign_governance::campaign::{NoAnswer, Plan, Reviewers, StagePlan};
use countersign_governance::id::{PersonId, ReviewId};
use countersign_governance::review::{self, stage};
use countersign_policy::folder::Folder;
use countersign_server::act::{Asked, Door};
use countersign_server::clock::{Chance, TurnedClock};
use countersign_server::graph::Graph;
use countersign_server::live::Live;
use countersign_server::setup;
use countersign_server::text::Text;
use countersign_server::worker::registrar;
use countersign_store::{Store, read};
use jiff::Timestamp;

/// Entitlements of one role, so that what somebody has comes through several.
const ROLE: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let [url, identities, each] = words.as_slice() else {
        return Err("say `review URL IDENTITIES EACH`".into());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(url, identities.parse()?, each.parse()?))
}

async fn measure(url: &str, identities: usize, each: usize) -> Result<(), Box<dyn Error>> {
    let door = door(url, engine(identities, each)?).await?;
    let (people, processes) = setup::parse(
        r#"person = [{ id = "c", name = "Carla", seats = ["control"] }]"#,
        "process = []",
    )?;
    let people = setup::organisation(&door, &people, &processes).await?;
    let person = *people.get("c").ok_or("nobody was appointed")?;
    let id = ReviewId(door.chance.id(door.clock.now())?);
    let actor = Actor::Person(person);
    let (plan, texts) = plan(&door, person)?;
    let begin = Instant::now();
    let staged = review::Command::Stage(Box::new(stage::Stage { plan }));
    door.act(Asked::new(actor, Command::Review(id, staged)).with_texts(texts)).await?;
    say(&format!("planned and counted in {:.1} s", begin.elapsed().as_secs_f64()))?;
    let begin = Instant::now();
    door.act(Asked::new(actor, Command::Review(id, review::Command::Start))).await?;
    say(&format!("started in {:.1} s", begin.elapsed().as_secs_f64()))?;
    let begin = Instant::now();
    registrar::look(&door, "bench").await?;
    let spent = begin.elapsed().as_secs_f64();
    let items = read::item::count(&door.store, &format!("review:{id}")).await?;
    say(&format!("{items} items before people in {spent:.1} s, {}", peak()))?;
    Ok(())
}

fn engine(identities: usize, each: usize) -> Result<Engine, Box<dyn Error>> {
    let source = SourceId::new("app");
    let node = |name: String, kind| -> Result<Node, Box<dyn Error>> {
        Ok(Node::new(NodeId::new(&name)?, kind, &name, "app", source.at("here")))
    };
    let edge = |from: String, kind, to: String| -> Result<Edge, Box<dyn Error>> {
        Ok(Edge::new(NodeId::new(from)?, kind, NodeId::new(to)?, source.at("here")))
    };
    let mut facts = Chunk::default();
    for role in 0..each.div_ceil(ROLE) {
        facts.nodes.push(node(format!("role/{role}"), NodeKind::Role)?);
    }
    for it in 0..each {
        facts.nodes.push(node(format!("entitlement/{it}"), NodeKind::Entitlement)?);
        let (role, it) = (format!("role/{}", it / ROLE), format!("entitlement/{it}"));
        facts.edges.push(edge(role, EdgeKind::Grants, it)?);
    }
    for who in 0..identities {
        facts.nodes.push(node(format!("person/{who}"), NodeKind::Person)?);
        for role in 0..each.div_ceil(ROLE) {
            let (who, role) = (format!("person/{who}"), format!("role/{role}"));
            facts.edges.push(edge(who, EdgeKind::MemberOf, role)?);
        }
    }
    let run = Run { source, read_at: Timestamp::UNIX_EPOCH, unreadable: Vec::new(), facts };
    Ok(Engine::build(vec![run], Vec::new()))
}

async fn door(url: &str, engine: Engine) -> Result<Door, Box<dyn Error>> {
    let policy = Arc::new(Folder::builtin());
    Ok(Door {
        store: Store::open(url).await?,
        graph: Graph::new(engine, 1),
        live: Live::new(Arc::clone(&policy)),
        policy,
        systems: Arc::default(),
        clock: TurnedClock::standing_at(Timestamp::from_second(1_800_000_000)?).clock(),
        chance: Chance::real(),
    })
}

fn plan(door: &Door, person: PersonId) -> Result<(Plan, Vec<Text>), Box<dyn Error>> {
    let (title, scope) = (Text::new(&door.chance, "All of it")?, Text::new(&door.chance, "{}")?);
    let reviewers = Reviewers::People { people: [person].into() };
    let plan = Plan {
        title: title.digest().clone(),
        scope: scope.digest().clone(),
        stages: vec![StagePlan { reviewers, fallback: None, days: 14 }],
        no_answer: NoAnswer::Revoke,
        keep_days_max: 180,
        remind_days: std::collections::BTreeSet::new(),
        ladder: Vec::new(),
        changed_only: false,
    };
    Ok((plan, vec![title, scope]))
}

/// The most memory that this process ever had.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
}

fn say(words: &str) -> std::io::Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{words}")
}
