//! What an exception needs to know of its finding: how it stands, whether its process is regulated,
//! whom it would cover now, and how many of those whom it covers it still affects. Decides nothing.

use std::collections::BTreeSet;

use countersign_access::edge::EdgeKind;
use countersign_access::engine::EdgeFilter;
use countersign_access::finding::{Finding as Toxic, NodeRef};
use countersign_access::node::NodeKind;
use countersign_governance::exception::{self, Exception};
use countersign_governance::facts::{About, Frozen};
use countersign_governance::finding::Finding;
use countersign_governance::id::FindingId;
use countersign_governance::refusal::NotFrozen;
use countersign_governance::{State, Subject};
use countersign_store::{Tx, read};
use serde::{Deserialize, Serialize};

use crate::door::{Door, NotDone};
use crate::graph::Shown;
use crate::kept;
use crate::oversight::Oversight;
use crate::stake::Stake;
use crate::text::Text;

/// Most identities whose credentials are looked up for one exception; the list of identities itself
/// is bounded by the finding.
const LOOKED_UP_MAX: usize = 200;

/// What is frozen with an exception, as its text holds it (EXC-4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The identities that it covers.
    pub identities: Vec<NodeRef>,
    /// Their credentials, and those on the paths.
    pub credentials: Vec<NodeRef>,
    /// The systems that the access reaches.
    pub systems: Vec<String>,
    /// How many distinct resources it reaches.
    pub resources_total: usize,
    /// Whether a limit cut something off.
    pub partial: bool,
    /// What was cut off, in words. What was frozen before this was said has none.
    #[serde(default)]
    pub left_out: Vec<String>,
}

impl Coverage {
    /// What would be frozen of a finding now.
    pub(crate) fn of(shown: &Shown, detail: &Toxic) -> Self {
        let mut coverage = Self { identities: detail.affected.clone(), ..Self::default() };
        let holds = EdgeFilter::only([EdgeKind::Holds]);
        let mut credentials = BTreeSet::new();
        let identities = detail.affected.len();
        if detail.affected_total > identities {
            let total = detail.affected_total;
            coverage.left_out.push(format!("only {identities} of {total} identities are named"));
        }
        if identities > LOOKED_UP_MAX {
            coverage.left_out.push(format!(
                "the credentials of the first {LOOKED_UP_MAX} of {identities} identities were looked up"
            ));
        }
        for identity in detail.affected.iter().take(LOOKED_UP_MAX) {
            let Ok(held) = shown.engine.reach(&identity.id, &holds) else { continue };
            coverage.left_out.extend(held.partial.map(|why| format!("credentials: {why}")));
            credentials.extend(held.answers.into_iter().map(|holder| holder.node));
        }
        let steps = detail.paths.iter().flatten().map(|step| step.node.clone());
        credentials.extend(steps.filter(|node| node.kind == NodeKind::Credential));
        credentials.retain(|node| node.kind == NodeKind::Credential);
        coverage.credentials = credentials.into_iter().collect();
        let mut systems: BTreeSet<String> =
            detail.paths.iter().flatten().map(|step| step.node.system.clone()).collect();
        if let Ok(blast) = shown.engine.blast(&detail.root_cause.id, &EdgeFilter::all()) {
            systems.extend(blast.by_system.into_keys());
            coverage.resources_total = blast.answer.total;
            coverage.left_out.extend(blast.answer.partial.map(|why| format!("resources: {why}")));
        }
        systems.retain(|system| !system.is_empty());
        coverage.systems = systems.into_iter().collect();
        coverage.partial = !coverage.left_out.is_empty();
        coverage
    }
}

/// What the facts of one exception are gathered for.
pub(crate) struct Wanted<'a> {
    pub(crate) state: Option<&'a Exception>,
    pub(crate) command: &'a exception::Command,
}

impl Wanted<'_> {
    /// The finding that the exception is about.
    pub(crate) fn finding(&self) -> Option<FindingId> {
        match (self.state, self.command) {
            (Some(exception), _) => Some(exception.pin.finding),
            (None, exception::Command::Propose(propose)) => Some(propose.finding),
            (None, exception::Command::Renew(renew)) => Some(renew.propose.finding),
            (None, _) => None,
        }
    }
}

/// The finding of an exception, with its detail as the graph showed it last.
pub(crate) async fn finding(
    tx: &mut Tx,
    id: FindingId,
) -> Result<Option<(Box<Finding>, Option<Toxic>)>, NotDone> {
    let State::Finding(Some(finding)) = kept::load(tx, Subject::Finding(id)).await?.state else {
        return Ok(None);
    };
    let detail = kept::detail(tx, &[], &finding.known.detail).await?;
    Ok(Some((finding, detail)))
}

/// The facts about the finding of an exception, and the text that they refer to.
pub(crate) async fn about(
    door: &Door,
    tx: &mut Tx,
    (wanted, (finding, detail)): (&Wanted<'_>, (&Finding, Option<&Toxic>)),
    (oversight, stake): (&Oversight, Option<Stake<'_>>),
    coverage: Option<&Coverage>,
) -> Result<(About, Option<Text>), NotDone> {
    let text = match coverage {
        Some(coverage) => Some((Text::json(&door.chance, coverage)?, coverage.identities.len())),
        None => None,
    };
    let covered = match (wanted.state, wanted.command) {
        (Some(exception), exception::Command::Moot) => still_covered(tx, exception).await?,
        _ => None,
    };
    let count = |total: usize| u64::try_from(total).unwrap_or(u64::MAX);
    let frozen = match (&text, detail) {
        (Some((text, total)), _) => {
            Ok(Frozen { digest: text.digest().clone(), covered_total: count(*total) })
        }
        (None, Some(detail)) if detail.affected_total != detail.affected.len() => {
            Err(NotFrozen::Cut {
                listed: count(detail.affected.len()),
                total: count(detail.affected_total),
            })
        }
        (None, _) => Err(NotFrozen::NoRecord),
    };
    let regulated = oversight.of(&finding.known.rule);
    let tier = stake.and_then(|stake| stake.tier(&door.policy));
    let about = About {
        finding: finding.id,
        fingerprint: finding.known.fingerprint.0.clone(),
        rule: finding.known.rule.clone(),
        detail: finding.known.detail.clone(),
        ended: finding.is_ended().then(|| finding.status()),
        due: finding.owner().map(|owner| owner.due),
        regulated: stake.map_or(regulated, |stake| stake.legal(regulated, &door.policy)),
        tier: tier.map(|tier| tier.id.clone()).unwrap_or_default(),
        frozen,
        covered,
        days_max: tier.map_or(0, |tier| tier.days_max),
        review_days_max: tier.map_or(0, |tier| tier.review_days_max),
        takeover_days: tier.map_or(0, |tier| tier.takeover_days),
        before: None,
    };
    Ok((about, text.map(|(text, _)| text)))
}

/// How many of those whom an exception covers its finding has affected ever since; `None` where that is
/// not known. Told by the tables, which know it though the texts were erased.
async fn still_covered(tx: &mut Tx, exception: &Exception) -> Result<Option<u64>, NotDone> {
    let id = Subject::Exception(exception.id).to_string();
    let count = read::exception::still_covered(tx, &id).await?;
    Ok(count.and_then(|count| u64::try_from(count).ok()))
}
