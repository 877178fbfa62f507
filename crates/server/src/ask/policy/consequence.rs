//! What would come out otherwise, case by case, if one policy were in force instead of another: which open
//! findings would be of another tier or end, which exceptions are longer or reviewed more seldom than would
//! be had, and which signatures that stand would not be given again. Told before anybody countersigns.
//! Nothing is changed by it, and nothing that stands would be undone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_access::finding::Finding as Toxic;
use countersign_access::rule::Rule;
use countersign_governance::exception::Exception;
use countersign_governance::finding::Finding;
use countersign_governance::id::{FindingId, PersonId};
use countersign_policy::authority::{Case, Who};
use countersign_policy::diff::case::{self, Point, Sight, Standing};
use countersign_policy::folder::Folder;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::difference::{self, NotCompared};
use crate::act::{Door, NotDone};
use crate::ask::{exception, finding};
use crate::graph::{Shown, aside};
use crate::kept;
use crate::oversight::{Oversight, Reading};
use crate::people;
use crate::stake::{Grave, Stake};

mod look;

/// Most open findings that are looked at, and as many again that were said not to be toxic.
pub const FINDINGS_MAX: usize = 1_000;

/// Most exceptions that are looked at.
pub const EXCEPTIONS_MAX: usize = 1_000;

/// Most cases that are told.
pub const CASES_MAX: usize = 200;

/// Most people who are known.
const PEOPLE_MAX: usize = 10_000;

/// What would come out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyConsequences)]
pub struct Consequences {
    /// Version of this form.
    pub version: u32,
    /// Digest of the one policy.
    pub from: String,
    /// Its id and version, for people.
    pub from_policy: String,
    /// Digest of the other.
    pub to: String,
    /// Its id and version, for people.
    pub to_policy: String,
    /// How many findings were looked at: the open ones, and those that somebody said are not toxic.
    pub findings_looked: usize,
    /// How many exceptions were looked at: those in review, active or suspended.
    pub exceptions_looked: usize,
    /// The cases for which something comes out otherwise: exceptions in review, active and suspended, then
    /// open findings, then those that somebody said are not toxic; of each the newest first.
    pub cases: Vec<CaseOtherwise>,
    /// How many more there are.
    pub cases_more: usize,
    /// What this does not say, in words; empty where everything was looked at.
    pub left_out: Vec<String>,
}

/// A case for which something comes out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyConsequence)]
pub struct CaseOtherwise {
    /// `finding` or `exception`.
    pub kind: String,
    /// Its short reference.
    pub reference: String,
    /// The rule of its finding.
    pub rule: String,
    /// Where it stands.
    pub status: String,
    /// The tier that it is of by the one policy.
    pub tier_was: String,
    /// The tier that it is of by the other.
    pub tier_is: String,
    /// What comes out otherwise.
    pub otherwise: Vec<Otherwise>,
}

/// One thing that comes out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyOtherwise)]
pub struct Otherwise {
    /// `rule`, `tier`, `due`, `without-a-person`, `end`, `review`, `legal`, `ticket`, `reach`, `expiry`,
    /// `signature` or `sign-in`.
    pub about: String,
    /// In words.
    pub words: String,
    /// Id of the person whose signature it is, where it is about one.
    pub person: Option<String>,
    /// Whether the other policy asks for less or lets more pass.
    pub loosens: bool,
}

/// What would come out otherwise between two kept policies.
///
/// # Errors
/// When one is not kept, or the store cannot answer.
pub async fn between(door: &Door, from: &str, to: &str) -> Result<Consequences, NotCompared> {
    let old = difference::kept(door, from).await?;
    let new = difference::kept(door, to).await?;
    Ok(consequences(door, &old, &new).await?)
}

