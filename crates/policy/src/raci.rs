//! Who answers for what: for each control plane of each system exactly one accountable person, their
//! deputies, and who owns what has no row (ACC-1, ACC-2, ACC-5). Finds gaps; opens no finding.

mod form;
mod gap;
mod owner;
mod read;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::glob::Glob;
pub use countersign_governance::accountability::Plane;
use countersign_governance::id::PersonId;
use countersign_governance::seat::SeatName;
use jiff::civil::Date;

use crate::rules::word::Word;

pub use gap::{Gap, GapKind, Presence, gaps};
pub use owner::{Owner, Told, Wanted, resolve};
pub use read::ROWS_MAX;
pub(crate) use read::read;
pub use said::Said;

impl Word for Plane {
    const NOUN: &'static str = "control plane";
    fn all() -> &'static [Self] {
        &Self::ALL
    }
    fn text(self) -> &'static str {
        self.as_str()
    }
}

crate::rules::word::words! {
    /// A way to an owner.
    Way is "way to an owner" {
        /// What the thing itself says.
        Explicit = "explicit",
        /// Who is accountable for its system.
        System = "system",
        /// Who owns its process.
        Process = "process",
        /// Who owns what nobody else does.
        Fallback = "fallback",
    }
}

/// Who answers for a control plane of a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The control plane.
    pub plane: Plane,
    /// The system as it is written, which may be a glob.
    pub named: String,
    /// Which systems.
    pub system: Glob,
    /// The one who answers for it.
    pub accountable: PersonId,
    /// Who does it.
    pub responsible: Vec<PersonId>,
    /// Who is asked before.
    pub consulted: Vec<PersonId>,
    /// Who is told after.
    pub informed: Vec<PersonId>,
    /// When the accountable person last said that this is so.
    pub attested: Date,
}

impl Row {
    /// The row's name in decisions.
    #[must_use]
    pub fn id(&self) -> String {
        format!("raci.{}.{}", self.plane.as_str(), self.named)
    }
}

/// Somebody who stands in for somebody, bounded in scope and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deputy {
    /// For whom; they stay accountable and are told.
    pub person: PersonId,
    /// Who stands in.
    pub by: PersonId,
    /// In which control planes.
    pub planes: Vec<Plane>,
    /// In which systems.
    pub systems: Vec<Glob>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

impl Deputy {
    /// Whether they stand in for this on a day.
    #[must_use]
    pub fn covers(&self, plane: Plane, system: &str, on: Date) -> bool {
        self.from <= on
            && on <= self.until
            && self.planes.contains(&plane)
            && self.systems.iter().any(|glob| glob.matches(system))
    }

    /// The way along which this one would come back to its beginning on some day.
    fn circle(&self, others: &[Self]) -> Option<Vec<PersonId>> {
        let planes: BTreeSet<Plane> = self.planes.iter().copied().collect();
        let mut way = vec![(self.by, vec![self.by, self.person], self.from, self.until, planes)];
        let mut seen = BTreeSet::new();
        while let Some((who, names, from, until, planes)) = way.pop() {
            if who == self.person {
                return Some(names);
            }
            if !seen.insert((who, from, until, planes.clone())) {
                continue;
            }
            for next in others.iter().filter(|it| it.person == who) {
                let (from, until) = (from.max(next.from), until.min(next.until));
                let shared: BTreeSet<Plane> =
                    next.planes.iter().copied().filter(|plane| planes.contains(plane)).collect();
                if from <= until && !shared.is_empty() {
                    let mut names = names.clone();
                    names.insert(0, next.by);
                    way.push((next.by, names, from, until, shared));
                }
            }
        }
        None
    }
}

/// All that `raci.toml` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raci {
    /// Most days since a row was attested.
    pub attest_days_max: i64,
    /// Most rows that one person answers for.
    pub rows_each_max: usize,
    /// How each control plane is measured.
    pub measures: BTreeMap<Plane, String>,
    /// In which order an owner is looked for.
    pub resolve: Vec<Way>,
    /// Who owns what nobody else does.
    pub fallback: Option<PersonId>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Who stands in for whom.
    pub deputies: Vec<Deputy>,
    /// Seats that one person may not hold at once.
    pub conflicts: Vec<(SeatName, SeatName)>,
    /// The names by which the file calls people.
    pub people: BTreeMap<String, PersonId>,
    /// Whom the file names by their name alone: a stand-in for their id, and the name. Nobody has this id
    /// until [`Raci::resolved`] has put theirs in its place.
    pub unresolved: BTreeMap<PersonId, String>,
}

impl Raci {
    /// The rows that speak of a control plane of a system: those that name it, else those whose glob
    /// matches it. Exactly one when all is well.
    #[must_use]
    pub fn rows(&self, plane: Plane, system: &str) -> Vec<&Row> {
        let named: Vec<&Row> =
            self.rows.iter().filter(|row| row.plane == plane && row.named == system).collect();
        if !named.is_empty() {
            return named;
        }
        self.rows.iter().filter(|row| row.plane == plane && row.system.matches(system)).collect()
    }

    /// What somebody has to do by accountability, as policies name it: `accountable.PLANE`,
    /// `responsible.PLANE` and `deputy.PLANE` for the control planes of the system of a case, and the same
    /// with `.SYSTEM`, as its row is written, for every row that is theirs.
    #[must_use]
    pub fn duties(&self, who: PersonId, system: Option<&str>, on: Date) -> BTreeSet<String> {
        let mut duties = BTreeSet::new();
        let mut add = |duty: &str, plane: Plane, more: &str| {
            duties.insert(format!("{duty}.{}{more}", plane.as_str()));
        };
        for (plane, system) in Plane::ALL.into_iter().filter_map(|it| Some((it, system?))) {
            for row in self.rows(plane, system) {
                if row.accountable == who {
                    add("accountable", plane, "");
                }
                if row.responsible.contains(&who) {
                    add("responsible", plane, "");
                }
                let stands_in = self.deputies.iter().any(|it| {
                    it.by == who && it.person == row.accountable && it.covers(plane, system, on)
                });
                if stands_in {
                    add("deputy", plane, "");
                }
            }
        }
        for row in &self.rows {
            let named = format!(".{}", row.named);
            if row.accountable == who {
                add("accountable", row.plane, &named);
            }
            if row.responsible.contains(&who) {
                add("responsible", row.plane, &named);
            }
        }
        duties
    }

    /// The row that gives this person authority here, their own or of whom they stand in for.
    #[must_use]
    pub fn row_for(&self, who: PersonId, plane: Plane, system: &str, on: Date) -> Option<&Row> {
        let rows = self.rows(plane, system);
        let own = |row: &&&Row| row.accountable == who || row.responsible.contains(&who);
        rows.iter().find(own).copied().or_else(|| {
            let stands_in = |row: &&&Row| {
                self.deputies.iter().any(|it| {
                    it.by == who && it.person == row.accountable && it.covers(plane, system, on)
                })
            };
            rows.iter().find(stands_in).copied()
        })
    }
}
