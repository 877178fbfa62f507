//! Looks for gaps in who answers for what, before anybody needs the person: when a server starts, when a
//! day begins, and after each change of people, systems, rows or the policy in force. A gap begins and
//! ends by this check alone. Any number of nodes may do it at once; the second finds nothing left to do.

use countersign_governance::actor::{Actor, Machine};
use countersign_governance::gap::Command as Verb;
use countersign_governance::id::GapId;
use countersign_governance::{Command, State, Subject};
use countersign_store::state;
use jiff::civil::Date;
use tokio::sync::watch;

use super::owner::{self, Gone};
use super::said::Said;
use super::{LOOK_AGAIN, Workers, pause};
use crate::accountable::Standing;
use crate::accountable::gap::{found, open};
use crate::act::{Asked, Door, NotDone};
use crate::kept;

/// Checks again and again until told to stop.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    let (mut said, mut seen, mut gone) = (Said::default(), None, None);
    loop {
        match changed(&workers.door.now(), &mut seen, &mut gone).await {
            Ok(()) => said.well(),
            Err(problem) => {
                seen = None;
                if said.is_new(problem.to_string()) {
                    tracing::warn!(%problem, "who answers for what was not checked, and is tried again");
                }
            }
        }
        if pause(&mut stop, std::future::pending(), LOOK_AGAIN).await {
            return;
        }
    }
}

/// Checks where something has changed since it was checked last.
async fn changed(
    door: &Door,
    seen: &mut Option<((i64, i64), Date)>,
    gone: &mut Gone,
) -> Result<(), NotDone> {
    let day = door.policy.calendar.local(door.clock.now()).date();
    let now = (state::stamp(&door.store).await?, day);
    if seen.as_ref() != Some(&now) {
        look(door).await?;
        owner::look(door, gone).await?;
        *seen = Some(now);
    }
    Ok(())
}

/// Checks once: opens what is a gap now, and ends what is none any more.
///
/// # Errors
/// When it could not be looked or written down; what was opened or ended until then is.
pub async fn look(door: &Door) -> Result<(), NotDone> {
    // A server with another policy than the one in force would say other things than the others.
    let (policy, _) = kept::look(&door.store, Subject::Policy).await?;
    if matches!(policy, State::Policy(Some(it)) if it.digest != door.policy.digest) {
        return Ok(());
    }
    let standing = Standing::read(door).await?;
    // Before the first people are appointed there is nobody who could answer for anything.
    if standing.people.is_empty() {
        return Ok(());
    }
    let now = found(&standing);
    let open = open(door).await?;
    for (id, known) in &now {
        if !open.contains_key(id) {
            ask(door, *id, Verb::Open(known.clone())).await?;
        }
    }
    for id in open.keys().filter(|id| !now.contains_key(id)) {
        ask(door, *id, Verb::End).await?;
    }
    Ok(())
}

