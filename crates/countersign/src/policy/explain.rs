//! `countersign policy explain`: what a policy would say to a question that is made up here, or what a
//! server says to a real person about a real case.

use clap::Args;
use countersign_governance::authority::Verb;
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;
use countersign_policy::explain::{Supposed, explain};
use countersign_policy::tier::CRITICALITIES;

use super::may::Question;
use crate::client::{Remote, input};
use crate::exit::{Exit, Failure};
use crate::folder::Of;
use crate::output;

/// Say whether somebody in these seats may do a verb on such a case, why, and what would make it a yes
///
/// Exits with 1 when the answer is no.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign policy explain --verb exception.accept --seat control --criticality high --radius 140"
)]
pub(super) struct Explain {
    #[command(flatten)]
    of: Of,
    /// What they want to do, such as exception.accept
    #[arg(long, value_name = "VERB", value_parser = verb)]
    verb: Verb,
    /// A seat that they are in (may be given again)
    #[arg(long, value_name = "SEAT", value_parser = seat)]
    seat: Vec<SeatName>,
    /// How critical the process is: low, medium, high or critical; without it, as the policy says of a
    /// process that is not known
    #[arg(long, value_name = "WORD", value_parser = criticality)]
    criticality: Option<Criticality>,
    /// How many resources are within reach; without it, as many as there can be
    #[arg(long, value_name = "NUMBER")]
    radius: Option<u64>,
    /// The law or a supervisor has a say
    #[arg(long)]
    regulated: bool,
    /// They asked for the access
    #[arg(long)]
    asked: bool,
    /// They hold the access
    #[arg(long)]
    holds: bool,
    /// They sign as a deputy
    #[arg(long)]
    deputy: bool,
    /// Hours since the system was read
    #[arg(long, value_name = "HOURS", default_value_t = 0)]
    data_age_hours: u32,
    /// That read did not see everything
    #[arg(long)]
    partial: bool,
    /// No ticket is linked
    #[arg(long)]
    no_ticket: bool,
    /// They signed in with a password or a token alone
    #[arg(long)]
    weak_sign_in: bool,
    /// A case of a server, such as EX-3, instead of one that is made up here
    #[arg(
        long,
        value_name = "REFERENCE",
        value_parser = input::reference,
        conflicts_with_all = [
            "folder", "seat", "criticality", "radius", "regulated", "asked", "holds", "deputy",
            "data_age_hours", "partial", "no_ticket", "weak_sign_in"
        ]
    )]
    case: Option<String>,
    /// Whose question it is: whole name or id; without it, of whoever asks
    #[arg(long, value_name = "NAME|ID", requires = "case")]
    who: Option<String>,
    #[command(flatten)]
    remote: Remote,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(super) fn run(self) -> Exit {
        match &self.case {
            Some(case) => {
                let question = Question { case, verb: self.verb, who: self.who.as_deref() };
                question.ask(&self.remote, self.json)
            }
            None => output::finish(self.explain()),
        }
    }

    fn explain(self) -> Result<Exit, Failure> {
        let folder = self.of.load()?;
        let json = self.json;
        let ask = self.supposed().ask(&folder);
        let ask = ask.ok_or_else(|| Failure::malformed("the policy has no such tier"))?;
        // No row of accountability is looked for, so the day does not matter.
        let told = explain(&folder, &ask, &[], jiff::Timestamp::UNIX_EPOCH)
            .map_err(|bad| Failure::fault(bad.to_string()))?;
        let text = if json { output::json(&told)? } else { told.to_string() };
        output::write(None, &output::plain(&text))?;
        Ok(if told.permitted { Exit::Done } else { Exit::Findings })
    }

    fn supposed(&self) -> Supposed {
        Supposed {
            verb: self.verb,
            seats: self.seat.iter().copied().collect(),
            criticality: self.criticality,
            radius: self.radius,
            regulated: self.regulated,
            asked: self.asked,
            holds: self.holds,
            deputy: self.deputy,
            data_age_hours: self.data_age_hours,
            partial: self.partial,
            no_ticket: self.no_ticket,
            weak_sign_in: self.weak_sign_in,
        }
    }
}

fn verb(text: &str) -> Result<Verb, String> {
    let found = Verb::ALL.into_iter().find(|verb| verb.as_str() == text);
    found.ok_or_else(|| {
        let known: Vec<&str> = Verb::ALL.iter().map(|verb| verb.as_str()).collect();
        format!("no such verb: write one of {}", known.join(", "))
    })
}

fn seat(text: &str) -> Result<SeatName, String> {
    SeatName::parse(text).ok_or_else(|| {
        let known: Vec<&str> = SeatName::ALL.iter().map(|seat| seat.as_str()).collect();
        format!("no such seat: write one of {}", known.join(", "))
    })
}

fn criticality(text: &str) -> Result<Criticality, String> {
    let found = CRITICALITIES.into_iter().find(|it| it.as_str() == text);
    found.ok_or_else(|| "write low, medium, high or critical".to_owned())
}
