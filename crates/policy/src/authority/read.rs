//! From Cedar files to policies: read one by one, validated against the schema, checked against tiers
//! and seats, and indexed; all of them, or none with everything that is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use cedar_policy::ffi::DetailedError;
use cedar_policy::{Effect, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use countersign_governance::authority::Verb;
use countersign_governance::seat::SeatName;

use super::entity::Vocabulary;
use super::index::{EVALUATED_MAX, Index};
use super::set::{About, Authorities, May, Reads};
use super::statement;
use crate::rules::Text;
use crate::rules::limit::FILE_BYTES_MAX;
use crate::rules::malformed::{Malformed, Marks};
use crate::rules::word;
use crate::tier::Tiers;

/// Most policies in one folder.
pub const POLICIES_MAX: usize = 2_000;

/// The schema that policies are validated against.
pub const SCHEMA: &str = include_str!("../../../../policies/authority/authority.cedarschema");

/// One policy and where it stands.
struct Placed<'a> {
    text: &'a Text,
    span: Range<usize>,
    policy: Policy,
    about: About,
}

/// One file's complaints, by place in the list of files.
type Complaints<'a> = Vec<Marks<'a>>;

/// Reads the policies of all files. What needs the tiers is checked when there are some.
///
/// # Errors
/// One [`Malformed`] for each file with something wrong.
pub(crate) fn read(texts: &[&Text], tiers: Option<&Tiers>) -> Result<Authorities, Vec<Malformed>> {
    let mut complaints: Complaints<'_> = texts.iter().map(|it| Marks::new(&it.text)).collect();
    let mut placed: Vec<(usize, Placed<'_>)> = Vec::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for ((at, text), marks) in texts.iter().enumerate().zip(&mut complaints) {
        if text.text.len() > FILE_BYTES_MAX {
            marks.fault(&(0..0), format!("more than {FILE_BYTES_MAX} bytes: split the file"));
            continue;
        }
        let spans = statement::split(&text.text);
        for span in spans.into_iter().take(POLICIES_MAX.saturating_add(1)) {
            let one = policy(text, span, &mut ids, marks);
            placed.extend(one.map(|one| (at, one)));
        }
    }
    let read = READ.as_ref().map_err(|bad| vec![defect(bad)])?;
    let (schema, vocabulary) = (&read.0, read.1.clone());
    let mut named_wrongly = BTreeSet::new();
    for (at, one) in &placed {
        let Some(marks) = complaints.get_mut(*at) else { continue };
        if unknown_words(one, tiers, marks) {
            named_wrongly.insert(one.about.id.clone());
        }
    }
    let set = PolicySet::from_policies(placed.iter().map(|(_, one)| one.policy.clone()));
    let set = set.map_err(|bad| vec![defect(&bad.to_string())])?;
    validate(schema, &set, &placed, &named_wrongly, &mut complaints);
    let ids: Vec<&str> =
        tiers.map_or_else(Vec::new, |it| it.tiers.iter().map(|tier| tier.id.as_str()).collect());
    let (index, crowds) = Index::new(&set, &ids, &vocabulary);
    let words = placed.iter().map(|(_, one)| {
        let words = statement::strings(&one.about.text).into_iter().map(str::to_owned);
        (one.about.id.clone(), words.collect())
    });
    let reads = placed.iter().map(|(_, one)| (one.about.id.clone(), Reads::of(&one.policy)));
    let authorities = Authorities {
        reads: reads.collect(),
        policies: set,
        index,
        vocabulary,
        words: words.collect(),
        about: placed.iter().map(|(_, it)| (it.about.id.clone(), it.about.clone())).collect(),
    };
    if let Some(marks) = complaints.first_mut() {
        for crowd in crowds {
            marks.fault(&(0..0), format!(
                "{} policies have a say in `{}` of tier `{}`, at most {EVALUATED_MAX} are evaluated: give \
                 them narrower scopes or join them ({})",
                crowd.ids.len(), crowd.verb.as_str(), crowd.tier, crowd.ids.join(", ")));
        }
        if placed.len() > POLICIES_MAX {
            marks.fault(&(0..0), format!("more than {POLICIES_MAX} policies: join some of them"));
        }
    }
    let bad: Vec<Malformed> = finish(texts, complaints);
    if !bad.is_empty() {
        return Err(bad);
    }
    let locked = tiers.map_or_else(Vec::new, |tiers| deadlocks(&authorities, tiers));
    let Some(first) = texts.first().filter(|_| !locked.is_empty()) else { return Ok(authorities) };
    let mut marks = Marks::new(&first.text);
    for what in locked {
        marks.fault(&(0..0), what);
    }
    Err(vec![marks.refuse(&first.name)])
}

