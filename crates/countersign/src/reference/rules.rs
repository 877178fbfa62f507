//! The page of the built-in rules: what each finds, how bad it is and what to do about it.

use countersign_access::rule::{Body, Need, Pack, Rule, Same, Where};
use countersign_policy::rules::builtin;

use super::page::{Page, code, sentence};
use crate::exit::Failure;

pub(super) fn page() -> Result<Page, Failure> {
    let mut page = Page::new("rules.md", "Built-in rules");
    page.paragraph(
        "A pack of your own is given with `--rules`; its form is [rule-pack.schema.json](rule-pack.schema.json), \
         and the packs below are in [policies/rules](../../policies/rules) with their tests.",
    );
    for pack in builtin() {
        write(&mut page, &pack)?;
    }
    Ok(page)
}

fn write(page: &mut Page, pack: &Pack) -> Result<(), Failure> {
    page.heading(2, &format!("{} {}", pack.id, pack.version));
    for rule in &pack.rules {
        let about = |part| format!("the {part} of the rule `{}`", rule.id);
        page.heading(3, &rule.id);
        page.paragraph(&format!("{}.", sentence(&about("title"), Some(&rule.title))?));
        let remedy = sentence(&about("remedy"), Some(&rule.remedy))?;
        let mut items = vec![
            format!("severity: {}, class: {}", rule.severity.as_str(), rule.class.as_str()),
            looks_for(rule),
        ];
        if let Some(same) = &rule.same {
            items.push(format!("on the same {}", shared(same)));
        }
        if !rule.owasp_nhi.is_empty() {
            items.push(format!("OWASP NHI: {}", rule.owasp_nhi.join(", ")));
        }
        if !rule.csf.is_empty() {
            items.push(format!("NIST CSF: {}", rule.csf.join(", ")));
        }
        items.push(format!("remedy: {remedy}"));
        page.list(&items);
    }
    Ok(())
}

fn looks_for(rule: &Rule) -> String {
    match &rule.body {
        Body::Sides(sides) => {
            let side = |(number, side): (usize, &countersign_access::rule::Side)| {
                let need = match &side.need {
                    Need::Any(_) => "",
                    Need::All(_) => " (all of several permissions)",
                };
                format!("({number}) {}{need}", side.name)
            };
            let sides: Vec<String> = (1..).zip(sides).map(side).collect();
            let word = if sides.len() == 1 { "side" } else { "sides" };
            format!("{word}: {}", sides.join(" and "))
        }
        Body::Where(tests) => format!("finds: {}", tested(tests)),
    }
}

fn tested(tests: &Where) -> String {
    let Where { kinds, system, tags, without_tags, age_days_min, unused_days_min, expires, owned } =
        tests;
    let mut words = vec![kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" or ")];
    let tag = |test: &countersign_access::rule::TagTest| match &test.value {
        Some(value) => code(&format!("{}={value}", test.key)),
        None => code(&test.key),
    };
    words.extend(system.as_ref().map(|system| format!("in {}", code(system.as_str()))));
    words.extend(tags.iter().map(|test| format!("tagged {}", tag(test))));
    words.extend(without_tags.iter().map(|test| format!("not tagged {}", tag(test))));
    words.extend(age_days_min.map(|days| format!("at least {days} days old")));
    words.extend(unused_days_min.map(|days| format!("not used for {days} days")));
    words.extend(expires.map(|is| if is { "with an expiry" } else { "without an expiry" }.into()));
    words.extend(owned.map(|is| if is { "with an owner" } else { "without an owner" }.into()));
    words.join(", ")
}

fn shared(same: &Same) -> String {
    match same {
        Same::Resource => "resource".to_owned(),
        Same::Namespace => "namespace".to_owned(),
        Same::System => "system".to_owned(),
        Same::Environment => "environment".to_owned(),
        Same::Tag(key) => format!("value of the tag {}", code(key)),
    }
}
