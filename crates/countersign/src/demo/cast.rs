//! Who acts in the story, and how they ask the door, look and wait. What they do is `story`.

use std::time::Duration;

use countersign_access::change::Change;
use countersign_governance::Command;
use countersign_governance::actor::Actor;
use countersign_governance::finding::{self, Remedy, assign, choose, order};
use countersign_governance::id::{FindingId, OrderId, PersonId};
use countersign_governance::seat::SeatName;
use countersign_server::act::{Asked, Door, NotDone};
use countersign_server::ask::finding::{self as ask, Whole};
use countersign_server::setup;
use countersign_server::start::Running;
use countersign_server::text::Text;
use countersign_store::read::finding::{Filter, Item};

use super::nordhaven::Nordhaven;
use super::voice;
use crate::exit::Failure;

/// Longest wait for a step of the story.
const STEP_MAX: Duration = Duration::from_secs(60);

/// What a part of the story is about.
pub(super) struct Part {
    /// The finding's rule.
    pub(super) rule: &'static str,
    /// Whose process.
    pub(super) process: &'static str,
    /// The node that is taken away.
    pub(super) taken: &'static str,
}

/// Everybody who acts, and what they act on.
pub(super) struct Stage<'a> {
    pub(super) running: &'a Running,
    pub(super) nordhaven: &'a Nordhaven,
    pub(super) ids: std::collections::BTreeMap<String, PersonId>,
}

impl Stage<'_> {
    pub(super) fn door(&self) -> &Door {
        &self.running.workers.door
    }

    pub(super) async fn find(&self, part: &Part) -> Result<Item, Failure> {
        let filter = Filter { rule: Some(part.rule), ..Filter::default() };
        let list = ask::page(self.door(), &filter, None, 1).await.map_err(broken)?;
        let row = list.items.first().ok_or_else(|| missing(part.rule))?;
        let found = ask::find(self.door(), &row.reference).await.map_err(broken)?;
        found.ok_or_else(|| missing(part.rule))
    }

    pub(super) async fn whole(&self, item: &Item) -> Result<Whole, Failure> {
        ask::whole(self.door(), item).await.map_err(broken)
    }

    pub(super) fn owner_of(&self, process: &str) -> Result<(PersonId, String), Failure> {
        let rows = &self.nordhaven.processes.process;
        let key = rows.iter().find(|row| row.id == process).map(|row| &row.owner);
        let person = self.nordhaven.people.person.iter().find(|row| Some(&row.id) == key);
        self.known(person)
    }

    pub(super) fn seat(&self, seat: SeatName) -> Result<(PersonId, String), Failure> {
        let people = &self.nordhaven.people.person;
        self.known(people.iter().find(|row| row.seats == [seat]))
    }

    pub(super) fn known(
        &self,
        person: Option<&setup::PersonRow>,
    ) -> Result<(PersonId, String), Failure> {
        let person = person.ok_or_else(|| missing("a person"))?;
        let id = self.ids.get(&person.id).ok_or_else(|| missing("a person"))?;
        Ok((*id, person.name.clone()))
    }

    pub(super) fn assign(&self, owner: PersonId) -> finding::Command {
        finding::Command::Assign(assign::Assign { owner })
    }

    pub(super) async fn choose(
        &self,
        item: &Item,
        owner: PersonId,
        name: &str,
        part: &Part,
    ) -> Result<(), Failure> {
        let offers = ask::remedies(self.door(), item).await.map_err(broken)?;
        let takes = |change: &Change| match change {
            Change::RemoveEdge { edge, .. } => edge.target.as_str() == part.taken,
            Change::DisableAccount { .. } => false,
        };
        let offer = offers.items.iter().find(|offer| takes(&offer.change));
        let offer = offer.ok_or_else(|| missing(part.taken))?;
        let change = Text::json(&self.door().chance, &offer.change);
        let change = change.map_err(|error| Failure::fault(error.to_string()))?;
        let chosen = choose::Choose {
            remedy: Remedy::Revoke,
            change: change.digest().clone(),
            system: offer.system.clone(),
        };
        self.must(owner, item, finding::Command::Choose(chosen), vec![change]).await?;
        voice::good(&format!("{name} (business) decides: {}", offer.words))
    }

    pub(super) async fn ordered(&self, by: PersonId, item: &Item) -> Result<(), Failure> {
        match self.order(by, item).await? {
            Ok(()) => Ok(()),
            Err(refusal) => Err(Failure::fault(refusal.to_string())),
        }
    }

    pub(super) async fn order(
        &self,
        by: PersonId,
        item: &Item,
    ) -> Result<Result<(), countersign_governance::refusal::Refusal>, Failure> {
        let door = self.door();
        let order = OrderId(door.chance.id(door.clock.now()).map_err(|it| broken(it.into()))?);
        let command = finding::Command::Order(order::Order { order });
        match self.ask(by, item, command, Vec::new()).await {
            Ok(()) => Ok(Ok(())),
            Err(NotDone::Refused(refusal)) => Ok(Err(refusal)),
            Err(error) => Err(broken(error)),
        }
    }

    pub(super) async fn must(
        &self,
        by: PersonId,
        item: &Item,
        command: finding::Command,
        texts: Vec<Text>,
    ) -> Result<(), Failure> {
        self.ask(by, item, command, texts).await.map_err(broken)
    }

    pub(super) async fn ask(
        &self,
        by: PersonId,
        item: &Item,
        command: finding::Command,
        texts: Vec<Text>,
    ) -> Result<(), NotDone> {
        let id = item.row.id.strip_prefix("finding:").unwrap_or(&item.row.id);
        let unknown =
            NotDone::Refused(countersign_governance::refusal::Refusal::Unknown("finding"));
        let Ok(id) = id.parse::<FindingId>() else { return Err(unknown) };
        let command = Command::Finding(id, command);
        self.door().act(Asked::new(Actor::Person(by), command).with_texts(texts)).await?;
        Ok(())
    }

    /// Waits until an order has been proven or found wanting.
    pub(super) async fn settled(&self, item: &Item) -> Result<Whole, Failure> {
        self.until("the order is carried out and read back", async || {
            let found = ask::find(self.door(), &item.row.id).await.map_err(broken)?;
            let Some(item) = found else { return Ok(None) };
            let whole = self.whole(&item).await?;
            let open = matches!(whole.row.status.as_str(), "remediating" | "fulfilled");
            Ok((!open).then_some(whole))
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
                tokio::time::sleep(Duration::from_millis(25)).await;
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

pub(super) fn missing(what: &str) -> Failure {
    Failure::fault(format!("the sample organisation has no `{what}`: report this"))
}
