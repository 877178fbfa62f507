//! Aggregated cluster roles: the controller replaces a role's rules by those of all cluster roles
//! whose labels its selectors match (Kubernetes documentation, "Aggregated ClusterRoles"). Where
//! the input holds none of them, the rules that the role itself lists are what the controller wrote.

use std::collections::{BTreeMap, BTreeSet};

use super::object::{Body, Object, RoleBody, Rule};

/// A rule with the name of the role that states it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stated<'a> {
    /// The role as written.
    pub(super) role: &'a Object,
    /// The rule.
    pub(super) rule: &'a Rule,
}

/// All cluster roles of the input, by name.
#[derive(Debug)]
pub(super) struct ClusterRoles<'a> {
    by_name: BTreeMap<&'a str, Vec<(&'a Object, &'a RoleBody)>>,
}

impl<'a> ClusterRoles<'a> {
    /// Finds them among the objects.
    pub(super) fn new(objects: &'a [Object]) -> Self {
        let mut by_name: BTreeMap<&'a str, Vec<_>> = BTreeMap::new();
        for object in objects {
            if let Body::Role(role) = &object.body
                && role.is_cluster
            {
                by_name.entry(object.name.as_str()).or_default().push((object, role));
            }
        }
        Self { by_name }
    }

    /// The cluster roles of this name: one, unless the input gives it twice.
    pub(super) fn named(&self, name: &str) -> &[(&'a Object, &'a RoleBody)] {
        self.by_name.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// What a role grants in the end, each rule once.
    pub(super) fn rules(&self, object: &'a Object, role: &'a RoleBody) -> Vec<Stated<'a>> {
        let mut rules = Vec::new();
        let mut seen = BTreeSet::from([object.name.as_str()]);
        let mut open = vec![(object, role)];
        while let Some((object, role)) = open.pop() {
            let members = self.members(object, role);
            if members.is_empty() {
                rules.extend(role.rules.iter().map(|rule| Stated { role: object, rule }));
            }
            for (object, role) in members {
                if seen.insert(object.name.as_str()) {
                    open.push((object, role));
                }
            }
        }
        rules
    }

    fn members(&self, object: &Object, role: &RoleBody) -> Vec<(&'a Object, &'a RoleBody)> {
        if role.aggregates.is_empty() {
            return Vec::new();
        }
        let all = self.by_name.values().flatten().copied();
        all.filter(|(other, _)| other.name != object.name)
            .filter(|(_, other)| role.aggregates.iter().any(|it| it.selects(&other.labels)))
            .collect()
    }
}
