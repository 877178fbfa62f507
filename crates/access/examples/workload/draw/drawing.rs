//! Throws the dice, class of edges by class. What an organisation is stands in [`super`].

use countersign_access::engine::sweep::Demand;

use super::dice::{Dice, Zipf};
use super::{Organisation, Size, Variant};

/// Identities of a team.
const TEAM: u32 = 50;
/// Groups that a team chooses from.
const WINDOW: u32 = 40;
/// Every so many identities one is a human being, and nobody becomes one.
pub(crate) const HUMAN: u32 = 38;
/// Edges that an automation hub has to others.
const HUB: u32 = 40;
/// The largest role.
const GRANTS_MAX: u32 = 3_000;
/// So often something new is looked for before there may be one less.
const ATTEMPTS: u32 = 200;

pub(super) struct Drawing {
    size: Size,
    variant: Variant,
    dice: Dice,
    organisation: Organisation,
}

/// Where a class of edges leads: close to a place mostly, else anywhere, the first ones most often.
struct Spread {
    width: u32,
    /// Of a hundred.
    elsewhere: u32,
    of: u32,
    head: Zipf,
}

impl Drawing {
    pub(super) fn new(size: Size, variant: Variant, seed: u64) -> Self {
        let organisation =
            Organisation { size, from: Vec::new(), to: Vec::new(), rules: Vec::new() };
        Self { size, variant, dice: Dice::new(seed), organisation }
    }

    pub(super) fn whole(mut self, rules: usize) -> Organisation {
        self.memberships();
        self.lateral();
        self.groups();
        self.roles();
        self.permissions();
        for _ in 0..rules {
            self.rule();
        }
        self.organisation
    }

    fn spread(&self, width: u32, elsewhere: u32, of: u32) -> Spread {
        let elsewhere = if self.variant == Variant::Dense { elsewhere * 5 } else { elsewhere };
        Spread { width, elsewhere, of, head: Zipf::over(of) }
    }

    fn memberships(&mut self) {
        let Size { identities, groups, roles, .. } = self.size;
        let (first_group, first_role) = (identities, identities + groups);
        let window = Zipf::over(WINDOW);
        let spread = self.spread(0, 15, groups);
        let mut templates: Vec<Vec<u32>> = Vec::new();
        for identity in 0..identities {
            let team = identity / TEAM;
            if self.variant == Variant::TemplateClones && identity % TEAM == 0 {
                templates = (0..3).map(|_| self.chosen_groups(team, &window, &spread)).collect();
            }
            let chosen = if self.variant == Variant::TemplateClones {
                let template = self.dice.below(3) as usize;
                templates.get(template).cloned().unwrap_or_default()
            } else {
                self.chosen_groups(team, &window, &spread)
            };
            for group in chosen {
                self.edge(identity, first_group + group);
            }
            for _ in 0..self.dice.poisson(0.82) {
                let role = self.near(scaled(team, identities.div_ceil(TEAM), roles), 10, roles);
                self.edge(identity, first_role + role);
            }
        }
    }

    fn chosen_groups(&mut self, team: u32, window: &Zipf, spread: &Spread) -> Vec<u32> {
        let teams = self.size.identities.div_ceil(TEAM);
        let first = scaled(team, teams, spread.of);
        let count = self.dice.poisson(self.size.memberships);
        self.distinct(count, |drawing| {
            if drawing.dice.chance(spread.elsewhere) {
                spread.head.of(&mut drawing.dice)
            } else {
                (first + window.of(&mut drawing.dice)) % spread.of
            }
        })
    }

