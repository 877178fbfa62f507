//! Who acts, and how they ask the door, look and wait. What they do is `story` and `deed`.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_access::change::Change;
use countersign_access::fact::SourceId;
use countersign_governance::actor::Actor;
use countersign_governance::finding::{self, Remedy, choose, order};
use countersign_governance::id::{FindingId, OrderId, PersonId};
use countersign_governance::refusal::Refusal;
use countersign_governance::{Command, seat::SeatName};
use countersign_server::act::{Asked, Door, NotDone};
use countersign_server::ask::finding::{self as ask, Whole};
use countersign_server::setup::PersonRow;
use countersign_server::start::Running;
use countersign_server::text::Text;
use countersign_server::worker::sync::{Synced, sync};
use countersign_store::reached::judged_position;
use countersign_store::read::finding::{Filter, Item};
use countersign_store::seal::{oldest_unsealed, oldest_unsigned};

use super::hospital::Hospital;
use crate::exit::Failure;

/// Longest wait for one step.
const STEP_MAX: Duration = Duration::from_secs(60);

/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// How often something is asked again because the ledger was not sealed yet.
const TRIES_MAX: usize = 20;

/// Findings of one rule that are looked through.
const OF_RULE_MAX: i64 = 50;

/// Everybody who acts, and what they act on.
pub(super) struct Stage<'a> {
    pub(super) running: &'a Running,
    pub(super) hospital: &'a Hospital,
    /// By the key in `people.toml`.
    pub(super) ids: &'a BTreeMap<String, PersonId>,
}

