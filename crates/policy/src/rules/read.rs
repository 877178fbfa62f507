//! From the TOML form to a pack that the engine can judge by: whole, or not at all with everything
//! that is wrong. Reads one pack at a time; what several packs may not share is for `load`.

use std::collections::BTreeSet;
use std::ops::Range;

use countersign_access::rule::{Body, Class, Pack, Rule, Same, Scope, Severity, Side, Where};
use toml::Spanned;

use crate::rules::control;
use crate::rules::form::{HeadForm, PackForm, RuleForm, ScopeForm, SideForm, WhereForm};
use crate::rules::limit::{BASELINE_MAX, LIST_MAX, RULES_MAX, SIDES_MAX};
use crate::rules::malformed::{Malformed, Marks};
use crate::rules::{part, shape, word};

/// A pack and where its ids stand, so that a clash with another pack can be shown in its place.
#[derive(Debug)]
pub(crate) struct Placed {
    /// The pack.
    pub(crate) pack: Pack,
    /// Where the pack's id stands.
    pub(crate) id: Range<usize>,
    /// Where each rule's id stands, in the order of the rules.
    pub(crate) rules: Vec<Range<usize>>,
}

/// Reads one pack.
///
/// # Errors
/// [`Malformed`] with everything that is wrong.
pub(crate) fn read(name: &str, text: &str) -> Result<Placed, Malformed> {
    let (form, mut marks) = shape::parse::<PackForm>(name, text)?;
    let placed = pack(&form, &mut marks);
    marks.finish(name, placed)
}

