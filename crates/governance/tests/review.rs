//! The whole life of a review with its items, walked at random under a policy that permits everything: what
//! may never happen happens to nobody. The test keeps its own books, in the plainest way, and compares.

use std::collections::{BTreeMap, BTreeSet};

use countersign_governance::actor::{Actor, Machine};
use countersign_governance::appointment::{Appointment, Person, StandIn};
use countersign_governance::authority::Authority;
use countersign_governance::campaign::{
    Around, Ended, NoAnswer, Outcome, Plan, Reviewers, Scoped, StagePlan, Tally,
};
use countersign_governance::event::Event;
use countersign_governance::facts::{Erased, Facts};
use countersign_governance::id::{FindingId, ItemId, PersonId, ReviewId};
use countersign_governance::item::decide::{Decide, Decision};
use countersign_governance::item::{self, Item, Known, Standing, Wish};
use countersign_governance::review::{self, Review};
use countersign_governance::seat::SeatName;
use countersign_governance::text::{Reason, TextDigest};
use countersign_governance::{Command, State, Subject, decide, evolve, person};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

const ITEMS: u8 = 3;
const PEOPLE: u8 = 5;
const AUDITOR: u8 = 5;

/// One step: what somebody, or one of our machines, tries.
#[derive(Debug, Clone, Copy)]
enum Move {
    Start(u8),
    OpenItem(u8),
    Open,
    Decide(u8, u8, u8),
    Delegate(u8, u8, u8),
    Lapse(u8),
    /// What the finding of an item has come to, said by whoever is not asked.
    Finding(u8, u8),
    Settle(u8),
    Progress,
    Pause(u8),
    Resume(u8),
    Cancel(u8),
    Accept(u8),
    Reject(u8),
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let who = || 1_u8..=PEOPLE;
    let item = || 0_u8..ITEMS;
    let one = prop_oneof![
        1 => who().prop_map(Move::Start),
        4 => item().prop_map(Move::OpenItem),
        2 => Just(Move::Open),
        10 => (who(), item(), 0_u8..9).prop_map(|(who, item, what)| Move::Decide(who, item, what)),
        2 => (who(), item(), who()).prop_map(|(who, item, to)| Move::Delegate(who, item, to)),
        2 => item().prop_map(Move::Lapse),
        4 => (item(), 0_u8..5).prop_map(|(item, how)| Move::Finding(item, how)),
        4 => item().prop_map(Move::Settle),
        5 => Just(Move::Progress),
        1 => who().prop_map(Move::Pause),
        2 => who().prop_map(Move::Resume),
        1 => Just(Move::Cancel(AUDITOR)),
        2 => who().prop_map(Move::Accept),
        2 => who().prop_map(Move::Reject),
        2 => (1_i64..12).prop_map(Move::Wait),
    ];
    let begun =
        [Move::Start(1), Move::OpenItem(0), Move::OpenItem(1), Move::OpenItem(2), Move::Open];
    proptest::collection::vec(one, 1..80)
        .prop_map(move |rest| begun.into_iter().chain(rest).collect())
}

fn id(number: u8) -> PersonId {
    PersonId(Uuid::from_u128(u128::from(number)))
}

fn text() -> TextDigest {
    TextDigest("text:sha256:x".to_owned())
}

/// The fourth stands in for the third; the fifth only reads.
#[expect(clippy::panic, reason = "whoever is appointed has a record")]
fn somebody(number: u8) -> Person {
    let seat = if number == AUDITOR { SeatName::Auditor } else { SeatName::Business };
    let until = Timestamp::MAX;
    let appointment = Appointment {
        name: text(),
        seats: [seat].into(),
        identities: text(),
        stands_in: if number == 4 { vec![StandIn { person: id(3), until }] } else { Vec::new() },
        away: None,
        manager: None,
    };
    let subject = Subject::Person(id(number));
    let appointed = Event::Person(person::Event::Appointed(appointment));
    let State::Person(Some(person)) = evolve(subject, subject.nothing(), &appointed) else {
        panic!("appointed")
    };
    person
}

