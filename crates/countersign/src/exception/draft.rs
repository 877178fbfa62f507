//! A proposal as flags say it, put together in the form that the server takes. What belongs to one
//! control is told by its place: the first `--test` is that of the first `--control`.

use clap::Args;
use countersign_governance::exception::terms::Written;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::control::{Test, hours, test};
use super::window::window;
use crate::client::people::id_of;
use crate::client::send::Client;
use crate::client::{Stopped, input, moment};
use crate::exit::Failure;

/// Hours between two tests, where nothing is said.
const EVERY: u32 = 24;

/// Hours for which a passed test counts, where nothing is said.
const MAX_AGE: u32 = 48;

/// The four parts, the owner and the cadence.
#[derive(Debug, Args)]
pub(super) struct Draft {
    /// Who shall carry the risk: whole name or id of somebody in the business seat
    #[arg(long, value_name = "NAME|ID", required_unless_present = "from")]
    owner: Option<String>,
    /// What the access is needed for, in a sentence; `-` reads it from standard input
    #[arg(long, value_name = "TEXT", value_parser = input::sentence, required_unless_present = "from")]
    need: Option<String>,
    /// Why it cannot be removed now, in a sentence
    #[arg(long, value_name = "TEXT", value_parser = input::sentence, required_unless_present = "from")]
    not_removable: Option<String>,
    /// What would change that, in a sentence
    #[arg(long, value_name = "TEXT", value_parser = input::sentence, required_unless_present = "from")]
    would_change: Option<String>,
    /// What a compensating control does, in a sentence; once for each control
    #[arg(long, value_name = "TEXT", value_parser = input::sentence, required_unless_present = "from")]
    control: Vec<String>,
    /// Who answers for the control: whole name or id; once for all, or once for each
    #[arg(long, value_name = "NAME|ID", required_unless_present = "from")]
    control_owner: Vec<String>,
    /// How the control is tested, once for each: `no-login=ID@SYSTEM`,
    /// `expires-within=ID:DAYS@SYSTEM` or `path-absent=FROM:TO`
    #[arg(long, value_name = "TEST", value_parser = test, required_unless_present = "from")]
    test: Vec<Test>,
    /// Time between two tests, as `24h` or `7d`; once for all, or once for each [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = hours)]
    every: Vec<u32>,
    /// Time for which a passed test counts; once for all, or once for each [default: 48h]
    #[arg(long, value_name = "TIME", value_parser = hours)]
    max_age: Vec<u32>,
    /// When it ends: a date means the end of that day in UTC; or an instant, or days from now as `14d`
    #[arg(long, value_name = "DATE|INSTANT|DAYS", value_parser = moment::end_in_utc, required_unless_present = "from")]
    until: Option<Timestamp>,
    /// Days between two reviews by the owner
    #[arg(long, value_name = "N", default_value_t = 14)]
    review_days: u16,
    /// The access is used only then, as `mon-fri 08:00-18:00 Europe/Amsterdam`; else at any time
    #[arg(long, value_name = "WINDOW", value_parser = window)]
    window: Option<Written>,
    /// Who asked for the access and therefore signs nothing; once for each
    #[arg(long, value_name = "NAME|ID")]
    requested_by: Vec<String>,
    /// The ticket that belongs to it, by its reference or address; some tiers require one
    #[arg(long, value_name = "TICKET")]
    ticket: Option<String>,
}

impl Draft {
    /// The body that the server takes, with ids where people were named.
    ///
    /// # Errors
    /// When nobody is called so, or the controls do not go together.
    pub(super) async fn body(self, client: &Client) -> Result<Value, Stopped> {
        self.is_matched()?;
        let mut controls = Vec::new();
        for (index, (what, test)) in self.control.iter().zip(&self.test).enumerate() {
            let owner = at(&self.control_owner, index).map(String::as_str).unwrap_or_default();
            controls.push(json!({
                "what": what,
                "owner": id_of(client, owner).await?,
                "system": test.system,
                "test": test.probe,
                "every_hours": at(&self.every, index).copied().unwrap_or(EVERY),
                "max_age_hours": at(&self.max_age, index).copied().unwrap_or(MAX_AGE),
            }));
        }
        let mut asked = Vec::new();
        for person in &self.requested_by {
            asked.push(id_of(client, person).await?);
        }
        Ok(json!({
            "owner": id_of(client, &self.owner.unwrap_or_default()).await?,
            "need": self.need,
            "not_removable": self.not_removable,
            "would_change": self.would_change,
            "used": used(self.window.as_ref()),
            "controls": controls,
            "until": self.until,
            "review_days": self.review_days,
            "requested_by": asked,
            "ticket": self.ticket,
        }))
    }

    /// Every control has one test, and what is not said once for all is said once for each.
    fn is_matched(&self) -> Result<(), Failure> {
        let controls = self.control.len();
        if self.test.len() != controls {
            return Err(Failure::malformed(format!(
                "{controls} `--control` and {} `--test`: give one test for each control, in the \
                 same order",
                self.test.len()
            )));
        }
        for (flag, count, least) in [
            ("--control-owner", self.control_owner.len(), 1),
            ("--every", self.every.len(), 0),
            ("--max-age", self.max_age.len(), 0),
        ] {
            if count != controls && !(least..=1).contains(&count) {
                return Err(Failure::malformed(format!(
                    "{controls} `--control` and {count} `{flag}`: give it once for all, or once \
                     for each control, in the same order"
                )));
            }
        }
        Ok(())
    }
}

/// The one at a place; the only one where it was given once for all.
fn at<T>(given: &[T], index: usize) -> Option<&T> {
    match given {
        [one] => Some(one),
        many => many.get(index),
    }
}

fn used(window: Option<&Written>) -> Value {
    match window {
        None => json!({"use": "continuous"}),
        Some(it) => json!({
            "use": "window",
            "weekdays": it.weekdays,
            "from_minute": it.from_minute,
            "until_minute": it.until_minute,
            "zone": it.zone,
        }),
    }
}
