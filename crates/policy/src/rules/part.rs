//! The small parts that rules are made of: lines of text, ids, globs, tag tests and selectors. Each
//! is read or noted as wrong; a part that is wrong gives nothing, and the reading goes on.

use std::ops::Range;

use countersign_access::glob::Glob;
use countersign_access::node::NodeId;
use countersign_access::rule::{Need, Selector, TagTest};
use toml::Spanned;

use crate::rules::form::{SelectorForm, SideForm};
use crate::rules::limit::{ID_BYTES_MAX, LINE_BYTES_MAX, SELECTORS_MAX, TEXT_BYTES_MAX};
use crate::rules::malformed::Marks;

/// A text of one line that is not empty.
pub(crate) fn line(text: &Spanned<String>, what: &str, marks: &mut Marks<'_>) -> String {
    if text.get_ref().contains(['\n', '\r']) {
        marks.fault(&text.span(), format!("`{what}` has several lines: write it in one"));
    }
    bounded(text, what, LINE_BYTES_MAX, marks)
}

/// A text that is not empty.
pub(crate) fn prose(text: &Spanned<String>, what: &str, marks: &mut Marks<'_>) -> String {
    bounded(text, what, TEXT_BYTES_MAX, marks)
}

fn bounded(text: &Spanned<String>, what: &str, bytes_max: usize, marks: &mut Marks<'_>) -> String {
    let trimmed = text.get_ref().trim();
    if trimmed.is_empty() {
        marks.fault(&text.span(), format!("`{what}` is empty: write something people can read"));
    }
    if trimmed.len() > bytes_max {
        let bytes = trimmed.len();
        marks.fault(
            &text.span(),
            format!("`{what}` has {bytes} bytes, at most {bytes_max} are accepted: shorten it"),
        );
    }
    trimmed.to_owned()
}

/// An id of a pack or rule.
pub(crate) fn id(text: &Spanned<String>, marks: &mut Marks<'_>) -> String {
    let id = text.get_ref();
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let well_formed = id.bytes().next().is_some_and(letter)
        && id.bytes().all(|byte| letter(byte) || matches!(byte, b'.' | b'-' | b'_'))
        && id.len() <= ID_BYTES_MAX;
    if !well_formed {
        marks.fault(
            &text.span(),
            format!(
                "`{id}` is no id: write at most {ID_BYTES_MAX} lower-case letters, digits, `.`, `-` and \
                 `_`, a letter or digit first"
            ),
        );
    }
    id.clone()
}

/// A glob that is not empty.
pub(crate) fn glob(text: &Spanned<String>, what: &str, marks: &mut Marks<'_>) -> Glob {
    if text.get_ref().trim().is_empty() {
        marks
            .fault(&text.span(), format!("`{what}` is empty: write a text, or `*` for everything"));
    }
    if text.get_ref().len() > LINE_BYTES_MAX {
        let what = format!("`{what}` is longer than {LINE_BYTES_MAX} bytes: shorten it with a `*`");
        marks.fault(&text.span(), what);
    }
    Glob::new(text.get_ref())
}

/// An optional glob.
pub(crate) fn glob_if(
    text: Option<&Spanned<String>>,
    what: &str,
    marks: &mut Marks<'_>,
) -> Option<Glob> {
    text.map(|text| glob(text, what, marks))
}

/// `key` or `key=value`.
pub(crate) fn tag(text: &Spanned<String>, marks: &mut Marks<'_>) -> Option<TagTest> {
    let (key, value) = match text.get_ref().split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => (text.get_ref().as_str(), None),
    };
    let bad_key =
        key.is_empty() || key.contains(|letter: char| letter.is_whitespace() || letter == ';');
    let bad_value = value.is_some_and(|value| value.is_empty() || value.trim() != value);
    if bad_key || bad_value || text.get_ref().len() > LINE_BYTES_MAX {
        let what = format!(
            "`{}` is no tag test: write `key` or `key=value` without blanks around them",
            text.get_ref()
        );
        marks.fault(&text.span(), what);
        return None;
    }
    Some(TagTest { key: key.to_owned(), value: value.map(str::to_owned) })
}

/// What a side needs: exactly one of `any` and `all`, not empty.
pub(crate) fn need(side: &Spanned<SideForm>, marks: &mut Marks<'_>) -> Option<Need> {
    let form = side.get_ref();
    match (&form.any, &form.all) {
        (Some(any), None) => selectors(any, &side.span(), marks).map(Need::Any),
        (None, Some(all)) => selectors(all, &side.span(), marks).map(Need::All),
        (Some(_), Some(_)) => {
            let what = "a side has both `any` and `all`: keep one, or make two sides of it";
            marks.fault(&side.span(), what);
            None
        }
        (None, None) => {
            marks.lack(&side.span(), "a side has no selectors: add `any = [...]` or `all = [...]`");
            None
        }
    }
}

fn selectors(
    forms: &[Spanned<SelectorForm>],
    side: &Range<usize>,
    marks: &mut Marks<'_>,
) -> Option<Vec<Selector>> {
    if forms.is_empty() {
        marks.fault(
            side,
            "a side has an empty list of selectors: add one such as `{ action = \"insert\" }`",
        );
        return None;
    }
    if forms.len() > SELECTORS_MAX {
        let found = forms.len();
        let what = format!(
            "a side has {found} selectors, at most {SELECTORS_MAX} are accepted: use globs or tags"
        );
        marks.fault(side, what);
        return None;
    }
    forms.iter().map(|form| selector(form, marks)).collect()
}

fn selector(form: &Spanned<SelectorForm>, marks: &mut Marks<'_>) -> Option<Selector> {
    let SelectorForm { entitlement, system, action, resource, tag: tag_text } = form.get_ref();
    let others =
        [("system", system), ("action", action), ("resource", resource), ("tag", tag_text)];
    let other = others.iter().find(|(_, value)| value.is_some()).map(|(key, _)| *key);
    match (entitlement, other) {
        (None, None) => {
            let what = "a selector is empty and would match everything: give at least one of \
                        `entitlement`, `system`, `action`, `resource`, `tag`";
            marks.lack(&form.span(), what);
            return None;
        }
        (Some(id), Some(other)) => {
            let what = format!(
                "a selector has `entitlement` and `{other}`: the id names one permission exactly, so \
                 remove `{other}` or `entitlement`"
            );
            marks.fault(&id.span(), what);
            return None;
        }
        _ => {}
    }
    Some(Selector {
        entitlement: entitlement.as_ref().and_then(|id| node_id(id, marks)),
        system: glob_if(system.as_ref(), "system", marks),
        action: glob_if(action.as_ref(), "action", marks),
        resource: glob_if(resource.as_ref(), "resource", marks),
        tag: tag_text.as_ref().and_then(|text| tag(text, marks)),
    })
}

fn node_id(text: &Spanned<String>, marks: &mut Marks<'_>) -> Option<NodeId> {
    NodeId::new(text.get_ref()).map_err(|bad| marks.fault(&text.span(), bad.to_string())).ok()
}
