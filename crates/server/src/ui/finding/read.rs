//! What the pages of findings read beside the finding itself: the words of its rule, and on which reads
//! its paths rest.

use countersign_access::fact::RestsOn;
use countersign_access::finding::Finding as Toxic;
use countersign_access::rule::Rule;

use crate::door::Door;

/// The words of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::ui) struct RuleWords {
    pub(in crate::ui) title: String,
    pub(in crate::ui) explanation: String,
    pub(in crate::ui) remedy: String,
    pub(in crate::ui) process: Option<String>,
    pub(in crate::ui) pack: String,
}

/// The words of a rule of the policy in force, if it is still there.
pub(in crate::ui) fn rule(door: &Door, id: &str) -> Option<RuleWords> {
    let mut packs = door.policy.rules.packs.iter();
    packs.find_map(|pack| {
        let rule: &Rule = pack.rules.iter().find(|rule| rule.id == id)?;
        Some(RuleWords {
            title: rule.title.clone(),
            explanation: rule.explanation.clone(),
            remedy: rule.remedy.clone(),
            process: rule.process.clone(),
            pack: format!("{} {}", pack.id, pack.version),
        })
    })
}

/// What a finding is called in a list: the title of its rule, or the rule's id where it is gone.
pub(in crate::ui) fn titles(door: &Door) -> impl Fn(&str) -> String {
    move |id| rule(door, id).map_or_else(|| id.to_owned(), |rule| rule.title)
}

/// The reads on which the paths of a finding rest.
pub(super) fn rests_on(door: &Door, toxic: Option<&Toxic>) -> Vec<RestsOn> {
    let Some(toxic) = toxic else { return Vec::new() };
    let shown = door.graph.read();
    let reads = shown.engine.rests_on();
    let cites = |source| {
        let mut steps = toxic.paths.iter().flatten();
        steps.any(|step| &step.because.source == source)
    };
    reads.iter().filter(|read| cites(&read.source)).cloned().collect()
}

/// The end of an id, which people know a thing by; the whole where that is only a number.
pub(in crate::ui) fn short(id: &str) -> &str {
    let end = id.rsplit('/').next().unwrap_or(id);
    let tells = end.chars().any(char::is_alphabetic);
    if tells { end } else { id }
}
