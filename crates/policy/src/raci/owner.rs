//! Who owns something, found along the ways that the folder names, and why it is them (ACC-5).

use countersign_governance::id::PersonId;

use super::{Plane, Raci, Way};

/// What is known of the thing that needs an owner.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Who it says owns it.
    pub explicit: Option<PersonId>,
    /// The control plane and the system it belongs to.
    pub system: Option<(Plane, &'a str)>,
    /// Who owns its process.
    pub process: Option<PersonId>,
}

/// Who owns it, and along which way; nobody when no way led to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Who.
    pub person: Option<PersonId>,
    /// Every way that was tried, in order, the last of which led to the owner.
    pub tried: Vec<Told>,
}

impl Owner {
    /// Who it is, and along which way, where there is no doubt about them: they are not the one who owns what
    /// nobody else does, and no way before led to several.
    #[must_use]
    pub fn beyond_doubt(&self) -> Option<(PersonId, Way)> {
        let person = self.person?;
        let way = self.tried.last()?.way;
        let several = self.tried.iter().any(|told| told.why == SEVERAL);
        (way != Way::Fallback && !several).then_some((person, way))
    }
}

/// What is said where several could be meant.
const SEVERAL: &str = "several answer for its system";

/// What came of one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which.
    pub way: Way,
    /// What it led to, in words.
    pub why: &'static str,
}

/// Finds the owner. Somebody for whom `can_own` is false (gone, not in the business seat, part in the
/// access) is passed over, and the answer says so.
pub fn resolve(raci: &Raci, wanted: Wanted<'_>, can_own: impl Fn(PersonId) -> bool) -> Owner {
    let mut tried = Vec::new();
    for way in &raci.resolve {
        let found = match way {
            Way::Explicit => wanted.explicit.ok_or("it names nobody"),
            Way::System => match wanted.system.map(|(plane, system)| raci.rows(plane, system)) {
                None => Err("it belongs to no system"),
                Some(rows) => match rows.as_slice() {
                    [row] => Ok(row.accountable),
                    [] => Err("nobody answers for its system"),
                    _ => Err(SEVERAL),
                },
            },
            Way::Process => wanted.process.ok_or("its process has no owner, or it has no process"),
            Way::Fallback => raci.fallback.ok_or("no fallback is named"),
        };
        match found {
            Ok(person) if can_own(person) => {
                let why = match way {
                    Way::Explicit => "it names them",
                    Way::System => "they answer for its system",
                    Way::Process => "they own its process",
                    Way::Fallback => "they own what nobody else does",
                };
                tried.push(Told { way: *way, why });
                return Owner { person: Some(person), tried };
            }
            Ok(_) => tried.push(Told { way: *way, why: "whom it names cannot own it" }),
            Err(why) => tried.push(Told { way: *way, why }),
        }
    }
    Owner { person: None, tried }
}
