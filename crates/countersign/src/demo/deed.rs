//! What one step of the script does: it becomes a command of the person who is named, with the words
//! they give, or a change that somebody makes in the system beside us.

use countersign_access::change::Probe;
use countersign_governance::Command;
use countersign_governance::actor::Actor;
use countersign_governance::control::{Control, Test, TestKind};
use countersign_governance::exception::{
    Command as Verb, Use, Why, answer::Answer, confirm::Confirm, propose::Propose, reject::Reject,
    resume::Resume, revoke::Revoke, veto::Object, withdraw::Withdraw,
};
use countersign_governance::finding::{self, assign, dispute, settle};
use countersign_governance::id::{ExceptionId, FindingId, PersonId};
use countersign_governance::refusal::Refusal;
use countersign_governance::text::Reason;
use countersign_server::act::Asked;
use countersign_server::text::Text;
use countersign_store::read::finding::Item;
use jiff::{SignedDuration, Timestamp};

use super::cast::{missing, no};
use super::history::History;
use super::hospital::SYSTEMS;
use super::script::{ByHand, Controlled, Deed, Proposal, Spoken};
use crate::exit::Failure;
use crate::sandbox::{self, Hand};

/// What the door answers; a refusal is an answer.
type Answered = Result<Result<(), Refusal>, Failure>;