fn finish(texts: &[&Text], complaints: Complaints<'_>) -> Vec<Malformed> {
    let each = texts.iter().zip(complaints);
    each.filter_map(|(text, marks)| marks.finish(&text.name, ()).err()).collect()
}

/// The product's schema, read once.
static READ: LazyLock<Result<(Schema, Vocabulary), String>> = LazyLock::new(|| {
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|bad| bad.to_string())?;
    let vocabulary = Vocabulary::new(&schema).map_err(|bad| bad.to_string())?;
    Ok((schema, vocabulary))
});

fn defect(what: &str) -> Malformed {
    let mut marks = Marks::new("");
    marks.fault(&(0..0), format!("{what}: report this as a defect"));
    marks.refuse("authority/authority.cedarschema")
}

fn policy<'a>(
    text: &'a Text,
    span: Range<usize>,
    ids: &mut BTreeMap<String, String>,
    marks: &mut Marks<'_>,
) -> Option<Placed<'a>> {
    let source = text.text.get(span.clone())?;
    let policy = match Policy::parse(None, source) {
        Ok(policy) => policy,
        Err(bad) => {
            said(&DetailedError::from(&bad), &span, marks);
            return None;
        }
    };
    let id = policy.annotation("id").unwrap_or_default().to_owned();
    let because = policy.annotation("because").unwrap_or_default().trim().to_owned();
    if id.is_empty() || because.is_empty() {
        let what = "a policy has a name and a reason that people are told: write `@id(\"...\")` and \
                    `@because(\"...\")` before it";
        marks.fault(&span, what);
        return None;
    }
    if let Some(first) = ids.insert(id.clone(), text.name.clone()) {
        let what = format!("the id `{id}` is taken by a policy in `{first}`: give it its own");
        marks.fault(&span, what);
        return None;
    }
    let line = text.text.get(..span.start)?.matches('\n').count().saturating_add(1);
    let permits = policy.effect() == Effect::Permit;
    let about =
        About { file: text.name.clone(), text: source.to_owned(), id, because, line, permits };
    Some(Placed { text, policy: policy.new_id(PolicyId::new(&about.id)), span, about })
}

/// Notes what Cedar says, in its place.
fn said(error: &DetailedError, span: &Range<usize>, marks: &mut Marks<'_>) {
    let inner = error.source_locations.first();
    let at = inner.map_or(span.start, |it| span.start.saturating_add(it.loc.start));
    let label = inner.and_then(|it| it.label.as_deref()).filter(|it| !it.is_empty());
    let mut what = error.message.clone();
    for more in label.into_iter().chain(error.help.as_deref()) {
        what.push_str(": ");
        what.push_str(more);
    }
    marks.fault(&(at..at), what);
    for related in &error.related {
        said(related, span, marks);
    }
}

