//! An organisation of made-up identities, groups, roles, permissions and resources, the edges between
//! them and rules over them. The same size, variant and seed give the same one on every machine.

mod dice;
mod drawing;

use countersign_access::engine::snapshot::{Edges, Part};
use countersign_access::engine::sweep::Demand;

use self::drawing::Drawing;
pub(crate) use self::drawing::HUMAN;

/// How large.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) name: &'static str,
    pub(crate) identities: u32,
    pub(crate) groups: u32,
    pub(crate) roles: u32,
    pub(crate) permissions: u32,
    pub(crate) resources: u32,
    /// Groups that an identity is a member of, on average.
    memberships: f64,
    /// Permissions of a role, the smallest.
    grants: f64,
    /// Resources of a permission, the smallest.
    applies: f64,
}

/// From one for tests to the largest.
pub(crate) const SIZES: [Size; 4] = [
    Size::new("T", [2_000, 240, 120, 400, 1_200], [8.18, 9.9, 4.19]),
    Size::new("S", [100_000, 12_000, 6_000, 20_000, 60_000], [8.18, 9.2, 4.28]),
    Size::new("M", [1_000_000, 100_000, 50_000, 200_000, 600_000], [14.5, 12.6, 3.93]),
    Size::new("L", [5_000_000, 400_000, 200_000, 800_000, 2_500_000], [11.38, 10.9, 3.83]),
];

impl Size {
    const fn new(name: &'static str, nodes: [u32; 5], means: [f64; 3]) -> Self {
        let [identities, groups, roles, permissions, resources] = nodes;
        let [memberships, grants, applies] = means;
        Self {
            name,
            identities,
            groups,
            roles,
            permissions,
            resources,
            memberships,
            grants,
            applies,
        }
    }

    /// Any number of nodes, for what was drawn before.
    pub(crate) const fn of(nodes: [u32; 5]) -> Self {
        Self::new("given", nodes, [0.0; 3])
    }

    /// The size of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        SIZES.into_iter().find(|size| size.name.eq_ignore_ascii_case(name))
    }
}

/// What sort of organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Teams with their own groups and roles, and some that everybody has.
    Base,
    /// Five times as much that is not close by.
    Dense,
    /// Half of all identities can become each other.
    GiantScc,
    /// Identities of a team have the memberships of one of three templates.
    TemplateClones,
}

impl Variant {
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("base", Self::Base),
        ("dense", Self::Dense),
        ("giant-scc", Self::GiantScc),
        ("template-clones", Self::TemplateClones),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, variant)| variant)
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Identity,
    Group,
    Role,
    Permission,
    Resource,
}

/// Which kinds are joined by edges, from the first to the second.
pub(crate) const CLASSES: [(Kind, Kind); 8] = [
    (Kind::Identity, Kind::Group),
    (Kind::Identity, Kind::Role),
    (Kind::Identity, Kind::Identity),
    (Kind::Group, Kind::Group),
    (Kind::Group, Kind::Role),
    (Kind::Role, Kind::Role),
    (Kind::Role, Kind::Permission),
    (Kind::Permission, Kind::Resource),
];

/// An organisation with its rules.
#[derive(Debug)]
pub(crate) struct Organisation {
    pub(crate) size: Size,
    pub(crate) from: Vec<u32>,
    pub(crate) to: Vec<u32>,
    pub(crate) rules: Vec<Demand>,
}

impl Organisation {
    /// What each node is.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let size = self.size;
        let mut parts = vec![Part::Holder; size.identities as usize];
        parts.resize(parts.len() + (size.groups + size.roles) as usize, Part::Other);
        parts.resize(parts.len() + size.permissions as usize, Part::Goal);
        parts.resize(parts.len() + size.resources as usize, Part::Other);
        parts
    }

    /// What a node is, and its number among those.
    pub(crate) fn kind(&self, node: u32) -> (Kind, u32) {
        let size = self.size;
        let mut first = 0;
        for (kind, count) in [
            (Kind::Identity, size.identities),
            (Kind::Group, size.groups),
            (Kind::Role, size.roles),
            (Kind::Permission, size.permissions),
        ] {
            if node < first + count {
                return (kind, node - first);
            }
            first += count;
        }
        (Kind::Resource, node - first)
    }

    /// How many edges lead from one kind to another, in the order of [`CLASSES`].
    pub(crate) fn classes(&self) -> [usize; 8] {
        let mut counts = [0; 8];
        for (from, to) in self.from.iter().zip(&self.to) {
            let class = (self.kind(*from).0, self.kind(*to).0);
            let place = CLASSES.iter().position(|it| *it == class);
            if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
                *count += 1;
            }
        }
        counts
    }

    pub(crate) fn edges(&self) -> Edges<'_> {
        Edges { from: &self.from, to: &self.to }
    }

    /// Node numbers of the permissions.
    pub(crate) fn permissions(&self) -> std::ops::Range<u32> {
        let first = self.size.identities + self.size.groups + self.size.roles;
        first..first + self.size.permissions
    }

    /// Node numbers of the resources.
    pub(crate) fn resources(&self) -> std::ops::Range<u32> {
        let first = self.permissions().end;
        first..first + self.size.resources
    }

    /// A number that is another one when anything about the organisation is (FNV-1a, 64 bits, over
    /// words of 32 bits).
    pub(crate) fn hash(&self) -> u64 {
        let rules = self.rules.iter().flat_map(|rule| rule.sides.iter().flatten());
        let words = self.from.iter().chain(&self.to).chain(rules);
        words.fold(0xcbf2_9ce4_8422_2325, |hash, word| {
            (hash ^ u64::from(*word)).wrapping_mul(0x0100_0000_01b3)
        })
    }
}

/// Draws it.
pub(crate) fn draw(size: Size, variant: Variant, seed: u64, rules: usize) -> Organisation {
    Drawing::new(size, variant, seed).whole(rules)
}

#[cfg(test)]
mod tests {
    use super::{Size, Variant, draw};

    /// What is measured on one machine can be measured on another: the smallest organisation is the
    /// same everywhere, edge by edge.
    #[test]
    fn the_smallest_is_the_same_everywhere() {
        let size = Size::named("T").unwrap();
        let known = [
            ([16270, 1540, 1439, 114, 473, 17, 2688, 5018], 0xe5165e5adc1463f5_u64),
            ([16334, 1582, 1352, 119, 396, 29, 2969, 4671], 0x7e350c24840de772),
            ([16270, 1540, 2439, 114, 473, 17, 2688, 5018], 0x817c35377da53199),
            ([16382, 1590, 1485, 114, 421, 24, 2995, 4633], 0x12b792cb39c12eb7),
        ];
        for ((name, variant), known) in Variant::ALL.into_iter().zip(known) {
            let organisation = draw(size, variant, 42, 1_000);
            assert_eq!((organisation.classes(), organisation.hash()), known, "{name}");
        }
    }

    #[test]
    fn every_edge_is_of_a_known_class() {
        for (_, variant) in Variant::ALL {
            let organisation = draw(Size::named("T").unwrap(), variant, 7, 0);
            assert_eq!(organisation.classes().iter().sum::<usize>(), organisation.from.len());
        }
    }
}