/// What would come out otherwise under the one policy than under the other, neither of which needs to be
/// in force.
///
/// # Errors
/// When the store cannot answer.
pub async fn consequences(
    door: &Door,
    old: &Arc<Folder>,
    new: &Arc<Folder>,
) -> Result<Consequences, NotDone> {
    let looked = look::all(door).await?;
    let was = Oversight::supposing(old, Reading::Store(&door.store)).await?;
    let is = Oversight::supposing(new, Reading::Store(&door.store)).await?;
    let now = door.clock.now();
    let people = people::active(Reading::Store(&door.store), PEOPLE_MAX).await?;
    let people: BTreeMap<PersonId, Who> =
        people.iter().map(|person| (person.id(), Who::of(person, now))).collect();
    let shown = door.graph.read();
    let both = [(Arc::clone(old), was), (Arc::clone(new), is)];
    let told = aside(move || {
        let told = Told { both: &both, people: &people, now };
        told.of(&looked, &shown)
    });
    Ok(told.await?)
}

/// What is so around all cases.
struct Told<'a> {
    both: &'a [(Arc<Folder>, Oversight); 2],
    people: &'a BTreeMap<PersonId, Who>,
    now: Timestamp,
}

impl Told<'_> {
    fn of(&self, looked: &look::Looked, shown: &Shown) -> Consequences {
        let graves: BTreeMap<FindingId, Grave> =
            looked.words.iter().map(|(id, toxic)| (*id, grave(shown, toxic.as_deref()))).collect();
        let unknown = Grave::unknown();
        let grave = |id: &FindingId| graves.get(id).unwrap_or(&unknown);
        let mut cases = Vec::new();
        for (row, it) in &looked.exceptions {
            let [was, is] = self.sights(grave(&it.pin.finding), &it.pin.rule, Parties::of(it));
            let points = case::exception(&was, &is, it);
            let standing = case::on_exception(it);
            let ticket = it.terms.ticket.is_some();
            cases.extend(self.told(row, (&was, &is), points, (&standing, ticket)));
        }
        for (row, it) in &looked.findings {
            let owner = it.owner().map(|owner| owner.person);
            let parties = Parties { owner, requesters: BTreeSet::new() };
            let [was, is] = self.sights(grave(&it.id), &it.known.rule, parties);
            let points = case::finding(&was, &is, it);
            let standing = case::on_finding(it);
            cases.extend(self.told(row, (&was, &is), points, (&standing, false)));
        }
        let [(old, _), (new, _)] = self.both;
        let cases_more = cases.len().saturating_sub(CASES_MAX);
        cases.truncate(CASES_MAX);
        Consequences {
            version: 1,
            from: old.digest.clone(),
            from_policy: old.version.clone(),
            to: new.digest.clone(),
            to_policy: new.version.clone(),
            findings_looked: looked.findings.len(),
            exceptions_looked: looked.exceptions.len(),
            cases,
            cases_more,
            left_out: left_out(looked, shown, (old, new)),
        }
    }

    /// The case as each of the two sees it.
    fn sights(&self, grave: &Grave, rule: &str, parties: Parties) -> [Sight<'_>; 2] {
        let sight = |(folder, oversight): &'_ (Arc<Folder>, Oversight)| {
            let stake = Stake::of(oversight, grave);
            let tier = stake.tier(folder).map_or("", |tier| tier.id.as_str());
            Case {
                process: stake.process.map(|process| process.key.clone()),
                criticality: folder.tiers.counts_as(stake.criticality()),
                system: grave.system.clone(),
                radius: if grave.radius.complete { grave.radius.resources } else { u64::MAX },
                regulated: stake.process.is_some_and(|process| process.regulated),
                requesters: parties.requesters.clone(),
                owner: parties.owner,
                ..Case::of_tier(tier)
            }
        };
        self.both.each_ref().map(|both| Sight {
            case: sight(both),
            has_rule: has_rule(&both.0, rule),
            folder: &both.0,
        })
    }

    fn told(
        &self,
        row: &look::Row,
        (was, is): (&Sight<'_>, &Sight<'_>),
        mut points: Vec<Point>,
        (standing, ticket): (&[Standing], bool),
    ) -> Option<CaseOtherwise> {
        // Of what would end nothing more is said.
        if points.iter().all(|point| point.about != "rule") {
            for it in standing {
                // Whoever is gone signs nothing by either policy.
                let Some(who) = self.people.get(&it.person) else { continue };
                points.extend(case::signature(was, is, (it, who, ticket), self.now));
            }
        }
        if points.is_empty() {
            return None;
        }
        let title = |sight: &Sight<'_>| {
            let tier = sight.folder.tiers.named(&sight.case.tier);
            tier.map_or_else(String::new, |tier| tier.title.clone())
        };
        let otherwise = points.into_iter().map(|point| Otherwise {
            about: point.about.to_owned(),
            words: point.words,
            person: point.person.map(|id| id.to_string()),
            loosens: point.loosens,
        });
        Some(CaseOtherwise {
            kind: row.kind.to_owned(),
            reference: row.reference.clone(),
            rule: row.rule.clone(),
            status: row.status.clone(),
            tier_was: title(was),
            tier_is: title(is),
            otherwise: otherwise.collect(),
        })
    }
}

