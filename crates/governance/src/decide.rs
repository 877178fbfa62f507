//! The one function that decides, and the one that replays. Both match every case by name: a new
//! noun or verb does not compile until it has an answer here.

use serde::{Deserialize, Serialize};

use crate::accountability::{self, Accountability, Cell};
use crate::appointment::OneCase;
use crate::authority::Verb;
use crate::event::Event;
use crate::exception::{self, Exception};
use crate::facts::Facts;
use crate::finding::{self, Finding};
use crate::gap::{self, Gap};
use crate::id::{ExceptionId, FindingId, GapId, ItemId, PersonId, ProcessId, ReviewId, SystemId};
use crate::item::{self, Item};
use crate::person::{self, Person};
use crate::policy::{self, Policy};
use crate::process::{self, Process};
use crate::refusal::{Refusal, Refused};
use crate::review::{self, Review};
pub use crate::subject::Subject;
use crate::system::{self, System};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Of a finding.
    Finding(FindingId, finding::Command),
    /// Of an exception.
    Exception(ExceptionId, exception::Command),
    /// Of a person's record.
    Person(PersonId, person::Command),
    /// Of a process.
    Process(ProcessId, process::Command),
    /// Of a connected system.
    System(SystemId, system::Command),
    /// Of the policy.
    Policy(policy::Command),
    /// Of who answers for a control plane of a system.
    Accountability(Cell, accountability::Command),
    /// Of a gap.
    Gap(GapId, gap::Command),
    /// Of a review.
    Review(ReviewId, review::Command),
    /// Of an item of a review.
    Item(ItemId, item::Command),
}

/// The current state of one subject; `None` inside where it does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A finding.
    Finding(Option<Box<Finding>>),
    /// An exception.
    Exception(Option<Box<Exception>>),
    /// A person's record.
    Person(Option<Person>),
    /// A process.
    Process(Option<Process>),
    /// A connected system.
    System(Option<System>),
    /// The policy.
    Policy(Option<Policy>),
    /// Who answers for a control plane of a system.
    Accountability(Option<Accountability>),
    /// A gap.
    Gap(Option<Gap>),
    /// A review.
    Review(Option<Box<Review>>),
    /// An item of a review.
    Item(Option<Box<Item>>),
}

impl Subject {
    /// The state before the first event.
    #[must_use]
    pub fn nothing(&self) -> State {
        match self {
            Self::Finding(_) => State::Finding(None),
            Self::Exception(_) => State::Exception(None),
            Self::Person(_) => State::Person(None),
            Self::Process(_) => State::Process(None),
            Self::System(_) => State::System(None),
            Self::Policy => State::Policy(None),
            Self::Accountability(_) => State::Accountability(None),
            Self::Gap(_) => State::Gap(None),
            Self::Review(_) => State::Review(None),
            Self::Item(_) => State::Item(None),
        }
    }
}

