//! What each tier asks for, with who owns which figure.

use countersign_governance::seat::SeatName;
use countersign_policy::folder::Folder;
use countersign_policy::tier::{Approval, AtExpiry, Tier};
use serde::Serialize;
use utoipa::ToSchema;

/// A tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyTier)]
pub struct TierRow {
    /// Its short name.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Which cases are of it.
    pub when: Vec<CaseRange>,
    /// What it asks for, each beside the least that security asks for.
    pub asks: Vec<AsksFor>,
    /// What operations says that workflows can bear.
    pub constraints: Vec<Bears>,
    /// How much waiting the business has agreed to.
    pub budgets: Vec<Costs>,
}

/// Cases of one criticality, by resources within reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyCases)]
pub struct CaseRange {
    /// How critical the process is.
    pub criticality: String,
    /// Fewest resources.
    pub from: u64,
    /// Most resources; null for no end.
    pub to: Option<u64>,
}

/// One thing that a tier asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyAsks)]
pub struct AsksFor {
    /// The key in `tiers.toml` or `sla.toml`.
    pub key: String,
    /// What it is about, in words.
    pub about: String,
    /// What is asked for, in words.
    pub is: String,
    /// The least that the security seat asks for; null where it leaves that open.
    pub baseline: Option<String>,
}

/// What operations says that a workflow can bear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyConstraint)]
pub struct Bears {
    /// The process; null for all of them.
    pub process: Option<String>,
    /// Longest wait for a decision, in hours.
    pub decide_hours_max: u32,
    /// When a decision can be had.
    pub hours: String,
    /// How it fails without doing harm.
    pub safe_failure: String,
}

/// How much waiting a business risk owner has agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyBudget)]
pub struct Costs {
    /// The process; null for all of them.
    pub process: Option<String>,
    /// Who agreed: a name of the policy, or `process-owner`.
    pub owner: String,
    /// Hours of waiting for one case.
    pub hours_per_case: u32,
}

/// The tiers of a policy, mildest first.
#[must_use]
pub fn tiers(folder: &Folder) -> Vec<TierRow> {
    folder.tiers.tiers.iter().map(|tier| row(folder, tier)).collect()
}

fn row(folder: &Folder, tier: &Tier) -> TierRow {
    let all = &folder.tiers;
    let range = |it: &countersign_policy::tier::Range| CaseRange {
        criticality: it.criticality.as_str().to_owned(),
        from: it.from,
        to: it.to,
    };
    let bears = all.constraints.iter().filter(|it| it.tier == tier.id).map(|it| Bears {
        process: it.process.clone(),
        decide_hours_max: it.decide_hours_max,
        hours: it.hours.as_str().to_owned(),
        safe_failure: it.safe_failure.as_str().to_owned(),
    });
    let costs = all.budgets.iter().filter(|it| it.tier == tier.id).map(|it| Costs {
        process: it.process.clone(),
        owner: it.owner.clone(),
        hours_per_case: it.hours_per_case,
    });
    TierRow {
        id: tier.id.clone(),
        title: tier.title.clone(),
        when: tier.when.iter().map(range).collect(),
        asks: asks(folder, tier),
        constraints: bears.collect(),
        budgets: costs.collect(),
    }
}

fn asks(folder: &Folder, tier: &Tier) -> Vec<AsksFor> {
    let baseline = folder.tiers.baselines.iter().find(|it| it.tier == tier.id);
    let least = |key: &str| {
        let found = baseline?.asks.iter().find(|(other, _)| *other == key)?;
        Some(found.1.clone())
    };
    let mut found = Vec::new();
    let mut add = |key: &str, about: &str, is: String| {
        let (key, about) = (key.to_owned(), about.to_owned());
        found.push(AsksFor { baseline: least(&key), key, about, is });
    };
    let days = |days: i64| format!("at most {days} days");
    let word = |it: bool| if it { "yes" } else { "no" }.to_owned();
    add("seats", "An exception is signed by", seats(tier));
    add("without_a_person", "Happens without a person", without_a_person(tier).to_owned());
    add("days_max", "An exception lasts", days(tier.days_max));
    add(
        "review_days_max",
        "Its owner looks at it",
        format!("at least every {} days", tier.review_days_max),
    );
    add("renewals_max", "It is renewed", renewals(tier));
    let again = format!("within {} days of its end", tier.renewal_days);
    add("renewal_days", "Asked for again, it is a renewal", again);
    let takeover = format!("within {} days", tier.takeover_days);
    add("takeover_days", "Taken over from an owner who left", takeover);
    add("at_expiry", "When it ends", at_expiry(tier.at_expiry).to_owned());
    add("legal_signs", "Legal signs too", word(tier.legal_signs));
    add("ticket_required", "A ticket is needed", word(tier.ticket_required));
    add("deputies_may_sign", "A deputy may sign for the owner", word(tier.deputies_may_sign));
    let age = format!("at most {} hours ago", tier.data_age_hours_max);
    add("data_age_hours_max", "The system was read", age);
    let partial = word(tier.partial_reads_accepted);
    add("partial_reads_accepted", "A read that missed something is enough", partial);
    add("second_person", "A change of policy needs a second person", word(tier.second_person));
    let radius = tier.radius_max.map_or_else(
        || "any number of resources".to_owned(),
        |most| format!("at most {most} resources"),
    );
    add("radius_max", "The access may reach", radius);
    if let Some(sla) = folder.sla(&tier.id) {
        add("due_days", "A finding is mended", format!("within {} days", sla.due_days));
        add("assign_hours", "It has an owner", format!("within {} hours", sla.assign_hours));
        add("decide_hours", "A proposal is decided", format!("within {} hours", sla.decide_hours));
        let steps = sla
            .ladder
            .iter()
            .map(|it| format!("the {} seat, {} hours before it is due", it.to, it.before_hours));
        let steps: Vec<String> = steps.collect();
        let steps = if steps.is_empty() { "nobody".to_owned() } else { steps.join("; ") };
        add("escalate", "Who is told before it is late", steps);
    }
    found
}

/// Who signs. Whatever a policy says, the laws ask for the owner and the control seat.
fn seats(tier: &Tier) -> String {
    let by_law = [SeatName::Business, SeatName::Control];
    let needed = |seat: &SeatName| by_law.contains(seat) || tier.needs(*seat);
    let needed: Vec<&str> =
        SeatName::ALL.into_iter().filter(needed).map(SeatName::as_str).collect();
    needed.join(" and ")
}

/// What is done by the product itself, in words.
fn without_a_person(tier: &Tier) -> &'static str {
    match tier.approval {
        Approval::Routine => {
            "a new finding gets the one owner whom the policy names for it; nothing else"
        }
        Approval::Seats(_) => "nothing",
    }
}

fn at_expiry(what: AtExpiry) -> &'static str {
    match what {
        AtExpiry::Reopen => "the finding is open again, and its own date counts",
        // Nothing is done in a system by itself yet, and nobody shall believe that it is.
        AtExpiry::Contain => {
            "the finding is open again, and its own date counts; a person orders that it is contained"
        }
        AtExpiry::Revoke => {
            "the finding is open again, and its own date counts; a person orders that it is taken away"
        }
    }
}

fn renewals(tier: &Tier) -> String {
    match (tier.renewals_max, tier.renewal_climb) {
        (0, _) => "never".to_owned(),
        (most, 0) => format!("at most {most} times"),
        (most, 1) => format!("at most {most} times, each time as a case one tier graver"),
        (most, climb) => format!("at most {most} times, each time as a case {climb} tiers graver"),
    }
}
