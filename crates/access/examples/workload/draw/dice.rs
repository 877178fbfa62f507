//! Dice that fall the same way on every machine: integers (splitmix64, public domain, Vigna 2015), and
//! of the fractions only what IEEE 754 rounds exactly, which is the four kinds of arithmetic and the
//! square root.

pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number below the limit.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let upper = (mixed ^ (mixed >> 31)) >> 32;
        u32::try_from((upper * u64::from(limit)) >> 32).unwrap_or_default()
    }

    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// Above nothing, and at most one.
    fn even(&mut self) -> f64 {
        f64::from(self.below(1 << 24) + 1) / f64::from(1 << 24)
    }

    /// At least `smallest`, larger ones ever more seldom: `smallest / u^e`, where the exponent is the
    /// sum of these powers of a half.
    pub(super) fn pareto(&mut self, smallest: f64, powers: &[u32], most: u32) -> u32 {
        let even = self.even();
        let root = |power: u32| (0..power).fold(even, |value, _| value.sqrt());
        let divisor = powers.iter().fold(1.0, |product, power| product * root(*power));
        // The part behind the point is a chance of one more: the mean is that of the curve.
        let wanted = smallest / divisor;
        let count = whole(wanted);
        (count + u32::from(self.even() <= wanted - f64::from(count))).min(most)
    }

    /// Knuth's way, in parts small enough for its product.
    pub(super) fn poisson(&mut self, mean: f64) -> u32 {
        let mut left = mean;
        let mut count = 0;
        while left > 0.0 {
            let part = left.min(0.5);
            // Repeated squaring of what is close to e^-x for a small x.
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
}

/// The first ones most often: the chance of a place is one through its number from one up (Zipf).
pub(super) struct Zipf {
    sums: Vec<u32>,
}

impl Zipf {
    pub(super) fn over(count: u32) -> Self {
        let share = |place: u32| u64::from(u32::MAX >> 5) / u64::from(place + 1);
        let sums = (0..count).scan(0u64, |sum, place| {
            *sum += share(place);
            Some(u32::try_from(*sum).unwrap_or(u32::MAX))
        });
        Self { sums: sums.collect() }
    }

    pub(super) fn of(&self, dice: &mut Dice) -> u32 {
        let fallen = dice.below(self.sums.last().copied().unwrap_or_default());
        u32::try_from(self.sums.partition_point(|sum| *sum <= fallen)).unwrap_or_default()
    }
}

/// The whole part of a number below a million, by search: casts from fractions are not allowed here.
fn whole(value: f64) -> u32 {
    let (mut low, mut high) = (0u32, 1 << 20);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if f64::from(middle) <= value { low = middle } else { high = middle - 1 }
    }
    low
}
