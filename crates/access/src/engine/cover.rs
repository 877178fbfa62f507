//! Whether what an entitlement grants covers what is asked, in the entitlement's own notation.
//! Knows texts only; what an entitlement applies to is added by the caller.

use crate::glob::Glob;
use crate::node::{Node, Notation};

/// Whether the entitlement lets its holder do what is asked.
pub(super) fn covers_action(asked: &Glob, entitlement: &Node) -> bool {
    let granted = entitlement.action.as_deref().unwrap_or_default();
    match entitlement.notation {
        Notation::Text => asked.matches(granted),
        Notation::Kubernetes => covers_segment(asked.as_str(), granted),
    }
}

/// Whether the entitlement is about what is asked: by its own text or, in plain notation, by the id
/// or name of one of these resources, to which it applies.
pub(super) fn covers_resource<'a>(
    asked: &Glob,
    entitlement: &Node,
    mut applies_to: impl Iterator<Item = &'a Node>,
) -> bool {
    let granted = entitlement.resource.as_deref();
    match entitlement.notation {
        Notation::Text => {
            asked.matches(granted.unwrap_or_default())
                || applies_to.any(|it| asked.matches(it.id.as_str()) || asked.matches(&it.name))
        }
        Notation::Kubernetes => {
            granted.is_some_and(|granted| covers_kubernetes(asked.as_str(), granted))
        }
    }
}

/// `group/resource[/subresource]` as Kubernetes RBAC reads it: `*` for the resource covers its
/// subresources too, `*/exec` covers that subresource of everything, `pods` is not `pods/exec`.
fn covers_kubernetes(asked: &str, granted: &str) -> bool {
    let asked = if asked == "*" { "*/*" } else { asked };
    let (asked, granted) = (parts(asked), parts(granted));
    let (Some(asked_resource), Some(granted_resource)) = (asked.resource, granted.resource) else {
        let both_bare = asked.resource.is_none() && granted.resource.is_none();
        return both_bare && covers_segment(asked.group, granted.group);
    };
    if !covers_segment(asked.group, granted.group) {
        return false;
    }
    match (asked.subresource, granted.subresource) {
        (_, None) if granted_resource == "*" => true,
        (None, None) => covers_segment(asked_resource, granted_resource),
        (Some(asked), Some(granted)) => {
            covers_segment(asked_resource, granted_resource) && covers_segment(asked, granted)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// A granted `*` covers anything; an asked `*` is covered by nothing less.
fn covers_segment(asked: &str, granted: &str) -> bool {
    granted == "*" || (asked != "*" && Glob::new(asked).matches(granted))
}

struct Parts<'a> {
    group: &'a str,
    resource: Option<&'a str>,
    subresource: Option<&'a str>,
}

fn parts(text: &str) -> Parts<'_> {
    let mut parts = text.splitn(3, '/');
    Parts {
        group: parts.next().unwrap_or_default(),
        resource: parts.next(),
        subresource: parts.next(),
    }
}

#[cfg(test)]
mod tests {
    use super::covers_kubernetes;

    #[test]
    fn kubernetes_resources_are_covered_segment_by_segment() {
        let table = [
            ("core/secrets", "core/secrets", true),
            ("core/secrets", "*/*", true),
            ("core/secrets", "core/*", true),
            ("core/secrets", "*/secrets", true),
            ("core/secrets", "apps/*", false),
            ("*/*", "*/*", true),
            ("*", "*/*", true),
            ("*/*", "core/*", false),
            ("*/*", "core/secrets", false),
            ("core/*", "core/*", true),
            ("core/*", "core/secrets", false),
            ("core/sec*", "core/secrets", true),
            ("core/pods/exec", "core/pods", false),
            ("core/pods", "core/pods/exec", false),
            ("core/pods/exec", "core/pods/exec", true),
            ("core/pods/exec", "core/*", true),
            ("core/pods/exec", "*/*", true),
            ("core/pods/exec", "*/*/exec", true),
            ("core/pods/exec", "core/*/exec", true),
            ("core/pods/log", "core/*/exec", false),
            ("core/pods", "*/*/exec", false),
            ("core/pods/exec", "core/pods/*", true),
            ("core/pods/*", "core/pods/exec", false),
            ("/metrics", "/metrics", true),
            ("core/secrets", "/*", false),
            ("core/secrets", "", false),
        ];
        for (asked, granted, expected) in table {
            assert_eq!(covers_kubernetes(asked, granted), expected, "{granted} for {asked}");
        }
    }
}