    /// Who can become whom.
    fn lateral(&mut self) {
        let identities = self.size.identities;
        for identity in 0..identities {
            let team = identity / TEAM * TEAM;
            let is_hub = self.dice.below(1_000) == 0;
            let count = if is_hub { HUB } else { self.dice.poisson(0.7) };
            for _ in 0..count {
                let other = if is_hub || self.dice.chance(2) {
                    self.dice.below(identities)
                } else {
                    (team + self.dice.below(TEAM)) % identities
                };
                if other % HUMAN != 0 && other != identity {
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
        let spread = self.spread(20, 3, roles);
        for group in 0..groups {
            // One in eight others is of the same level.
            if self.dice.chance(56) {
                let other = self.near(group, 100, groups);
                let (low, high) =
                    if level(group) < level(other) { (group, other) } else { (other, group) };
                let is_wrong = self.dice.below(1_000) == 0;
                let (low, high) = if is_wrong { (high, low) } else { (low, high) };
                if level(group) != level(other) {
                    self.edge(first_group + low, first_group + high);
                }
            }
            // An exponent of 1 / 1.6.
            let count = self.dice.pareto(0.7, &[1, 3], 60);
            let local = (scaled(group, groups, roles), spread.width);
            for role in self.spread_over(local, count.min(roles / 4), &spread) {
                self.edge(first_group + group, first_role + role);
            }
        }
    }

    fn roles(&mut self) {
        let Size { identities, groups, roles, permissions, grants, .. } = self.size;
        let first_role = identities + groups;
        let spread = self.spread(60, 7, permissions);
        for role in 0..roles {
            if self.dice.chance(18) {
                let other = self.near(role, 50, roles);
                self.edge(first_role + role, first_role + other);
            }
            // An exponent of 1 / 1.3.
            let count = self.dice.pareto(grants, &[1, 2, 6], GRANTS_MAX);
            let count = count.min(permissions / 4);
            // A large role is spread as far as it is large.
            let (local, width) = (scaled(role, roles, permissions), spread.width.max(count));
            for permission in self.spread_over((local, width), count, &spread) {
                self.edge(first_role + role, first_role + roles + permission);
            }
        }
    }

    fn permissions(&mut self) {
        let Size { permissions, resources, applies, .. } = self.size;
        let first = self.organisation.permissions().start;
        let spread = self.spread(100, 10, resources);
        for permission in 0..permissions {
            // An exponent of 1 / 1.4.
            let count = self.dice.pareto(applies, &[1, 3, 4, 5], GRANTS_MAX);
            let local = (scaled(permission, permissions, resources), spread.width);
            for resource in self.spread_over(local, count.min(resources / 4), &spread) {
                self.edge(first + permission, first + permissions + resource);
            }
        }
    }

    fn rule(&mut self) {
        let permissions = self.size.permissions;
        let left = self.dice.below(permissions);
        let right = if self.dice.chance(70) {
            (left + 60 + self.dice.below(1_600)) % permissions
        } else {
            self.dice.below(permissions)
        };
        let sides = [left, right].map(|start| self.side(start)).to_vec();
        self.organisation.rules.push(Demand { sides });
    }

    fn side(&mut self, start: u32) -> Vec<u32> {
        let (first, permissions) = (self.organisation.permissions().start, self.size.permissions);
        let count = 3 + self.dice.below(10);
        let mut side =
            self.distinct(count, |drawing| first + (start + drawing.dice.below(60)) % permissions);
        side.sort_unstable();
        side
    }

    fn edge(&mut self, from: u32, to: u32) {
        self.organisation.from.push(from);
        self.organisation.to.push(to);
    }

    fn spread_over(
        &mut self,
        (around, width): (u32, u32),
        count: u32,
        spread: &Spread,
    ) -> Vec<u32> {
        self.distinct(count, |drawing| {
            if drawing.dice.chance(spread.elsewhere) {
                spread.head.of(&mut drawing.dice)
            } else {
                drawing.near(around, width, spread.of)
            }
        })
    }

    fn near(&mut self, around: u32, width: u32, of: u32) -> u32 {
        let width = width.min(of.div_ceil(2));
        (around + of + self.dice.below(2 * width + 1) - width) % of
    }

    /// So many, each once, in the order in which they came.
    fn distinct(&mut self, count: u32, mut draw: impl FnMut(&mut Self) -> u32) -> Vec<u32> {
        let mut chosen = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for _ in 0..count {
            let found = (0..ATTEMPTS).map(|_| draw(self)).find(|drawn| known.insert(*drawn));
            chosen.extend(found);
        }
        chosen
    }
}

/// One of eight.
fn level(group: u32) -> u32 {
    group.wrapping_mul(2_654_435_761) >> 29
}

/// The place among `to` that is where `at` is among `from`.
fn scaled(at: u32, from: u32, to: u32) -> u32 {
    u32::try_from(u64::from(at) * u64::from(to) / u64::from(from.max(1))).unwrap_or_default()
}