/// Who has to do with a case.
struct Parties {
    owner: Option<PersonId>,
    requesters: BTreeSet<PersonId>,
}

impl Parties {
    fn of(exception: &Exception) -> Self {
        let requesters = exception.terms.requested_by.iter().copied().collect();
        Self { owner: Some(exception.owner()), requesters }
    }
}

fn grave(shown: &Shown, toxic: Option<&Toxic>) -> Grave {
    toxic.map_or_else(Grave::unknown, |toxic| Grave::of(shown, toxic))
}

fn has_rule(folder: &Folder, id: &str) -> bool {
    rules(folder).any(|rule| rule.id == id)
}

fn rules(folder: &Folder) -> impl Iterator<Item = &Rule> {
    folder.rules.packs.iter().flat_map(|pack| &pack.rules)
}

/// What is not said, in words.
fn left_out(looked: &look::Looked, shown: &Shown, (old, new): (&Folder, &Folder)) -> Vec<String> {
    let mut words = Vec::new();
    if looked.findings_cut {
        words.push(format!("only {FINDINGS_MAX} open findings were looked at"));
    }
    if looked.exceptions_cut {
        words.push(format!("only {EXCEPTIONS_MAX} exceptions were looked at"));
    }
    if shown.position == 0 && !looked.findings.is_empty() {
        let what =
            "the graph of this server is not there yet, so that every reach counts as without end";
        words.push(what.to_owned());
    }
    let was: BTreeMap<&str, &Rule> = rules(old).map(|rule| (rule.id.as_str(), rule)).collect();
    let other = rules(new).filter(|rule| was.get(rule.id.as_str()) != Some(rule)).count();
    if other > 0 {
        words.push(format!(
            "{other} of its rules are new or changed: which findings they would open or end is not said"
        ));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_for_programs_stays_what_it_is() {
        let told = Consequences {
            version: 1,
            from: "a".repeat(64),
            from_policy: "countersign 1.0.0".to_owned(),
            to: "b".repeat(64),
            to_policy: "countersign 1.1.0".to_owned(),
            findings_looked: 2,
            exceptions_looked: 1,
            cases: vec![CaseOtherwise {
                kind: "exception".to_owned(),
                reference: "EX-3".to_owned(),
                rule: "r".to_owned(),
                status: "in_review".to_owned(),
                tier_was: "Standard".to_owned(),
                tier_is: "Elevated".to_owned(),
                otherwise: vec![Otherwise {
                    about: "tier".to_owned(),
                    words: "of the tier Elevated instead of Standard".to_owned(),
                    person: None,
                    loosens: false,
                }],
            }],
            cases_more: 0,
            left_out: vec!["only 1000 open findings were looked at".to_owned()],
        };
        insta::assert_json_snapshot!(told);
    }
}