impl Command {
    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Self::Finding(id, _) => Subject::Finding(*id),
            Self::Exception(id, _) => Subject::Exception(*id),
            Self::Person(id, _) => Subject::Person(*id),
            Self::Process(id, _) => Subject::Process(*id),
            Self::System(id, _) => Subject::System(*id),
            Self::Policy(_) => Subject::Policy,
            Self::Accountability(cell, _) => Subject::Accountability(*cell),
            Self::Gap(id, _) => Subject::Gap(*id),
            Self::Review(id, _) => Subject::Review(*id),
            Self::Item(id, _) => Subject::Item(*id),
        }
    }

    /// Of what the ledger keeps that somebody was told no. A proposal that is refused is no exception:
    /// it is told of the finding that it was about.
    #[must_use]
    pub fn told_no(&self) -> Subject {
        match self {
            Self::Exception(_, exception::Command::Propose(it)) => Subject::Finding(it.finding),
            Self::Exception(_, exception::Command::Renew(it)) => {
                Subject::Finding(it.propose.finding)
            }
            Self::Finding(..)
            | Self::Exception(..)
            | Self::Person(..)
            | Self::Process(..)
            | Self::System(..)
            | Self::Policy(_)
            | Self::Accountability(..)
            | Self::Gap(..)
            | Self::Review(..)
            | Self::Item(..) => self.subject(),
        }
    }

    /// The verb, where it is one that policy may permit to a person; reports of our own machines
    /// have none.
    #[must_use]
    pub fn verb(&self) -> Option<Verb> {
        match self {
            Self::Finding(_, command) => command.verb(),
            Self::Exception(_, command) => command.verb(),
            Self::Person(_, person::Command::Appoint(_)) => Some(Verb::PersonAppoint),
            Self::Person(_, person::Command::AppointForCase(_)) => Some(Verb::PersonAppointForCase),
            Self::Person(_, person::Command::Deactivate) => Some(Verb::PersonDeactivate),
            Self::Person(_, person::Command::Unlink) => Some(Verb::PersonUnlink),
            Self::Person(
                _,
                person::Command::TakeToken(_)
                | person::Command::SignInLocally(_)
                | person::Command::SitByGroup(_),
            ) => None,
            Self::Process(_, process::Command::Define(_)) => Some(Verb::ProcessDefine),
            Self::System(_, system::Command::Connect(_)) => Some(Verb::SystemConnect),
            Self::System(_, system::Command::ReleaseRun(_)) => Some(Verb::SystemReleaseRun),
            Self::System(_, system::Command::OfferRun(_)) => None,
            Self::Policy(policy::Command::Adopt(_)) => Some(Verb::PolicyAdopt),
            Self::Policy(policy::Command::Countersign(_)) => Some(Verb::PolicyCountersign),
            Self::Policy(policy::Command::Withdraw(_)) => Some(Verb::PolicyWithdraw),
            Self::Accountability(_, command) => Some(command.verb()),
            Self::Gap(..) => None,
            Self::Review(_, command) => command.verb(),
            Self::Item(_, command) => command.verb(),
        }
    }

    /// The person whom the command names, if any: an owner to be.
    #[must_use]
    pub fn named(&self) -> Option<PersonId> {
        match self {
            Self::Finding(_, finding::Command::Assign(assign)) => Some(assign.owner),
            Self::Finding(_, finding::Command::Entrust(entrust)) => Some(entrust.owner),
            Self::Exception(_, exception::Command::Propose(propose)) => Some(propose.owner),
            Self::Exception(_, exception::Command::Renew(renew)) => Some(renew.propose.owner),
            Self::Exception(_, exception::Command::HandOver(it)) => Some(it.to),
            Self::Process(_, process::Command::Define(definition)) => Some(definition.owner),
            Self::Accountability(_, accountability::Command::HandOver(to)) => Some(*to),
            Self::Item(_, item::Command::Delegate(it)) => Some(it.to),
            Self::Finding(..)
            | Self::Exception(..)
            | Self::Person(..)
            | Self::System(..)
            | Self::Policy(_)
            | Self::Accountability(..)
            | Self::Gap(..)
            | Self::Review(..)
            | Self::Item(..) => None,
        }
    }

    /// Other people whom the command names: who answers for a control.
    #[must_use]
    pub fn others(&self) -> Vec<PersonId> {
        match self {
            Self::Exception(_, exception::Command::Propose(propose)) => {
                propose.controls.iter().map(|control| control.owner).collect()
            }
            Self::Exception(_, exception::Command::Renew(renew)) => {
                renew.propose.controls.iter().map(|control| control.owner).collect()
            }
            Self::Review(_, review::Command::Stage(it)) => it.plan.people().into_iter().collect(),
            Self::Finding(..)
            | Self::Exception(..)
            | Self::Person(..)
            | Self::Process(..)
            | Self::System(..)
            | Self::Policy(_)
            | Self::Accountability(..)
            | Self::Gap(..)
            | Self::Review(..)
            | Self::Item(..) => Vec::new(),
        }
    }
}

/// Answers a command: events, or a refusal. A state of another kind than the command's subject is
/// the caller's mistake and is answered as an unknown case.
///
/// # Errors
/// The refusal, when the answer is no.
pub fn decide(state: &State, facts: &Facts, command: Command) -> Result<Vec<Event>, Refusal> {
    let is_asked = command.verb().is_some();
    must_be_within(facts, &command)?;
    let events = answer(state, facts, command)?;
    // Last of all, so that duties and stages are told first and a yes that changes nothing stays one.
    if is_asked && !events.is_empty() {
        facts.must_not_object()?;
    }
    Ok(events)
}

/// Somebody from outside does one thing: they sign, on their one case, until its end. Looked at before
/// anything else of every command of theirs; what they do to come in is no verb of policy.
fn must_be_within(facts: &Facts, command: &Command) -> Result<(), Refusal> {
    let only = facts.person.as_ref().and_then(Person::only);
    let (Some(only), Some(verb)) = (only, command.verb()) else { return Ok(()) };
    let is_theirs = match (only.case, command.subject()) {
        (OneCase::Finding(of), Subject::Finding(id)) => of == id,
        (OneCase::Exception(of), Subject::Exception(id)) => of == id,
        (OneCase::Finding(_) | OneCase::Exception(_), _) => false,
    };
    if !is_theirs || !verb.is_for_one_case() {
        return Err(Refusal::OtherCase { seat: only.seat });
    }
    if only.until <= facts.now {
        return Err(Refusal::SeatOver { seat: only.seat, until: only.until });
    }
    Ok(())
}

