//! The rows as they are now: what the site's file says, with the people whom it names by name, and what
//! people have said since. The one place where file and events become one answer.

use std::collections::BTreeMap;

use countersign_access::glob::Glob;
use countersign_governance::id::PersonId;
use jiff::civil::Date;

use super::{Deputy, Plane, Raci, Row};

/// Somebody said on a day that they answer for a control plane of a system, or took it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The control plane.
    pub plane: Plane,
    /// The system's name.
    pub system: String,
    /// Who answers for it.
    pub accountable: PersonId,
    /// When they said so.
    pub on: Date,
}

impl Raci {
    /// The same with the ids of people whom the file names by their name. Whoever is not found keeps the
    /// stand-in, which no record has, so that a gap says so.
    #[must_use]
    pub fn resolved(&self, find: impl Fn(&str) -> Option<PersonId>) -> Self {
        let found: BTreeMap<PersonId, PersonId> = self
            .unresolved
            .iter()
            .filter_map(|(stand_in, name)| Some((*stand_in, find(name)?)))
            .collect();
        let id = |id: &PersonId| found.get(id).copied().unwrap_or(*id);
        let all = |ids: &[PersonId]| ids.iter().map(id).collect();
        let row = |row: &Row| Row {
            accountable: id(&row.accountable),
            responsible: all(&row.responsible),
            consulted: all(&row.consulted),
            informed: all(&row.informed),
            ..row.clone()
        };
        let deputy = |it: &Deputy| Deputy { person: id(&it.person), by: id(&it.by), ..it.clone() };
        let deputies = self.deputies.iter().map(deputy);
        let unresolved = self.unresolved.iter().filter(|(it, _)| !found.contains_key(it));
        Self {
            rows: self.rows.iter().map(row).collect(),
            // Two names of the file may turn out to be one person, who never stands in for themselves.
            deputies: deputies.filter(|it| it.person != it.by).collect(),
            fallback: self.fallback.as_ref().map(id),
            people: self.people.iter().map(|(name, it)| (name.clone(), id(it))).collect(),
            unresolved: unresolved.map(|(it, name)| (*it, name.clone())).collect(),
            ..self.clone()
        }
    }

    /// What it says of one control plane of a system: the rows and deputies there, and the names that are
    /// used in them. Of anything else it says nothing.
    #[must_use]
    pub fn at(&self, plane: Plane, system: &str) -> Self {
        let rows: Vec<Row> = self.rows(plane, system).into_iter().cloned().collect();
        let is_there = |it: &&Deputy| {
            it.planes.contains(&plane) && it.systems.iter().any(|glob| glob.matches(system))
        };
        let deputies: Vec<Deputy> = self.deputies.iter().filter(is_there).cloned().collect();
        let named = rows.iter().flat_map(|row| {
            let others = [&row.responsible, &row.consulted, &row.informed].into_iter().flatten();
            others.chain([&row.accountable])
        });
        let named = named.chain(deputies.iter().flat_map(|it| [&it.person, &it.by]));
        let unresolved =
            named.filter_map(|id| Some((*id, self.unresolved.get(id)?.clone()))).collect();
        Self {
            attest_days_max: self.attest_days_max,
            rows_each_max: self.rows_each_max,
            measures: BTreeMap::new(),
            resolve: Vec::new(),
            fallback: None,
            rows,
            deputies,
            conflicts: Vec::new(),
            people: BTreeMap::new(),
            unresolved,
        }
    }

    /// The same with what people have said of single cells. The newer word counts: a row of the file that
    /// was attested on a later day than somebody's word stands, and on the same day the word does. Each
    /// cell of which somebody's word counts has exactly one row.
    #[must_use]
    pub fn as_said(&self, said: &[Said]) -> Self {
        let mut now = self.clone();
        for it in said {
            let rows = self.rows(it.plane, &it.system);
            if rows.iter().any(|row| row.attested > it.on) {
                continue;
            }
            let base = match rows.as_slice() {
                [row] => Some(*row),
                _ => None,
            };
            let others = |of: fn(&Row) -> &Vec<PersonId>| base.map(of).cloned().unwrap_or_default();
            let row = Row {
                plane: it.plane,
                named: it.system.clone(),
                system: Glob::new(&it.system),
                accountable: it.accountable,
                responsible: others(|row| &row.responsible),
                consulted: others(|row| &row.consulted),
                informed: others(|row| &row.informed),
                attested: it.on,
            };
            now.rows.retain(|row| row.plane != it.plane || row.named != it.system);
            now.rows.push(row);
        }
        now
    }
}