async fn ask(door: &Door, id: GapId, verb: Verb) -> Result<(), NotDone> {
    let asked = Asked::new(Actor::Machine(Machine::Steward), Command::Gap(id, verb));
    door.act(asked).await.map(drop)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use countersign_access::engine::Engine;
    use countersign_governance::accountability;
    use countersign_governance::gap::Kind;
    use countersign_governance::id::{PersonId, SystemId};
    use countersign_governance::person;
    use countersign_governance::system::{self, Connection};
    use countersign_policy::folder::{Folder, builtin_texts, load};
    use countersign_store::Store;
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::clock::{Chance, TurnedClock};
    use crate::graph::Graph;
    use crate::setup;
    use crate::text::Text;

    /// Ann answers for the credentials of whatever is connected, and nobody for anything else.
    fn policy() -> Folder {
        let mut texts = builtin_texts();
        let raci = texts.iter_mut().find(|text| text.name == "raci.toml").unwrap();
        raci.text.push_str(
            "\n[people]\nann = \"Ann Lee\"\nghost = \"Nobody Here\"\n[[row]]\nplane = \"credentials\"\n\
             system = \"*\"\naccountable = \"ann\"\nattested = \"2027-01-10\"\n[[row]]\n\
             plane = \"detection\"\nsystem = \"*\"\naccountable = \"ghost\"\nattested = \"2027-01-10\"\n",
        );
        load(&texts).unwrap()
    }

    struct Site {
        door: Door,
        clock: TurnedClock,
        people: BTreeMap<String, PersonId>,
        system: SystemId,
    }

    impl Site {
        async fn new() -> Self {
            // 15 January 2027.
            let now = Timestamp::from_second(1_800_000_000).unwrap();
            let clock = TurnedClock::standing_at(now);
            let policy = policy();
            let engine = Engine::build(Vec::new(), policy.rules.packs.clone());
            let policy = Arc::new(policy);
            let door = Door {
                store: Store::memory().await.unwrap(),
                graph: Graph::new(engine, 1),
                live: crate::live::Live::new(Arc::clone(&policy)),
                policy,
                systems: Arc::default(),
                clock: clock.clock(),
                chance: Chance::real(),
            };
            let row = |id: &str, name: &str, seat: &str| {
                format!("{{ id = \"{id}\", name = \"{name}\", seats = [\"{seat}\"] }},")
            };
            let all = row("ann", "Ann Lee", "business")
                + &row("bob", "Bob Ray", "business")
                + &row("sue", "Sue Fox", "security");
            let (all, none) = setup::parse(&format!("person = [{all}]"), "process = []").unwrap();
            let people = setup::organisation(&door, &all, &none).await.unwrap();
            let system = SystemId(door.chance.id(now).unwrap());
            let name = Text::new(&door.chance, "erp").unwrap();
            let connection =
                Connection { name: name.digest().clone(), kind: "csv".to_owned(), owner: None };
            let connect = Command::System(system, system::Command::Connect(connection));
            let setup = Actor::Machine(Machine::Setup);
            door.act(Asked::new(setup, connect).with_texts(vec![name])).await.unwrap();
            Self { door, clock, people, system }
        }

        async fn gaps(&self) -> Vec<(Kind, Option<&'static str>)> {
            look(&self.door).await.unwrap();
            let open = open(&self.door).await.unwrap().into_values();
            let mut gaps: Vec<_> = open
                .map(|gap| (gap.known.kind, gap.known.plane.map(accountability::Plane::as_str)))
                .collect();
            gaps.sort_unstable();
            gaps
        }

        async fn ask(&self, who: &str, command: accountability::Command) -> Result<(), NotDone> {
            let plane = accountability::Plane::Credentials;
            let cell = accountability::Cell { plane, system: self.system };
            let actor = Actor::Person(self.people[who]);
            let command = Command::Accountability(cell, command);
            self.door.act(Asked::new(actor, command)).await.map(drop)
        }
    }

    const MISSING: [(Kind, Option<&str>); 4] = [
        (Kind::Nobody, Some("approval")),
        (Kind::Nobody, Some("service_accounts")),
        (Kind::Nobody, Some("suppliers")),
        (Kind::Gone, Some("detection")),
    ];

    #[tokio::test]
    async fn gaps_begin_and_end_as_people_say_and_leave() {
        let site = Site::new().await;
        assert_eq!(site.gaps().await, MISSING);
        assert_eq!(site.gaps().await, MISSING, "twice is once");
        let sue = Actor::Person(site.people["sue"]);
        let leave = Command::Person(site.people["ann"], person::Command::Deactivate);
        let hand_over = || accountability::Command::HandOver(site.people["bob"]);
        assert!(site.ask("sue", hand_over()).await.is_err(), "Ann is still there");
        site.door.act(Asked::new(sue, leave)).await.unwrap();
        let gone = (Kind::Gone, Some("credentials"));
        assert!(site.gaps().await.contains(&gone));
        assert!(site.ask("bob", accountability::Command::TakeOver).await.is_err());
        site.ask("sue", hand_over()).await.unwrap();
        assert!(site.gaps().await.contains(&gone), "until it is taken over");
        site.ask("bob", accountability::Command::TakeOver).await.unwrap();
        assert_eq!(site.gaps().await, MISSING);
        site.ask("bob", accountability::Command::Attest).await.unwrap();
        assert!(site.ask("ann", accountability::Command::Attest).await.is_err());
    }

    #[tokio::test]
    async fn what_nobody_has_said_for_long_is_a_gap_until_they_do() {
        let site = Site::new().await;
        let stale = (Kind::Stale, Some("credentials"));
        assert!(!site.gaps().await.contains(&stale));
        let seal = async || {
            let sealed = countersign_store::seal::oldest_unsealed(&site.door.store).await;
            assert!(sealed.unwrap().is_some(), "nothing seals here");
        };
        seal().await;
        site.clock.turn(SignedDuration::from_hours(24 * 200));
        let standing = Standing::read(&site.door).await.unwrap();
        let words: Vec<Kind> = found(&standing).into_values().map(|it| it.kind).collect();
        assert!(words.contains(&Kind::Stale), "{words:?}");
    }

    #[tokio::test]
    async fn somebody_who_is_away_is_a_gap_until_somebody_stands_in() {
        let site = Site::new().await;
        let appoint = async |who: &str, away: bool, stands_in: Option<&str>| {
            let name = if who == "ann" { "Ann Lee" } else { "Bob Ray" };
            let name = Text::new(&site.door.chance, name).unwrap();
            let none = Text::json(&site.door.chance, &Vec::<String>::new()).unwrap();
            let day = |day| jiff::civil::date(2027, 1, day);
            let until = Timestamp::from_second(1_900_000_000).unwrap();
            let stands_in = stands_in.map(|it| person::StandIn { person: site.people[it], until });
            let appointment = person::Appointment {
                name: name.digest().clone(),
                seats: [countersign_governance::seat::SeatName::Business].into(),
                identities: none.digest().clone(),
                stands_in: stands_in.into_iter().collect(),
                away: away.then(|| person::Away { from: day(14), until: day(20) }),
                manager: None,
            };
            let command = person::Command::Appoint(appointment);
            let command = Command::Person(site.people[who], command);
            let asked = Asked::new(Actor::Person(site.people["sue"]), command);
            site.door.act(asked.with_texts(vec![name, none])).await.unwrap();
        };
        let away = (Kind::Away, Some("credentials"));
        appoint("ann", true, None).await;
        assert!(site.gaps().await.contains(&away));
        appoint("bob", false, Some("ann")).await;
        assert_eq!(site.gaps().await, MISSING);
        appoint("bob", false, None).await;
        assert!(site.gaps().await.contains(&away));
        appoint("ann", false, None).await;
        assert_eq!(site.gaps().await, MISSING);
    }

    #[tokio::test]
    async fn a_gap_has_the_tier_of_what_its_system_serves_and_a_day_by_which_it_is_to_be_gone() {
        use crate::ask::accountability::open_gaps;
        let site = Site::new().await;
        look(&site.door).await.unwrap();
        let told = async || {
            let standing = Standing::read(&site.door).await.unwrap();
            open_gaps(&site.door, &standing).await.unwrap()
        };
        let gaps = told().await;
        let gap = gaps.iter().find(|gap| gap.plane.as_deref() == Some("suppliers")).unwrap();
        // No process of the system is known, which counts as the policy says: high, with few resources.
        assert_eq!(gap.tier.as_deref(), Some("elevated"));
        let days = SignedDuration::from_hours(24 * 30);
        assert_eq!((gap.due_at, gap.overdue), (Some(gap.opened_at + days), false));
        site.clock.turn(days);
        assert!(told().await.iter().all(|gap| gap.overdue), "it says so when the time is over");
    }

    #[tokio::test]
    async fn whom_a_file_calls_by_a_name_that_nobody_has_is_in_no_event() {
        let site = Site::new().await;
        look(&site.door).await.unwrap();
        let open = open(&site.door).await.unwrap();
        let gone = open.values().find(|gap| gap.known.kind == Kind::Gone).unwrap();
        assert!(gone.known.people.is_empty(), "{gone:?}");
    }
}