fn answer(state: &State, facts: &Facts, command: Command) -> Result<Vec<Event>, Refusal> {
    match (state, command) {
        (State::Finding(state), Command::Finding(_, command)) => {
            finding::decide(state.as_deref(), facts, command).map(wrap(Event::Finding))
        }
        (State::Exception(state), Command::Exception(_, command)) => {
            exception::decide(state.as_deref(), facts, command).map(wrap(Event::Exception))
        }
        (State::Person(state), Command::Person(id, command)) => {
            person::decide(id, state.as_ref(), facts, command).map(wrap(Event::Person))
        }
        (State::Process(_), Command::Process(_, command)) => {
            process::decide(facts, command).map(wrap(Event::Process))
        }
        (State::System(state), Command::System(_, command)) => {
            system::decide(state.as_ref(), facts, command).map(wrap(Event::System))
        }
        (State::Policy(state), Command::Policy(command)) => {
            policy::decide(state.as_ref(), facts, command).map(wrap(Event::Policy))
        }
        (State::Accountability(state), Command::Accountability(_, command)) => {
            accountability::decide(state.as_ref(), facts, command).map(wrap(Event::Accountability))
        }
        (State::Gap(state), Command::Gap(_, command)) => {
            gap::decide(state.as_ref(), facts, command).map(wrap(Event::Gap))
        }
        (State::Review(state), Command::Review(_, command)) => {
            review::decide(state.as_deref(), facts, command).map(wrap(Event::Review))
        }
        (State::Item(state), Command::Item(_, command)) => {
            item::decide(state.as_deref(), facts, command).map(wrap(Event::Item))
        }
        (
            State::Finding(_)
            | State::Exception(_)
            | State::Person(_)
            | State::Process(_)
            | State::System(_)
            | State::Policy(_)
            | State::Accountability(_)
            | State::Gap(_)
            | State::Review(_)
            | State::Item(_),
            command,
        ) => Err(Refusal::Unknown(command.subject().kind())),
    }
}

/// Adds one event to the state of its subject. An event of another kind changes nothing.
#[must_use]
pub fn evolve(subject: Subject, state: State, event: &Event) -> State {
    match (subject, state, event) {
        (Subject::Finding(id), State::Finding(state), Event::Finding(event)) => {
            State::Finding(finding::evolve(id, state.map(|it| *it), event).map(Box::new))
        }
        (Subject::Exception(id), State::Exception(state), Event::Exception(event)) => {
            State::Exception(exception::evolve(id, state.map(|it| *it), event).map(Box::new))
        }
        (Subject::Person(id), State::Person(state), Event::Person(event)) => {
            State::Person(person::evolve(id, state, event))
        }
        (Subject::Process(id), State::Process(state), Event::Process(event)) => {
            State::Process(process::evolve(id, state, event))
        }
        (Subject::System(id), State::System(state), Event::System(event)) => {
            State::System(system::evolve(id, state, event))
        }
        (Subject::Policy, State::Policy(state), Event::Policy(event)) => {
            State::Policy(policy::evolve(state, event))
        }
        (
            Subject::Accountability(cell),
            State::Accountability(state),
            Event::Accountability(event),
        ) => State::Accountability(accountability::evolve(cell, state, event)),
        (Subject::Gap(id), State::Gap(state), Event::Gap(event)) => {
            State::Gap(gap::evolve(id, state, event))
        }
        (Subject::Review(id), State::Review(state), Event::Review(event)) => {
            State::Review(review::evolve(id, state.map(|it| *it), event).map(Box::new))
        }
        (Subject::Item(id), State::Item(state), Event::Item(event)) => {
            State::Item(item::evolve(id, state.map(|it| *it), event).map(Box::new))
        }
        (
            Subject::Finding(_)
            | Subject::Exception(_)
            | Subject::Person(_)
            | Subject::Process(_)
            | Subject::System(_)
            | Subject::Policy
            | Subject::Accountability(_)
            | Subject::Gap(_)
            | Subject::Review(_)
            | Subject::Item(_),
            state,
            _,
        ) => state,
    }
}

