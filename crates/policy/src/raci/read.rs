//! From `raci.toml` to rows: whole, or not at all with everything that is wrong.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::glob::Glob;
use countersign_governance::id::PersonId;
use countersign_governance::seat::SeatName;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::form::{DeputyForm, RaciForm, RowForm};
use super::{Deputy, Plane, Raci, Row, Way};
use crate::calendar;
use crate::rules::malformed::{Malformed, Marks};
use crate::rules::{part, shape, word};

/// Most rows, deputies or people in one folder.
pub const ROWS_MAX: usize = 5_000;

/// Longest name of a person, in characters.
const NAME_CHARS_MAX: usize = 400;

type People = BTreeMap<String, PersonId>;

/// Reads the rows.
///
/// # Errors
/// [`Malformed`] with everything that is wrong.
pub(crate) fn read(name: &str, text: &str) -> Result<Raci, Malformed> {
    let (form, mut marks) = shape::parse::<RaciForm>(name, text)?;
    for (what, found) in
        [("rows", form.row.len()), ("deputies", form.deputy.len()), ("people", form.people.len())]
    {
        if found > ROWS_MAX {
            let fault = format!("{found} {what}, at most {ROWS_MAX} are accepted: use globs");
            marks.fault(&form.raci.resolve.span(), fault);
        }
    }
    let people = people(&form, &mut marks);
    let names = form.people.values().map(|text| text.get_ref().trim());
    let names = names.filter(|name| name.parse::<uuid::Uuid>().is_err());
    let unresolved = names.map(|name| (stand_in(name), name.to_owned())).collect();
    let measures = measures(&form, &mut marks);
    let fallback = form.raci.fallback.as_ref();
    let raci = Raci {
        attest_days_max: i64::from(*form.raci.attest_days_max.get_ref()),
        rows_each_max: usize::try_from(*form.raci.rows_each_max.get_ref()).unwrap_or(usize::MAX),
        measures,
        resolve: ways(&form.raci.resolve, &mut marks),
        fallback: fallback.and_then(|name| person(name, &people, &mut marks)),
        rows: rows(&form.row, &people, &mut marks),
        deputies: deputies(&form.deputy, &people, &mut marks),
        conflicts: conflicts(&form, &mut marks),
        people,
        unresolved,
    };
    marks.finish(name, raci)
}

fn people(form: &RaciForm, marks: &mut Marks<'_>) -> People {
    let mut read = People::new();
    let mut ids: BTreeMap<PersonId, &str> = BTreeMap::new();
    for (name, text) in form.people.iter().take(ROWS_MAX) {
        let written = text.get_ref().trim();
        if written.is_empty() || written.chars().count() > NAME_CHARS_MAX {
            let what = format!(
                "a person is named by their whole name, of at most {NAME_CHARS_MAX} characters, or by the \
                 id that `countersign person list` shows"
            );
            marks.fault(&text.span(), what);
            continue;
        }
        let id = written.parse().map_or_else(|_| stand_in(written), PersonId);
        if let Some(other) = ids.insert(id, name) {
            let what = format!("`{name}` and `{other}` are one person: keep one name");
            marks.fault(&text.span(), what);
        }
        read.insert(name.clone(), id);
    }
    read
}

/// An id that nobody has, the same for the same name: the first half of the name's SHA-256.
fn stand_in(name: &str) -> PersonId {
    let digest: [u8; 32] = Sha256::digest(name.as_bytes()).into();
    let (half, _) = digest.split_at(16);
    let half = half.try_into().unwrap_or_default();
    PersonId(uuid::Builder::from_custom_bytes(half).into_uuid())
}

fn person(name: &Spanned<String>, people: &People, marks: &mut Marks<'_>) -> Option<PersonId> {
    let found = people.get(name.get_ref()).copied();
    if found.is_none() {
        let known: Vec<&str> = people.keys().map(String::as_str).collect();
        let advice = match known.as_slice() {
            [] => "add it to `[people]` with the person's name or id".to_owned(),
            known => format!("{}, or add it to `[people]`", word::advice(name.get_ref(), known)),
        };
        marks.fault(&name.span(), format!("unknown person `{}`: {advice}", name.get_ref()));
    }
    found
}

fn measures(form: &RaciForm, marks: &mut Marks<'_>) -> BTreeMap<Plane, String> {
    let mut read = BTreeMap::new();
    for row in &form.plane {
        let measure = part::line(&row.measure, "measure", marks);
        let Some(plane) = word::read::<Plane>(row.id.get_ref(), &row.id.span(), marks) else {
            continue;
        };
        if read.insert(plane, measure).is_some() {
            let what = format!("control plane `{}` stands twice: keep one", plane.as_str());
            marks.fault(&row.id.span(), what);
        }
    }
    for plane in Plane::ALL {
        if !read.contains_key(&plane) {
            let what = format!(
                "control plane `{}` has no measured control point: add `[[plane]]` for it",
                plane.as_str()
            );
            marks.lack(&form.raci.resolve.span(), what);
        }
    }
    read
}