impl History<'_> {
    /// Carries one step out.
    pub(super) async fn carry_out(&self, deed: &Deed) -> Answered {
        match deed {
            Deed::Read { .. } | Deed::ByHand { .. } => self.in_system(deed).await,
            Deed::Assign { finding, .. }
            | Deed::Choose { finding, .. }
            | Deed::Order { finding, .. }
            | Deed::Dispute { finding, .. }
            | Deed::Settle { finding, .. } => {
                let item = self.finding(finding).await?;
                self.about_finding(deed, &item).await
            }
            Deed::Propose { exception } => self.propose(exception).await,
            Deed::Accept { who, exception } => self.say(who, exception, Verb::Accept, None).await,
            Deed::Sign { who, exception } => self.say(who, exception, Verb::Sign, None).await,
            Deed::Reject(it) => self.speak(it, |reason| Verb::Reject(Reject { reason })).await,
            Deed::Confirm(it) => {
                self.speak(it, |statement| Verb::Confirm(Confirm { statement })).await
            }
            Deed::Veto(it) => self.speak(it, |reason| Verb::Veto(Object { reason })).await,
            Deed::Answer(it) => self.speak(it, |reason| Verb::Answer(Answer { reason })).await,
            Deed::Resume(it) => {
                self.speak(it, |statement| Verb::Resume(Resume { statement })).await
            }
            Deed::Revoke(it) => self.speak(it, |reason| Verb::Revoke(Revoke { reason })).await,
            Deed::Withdraw(it) => {
                self.speak(it, |reason| Verb::Withdraw(Withdraw { reason })).await
            }
        }
    }

    async fn in_system(&self, deed: &Deed) -> Answered {
        match deed {
            Deed::Read { system } => {
                for name in SYSTEMS {
                    if system.as_ref().is_none_or(|only| only == name) {
                        self.stage.read(name).await?;
                    }
                }
            }
            Deed::ByHand { system, change, what } => {
                let hand = match change {
                    ByHand::Add => Hand::Add(what),
                    ByHand::Remove => Hand::Remove(what),
                    ByHand::Enable => Hand::Enable(what),
                    ByHand::Disable => Hand::Disable(what),
                };
                sandbox::by_hand(&self.stage.hospital.sandbox, system, &hand)?;
            }
            _ => {}
        }
        Ok(Ok(()))
    }

    async fn about_finding(&self, deed: &Deed, item: &Item) -> Answered {
        match deed {
            Deed::Assign { who, owner, .. } => {
                let owner = self.stage.named(owner)?;
                let command = finding::Command::Assign(assign::Assign { owner });
                self.stage.ask_finding(self.stage.named(who)?, item, command, Vec::new()).await
            }
            Deed::Choose { who, takes, .. } => {
                let chosen = self.stage.choose(item, self.stage.named(who)?, takes).await?;
                Ok(chosen.map(|_words| ()))
            }
            Deed::Order { who, by_hand, .. } => {
                let ordered = self.stage.order(self.stage.named(who)?, item).await?;
                if ordered.is_ok() && !by_hand {
                    self.stage.settled(item).await?;
                }
                Ok(ordered)
            }
            Deed::Dispute { who, why, .. } => {
                let (reason, text) = self.reason(why)?;
                let command = finding::Command::Dispute(dispute::Disputed { reason });
                self.stage.ask_finding(self.stage.named(who)?, item, command, vec![text]).await
            }
            Deed::Settle { who, why, not_toxic_days, .. } => {
                let (reason, text) = self.reason(why)?;
                let not_toxic_until = not_toxic_days.map(|days| self.in_days(days));
                let command = finding::Command::Settle(settle::Settle { reason, not_toxic_until });
                self.stage.ask_finding(self.stage.named(who)?, item, command, vec![text]).await
            }
            _ => Ok(Ok(())),
        }
    }

    async fn propose(&self, key: &str) -> Answered {
        let proposal = self.stage.hospital.script.proposal(key).ok_or_else(|| missing(key))?;
        let item = self.finding(&proposal.finding).await?;
        let (propose, texts) = self.proposed(proposal, &item)?;
        let door = self.stage.door();
        let id = ExceptionId(door.chance.id(self.now()).map_err(|it| no(&it))?);
        self.exceptions.borrow_mut().insert(key.to_owned(), id);
        let by = self.stage.named(&proposal.by)?;
        let command = Command::Exception(id, Verb::Propose(Box::new(propose)));
        self.stage.ask(Asked::new(Actor::Person(by), command).with_texts(texts)).await
    }

    fn proposed(&self, it: &Proposal, item: &Item) -> Result<(Propose, Vec<Text>), Failure> {
        let (need, first) = self.reason(&it.need)?;
        let (not_removable, second) = self.reason(&it.not_removable)?;
        let (would_change, third) = self.reason(&it.would_change)?;
        let mut texts = vec![first, second, third];
        let mut controls = Vec::new();
        for control in &it.controls {
            let (control, own) = self.control(control)?;
            controls.push(control);
            texts.extend(own);
        }
        let id = item.row.id.strip_prefix("finding:").unwrap_or(&item.row.id);
        let propose = Propose {
            finding: id.parse::<FindingId>().map_err(|_| missing(id))?,
            owner: self.stage.named(&it.owner)?,
            why: Why { need, not_removable, would_change },
            used: Use::Continuous,
            controls,
            until: self.in_days(it.days),
            review_days: it.review_days,
            requested_by: Vec::new(),
            ticket: it.ticket.clone(),
        };
        Ok((propose, texts))
    }

    fn control(&self, it: &Controlled) -> Result<(Control, [Text; 2]), Failure> {
        let (_, what) = self.reason(&it.what)?;
        let chance = &self.stage.door().chance;
        let probe = Text::json(chance, &it.test).map_err(|error| no(&error))?;
        let kind = match it.test {
            Probe::NoLogin { .. } => TestKind::NoLogin,
            Probe::ExpiresWithin { .. } => TestKind::ExpiresWithin,
            Probe::PathAbsent { .. } => TestKind::PathAbsent,
        };
        let control = Control {
            what: what.digest().clone(),
            owner: self.stage.named(&it.owner)?,
            test: Test { kind, system: it.system.clone(), probe: probe.digest().clone() },
            every_hours: it.every_hours,
            max_age_hours: it.max_age_hours,
        };
        Ok((control, [what, probe]))
    }

    async fn speak(&self, it: &Spoken, verb: impl FnOnce(Reason) -> Verb) -> Answered {
        let (reason, text) = self.reason(&it.why)?;
        self.say(&it.who, &it.exception, verb(reason), Some(text)).await
    }

    async fn say(&self, who: &str, key: &str, verb: Verb, text: Option<Text>) -> Answered {
        let id = self.exceptions.borrow().get(key).copied().ok_or_else(|| missing(key))?;
        let who: PersonId = self.stage.named(who)?;
        let asked = Asked::new(Actor::Person(who), Command::Exception(id, verb));
        self.stage.ask(asked.with_texts(text.into_iter().collect())).await
    }

    async fn finding(&self, key: &str) -> Result<Item, Failure> {
        let named = self.stage.hospital.script.finding(key).ok_or_else(|| missing(key))?;
        self.stage.find(&named.rule, &named.root).await
    }

    fn reason(&self, words: &str) -> Result<(Reason, Text), Failure> {
        let text = Text::new(&self.stage.door().chance, words).map_err(|error| no(&error))?;
        let reason = Reason::new(text.words(), text.digest().clone());
        Ok((reason.map_err(|error| no(&error))?, text))
    }

    fn in_days(&self, days: i64) -> Timestamp {
        let hours = SignedDuration::from_hours(days.saturating_mul(24));
        self.now().saturating_add(hours).unwrap_or(Timestamp::MAX)
    }
}