/// The event by which the ledger remembers a refusal that concerns duties: who was told no.
#[must_use]
pub fn refused(subject: Subject, verb: Option<Verb>, refusal: &Refusal) -> Event {
    let verb = verb.map_or("report", Verb::as_str).to_owned();
    let refused = Refused { verb, code: refusal.code().to_owned() };
    match subject {
        Subject::Finding(_) => Event::Finding(finding::Event::Refused(refused)),
        Subject::Exception(_) => Event::Exception(exception::Event::Refused(refused)),
        Subject::Person(_) => Event::Person(person::Event::Refused(refused)),
        Subject::Process(_) => Event::Process(process::Event::Refused(refused)),
        Subject::System(_) => Event::System(system::Event::Refused(refused)),
        Subject::Policy => Event::Policy(policy::Event::Refused(refused)),
        Subject::Accountability(_) => {
            Event::Accountability(accountability::Event::Refused(refused))
        }
        Subject::Gap(_) => Event::Gap(gap::Event::Refused(refused)),
        Subject::Review(_) => Event::Review(review::Event::Refused(refused)),
        Subject::Item(_) => Event::Item(item::Event::Refused(refused)),
    }
}

fn wrap<T>(make: fn(T) -> Event) -> impl Fn(Vec<T>) -> Vec<Event> {
    move |events| events.into_iter().map(make).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::actor::Machine;
    use crate::facts::Reach;
    use crate::finding::withdraw_order;
    use crate::finding::{Command as Ask, Ending, Stage, change, end, fulfil, open, order, recur};
    use crate::scene::{self, Case};

    /// One step of a random life: who (0 = a machine), what, on which day, with what graph.
    #[derive(Debug, Clone)]
    struct Move {
        who: u128,
        what: u8,
        graph: (bool, bool, bool),
        holder: u128,
    }

    fn moves() -> impl Strategy<Value = Vec<Move>> {
        let one = (0_u128..8, 0_u8..15, any::<(bool, bool, bool)>(), 1_u128..12)
            .prop_map(|(who, what, graph, holder)| Move { who, what, graph, holder });
        proptest::collection::vec(one, 1..60)
    }

    fn facts(step: &Move, day: i64) -> Facts {
        let machines = [Machine::Judge, Machine::Enforcer, Machine::Observer];
        let which = machines[usize::from(step.what) % 3];
        let base = if step.who == 0 {
            let wanted = if step.what < 4 { Machine::Judge } else { Machine::Enforcer };
            scene::machine(if step.graph.2 { wanted } else { which }, day)
        } else {
            scene::facts(step.who, day)
        };
        let reach = Reach {
            read_at: scene::day(day),
            complete: step.graph.0,
            present: step.graph.1,
            still: None,
        };
        let holders = [scene::id(step.holder)].into();
        let named = Some(scene::person(1 + step.who % 7));
        Facts { reach: Some(reach), holders, named, by_hand: step.graph.1, ..base }
    }

    fn ask(step: &Move, day: i64) -> Ask {
        use countersign_access::change::Holds;
        let known = scene::known();
        match step.what {
            0 => Ask::Open(open::Open { known }),
            1 => Ask::Change(change::Change { known, moved: None }),
            2 => Ask::Recur(recur::Recur { known }),
            3 => Ask::End(end::End::NotSeen {
                read_at: scene::day(day),
                complete: step.graph.0,
                still: false,
            }),
            4 | 5 => scene::assign_to(1 + step.who % 7),
            6 => scene::choose_revoke(),
            7 => Ask::Order(order::Order { order: scene::order_id() }),
            8 => Ask::Fulfil(fulfil::Fulfil {
                order: scene::order_id(),
                receipt: scene::text("receipt"),
            }),
            9 | 10 => scene::verify_with(Holds::Yes, day),
            11 => scene::verify_with(Holds::No { found: String::new() }, day),
            12 => scene::disputed(),
            13 => Ask::WithdrawOrder(withdraw_order::WithdrawOrder { reason: scene::reason() }),
            _ => scene::settle_until(step.graph.0.then_some(day + 9)),
        }
    }

    fn one_seat_each(signed: &[(PersonId, crate::seat::SeatName)]) -> bool {
        signed.iter().all(|(who, seat)| signed.iter().all(|(a, b)| a != who || b == seat))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// Whatever anybody tries in whatever order, the laws hold after every step.
        #[test]
        fn no_sequence_of_commands_breaks_a_law(steps in moves()) {
            let mut case = Case::nothing();
            for (day, step) in (0..).zip(&steps) {
                let facts = facts(step, day);
                let before = case.finding.clone();
                let Ok(events) = case.ask(&facts, ask(step, day)) else { continue };
                for event in events {
                    case.finding = crate::finding::evolve(scene::finding_id(), case.finding, &event);
                    case.events.push(event);
                }
                let Some(finding) = &case.finding else { continue };
                prop_assert!(one_seat_each(&finding.signed), "law 6: one person, one seat");
                if let Some(owner) = finding.owner() {
                    let seats = scene::person(owner.person.0.as_u128());
                    prop_assert!(!seats.seats().contains(&crate::seat::SeatName::Security));
                }
                let was_ended = before.as_ref().is_some_and(Finding::is_ended);
                if let (Stage::Ended { ending, .. }, false) = (&finding.stage, was_ended) {
                    match ending {
                        Ending::Fixed(proof) => {
                            prop_assert!(step.graph.0 && !step.graph.1, "law 8: complete and clear");
                            prop_assert!(proof.graph_read_at() >= proof.read_at());
                            prop_assert_eq!(before.map(|it| it.status()), Some("fulfilled"));
                        }
                        Ending::Gone(_) => {
                            prop_assert!(step.graph.0, "law 8: a complete read");
                            prop_assert!(before.is_some_and(|it| it.order().is_none()));
                        }
                        Ending::NotToxic(word) => {
                            let own = finding.owner().map(|it| it.person);
                            prop_assert_ne!(own, Some(word.signed().person()));
                        }
                        Ending::RuleChanged(_) => prop_assert!(false, "nobody changed a rule"),
                    }
                }
            }
            let replayed = case.events.iter().fold(State::Finding(None), |state, event| {
                evolve(Subject::Finding(scene::finding_id()), state, &Event::Finding(event.clone()))
            });
            prop_assert_eq!(replayed, State::Finding(case.finding.map(Box::new)));
        }
    }

    #[test]
    fn events_and_state_survive_being_written_down() {
        let case = Case::fixed();
        for event in &case.events {
            let event = Event::Finding(event.clone());
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event, "{json}");
        }
        let state = State::Finding(case.finding.map(Box::new));
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
    }

    #[test]
    fn a_signature_read_back_from_another_seat_is_no_event() {
        let case = Case::ordered();
        let json = serde_json::to_string(&case.events[3]).unwrap();
        assert!(json.contains(r#""seat":"control""#), "{json}");
        let forged = json.replace(r#""seat":"control""#, r#""seat":"business""#);
        assert!(serde_json::from_str::<crate::finding::Event>(&forged).is_err());
    }

    #[test]
    fn what_policy_objects_to_is_told_last_and_a_deputy_signs_for_the_owner() {
        use crate::authority::{Authority, Factor, Objection, SignIn};
        use crate::exception::Command as Verb;
        use crate::exception::scene::{Case, facts};
        use crate::scene::{ADMIN, GUARD, OTHER_OWNER, OWNER, id};
        let old = Objection { words: "the data is old".into(), remedy: "read the system again" };
        let objecting = Authority { objections: vec![old], ..Authority::everything() };
        let fresh = Authority {
            permitted: false,
            sign_in: Some(SignIn { factor: Factor::Key, minutes: 5 }),
            ..Authority::everything()
        };
        let case = Case::proposed();
        let state = State::Exception(case.exception.clone().map(Box::new));
        let asked = |n, authority: &Authority, deputy_for| {
            let facts = Facts { authority: authority.clone(), deputy_for, ..facts(n, 2) };
            let command = Command::Exception(case.exception.as_ref().unwrap().id, Verb::Accept);
            decide(&state, &facts, command)
        };
        let code = |n, authority: &Authority| asked(n, authority, None).unwrap_err().code();
        assert_eq!(code(OWNER, &objecting), "policy.objects");
        assert_eq!(code(OWNER, &fresh), "policy.sign-in");
        for n in [ADMIN, GUARD] {
            assert_eq!(code(n, &objecting), "duty.wrong-seat", "duties are told first");
        }
        assert_eq!(code(OTHER_OWNER, &objecting), "duty.not-the-owner");
        let signed = asked(OTHER_OWNER, &Authority::everything(), Some(id(OWNER))).unwrap();
        let json = serde_json::to_value(&signed[0]).unwrap();
        let json = &json["exception.accepted.1"]["signed"];
        assert_eq!(json["for"], id(OWNER).to_string(), "{json}");
        let after = evolve(
            Subject::Exception(case.exception.as_ref().unwrap().id),
            state.clone(),
            &signed[0],
        );
        let State::Exception(Some(after)) = after else { panic!("it is there") };
        for n in [OWNER, OTHER_OWNER] {
            assert!(after.signed.contains(&(id(n), crate::seat::SeatName::Business)), "{n}");
        }
        // For somebody who does not own it nobody signs.
        assert!(asked(OTHER_OWNER, &Authority::everything(), Some(id(ADMIN))).is_err());
    }
}