fn ways(spanned: &Spanned<Vec<Spanned<String>>>, marks: &mut Marks<'_>) -> Vec<Way> {
    let mut read = Vec::new();
    for text in spanned.get_ref() {
        match word::read::<Way>(text.get_ref(), &text.span(), marks) {
            Some(way) if read.contains(&way) => {
                marks.fault(&text.span(), format!("`{}` stands twice: remove one", way.as_str()));
            }
            Some(way) => read.push(way),
            None => {}
        }
    }
    if spanned.get_ref().is_empty() {
        marks
            .fault(&spanned.span(), "`resolve` is empty and nobody would own anything: name a way");
    }
    read
}

fn rows(forms: &[Spanned<RowForm>], people: &People, marks: &mut Marks<'_>) -> Vec<Row> {
    let mut seen = BTreeSet::new();
    let mut read = Vec::new();
    for form in forms.iter().take(ROWS_MAX).map(Spanned::get_ref) {
        let system = form.system.get_ref();
        if !seen.insert((form.plane.get_ref(), system)) {
            let what = format!(
                "`{}` of `{system}` has a row already, and one person is accountable: keep one",
                form.plane.get_ref()
            );
            marks.fault(&form.plane.span(), what);
        }
        let all = |names: &[Spanned<String>], marks: &mut Marks<'_>| {
            names.iter().filter_map(|name| person(name, people, marks)).collect()
        };
        let plane = word::read::<Plane>(form.plane.get_ref(), &form.plane.span(), marks);
        let accountable = person(&form.accountable, people, marks);
        let attested = calendar::date(&form.attested, marks);
        let (responsible, consulted, informed) = (
            all(&form.responsible, marks),
            all(&form.consulted, marks),
            all(&form.informed, marks),
        );
        let system = part::glob(&form.system, "system", marks);
        let (Some(plane), Some(accountable), Some(attested)) = (plane, accountable, attested)
        else {
            continue;
        };
        read.push(Row {
            plane,
            named: form.system.get_ref().clone(),
            system,
            accountable,
            responsible,
            consulted,
            informed,
            attested,
        });
    }
    read
}

fn deputies(forms: &[Spanned<DeputyForm>], people: &People, marks: &mut Marks<'_>) -> Vec<Deputy> {
    let mut read = Vec::new();
    for spanned in forms.iter().take(ROWS_MAX) {
        let form = spanned.get_ref();
        let planes: Vec<Plane> = form
            .planes
            .iter()
            .filter_map(|text| word::read(text.get_ref(), &text.span(), marks))
            .collect();
        let systems: Vec<Glob> =
            form.systems.iter().map(|text| part::glob(text, "systems", marks)).collect();
        if form.planes.is_empty() || form.systems.is_empty() {
            let what = "a deputy is bounded in scope: name `planes` and `systems`";
            marks.lack(&spanned.span(), what);
        }
        let (person_for, by) =
            (person(&form.r#for, people, marks), person(&form.by, people, marks));
        let (from, until) = (calendar::date(&form.from, marks), calendar::date(&form.until, marks));
        let (Some(person), Some(by), Some(from), Some(until)) = (person_for, by, from, until)
        else {
            continue;
        };
        if person == by {
            marks.fault(&form.by.span(), "nobody is their own deputy: name somebody else");
        }
        if until < from {
            marks.fault(&form.until.span(), "`until` lies before `from`: swap them");
        }
        let deputy = Deputy { person, by, planes, systems, from, until };
        if let Some(chain) = deputy.circle(&read) {
            let names: Vec<&str> = chain.iter().map(|id| name_of(people, *id)).collect();
            let what = format!(
                "deputies in a circle at the same time ({}): nobody would be there, remove one",
                names.join(" for ")
            );
            marks.fault(&spanned.span(), what);
        }
        read.push(deputy);
    }
    read
}

fn name_of(people: &People, id: PersonId) -> &str {
    people.iter().find(|(_, other)| **other == id).map_or("?", |(name, _)| name.as_str())
}

fn conflicts(form: &RaciForm, marks: &mut Marks<'_>) -> Vec<(SeatName, SeatName)> {
    let mut read = Vec::new();
    for row in &form.conflict {
        let seats: Vec<SeatName> = row
            .seats
            .get_ref()
            .iter()
            .filter_map(|text| word::read(text.get_ref(), &text.span(), marks))
            .collect();
        match seats.as_slice() {
            [one, other] if one != other => read.push((*one, *other)),
            _ => marks.fault(&row.seats.span(), "a conflict is between two different seats"),
        }
    }
    read
}