fn pack(form: &PackForm, marks: &mut Marks<'_>) -> Placed {
    let HeadForm { id, version, baseline } = &form.pack;
    at_most(baseline.len(), BASELINE_MAX, "globs in `baseline`", &id.span(), marks);
    at_most(form.rule.len(), RULES_MAX, "rules", &id.span(), marks);
    if form.rule.is_empty() {
        marks.lack(&id.span(), "the pack has no rules: add `[[rule]]`");
    }
    let mut pack = Pack {
        id: part::id(id, marks),
        version: part::line(version, "version", marks),
        baseline: baseline.iter().map(|text| part::glob(text, "baseline", marks)).collect(),
        rules: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for form in form.rule.iter().take(RULES_MAX) {
        let id = &form.get_ref().id;
        marks.enter(Some(id.get_ref()));
        if !seen.insert(id.get_ref().as_str()) {
            marks.fault(
                &id.span(),
                "this id is taken by an earlier rule of the pack: give it its own",
            );
        }
        pack.rules.extend(rule(form, marks));
    }
    marks.enter(None);
    Placed {
        pack,
        id: id.span(),
        rules: form.rule.iter().map(|rule| rule.get_ref().id.span()).collect(),
    }
}

fn rule(spanned: &Spanned<RuleForm>, marks: &mut Marks<'_>) -> Option<Rule> {
    let form = spanned.get_ref();
    let body = body(form, marks);
    let sides = form.side.as_ref().map_or(0, Vec::len);
    let usual = if sides >= 2 { Class::ToxicPair } else { Class::Hygiene };
    let severity = word::read::<Severity>(form.severity.get_ref(), &form.severity.span(), marks);
    Some(Rule {
        id: part::id(&form.id, marks),
        title: part::line(&form.title, "title", marks),
        process: form.process.as_ref().map(|text| part::line(text, "process", marks)),
        scope: form.scope.as_ref().map_or_else(Scope::default, |form| scope(form, marks)),
        same: form.same.as_ref().and_then(|text| same(text, sides, marks)),
        explanation: part::prose(&form.explanation, "explanation", marks),
        remedy: part::prose(&form.remedy, "remedy", marks),
        owasp_nhi: controls(&form.owasp_nhi, "owasp_nhi", control::owasp_nhi, marks),
        csf: controls(&form.csf, "csf", control::csf, marks),
        owner: form.owner.as_ref().map(|text| part::line(text, "owner", marks)),
        class: form
            .class
            .as_ref()
            .map_or(Some(usual), |text| word::read::<Class>(text.get_ref(), &text.span(), marks))?,
        follow: words(&form.follow, "follow", marks),
        severity: severity?,
        body: body?,
    })
}

fn body(form: &RuleForm, marks: &mut Marks<'_>) -> Option<Body> {
    match (&form.side, &form.r#where) {
        (Some(sides), None) => Some(Body::Sides(read_sides(sides, &form.id.span(), marks)?)),
        (None, Some(tests)) => Some(Body::Where(attribute_tests(tests, marks))),
        (Some(_), Some(tests)) => {
            let what =
                "a rule has both `[[rule.side]]` and `[rule.where]`: keep one, or make two rules";
            marks.fault(&tests.span(), what);
            None
        }
        (None, None) => {
            let what = "a rule looks for nothing: add `[[rule.side]]` or `[rule.where]`";
            marks.lack(&form.id.span(), what);
            None
        }
    }
}

fn read_sides(
    sides: &[Spanned<SideForm>],
    rule: &Range<usize>,
    marks: &mut Marks<'_>,
) -> Option<Vec<Side>> {
    if sides.is_empty() {
        marks.fault(rule, "a rule has an empty list of sides: add `[[rule.side]]`");
        return None;
    }
    at_most(sides.len(), SIDES_MAX, "sides", rule, marks);
    let mut names = BTreeSet::new();
    let mut read = Vec::with_capacity(sides.len());
    for side in sides {
        let name = &side.get_ref().name;
        if !names.insert(name.get_ref().as_str()) {
            let what = format!(
                "two sides are called `{}`: name what each lets somebody do",
                name.get_ref()
            );
            marks.fault(&name.span(), what);
        }
        let name = part::line(name, "name", marks);
        read.push(part::need(side, marks).map(|need| Side { name, need }));
    }
    read.into_iter().collect()
}

fn attribute_tests(spanned: &Spanned<WhereForm>, marks: &mut Marks<'_>) -> Where {
    let form = spanned.get_ref();
    if form.kinds.is_empty() {
        marks.lack(
            &spanned.span(),
            "`kinds` is empty: name the kinds of node, such as `[\"account\"]`",
        );
    }
    let read = Where {
        kinds: words(&form.kinds, "kinds", marks),
        system: part::glob_if(form.system.as_ref(), "system", marks),
        tags: tags(&form.tags, "tags", marks),
        without_tags: tags(&form.without_tags, "without_tags", marks),
        age_days_min: form.age_days_min,
        unused_days_min: form.unused_days_min,
        expires: form.expires,
        owned: form.owned,
    };
    if let Some(both) = read.tags.iter().find(|tag| read.without_tags.contains(tag)) {
        let what = format!(
            "`{}` is wanted and unwanted at once: remove it from one of the lists",
            both.key
        );
        marks.fault(&spanned.span(), what);
    }
    let everything = Where { kinds: read.kinds.clone(), ..Where::default() };
    if read == everything {
        let what = "`where` has no test and would match every node of the kind: add one, such as \
                    `owned = false`";
        marks.lack(&spanned.span(), what);
    }
    read
}

fn scope(form: &ScopeForm, marks: &mut Marks<'_>) -> Scope {
    Scope {
        kinds: words(&form.kinds, "kinds", marks),
        system: part::glob_if(form.system.as_ref(), "system", marks),
        environment: part::glob_if(form.environment.as_ref(), "environment", marks),
        tag: form.tag.as_ref().and_then(|text| part::tag(text, marks)),
    }
}

fn same(text: &Spanned<String>, sides: usize, marks: &mut Marks<'_>) -> Option<Same> {
    if sides < 2 {
        let what =
            "`same` says what sides must share, and here are not two: remove it or add a side";
        marks.fault(&text.span(), what);
    }
    match text.get_ref().as_str() {
        "resource" => Some(Same::Resource),
        "namespace" => Some(Same::Namespace),
        "system" => Some(Same::System),
        "environment" => Some(Same::Environment),
        other => match other.strip_prefix("tag:").filter(|key| !key.trim().is_empty()) {
            Some(key) => Some(Same::Tag(key.to_owned())),
            None => {
                let known = ["resource", "namespace", "system", "environment", "tag:NAME"];
                let what =
                    format!("unknown value `{other}` of `same`: {}", word::advice(other, &known));
                marks.fault(&text.span(), what);
                None
            }
        },
    }
}

fn words<W: word::Word + PartialEq>(
    texts: &[Spanned<String>],
    key: &str,
    marks: &mut Marks<'_>,
) -> Vec<W> {
    let mut read = Vec::new();
    for text in list(texts, key, marks) {
        match word::read::<W>(text.get_ref(), &text.span(), marks) {
            Some(word) if read.contains(&word) => {
                marks.fault(
                    &text.span(),
                    format!("`{}` stands twice in `{key}`: remove one", word.text()),
                );
            }
            Some(word) => read.push(word),
            None => {}
        }
    }
    read
}

fn tags(
    texts: &[Spanned<String>],
    key: &str,
    marks: &mut Marks<'_>,
) -> Vec<countersign_access::rule::TagTest> {
    list(texts, key, marks).iter().filter_map(|text| part::tag(text, marks)).collect()
}

fn controls(
    texts: &[Spanned<String>],
    key: &str,
    official: fn(&str) -> Result<String, String>,
    marks: &mut Marks<'_>,
) -> Vec<String> {
    let mut read = Vec::new();
    for text in list(texts, key, marks) {
        match official(text.get_ref()) {
            Ok(id) if read.contains(&id) => {
                marks.fault(&text.span(), format!("`{id}` stands twice in `{key}`: remove one"));
            }
            Ok(id) => read.push(id),
            Err(what) => marks.fault(&text.span(), what),
        }
    }
    read
}

/// The list itself, or nothing of it when it is over the limit.
fn list<'a>(
    texts: &'a [Spanned<String>],
    key: &str,
    marks: &mut Marks<'_>,
) -> &'a [Spanned<String>] {
    if let Some(first_over) = texts.get(LIST_MAX) {
        let found = texts.len();
        let what =
            format!("`{key}` has {found} entries, at most {LIST_MAX} are accepted: shorten it");
        marks.fault(&first_over.span(), what);
        return &[];
    }
    texts
}

fn at_most(found: usize, limit: usize, what: &str, span: &Range<usize>, marks: &mut Marks<'_>) {
    if found > limit {
        marks.fault(
            span,
            format!("{found} {what}, at most {limit} are accepted: split the pack or rule"),
        );
    }
}