/// Who holds the access of which item.
fn holder(item: u8) -> u8 {
    item + 1
}

fn has_part(who: u8, item: u8) -> bool {
    who == holder(item) || (who == 4 && holder(item) == 3)
}

/// A review, its items, and what the world outside them is like.
struct World {
    stages: usize,
    review: State,
    items: BTreeMap<u8, State>,
    outcomes: BTreeMap<u8, Outcome>,
    now: Timestamp,
}

impl World {
    fn new(stages: usize) -> Self {
        let subject = Subject::Review(ReviewId(Uuid::from_u128(500)));
        let items = (0..ITEMS).map(|n| (n, item_subject(n).nothing())).collect();
        let now = Timestamp::UNIX_EPOCH;
        Self { stages, review: subject.nothing(), items, outcomes: BTreeMap::new(), now }
    }

    fn plan(&self) -> Plan {
        let people: BTreeSet<PersonId> = (1..=4).map(id).collect();
        let reviewers = Reviewers::People { people };
        let stage = StagePlan { reviewers, fallback: None, days: 10 };
        Plan {
            title: text(),
            scope: text(),
            stages: vec![stage; self.stages],
            no_answer: NoAnswer::Escalate { to: id(2), days: 3 },
            keep_days_max: 90,
            remind_days: BTreeSet::new(),
            ladder: Vec::new(),
            changed_only: false,
        }
    }

    fn review(&self) -> Option<&Review> {
        match &self.review {
            State::Review(review) => review.as_deref(),
            _ => None,
        }
    }

    fn item(&self, number: u8) -> Option<&Item> {
        match self.items.get(&number) {
            Some(State::Item(item)) => item.as_deref(),
            _ => None,
        }
    }

    fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for item in (0..ITEMS).filter_map(|number| self.item(number)) {
            tally.items += 1;
            match item.standing {
                Standing::Open => tally.open += 1,
                Standing::Kept { .. } => tally.kept += 1,
                Standing::Changing { .. } => tally.changing += 1,
                Standing::Proven { .. } => tally.proven += 1,
            }
        }
        tally
    }

    fn took_part(&self, who: u8) -> bool {
        let items = (0..ITEMS).filter_map(|number| self.item(number));
        items.flat_map(|item| &item.decisions).any(|it| it.by == id(who))
    }

    /// A policy that permits everything to everybody.
    fn facts(&self, who: Option<u8>, machine: Machine, item: Option<u8>) -> Facts {
        let holders = item.map(|item| BTreeSet::from([id(holder(item))])).unwrap_or_default();
        let around = Around {
            scope: Scoped { items: u64::from(ITEMS), whole: true },
            tally: self.tally(),
            took_part: who.is_some_and(|who| self.took_part(who)),
            review: self.review().map(Review::running),
            next_stage: (1..=4).map(id).collect(),
            instead: Some(id(3)),
            finding: item.and_then(|item| self.outcomes.get(&item).cloned()),
        };
        Facts {
            now: self.now,
            actor: who.map_or(Actor::Machine(machine), |who| Actor::Person(id(who))),
            person: who.map(somebody),
            named: None,
            others: (1..=PEOPLE).map(somebody).collect(),
            owner: None,
            authority: Authority::everything(),
            holders,
            erased: Erased::default(),
            holders_cut: false,
            by_hand: false,
            due: self.now,
            deputy_for: None,
            on_path: false,
            reach: None,
            about: None,
            policy: None,
            answers: None,
            related: BTreeMap::new(),
            case: None,
            one_case_ended: None,
            routine: None,
            review: Some(around),
            next: None,
        }
    }

    fn ask_review(&mut self, who: Option<u8>, command: review::Command) {
        let facts = self.facts(who, Machine::Registrar, None);
        let of = ReviewId(Uuid::from_u128(500));
        let Ok(events) = decide(&self.review, &facts, Command::Review(of, command)) else { return };
        for event in events {
            self.review = evolve(Subject::Review(of), self.review.clone(), &event);
        }
    }

    fn ask_item(&mut self, number: u8, facts: &Facts, command: item::Command) {
        let subject = item_subject(number);
        let Subject::Item(of) = subject else { return };
        let Some(state) = self.items.get(&number).cloned() else { return };
        let Ok(events) = decide(&state, facts, Command::Item(of, command)) else { return };
        let state = events.iter().fold(state, |state, event| evolve(subject, state, event));
        self.items.insert(number, state);
    }

    fn open_item(&mut self, number: u8) {
        let known = Known {
            review: ReviewId(Uuid::from_u128(500)),
            number: u64::from(number),
            fingerprint: "f".to_owned(),
            shape: "s".to_owned(),
            detail: text(),
            severity: None,
            last_used: None,
        };
        let reviewers = (1..=4).filter(|who| !has_part(*who, number)).map(id).collect();
        let facts = self.facts(None, Machine::Registrar, Some(number));
        self.ask_item(number, &facts, item::Command::Open(item::open::Open { known, reviewers }));
    }

    fn step(&mut self, step: Move) {
        let why = Reason::new("it is needed each night until then", text());
        let Ok(reason) = why else { return };
        match step {
            Move::Start(who) => {
                let plan = self.plan();
                let stage = review::stage::Stage { plan };
                self.ask_review(Some(who), review::Command::Stage(Box::new(stage)));
                self.ask_review(Some(who), review::Command::Start);
            }
            Move::OpenItem(number) => {
                let is_opening = self.review().is_some_and(|it| it.status() == "opening");
                if is_opening {
                    self.open_item(number);
                }
            }
            Move::Open => {
                let open = review::open::Open { position: 1, digest: "d".to_owned() };
                self.ask_review(None, review::Command::Open(open));
            }
            Move::Decide(who, number, what) => {
                let until = self.now + SignedDuration::from_hours(24 * 30);
                let decision = match what {
                    0..=3 => Decision::Keep { until },
                    4 => Decision::NotMine,
                    5 => Decision::Change(Wish::Exception),
                    _ => Decision::Change(Wish::Revoke),
                };
                let facts = self.facts(Some(who), Machine::Registrar, Some(number));
                let asked = Decide { decision, reason: Some(reason), at_once: 1 };
                self.ask_item(number, &facts, item::Command::Decide(asked));
            }
            Move::Delegate(who, number, to) => {
                let facts = self.facts(Some(who), Machine::Registrar, Some(number));
                let facts = Facts { named: Some(somebody(to)), ..facts };
                let asked = item::delegate::Delegate { to: id(to) };
                self.ask_item(number, &facts, item::Command::Delegate(asked));
            }
            Move::Lapse(number) => {
                let facts = self.facts(None, Machine::Timekeeper, Some(number));
                self.ask_item(number, &facts, item::Command::Lapse);
            }
            Move::Finding(number, how) => self.finding(number, how),
            Move::Settle(number) => {
                let facts = self.facts(None, Machine::Registrar, Some(number));
                self.ask_item(number, &facts, item::Command::Settle);
            }
            Move::Progress => self.ask_review(None, review::Command::Progress),
            Move::Pause(who) => {
                self.ask_review(Some(who), review::Command::Pause(review::pause::Pause { reason }));
            }
            Move::Resume(who) => self.ask_review(Some(who), review::Command::Resume),
            Move::Cancel(who) => {
                let cancel = review::cancel::Cancel { reason };
                self.ask_review(Some(who), review::Command::Cancel(cancel));
            }
            Move::Accept(who) => {
                let accept = review::accept::Accept { reason };
                self.ask_review(Some(who), review::Command::Accept(accept));
            }
            Move::Reject(who) => {
                let reject = review::reject::Reject { reason };
                self.ask_review(Some(who), review::Command::Reject(reject));
            }
            Move::Wait(days) => self.now += SignedDuration::from_hours(24 * days),
        }
    }

    fn finding(&mut self, number: u8, how: u8) {
        let finding = FindingId(Uuid::from_u128(900 + u128::from(number)));
        let ended = match how {
            0 => None,
            1 => Some(Ended::Fixed),
            2 => Some(Ended::Gone),
            _ => Some(Ended::Otherwise),
        };
        let ended = ended.map(|how| (how, self.now));
        let excepted = (how == 0).then_some(self.now);
        self.outcomes.insert(number, Outcome { finding, ended, excepted });
    }

    /// What may never be so.
    fn must_hold(&self) -> Result<(), TestCaseError> {
        for number in 0..ITEMS {
            let Some(item) = self.item(number) else { continue };
            let mut seen = BTreeSet::new();
            for decided in &item.decisions {
                for who in [Some(decided.by), decided.in_place_of].into_iter().flatten() {
                    let own = (1..=PEOPLE).any(|it| id(it) == who && has_part(it, number));
                    prop_assert!(!own, "{who} decided about their own access");
                    prop_assert!(seen.insert((who, decided.stage)));
                    let theirs =
                        |it: &&item::decide::Decided| it.by == who || it.in_place_of == Some(who);
                    let again = item.decisions.iter().filter(theirs).count();
                    prop_assert_eq!(again, 1, "{} decided in two stages", who);
                }
            }
            let is_open = item.standing == Standing::Open;
            prop_assert_eq!(is_open, !item.reviewers.is_empty(), "open is before somebody");
            if let Standing::Proven { proof, wish } = &item.standing {
                let outcome = self.outcomes.get(&number);
                prop_assert!(outcome.is_some(), "proven of nothing");
                let silent = item.decisions.is_empty();
                let said = item.decisions.last().map(|it| it.at);
                prop_assert!(silent || said <= Some(proof.at()), "{:?} before {:?}", wish, said);
            }
        }
        let Some(review) = self.review() else { return Ok(()) };
        let is_through = matches!(review.status(), "proven" | "accepted" | "rejected");
        for item in (0..ITEMS).filter_map(|number| self.item(number)).filter(|_| is_through) {
            let fine = matches!(item.standing, Standing::Kept { .. } | Standing::Proven { .. });
            prop_assert!(fine, "a proven review with {:?}", item.standing);
        }
        if let review::Stage::Accepted { signed, .. } | review::Stage::Rejected { signed, .. } =
            &review.stage
        {
            prop_assert_eq!(signed.person(), id(AUDITOR));
        }
        Ok(())
    }
}