impl Stage<'_> {
    pub(super) fn door(&self) -> &Door {
        &self.running.workers.door
    }

    /// The finding with this rule and root cause, as it stands now.
    pub(super) async fn find(&self, rule: &str, root: &str) -> Result<Item, Failure> {
        let filter = Filter { rule: Some(rule), ..Filter::default() };
        let list = ask::page(self.door(), &filter, None, OF_RULE_MAX).await.map_err(broken)?;
        let row = list.items.iter().find(|row| row.root_cause == root);
        let row = row.ok_or_else(|| missing(root))?;
        let found = ask::find(self.door(), &row.reference).await.map_err(broken)?;
        found.ok_or_else(|| missing(root))
    }

    pub(super) async fn whole(&self, item: &Item) -> Result<Whole, Failure> {
        ask::whole(self.door(), item).await.map_err(broken)
    }

    pub(super) fn owner_of(&self, process: &str) -> Result<(PersonId, String), Failure> {
        let rows = &self.hospital.processes.process;
        let key = rows.iter().find(|row| row.id == process).map(|row| &row.owner);
        let person = self.hospital.people.person.iter().find(|row| Some(&row.id) == key);
        self.known(person)
    }

    pub(super) fn seat(&self, seat: SeatName) -> Result<(PersonId, String), Failure> {
        self.known(self.hospital.people.person.iter().find(|row| row.seats == [seat]))
    }

    pub(super) fn named(&self, name: &str) -> Result<PersonId, Failure> {
        let person = self.hospital.people.person.iter().find(|row| row.name == name);
        self.known(person).map(|(id, _)| id).map_err(|_| missing(name))
    }

    fn known(&self, person: Option<&PersonRow>) -> Result<(PersonId, String), Failure> {
        let person = person.ok_or_else(|| missing("a person"))?;
        let id = self.ids.get(&person.id).ok_or_else(|| missing("a person"))?;
        Ok((*id, person.name.clone()))
    }

    /// Reads a system; answers once what it showed is judged.
    pub(super) async fn read(&self, system: &str) -> Result<Synced, Failure> {
        let target = self.running.workers.targets.get(&SourceId::new(system));
        let target = target.ok_or_else(|| missing(system))?;
        let synced = sync(&self.running.workers, target).await;
        let synced = synced.map_err(|error| Failure::fault(error.to_string()))?;
        let wanted = synced.position.unwrap_or_default();
        self.until("the read is judged", async || {
            let noted = judged_position(&self.door().store).await;
            let noted = noted.map_err(|fault| Failure::fault(fault.to_string()))?;
            let shown = self.door().graph.read().position;
            Ok((noted >= wanted && shown >= wanted).then_some(()))
        })
        .await?;
        Ok(synced)
    }

    /// The owner chooses the change that takes this node away; answers it in words.
    pub(super) async fn choose(
        &self,
        item: &Item,
        owner: PersonId,
        takes: &str,
    ) -> Result<Result<String, Refusal>, Failure> {
        let offers = ask::remedies(self.door(), item).await.map_err(broken)?;
        let is_it = |change: &Change| match change {
            Change::RemoveEdge { edge, .. } => edge.target.as_str() == takes,
            Change::DisableAccount { account } => account.as_str() == takes,
        };
        let offer = offers.items.iter().find(|offer| is_it(&offer.change));
        let offer = offer.ok_or_else(|| missing(takes))?;
        let change = Text::json(&self.door().chance, &offer.change).map_err(|it| no(&it))?;
        let chosen = choose::Choose {
            remedy: Remedy::Revoke,
            change: change.digest().clone(),
            system: offer.system.clone(),
        };
        let command = finding::Command::Choose(chosen);
        let done = self.ask_finding(owner, item, command, vec![change]).await?;
        Ok(done.map(|()| offer.words.clone()))
    }

    pub(super) async fn order(
        &self,
        by: PersonId,
        item: &Item,
    ) -> Result<Result<(), Refusal>, Failure> {
        let door = self.door();
        let order = OrderId(door.chance.id(door.clock.now()).map_err(|it| no(&it))?);
        let command = finding::Command::Order(order::Order { order });
        self.ask_finding(by, item, command, Vec::new()).await
    }

    pub(super) async fn ask_finding(
        &self,
        by: PersonId,
        item: &Item,
        command: finding::Command,
        texts: Vec<Text>,
    ) -> Result<Result<(), Refusal>, Failure> {
        let id = item.row.id.strip_prefix("finding:").unwrap_or(&item.row.id);
        let id = id.parse::<FindingId>().map_err(|_| missing(id))?;
        let asked = Asked::new(Actor::Person(by), Command::Finding(id, command));
        self.ask(asked.with_texts(texts)).await
    }

    /// Asks the door; a refusal is an answer.
    pub(super) async fn ask(&self, asked: Asked) -> Result<Result<(), Refusal>, Failure> {
        for _ in 0..TRIES_MAX {
            match self.door().act(asked.clone()).await {
                Ok(_) => return Ok(Ok(())),
                Err(NotDone::Refused(refusal)) => return Ok(Err(refusal)),
                // A worker decided something just before the clock was turned.
                Err(NotDone::Unsealed { .. } | NotDone::Unsigned { .. }) => self.sealed().await?,
                Err(error) => return Err(broken(error)),
            }
        }
        Err(Failure::fault("the ledger does not come to be sealed: report this"))
    }

    /// Seals all that was decided so far.
    pub(super) async fn sealed(&self) -> Result<(), Failure> {
        let store = &self.door().store;
        self.until("everything is sealed", async || {
            self.running.workers.seal_once().await;
            let unsealed = oldest_unsealed(store).await.map_err(|it| no(&it))?;
            let unsigned = oldest_unsigned(store).await.map_err(|it| no(&it))?;
            Ok((unsealed.is_none() && unsigned.is_none()).then_some(()))
        })
        .await
    }

    /// Waits until an order has been proven or found wanting.
    pub(super) async fn settled(&self, item: &Item) -> Result<Whole, Failure> {
        self.until("the order is carried out and read back", async || {
            let found = ask::find(self.door(), &item.row.id).await.map_err(broken)?;
            let Some(item) = found else { return Ok(None) };
            if matches!(item.row.status.as_str(), "remediating" | "fulfilled") {
                return Ok(None);
            }
            self.whole(&item).await.map(Some)
        })
        .await
    }

    pub(super) async fn until<T>(
        &self,
        what: &str,
        mut look: impl AsyncFnMut() -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        let looking = async {
            loop {
                if let Some(found) = look().await? {
                    return Ok(found);
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(STEP_MAX, looking).await.unwrap_or_else(|_| {
            Err(Failure::fault(format!(
                "waited {} s until {what}: report this",
                STEP_MAX.as_secs()
            )))
        })
    }
}

pub(super) fn broken(error: NotDone) -> Failure {
    Failure::fault(error.to_string())
}

pub(super) fn no(error: &impl std::fmt::Display) -> Failure {
    Failure::fault(error.to_string())
}

pub(super) fn missing(what: &str) -> Failure {
    Failure::fault(format!("the sample hospital has no `{what}`: report this"))
}
