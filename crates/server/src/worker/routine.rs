//! What passes without a person: behind each open finding of a tier of which the policy says so, it puts the
//! one owner about whom there is no doubt. Looks where something has changed since it looked last. Any number
//! of nodes may do it at once; the second finds nothing left to do. Decides nothing: the door does.

use std::collections::BTreeSet;

use countersign_governance::actor::{Actor, Machine};
use countersign_governance::finding::Command as Verb;
use countersign_governance::finding::entrust::{Entrust, is_low_risk};
use countersign_governance::id::FindingId;
use countersign_governance::{Command, State, Subject};
use countersign_policy::tier::{Approval, Tier};
use countersign_store::reached::judged_position;
use countersign_store::read::finding::{Filter, Item, list};
use countersign_store::{PAGE_MAX, state};
use jiff::civil::Date;
use tokio::sync::watch;

use super::said::Said;
use super::{LOOK_AGAIN, Workers, pause};
use crate::act::{Asked, Door, NotDone};
use crate::ask::finding::bare;
use crate::ask::owner::beyond_doubt;
use crate::beforehand::grave_of;
use crate::kept;
use crate::oversight::{Oversight, Reading};
use crate::stake::Stake;

/// Most findings that are looked at in one go; the rest waits for the next.
const AT_ONCE: usize = 200;

/// What the last look rested on.
#[derive(Debug, Default)]
struct Seen {
    on: Option<On>,
    /// The findings that were looked at since.
    looked: BTreeSet<String>,
    /// Whether nothing was left over.
    is_whole: bool,
}

/// What must be otherwise before it is worth to look again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct On {
    /// People, systems, the policy in force, and who answers for what.
    stamp: (i64, i64),
    processes: i64,
    judged: i64,
    /// The graph of this node.
    position: i64,
    policy: String,
    day: Date,
}

/// Looks again and again until told to stop.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    let (mut said, mut seen) = (Said::default(), Seen::default());
    loop {
        match look(&workers.door.now(), &mut seen).await {
            Ok(()) => said.well(),
            Err(problem) => {
                seen = Seen::default();
                if said.is_new(problem.to_string()) {
                    tracing::warn!(%problem, "what passes without a person was not looked for, and is tried again");
                }
            }
        }
        if pause(&mut stop, std::future::pending(), LOOK_AGAIN).await {
            return;
        }
    }
}

async fn look(door: &Door, seen: &mut Seen) -> Result<(), NotDone> {
    let (policy, _) = kept::look(&door.store, Subject::Policy).await?;
    if matches!(policy, State::Policy(Some(it)) if it.digest != door.policy.digest) {
        return Ok(());
    }
    if !door.policy.tiers.tiers.iter().any(passes) {
        return Ok(());
    }
    let now = on(door).await?;
    // A graph that is not there yet reaches nothing that anybody can count.
    if now.position < now.judged {
        return Ok(());
    }
    if seen.on.as_ref() != Some(&now) {
        *seen = Seen { on: Some(now), ..Seen::default() };
    }
    if seen.is_whole {
        return Ok(());
    }
    let oversight = Oversight::read(door, Reading::Store(&door.store)).await?;
    let (mut cursor, mut count) = (None::<String>, 0_usize);
    let open = Filter { status: Some("open"), ..Filter::default() };
    loop {
        let page = list(&door.store, &open, cursor.as_deref(), PAGE_MAX).await?;
        for item in page.items {
            if seen.looked.contains(&item.row.id) {
                continue;
            }
            if could_pass(door, &oversight, &item.row.rule) {
                if count >= AT_ONCE {
                    return Ok(());
                }
                count = count.saturating_add(1);
                entrust(door, &oversight, &item).await?;
            }
            seen.looked.insert(item.row.id);
        }
        cursor = page.next;
        if cursor.is_none() {
            seen.is_whole = true;
            return Ok(());
        }
    }
}

async fn on(door: &Door) -> Result<On, NotDone> {
    let (mut processes, mut after) = (0_i64, String::new());
    loop {
        let rows = state::all(&door.store, "process", &after).await?;
        let Some(last) = rows.last() else { break };
        last.subject.clone_into(&mut after);
        processes = rows.iter().fold(processes, |sum, row| sum.saturating_add(row.sequence));
    }
    Ok(On {
        stamp: state::stamp(&door.store).await?,
        processes,
        judged: judged_position(&door.store).await?,
        position: door.graph.read().position,
        policy: door.policy.digest.clone(),
        day: door.policy.calendar.local(door.clock.now()).date(),
    })
}

fn passes(tier: &Tier) -> bool {
    tier.approval == Approval::Routine
}

/// Whether a case under this rule could be of such a tier, however far the access reaches: told without
/// walking the graph.
fn could_pass(door: &Door, oversight: &Oversight, rule: &str) -> bool {
    let tiers = &door.policy.tiers;
    let criticality = tiers.counts_as(oversight.process(rule).map(|process| process.criticality));
    let holds = |tier: &Tier| tier.when.iter().any(|range| range.criticality == criticality);
    is_low_risk(criticality) && tiers.tiers.iter().any(|tier| passes(tier) && holds(tier))
}

/// Puts the owner behind one finding, where it passes and there is no doubt about them.
async fn entrust(door: &Door, oversight: &Oversight, item: &Item) -> Result<(), NotDone> {
    let Ok(id) = bare(&item.row.id).parse::<FindingId>() else { return Ok(()) };
    let grave = grave_of(door, id).await?;
    let stake = Stake::of(oversight, &grave);
    let tiers = &door.policy.tiers;
    if tiers.without_a_person(stake.criticality(), grave.radius).is_none() {
        return Ok(());
    }
    let Some((owner, way)) = beyond_doubt(door, item).await? else { return Ok(()) };
    let command = Command::Finding(id, Verb::Entrust(Entrust { owner, way }));
    match door.act(Asked::new(Actor::Machine(Machine::Steward), command)).await {
        Ok(_) => Ok(()),
        // Somebody was first, or it is otherwise by now.
        Err(NotDone::Refused(refusal)) => {
            tracing::debug!(finding = %item.row.id, %refusal, "it takes a person");
            Ok(())
        }
        Err(problem) => Err(problem),
    }
}
