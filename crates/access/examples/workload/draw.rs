//! Draws an organisation: identities, groups, roles, permissions, resources and the edges between
//! them, from one seed. The same seed gives the same organisation on every machine: dice are integers
//! (splitmix64, public domain, Vigna 2015) and the only arithmetic on fractions is division and square
//! root, which IEEE 754 rounds exactly.

use countersign_access::engine::snapshot::{Edges, Part};
use countersign_access::engine::sweep::Demand;

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
}

/// From one for tests to the largest.
pub(crate) const SIZES: [Size; 4] = [
    Size::new("T", [2_000, 240, 120, 400, 1_200], 8.5, 5.0),
    Size::new("S", [100_000, 12_000, 6_000, 20_000, 60_000], 8.5, 8.75),
    Size::new("M", [1_000_000, 100_000, 50_000, 200_000, 600_000], 16.0, 11.3),
    Size::new("L", [5_000_000, 400_000, 200_000, 800_000, 2_500_000], 12.2, 9.9),
];

impl Size {
    const fn new(name: &'static str, nodes: [u32; 5], memberships: f64, grants: f64) -> Self {
        let [identities, groups, roles, permissions, resources] = nodes;
        Self { name, identities, groups, roles, permissions, resources, memberships, grants }
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
    /// Three times as much that is not the team's own.
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

/// Identities of a team.
const TEAM: u32 = 50;
/// Groups that a team chooses from.
const WINDOW: u32 = 40;

/// Draws it.
pub(crate) fn draw(size: Size, variant: Variant, seed: u64, rules: usize) -> Organisation {
    let mut drawing = Drawing {
        size,
        variant,
        dice: seed,
        organisation: Organisation { size, from: Vec::new(), to: Vec::new(), rules: Vec::new() },
    };
    drawing.memberships();
    drawing.lateral();
    drawing.groups();
    drawing.roles();
    drawing.permissions();
    drawing.rules(rules);
    drawing.organisation
}

struct Drawing {
    size: Size,
    variant: Variant,
    dice: u64,
    organisation: Organisation,
}

impl Drawing {
    fn memberships(&mut self) {
        let Size { identities, groups, roles, .. } = self.size;
        let (first_group, first_role) = (identities, identities + groups);
        let teams = identities.div_ceil(TEAM);
        let mut templates: Vec<Vec<u32>> = Vec::new();
        for identity in 0..identities {
            let team = identity / TEAM;
            if identity % TEAM == 0 {
                templates = (0..3).map(|_| self.chosen_groups(team, teams)).collect();
            }
            let chosen = if self.variant == Variant::TemplateClones {
                let template = self.below(3) as usize;
                templates.get(template).cloned().unwrap_or_default()
            } else {
                self.chosen_groups(team, teams)
            };
            for group in chosen {
                self.edge(identity, first_group + group);
            }
            for _ in 0..self.poisson(0.82) {
                let role = self.near(scaled(team, teams, roles), 10, roles);
                self.edge(identity, first_role + role);
            }
        }
    }

    fn chosen_groups(&mut self, team: u32, teams: u32) -> Vec<u32> {
        let groups = self.size.groups;
        let count = self.poisson(self.size.memberships);
        let mut chosen: Vec<u32> = Vec::new();
        for _ in 0..count {
            let group = if self.chance(15) {
                self.zipf(groups)
            } else {
                (scaled(team, teams, groups) + self.zipf(WINDOW)) % groups
            };
            if !chosen.contains(&group) {
                chosen.push(group);
            }
        }
        chosen
    }

    /// Who can become whom. Nobody becomes a human being, which is every 38th.
    fn lateral(&mut self) {
        let identities = self.size.identities;
        for identity in 0..identities {
            let team = identity / TEAM * TEAM;
            let hub = self.below(1_000) == 0;
            let count = if hub { 40 } else { self.poisson(0.67) };
            for _ in 0..count {
                let other = if hub || self.below(100) < 2 {
                    self.below(identities)
                } else {
                    (team + self.below(TEAM)) % identities
                };
                if other % 38 != 0 && other != identity {
                    self.edge(identity, other);
                }
            }
            if self.variant == Variant::GiantScc && identity % 2 == 1 {
                self.edge(identity, (identity + 2) % identities / 2 * 2 + 1);
            }
        }
    }

    /// Groups in groups of a higher level, once in a thousand the wrong way round; and their roles.
    fn groups(&mut self) {
        let Size { identities, groups, roles, .. } = self.size;
        let (first_group, first_role) = (identities, identities + groups);
        for group in 0..groups {
            if self.chance(49) {
                let other = self.near(group, 100, groups);
                let (low, high) =
                    if level(group) < level(other) { (group, other) } else { (other, group) };
                let (low, high) = if self.below(1_000) == 0 { (high, low) } else { (low, high) };
                if level(group) != level(other) {
                    self.edge(first_group + low, first_group + high);
                }
            }
            let count = if self.chance(80) { self.pareto(&[3], 1.0, 60) } else { 0 };
            for _ in 0..count {
                let local = scaled(group, groups, roles);
                let role = self.mostly_near(local, (20, 97), roles);
                self.edge(first_group + group, first_role + role);
            }
        }
    }

    fn roles(&mut self) {
        let Size { identities, groups, roles, permissions, grants, .. } = self.size;
        let first_role = identities + groups;
        let first_permission = first_role + roles;
        for role in 0..roles {
            if self.chance(19) {
                let other = self.near(role, 50, roles);
                self.edge(first_role + role, first_role + other);
            }
            for _ in 0..self.pareto(&[2], grants, 3_000) {
                let local = scaled(role, roles, permissions);
                let permission = self.mostly_near(local, (60, 93), permissions);
                self.edge(first_role + role, first_permission + permission);
            }
        }
    }

    fn permissions(&mut self) {
        let Size { identities, groups, roles, permissions, resources, .. } = self.size;
        let first = identities + groups + roles;
        for permission in 0..permissions {
            for _ in 0..self.pareto(&[3, 4, 5], 4.0, 3_000) {
                let local = scaled(permission, permissions, resources);
                let resource = self.mostly_near(local, (100, 90), resources);
                self.edge(first + permission, first + permissions + resource);
            }
        }
    }

    fn rules(&mut self, rules: usize) {
        let permissions = self.size.permissions;
        for _ in 0..rules {
            let left = self.below(permissions);
            let right = if self.chance(70) {
                (left + 60 + self.below(140)) % permissions
            } else {
                self.below(permissions)
            };
            let sides = [left, right].map(|start| self.side(start)).to_vec();
            self.organisation.rules.push(Demand { sides });
        }
    }

    fn side(&mut self, start: u32) -> Vec<u32> {
        let (first, permissions) = (self.organisation.permissions().start, self.size.permissions);
        let count = 3 + self.below(10);
        let mut side: Vec<u32> =
            (0..count).map(|_| first + (start + self.below(60)) % permissions).collect();
        side.sort_unstable();
        side.dedup();
        side
    }

    fn edge(&mut self, from: u32, to: u32) {
        self.organisation.from.push(from);
        self.organisation.to.push(to);
    }

    /// Close by in so many of a hundred cases, else anything, the first ones most often.
    fn mostly_near(&mut self, around: u32, (width, percent): (u32, u32), of: u32) -> u32 {
        let wide = if self.variant == Variant::Dense { (100 - percent) * 3 } else { 100 - percent };
        if self.chance(wide.min(100)) { self.zipf(of) } else { self.near(around, width, of) }
    }

    fn near(&mut self, around: u32, width: u32, of: u32) -> u32 {
        let width = width.min(of.div_ceil(2));
        (around + of + self.below(2 * width + 1) - width) % of
    }

    /// The first ones most often: a length in bits first, then a number of that length.
    fn zipf(&mut self, of: u32) -> u32 {
        let bits = self.below(32 - of.leading_zeros());
        let number = (1 << bits) + self.below(1 << bits);
        (number - 1) % of
    }

    /// At least `smallest`, larger ones ever more seldom: `smallest / u^e`, where the exponent is a half
    /// and these powers of a half.
    fn pareto(&mut self, powers: &[u32], smallest: f64, most: u32) -> u32 {
        let even = self.even();
        let root = |power: u32| (0..power).fold(even, |value, _| value.sqrt());
        let divisor = powers.iter().fold(root(1), |product, power| product * root(*power));
        whole(smallest / divisor).min(most)
    }

    /// Knuth's way, with the threshold by repeated squaring of a table value.
    fn poisson(&mut self, mean: f64) -> u32 {
        let mut left = mean;
        let mut count = 0;
        while left > 0.0 {
            let part = left.min(0.5);
            // 1 - part is close to e^-part for small parts: sixteen halvings of it are close enough.
            let threshold = (0..16).fold(1.0 - part / 65_536.0, |value, _| value * value);
            let mut product = self.even();
            while product > threshold {
                count += 1;
                product *= self.even();
            }
            left -= part;
        }
        count
    }

    fn even(&mut self) -> f64 {
        f64::from(self.below(1 << 24) + 1) / f64::from(1 << 24)
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// splitmix64, the upper half scaled down.
    fn below(&mut self, limit: u32) -> u32 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let upper = (mixed ^ (mixed >> 31)) >> 32;
        u32::try_from((upper * u64::from(limit)) >> 32).unwrap_or_default()
    }
}

fn level(group: u32) -> u32 {
    group.wrapping_mul(2_654_435_761) >> 29
}

/// The place among `to` that is where `at` is among `from`.
fn scaled(at: u32, from: u32, to: u32) -> u32 {
    u32::try_from(u64::from(at) * u64::from(to) / u64::from(from.max(1))).unwrap_or_default()
}

/// The whole part of a small number, by search: casts from fractions are not allowed here.
fn whole(value: f64) -> u32 {
    let (mut low, mut high) = (0u32, 1 << 20);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if f64::from(middle) <= value { low = middle } else { high = middle - 1 }
    }
    low
}
