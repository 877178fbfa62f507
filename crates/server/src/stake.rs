//! What is at stake in a case: how far the access reaches, on which reads that rests, and how critical its
//! process is. From that its tier is computed, never typed in. Decides nothing.

use countersign_access::engine::EdgeFilter;
use countersign_access::finding::Finding as Toxic;
use countersign_governance::facts::Regulated;
use countersign_governance::process::Criticality;
use countersign_policy::folder::Folder;
use countersign_policy::tier::{Radius, Tier};
use jiff::Timestamp;

use crate::graph::Shown;
use crate::oversight::{Oversight, Process};

/// What the graph says about how grave a finding is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grave {
    /// The rule of the finding.
    pub(crate) rule: String,
    /// Resources within reach of its root cause.
    pub(crate) radius: Radius,
    /// The system of its root cause.
    pub(crate) system: Option<String>,
    /// Start and completeness of the oldest newest read of the sources on its paths; none when one of
    /// them was never read.
    pub(crate) read: Option<(Timestamp, bool)>,
}

impl Grave {
    /// What cannot be known, because the words of the finding were erased, counts as the gravest.
    pub(crate) fn unknown() -> Self {
        let radius = Radius { resources: 0, complete: false };
        Self { rule: String::new(), radius, system: None, read: None }
    }

    pub(crate) fn of(shown: &Shown, toxic: &Toxic) -> Self {
        let root = &toxic.root_cause;
        let counted = shown.engine.blast(&root.id, &EdgeFilter::all()).ok();
        // What is not in the graph any more reaches nothing that anybody can count.
        let radius = counted.map_or(Radius { resources: 0, complete: false }, |blast| Radius {
            resources: u64::try_from(blast.answer.total).unwrap_or(u64::MAX),
            complete: blast.answer.partial.is_none(),
        });
        let system = Some(root.system.clone()).filter(|system| !system.is_empty());
        let sources = toxic.paths.iter().flatten().map(|step| &step.because.source);
        Self { rule: toxic.rule.clone(), radius, system, read: shown.as_of(sources) }
    }
}

/// What is at stake in a case: its process, and how far the access reaches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stake<'a> {
    pub(crate) grave: &'a Grave,
    pub(crate) process: Option<&'a Process>,
    /// How many renewals led to the case: each climbs a tier.
    pub(crate) renewals: u32,
}

impl<'a> Stake<'a> {
    /// Of a finding under this rule.
    pub(crate) fn of(oversight: &'a Oversight, grave: &'a Grave) -> Self {
        Self { grave, process: oversight.process(&grave.rule), renewals: 0 }
    }

    /// The same after so many renewals.
    pub(crate) fn renewed(self, renewals: u32) -> Self {
        Self { renewals, ..self }
    }

    /// How critical its process is; nothing when that is not known.
    pub(crate) fn criticality(&self) -> Option<Criticality> {
        self.process.map(|process| process.criticality)
    }

    /// Its tier, as far as its renewals have climbed. Nothing only for a folder without tiers, which
    /// cannot be loaded.
    pub(crate) fn tier<'f>(&self, folder: &'f Folder) -> Option<&'f Tier> {
        Some(folder.tiers.renewed(self.first_tier(folder)?, self.renewals))
    }

    /// The tier that it was of without any renewal.
    pub(crate) fn first_tier<'f>(&self, folder: &'f Folder) -> Option<&'f Tier> {
        folder.tiers.of(self.criticality(), self.grave.radius)
    }

    /// Whether legal or compliance signs: by what its process is, or by its tier.
    pub(crate) fn legal(&self, regulated: Regulated, folder: &Folder) -> Regulated {
        // Where other rules are in force nobody can tell here to which process the rule belongs.
        let by_tier = self.tier(folder).is_none_or(|tier| tier.legal_signs);
        if by_tier && regulated != Regulated::Unknown { Regulated::Yes } else { regulated }
    }
}

/// The tier of what is at stake. A case that is not there is of the tier of our own administration, so
/// that nobody learns by what they are refused whether it exists.
pub(crate) fn tier<'f>(folder: &'f Folder, stake: Option<Stake<'_>>) -> Option<&'f Tier> {
    match stake {
        Some(stake) => stake.tier(folder),
        None => folder.tiers.administration(),
    }
}
