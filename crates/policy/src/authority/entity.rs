//! From our own types to Cedar's, for the slice that one question needs: the person, the verb and the
//! case. Types are looked up once, when the folder is loaded.

use std::collections::{BTreeSet, HashMap, HashSet};

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
    Schema,
};
use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;

use super::ask::{Ask, Case, Situation, Who};

/// A question that could not be put to Cedar, which is a defect; the answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("authority could not be asked: {0}")]
pub struct NotAsked(pub(super) String);

/// Names of Cedar's types, and the verbs with their groups.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    person: EntityTypeName,
    seat: EntityTypeName,
    tier: EntityTypeName,
    kinds: [EntityTypeName; 8],
    verbs: HashMap<Verb, Entity>,
}

/// A question as Cedar takes it.
pub(super) struct Put {
    pub(super) request: Request,
    pub(super) entities: Entities,
}

impl Vocabulary {
    /// Looks everything up in the schema.
    pub(super) fn new(schema: &Schema) -> Result<Self, NotAsked> {
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(told);
        let actions = schema.action_entities().map_err(told)?;
        let mut verbs = HashMap::new();
        for verb in Verb::ALL {
            let uid = uid(&name("Action")?, verb.as_str());
            let entity = actions.get(&uid).cloned();
            verbs.insert(verb, entity.ok_or_else(|| told(format!("{uid} is in no schema")))?);
        }
        Ok(Self {
            person: name("Person")?,
            seat: name("Seat")?,
            tier: name("Tier")?,
            kinds: [
                name("Finding")?,
                name("Exception")?,
                name("Appointment")?,
                name("Process")?,
                name("System")?,
                name("Policy")?,
                name("Accountability")?,
                name("Review")?,
            ],
            verbs,
        })
    }

    /// The type of the case that a verb is about.
    pub(super) fn kind(&self, verb: Verb) -> &EntityTypeName {
        let [finding, exception, appointment, process, system, policy, accountability, review] =
            &self.kinds;
        match verb.as_str().split('.').next() {
            Some("finding") => finding,
            Some("exception") => exception,
            Some("person") => appointment,
            Some("process") => process,
            Some("system") => system,
            Some("accountability") => accountability,
            Some("review") => review,
            _ => policy,
        }
    }

    /// A tier as Cedar names it.
    pub(super) fn tier(&self, id: &str) -> EntityUid {
        uid(&self.tier, id)
    }

    /// A verb as Cedar names it, with the groups it is in.
    pub(super) fn verb(&self, verb: Verb) -> Option<(EntityUid, HashSet<EntityUid>)> {
        let entity = self.verbs.get(&verb)?.clone();
        let (uid, _, parents) = entity.into_inner();
        Some((uid, parents))
    }

    /// A question as Cedar takes it.
    pub(super) fn put(&self, ask: &Ask) -> Result<Put, NotAsked> {
        let verb = self.verbs.get(&ask.verb).ok_or_else(|| told("a verb without an action"))?;
        let person = self.principal(&ask.who)?;
        let case = self.resource(ask.verb, &ask.case)?;
        let context = context(&ask.situation)?;
        let request = Request::new(person.uid(), verb.uid(), case.uid(), context, None);
        Ok(Put {
            request: request.map_err(told)?,
            entities: Entities::from_entities([person, verb.clone(), case], None).map_err(told)?,
        })
    }

    fn principal(&self, who: &Who) -> Result<Entity, NotAsked> {
        let attributes = HashMap::from([
            ("duties".to_owned(), strings(&who.duties)),
            ("stands_in_for".to_owned(), self.people(&who.stands_in_for)),
            ("reports_to".to_owned(), self.people(&who.reports_to)),
        ]);
        let seats = who.seats.iter().map(|seat| uid(&self.seat, seat.as_str())).collect();
        Entity::new(uid(&self.person, &who.person.to_string()), attributes, seats).map_err(told)
    }

    fn resource(&self, verb: Verb, case: &Case) -> Result<Entity, NotAsked> {
        let text = |text: Option<&str>| {
            RestrictedExpression::new_string(text.unwrap_or_default().to_owned())
        };
        let radius = i64::try_from(case.radius).unwrap_or(i64::MAX);
        let mut attributes = HashMap::from([
            ("process".to_owned(), text(case.process.as_deref())),
            ("criticality".to_owned(), text(Some(case.criticality.as_str()))),
            ("system".to_owned(), text(case.system.as_deref())),
            ("radius".to_owned(), RestrictedExpression::new_long(radius)),
            ("regulated".to_owned(), RestrictedExpression::new_bool(case.regulated)),
            ("legal_signs".to_owned(), RestrictedExpression::new_bool(case.legal_signs)),
            ("requesters".to_owned(), self.people(&case.requesters)),
            ("beneficiaries".to_owned(), self.people(&case.beneficiaries)),
        ]);
        if let Some(owner) = case.owner {
            let owner = RestrictedExpression::new_entity_uid(self.person_uid(owner));
            attributes.insert("owner".to_owned(), owner);
        }
        let parents = HashSet::from([self.tier(&case.tier)]);
        Entity::new(uid(self.kind(verb), "this"), attributes, parents).map_err(told)
    }

    fn people(&self, people: &BTreeSet<PersonId>) -> RestrictedExpression {
        let uids = people.iter().map(|id| self.person_uid(*id));
        RestrictedExpression::new_set(uids.map(RestrictedExpression::new_entity_uid))
    }

    fn person_uid(&self, id: PersonId) -> EntityUid {
        uid(&self.person, &id.to_string())
    }
}

fn uid(name: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(name.clone(), EntityId::new(id))
}

fn strings(texts: &BTreeSet<String>) -> RestrictedExpression {
    RestrictedExpression::new_set(texts.iter().cloned().map(RestrictedExpression::new_string))
}

fn context(situation: &Situation) -> Result<Context, NotAsked> {
    let long = RestrictedExpression::new_long;
    let yes_or_no = RestrictedExpression::new_bool;
    Context::from_pairs([
        ("strength".to_owned(), long(situation.strength.number())),
        ("signed_in_minutes".to_owned(), long(situation.signed_in())),
        ("data_age_hours".to_owned(), long(situation.data_age())),
        ("data_complete".to_owned(), yes_or_no(situation.data_complete)),
        ("ticket".to_owned(), yes_or_no(situation.ticket)),
        ("working_hours".to_owned(), yes_or_no(situation.working_hours)),
        ("facts".to_owned(), strings(&situation.facts)),
    ])
    .map_err(told)
}

fn told(error: impl std::fmt::Display) -> NotAsked {
    NotAsked(error.to_string())
}
