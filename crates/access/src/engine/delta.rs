//! What a new evaluation changes about the findings, and which of them an incomplete read may not
//! end (law 8).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::moved::{ChangedFinding, Moved, Moving};
use crate::fact::SourceId;
use crate::finding::{Finding, Fingerprint};

/// What changed when a run or a rule set was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Findings that were not there before.
    pub opened: Vec<Finding>,
    /// Findings whose affected set, paths or words changed, with who joined and who left.
    pub changed: Vec<ChangedFinding>,
    /// Findings that are no longer there.
    pub ended: Vec<Finding>,
    /// Findings that are no longer there after a read that did not see everything: not ended. They
    /// are reported as ended by the source's next complete run, unless they are back by then.
    pub withheld: Vec<Finding>,
}

/// Why there is a new evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause<'a> {
    /// A complete run of this source, or its removal.
    Complete(&'a SourceId),
    /// A partial run of this source.
    Partial(&'a SourceId),
    /// Other rules.
    Rules,
}

/// Findings by fingerprint.
pub(super) type Findings = BTreeMap<Fingerprint, Arc<Finding>>;

/// Findings that went away in a partial run, with the sources each of which must be read completely
/// before they may end.
pub(super) type Withheld = BTreeMap<Fingerprint, (BTreeSet<SourceId>, Arc<Finding>)>;

/// Compares two evaluations by fingerprint; `moved` says of each of some findings, as they were and are,
/// who joined and who left.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn difference<E>(
    old: &Findings,
    new: &Findings,
    moved: impl FnOnce(&[(&Finding, &Finding)]) -> Result<Vec<Moved>, E>,
) -> Result<Delta, E> {
    let mut delta = Delta::default();
    let mut both: Vec<(&Finding, &Finding)> = Vec::new();
    for (fingerprint, finding) in new {
        match old.get(fingerprint) {
            None => delta.opened.push(Finding::clone(finding)),
            Some(before) if !is_same(before, finding) => both.push((before, finding)),
            Some(_) => {}
        }
    }
    let moved = moved(&both)?;
    let changed = both.into_iter().zip(moved);
    delta
        .changed
        .extend(changed.map(|((_, now), moved)| ChangedFinding { finding: now.clone(), moved }));
    let gone = old.iter().filter(|(fingerprint, _)| !new.contains_key(*fingerprint));
    delta.ended.extend(gone.map(|(_, finding)| Finding::clone(finding)));
    Ok(delta)
}

/// What was kept from one evaluation to the next is one and the same.
fn is_same(before: &Arc<Finding>, now: &Arc<Finding>) -> bool {
    Arc::ptr_eq(before, now) || before == now
}

/// The same, keeping `withheld` up to date: what a partial run lets go is withheld, what its source's
/// complete run still lacks is ended.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn settle<E: Send>(
    old: &Findings,
    new: &Findings,
    withheld: &mut Withheld,
    (cause, moving): (Cause<'_>, &Moving<'_, E>),
) -> Result<Delta, E> {
    let mut known = old.clone();
    known.extend(withheld.iter().map(|(key, (_, finding))| (key.clone(), Arc::clone(finding))));
    let mut delta = difference(&known, new, |both| {
        // What was withheld was found on a graph of before, of which only the description is left.
        let is_kept = |it: &&(&Finding, &Finding)| !withheld.contains_key(&it.0.fingerprint);
        let kept: Vec<_> = both.iter().filter(is_kept).copied().collect();
        let mut kept = moving.each(&kept)?.into_iter();
        let moved = both.iter().map(|it| {
            let (before, now) = it;
            let counted = if is_kept(&it) { kept.next() } else { None };
            counted.unwrap_or_else(|| Moved::as_listed(before, now))
        });
        Ok(moved.collect())
    })?;
    withheld.retain(|fingerprint, _| !new.contains_key(fingerprint));
    let gone = std::mem::take(&mut delta.ended);
    for finding in gone {
        let holders = withheld.get_mut(&finding.fingerprint).map(|(holders, _)| holders);
        match (cause, holders) {
            (Cause::Partial(source), None) => {
                let holders = BTreeSet::from([source.clone()]);
                let kept = Arc::new(finding.clone());
                withheld.insert(finding.fingerprint.clone(), (holders, kept));
                delta.withheld.push(finding);
                continue;
            }
            (Cause::Partial(_), Some(_)) => continue,
            (Cause::Complete(source), Some(holders)) => {
                holders.remove(source);
                if !holders.is_empty() {
                    continue;
                }
            }
            (Cause::Complete(_), None) | (Cause::Rules, _) => {}
        }
        withheld.remove(&finding.fingerprint);
        delta.ended.push(finding);
    }
    Ok(delta)
}