fn item_subject(number: u8) -> Subject {
    Subject::Item(ItemId(Uuid::from_u128(600 + u128::from(number))))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_review_is_proven_without_evidence_and_nobody_decides_about_their_own_access(
        steps in moves(),
        stages in 1_usize..=2,
    ) {
        let mut world = World::new(stages);
        for step in steps {
            let before = world.review().map(Review::status);
            world.step(step);
            world.must_hold()?;
            // Only an auditor ends what is proven, and nothing leaves an end.
            let after = world.review().map(Review::status);
            if let Some(ended @ ("accepted" | "rejected" | "cancelled")) = before {
                prop_assert_eq!(after, Some(ended));
            }
        }
        // Read back as written.
        let json = serde_json::to_string(&world.review).unwrap_or_default();
        prop_assert_eq!(serde_json::from_str::<State>(&json).ok(), Some(world.review.clone()));
    }

    #[test]
    fn a_review_can_be_lived_to_its_end(seed in 0_u8..4) {
        let mut world = World::new(1);
        for step in [Move::Start(1), Move::OpenItem(0), Move::OpenItem(1), Move::OpenItem(2), Move::Open] {
            world.step(step);
        }
        for (number, who) in [(0, 2), (1, 3), (2, 1)] {
            let what = if number == seed { 8 } else { 0 };
            world.step(Move::Decide(who, number, what));
        }
        world.step(Move::Progress);
        let wanted = if seed < ITEMS { "remediating" } else { "proven" };
        prop_assert_eq!(world.review().map(Review::status), Some(wanted));
        if seed < ITEMS {
            world.step(Move::Wait(1));
            world.step(Move::Finding(seed, 1));
            world.step(Move::Settle(seed));
            world.step(Move::Progress);
        }
        world.step(Move::Accept(AUDITOR));
        prop_assert_eq!(world.review().map(Review::status), Some("accepted"));
    }
}
