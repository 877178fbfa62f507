//! How large a rule pack may be. Packs come from people and from other companies, so every list in
//! them has an end; what is over an end is refused and never cut.

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 1_048_576;
/// Most packs in one rule set.
pub const PACKS_MAX: usize = 256;
/// Most rules in one pack.
pub const RULES_MAX: usize = 1_000;
/// Most sides in one rule.
pub const SIDES_MAX: usize = 8;
/// Most selectors in one side.
pub const SELECTORS_MAX: usize = 256;
/// Most globs in one baseline.
pub const BASELINE_MAX: usize = 256;
/// Most entries of any other list: kinds, tags, control ids.
pub const LIST_MAX: usize = 64;
/// Longest id of a pack or rule, in bytes.
pub const ID_BYTES_MAX: usize = 128;
/// Longest one-line text (title, name, version, glob), in bytes.
pub const LINE_BYTES_MAX: usize = 512;
/// Longest explanation or remedy, in bytes.
pub const TEXT_BYTES_MAX: usize = 8_192;
/// Most faults that are reported for one file; the rest is counted.
pub const FAULTS_MAX: usize = 50;
/// Most cases in one test file.
pub const CASES_MAX: usize = 1_000;
/// Most nodes, edges or entitlements in one case.
pub const FACTS_MAX: usize = 10_000;