/// Notes seats, tiers and verbs that do not exist, with the nearest that does.
fn unknown_words(placed: &Placed<'_>, tiers: Option<&Tiers>, marks: &mut Marks<'_>) -> bool {
    let seats: Vec<&str> = SeatName::ALL.iter().map(|seat| seat.as_str()).collect();
    let verbs: Vec<&str> = Verb::ALL.iter().map(|verb| verb.as_str()).collect();
    let groups = ["finding", "exception", "administration", "stopping"];
    let tiers: Option<Vec<&str>> =
        tiers.map(|it| it.tiers.iter().map(|tier| tier.id.as_str()).collect());
    let mut found = false;
    for literal in placed.policy.entity_literals() {
        let (kind, id) = (literal.type_name().to_string(), literal.id().unescaped().to_owned());
        let known = match kind.as_str() {
            "Seat" => seats.clone(),
            "Action" if groups.contains(&id.as_str()) => continue,
            "Action" => verbs.clone(),
            "Tier" => match &tiers {
                Some(tiers) => tiers.clone(),
                None => continue,
            },
            _ => continue,
        };
        if known.contains(&id.as_str()) {
            continue;
        }
        let noun = match kind.as_str() {
            "Seat" => "seat",
            "Tier" => "tier",
            _ => "verb",
        };
        let written = format!("{kind}::\"{id}\"");
        let at = placed.about.text.find(&written).unwrap_or_default();
        let at = placed.span.start.saturating_add(at);
        marks.fault(&(at..at), format!("unknown {noun} `{id}`: {}", word::advice(&id, &known)));
        found = true;
    }
    found
}

/// Everything that the validator says: what is wrong, and what can never be.
fn validate(
    schema: &Schema,
    set: &PolicySet,
    placed: &[(usize, Placed<'_>)],
    known: &BTreeSet<String>,
    complaints: &mut Complaints<'_>,
) {
    let result = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    let errors =
        result.validation_errors().map(|it| (it.policy_id().to_string(), DetailedError::from(it)));
    let warnings = result
        .validation_warnings()
        .map(|it| (it.policy_id().to_string(), DetailedError::from(it)));
    for (id, mut error) in errors.chain(warnings) {
        let Some((at, one)) = placed.iter().find(|(_, one)| one.about.id == id) else { continue };
        let Some(marks) = complaints.get_mut(*at).filter(|_| !known.contains(&id)) else {
            continue;
        };
        if error.message.contains("impossible") {
            error.message = "no question could ever meet this policy".to_owned();
            error.help = Some("correct its conditions, or remove it".to_owned());
        }
        error.message = format!("policy `{id}` of {}: {}", one.text.name, error.message);
        said(&error, &one.span, marks);
    }
}

/// What nobody could do any more, and somebody must.
fn deadlocks(authorities: &Authorities, tiers: &Tiers) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(tier) = tiers.administration() {
        if !authorities.may_plainly(SeatName::Security, Verb::PolicyAdopt, &tier.id) {
            found.push(
                "nobody could change this policy any more: let the security seat do `policy.adopt`, \
                 without a duty or a fact that nobody may have"
                    .to_owned(),
            );
        }
        let countersigns = |seat| authorities.may_plainly(seat, Verb::PolicyCountersign, &tier.id);
        if tier.second_person
            && ![SeatName::Security, SeatName::Legal].into_iter().any(countersigns)
        {
            found.push(
                "a change of this policy needs a second person, and nobody could countersign it: let the \
                 security or the legal seat do `policy.countersign`, without a duty or a fact that nobody \
                 may have"
                    .to_owned(),
            );
        }
        let appoints = |seat| authorities.may_plainly(seat, Verb::PersonAppoint, &tier.id);
        if ![SeatName::Security, SeatName::Legal].into_iter().any(appoints) {
            found.push(
                "nobody could be appointed any more, and with the last person of the security seat the \
                 policy could not be changed: let the security or the legal seat do `person.appoint`"
                    .to_owned(),
            );
        }
    }
    let signs = [
        (SeatName::Business, Verb::ExceptionAccept),
        (SeatName::Control, Verb::ExceptionConfirm),
        (SeatName::Legal, Verb::ExceptionSign),
    ];
    for tier in &tiers.tiers {
        for (seat, verb) in signs {
            if tier.needs(seat) && authorities.may(seat, verb, &tier.id) == May::No {
                found.push(format!(
                    "tier `{}` needs the {seat} seat, and no policy lets it do `{}`: permit it, or take \
                     the seat out of the tier",
                    tier.id, verb.as_str()));
            }
        }
    }
    found
}
