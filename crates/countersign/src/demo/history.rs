//! The ninety days before today: a clock is turned from day to day, and each step of the script goes
//! through the one door, against the sandbox as the real system. Writes nothing into tables; what a
//! step does is `deed`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use countersign_governance::id::{ExceptionId, PersonId};
use countersign_server::ask::exception::by_status;
use countersign_server::clock::{Chance, TurnedClock};
use countersign_server::setup;
use countersign_server::start::{Held, Running, Settings, start_in};
use countersign_store::read::finding::counts;
use jiff::{SignedDuration, Timestamp};

use super::cast::{Stage, broken, no};
use super::hospital::{Hospital, SYSTEMS};
use super::script::{Deed, Step};
use super::voice;
use crate::exit::Failure;
use crate::init::failed;
use crate::serve;

/// How many days are played.
const DAYS: i64 = 90;

/// After how many days it is said how things stand.
const TELL_EVERY: i64 = 30;

/// Between two steps of a day.
const PAUSE: SignedDuration = SignedDuration::from_mins(25);

/// When a day begins.
const MORNING: SignedDuration = SignedDuration::from_hours(8);

/// The days as they are played.
pub(super) struct History<'a> {
    pub(super) stage: Stage<'a>,
    clock: TurnedClock,
    began: Timestamp,
    /// Those that were put forward, by the key in the script.
    pub(super) exceptions: RefCell<BTreeMap<String, ExceptionId>>,
}

/// Makes the ninety days before now; answers who got which id.
pub(super) async fn make(
    held: Held,
    settings: Settings,
    hospital: &Hospital,
) -> Result<BTreeMap<String, PersonId>, Failure> {
    let began = beginning();
    let clock = TurnedClock::standing_at(began);
    // Nobody else is to come in while the clock is turned.
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let settings = Settings { listen, ..settings };
    let running = start_in(held, settings, clock.clock(), Chance::real()).await;
    let running = running.map_err(serve::failed)?;
    let played = play(&running, hospital, (clock, began)).await;
    running.stop().await;
    played
}

/// A morning, so many days ago.
fn beginning() -> Timestamp {
    let day = SignedDuration::from_hours(24);
    let now = crate::clock::now();
    let midnight = now.as_second().div_euclid(day.as_secs()).saturating_mul(day.as_secs());
    let midnight = Timestamp::from_second(midnight).unwrap_or(now);
    let days = SignedDuration::from_hours(DAYS.saturating_mul(24));
    midnight.saturating_sub(days).and_then(|it| it.saturating_add(MORNING)).unwrap_or(now)
}

async fn play(
    running: &Running,
    hospital: &Hospital,
    (clock, began): (TurnedClock, Timestamp),
) -> Result<BTreeMap<String, PersonId>, Failure> {
    let door = &running.workers.door;
    let ids = setup::organisation(door, &hospital.people, &hospital.processes).await;
    let ids = ids.map_err(failed)?;
    voice::station("HISTORY", "ninety days, each step through the same door as every other")?;
    let stage = Stage { running, hospital, ids: &ids };
    let history = History { stage, clock, began, exceptions: RefCell::default() };
    for day in 0..DAYS {
        history.play_day(day).await?;
        if day.saturating_add(1) % TELL_EVERY == 0 {
            history.tell(day.saturating_add(1)).await?;
        }
    }
    Ok(ids)
}

impl History<'_> {
    async fn play_day(&self, day: i64) -> Result<(), Failure> {
        let hours = SignedDuration::from_hours(day.saturating_mul(24));
        let morning = self.began.saturating_add(hours).unwrap_or(self.began);
        self.turn(morning.duration_since(self.now())).await?;
        let script = &self.stage.hospital.script;
        let steps = script.day.iter().filter(|it| it.day == day).flat_map(|it| &it.steps);
        let steps: Vec<&Step> = steps.collect();
        if steps.is_empty() {
            return self.look().await;
        }
        // Whoever decides something that day rests on what was read in the morning.
        for system in SYSTEMS {
            self.stage.read(system).await?;
        }
        self.look().await?;
        for step in steps {
            self.step(day, step).await?;
            self.turn(PAUSE).await?;
        }
        self.look().await
    }

    async fn step(&self, day: i64, step: &Step) -> Result<(), Failure> {
        let place = |failure: Failure| Failure {
            words: format!("day {day} of the history, {}: {}", name(&step.deed), failure.words),
            ..failure
        };
        let answer = self.carry_out(&step.deed).await.map_err(place)?;
        let code = answer.err().map(|refusal| (refusal.code(), refusal.to_string()));
        if code.as_ref().map(|(code, _)| *code) == step.refused.as_deref() {
            return Ok(());
        }
        let words = code.map_or_else(|| "it was not refused".to_owned(), |(_, words)| words);
        Err(place(Failure::fault(words)))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.stage.door().clock.now()
    }

    /// Lets time pass, once all that was decided is sealed, as it would be.
    async fn turn(&self, by: SignedDuration) -> Result<(), Failure> {
        self.stage.sealed().await?;
        if by.is_positive() {
            self.clock.turn(by);
        }
        Ok(())
    }

    /// Does what the time has brought, without waiting for the workers' next look.
    async fn look(&self) -> Result<(), Failure> {
        self.stage.running.workers.look_once().await.map_err(|fault| no(&fault))
    }

    async fn tell(&self, days: i64) -> Result<(), Failure> {
        let findings = counts(&self.stage.door().store).await.map_err(|fault| no(&fault))?;
        let total: i64 = findings.iter().map(|it| it.count).sum();
        let is_over =
            |status: &str| matches!(status, "fixed" | "gone" | "not_toxic" | "rule_changed");
        let over: i64 = findings.iter().filter(|it| is_over(&it.status)).map(|it| it.count).sum();
        let exceptions = by_status(self.stage.door()).await.map_err(broken)?;
        let active = exceptions.iter().find(|(status, _)| status == "active");
        let active = active.map_or(0, |(_, count)| *count);
        let asked: i64 = exceptions.iter().map(|(_, count)| *count).sum();
        voice::good(&format!(
            "day {days}: {total} findings, {over} of them ended; {asked} exceptions asked for, \
             {active} in force"
        ))
    }
}

/// What a step is about, for whoever wrote the script.
fn name(deed: &Deed) -> String {
    format!("`{deed:?}`")
}
