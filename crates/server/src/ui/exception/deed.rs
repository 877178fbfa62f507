//! What can be done with an exception where it stands: each deed with its form, or with the very answer
//! that the door would give, so that nobody meets a button that is dead without a word.

use countersign_governance::Command as Asking;
use countersign_governance::exception::Command;
use countersign_governance::id::ExceptionId;
use countersign_governance::refusal::Refusal;

use super::super::Ui;
use super::super::form::{Fields, Form};
use super::super::person::Who;
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::verb::{Verb, Words};
use crate::api::exception as api;
use crate::api::problem::Problem;
use crate::ask::exception::Whole;
use crate::door::NotDone;
use crate::text::Text;

/// An id of nobody.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// A deed.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    pub(super) verb: Verb,
    /// Why the one who looks cannot do it.
    pub(super) no: Option<Refused>,
    pub(super) form: Form,
    /// What was typed already.
    pub(super) typed: Fields,
    /// The field that must be mended, and how.
    pub(super) bad: Option<(String, String)>,
    /// Who can be chosen; nobody where the deed names nobody.
    pub(super) people: Vec<Who>,
}

impl Deed {
    pub(super) fn words(&self) -> Words {
        self.verb.words()
    }

    /// The verb, as policy names it.
    pub(super) fn may(&self) -> String {
        format!("exception.{}", self.verb.name())
    }

    /// What was typed into a field.
    pub(super) fn typed(&self, field: &str) -> &str {
        self.typed.get(field)
    }

    /// What must be mended in a field.
    pub(super) fn bad(&self, field: &str) -> Option<&str> {
        self.bad.as_ref().filter(|(bad, _)| bad == field).map(|(_, words)| words.as_str())
    }

    /// Whether it stands folded: what takes something away is not done by the way.
    pub(super) fn is_folded(&self) -> bool {
        let takes_away = matches!(
            self.verb,
            Verb::Reject
                | Verb::Veto
                | Verb::Suspend
                | Verb::Revoke
                | Verb::HandOver
                | Verb::Withdraw
        );
        takes_away && self.bad.is_none() && self.typed == Fields::default()
    }
}

/// What a form asks for, read as the API reads it.
pub(super) fn asked(
    ui: &Ui,
    verb: Verb,
    (words, to): (String, &str),
) -> Result<(Command, Vec<Text>), Problem> {
    let api = &ui.api;
    match verb {
        Verb::Accept => Ok(api::accept::asked()),
        Verb::Sign => Ok(api::sign::asked()),
        Verb::Reject => api::reject::asked(api, &api::reject::Content { reason: words }),
        Verb::Confirm => api::confirm::asked(api, &api::confirm::Content { statement: words }),
        Verb::Veto => api::veto::asked(api, &api::veto::Content { reason: words }),
        Verb::Answer => api::answer::asked(api, &api::answer::Content { reason: words }),
        Verb::Suspend => api::suspend::asked(api, &api::suspend::Content { reason: words }),
        Verb::Resume => api::resume::asked(api, &api::resume::Content { statement: words }),
        Verb::Revoke => api::revoke::asked(api, &api::revoke::Content { reason: words }),
        Verb::HandOver => {
            let lacks = || Problem::malformed_at(Some("to"), "choose who shall carry the risk");
            let to = to.parse().map_err(|_| lacks())?;
            api::hand_over::asked(api, &api::hand_over::Content { to, reason: words })
        }
        Verb::TakeOver => Ok(api::take_over::asked()),
        Verb::Withdraw => api::withdraw::asked(api, &api::withdraw::Content { reason: words }),
    }
}

/// The verbs that are possible at all where an exception stands.
pub(super) fn verbs(whole: &Whole) -> Vec<Verb> {
    let has = |seat: &str| whole.signatures.iter().any(|it| it.seat == seat);
    // Where this server cannot tell, the door says so.
    let regulated = whole.legal_needed != Some(false);
    let binds = whole.veto.as_ref().is_some_and(|veto| veto.binds);
    let status = whole.row.status.as_str();
    let is_possible = |verb: &Verb| match (status, verb) {
        ("in_review" | "suspended", Verb::Answer) => binds,
        ("in_review" | "suspended" | "active", Verb::Veto) => !binds,
        ("in_review", Verb::Accept) => !has("business"),
        ("in_review", Verb::Confirm) => !has("control"),
        ("in_review", Verb::Sign) => regulated && !has("legal"),
        ("in_review", Verb::Reject | Verb::Withdraw)
        | ("active", Verb::Suspend)
        | ("suspended", Verb::Resume)
        | ("in_review" | "active" | "suspended", Verb::HandOver)
        | ("active" | "suspended", Verb::Revoke) => true,
        ("in_review" | "active" | "suspended", Verb::TakeOver) => {
            whole.left.is_some() || whole.handed_to.is_some()
        }
        (_, _) => false,
    };
    Verb::ALL.into_iter().filter(is_possible).collect()
}

/// What the door would answer to each of these verbs.
pub(super) async fn answers(
    ui: &Ui,
    visitor: &Visitor,
    (whole, successors): (&Whole, &[Who]),
    verbs: &[Verb],
) -> Result<Vec<Option<Refused>>, NotDone> {
    let Ok(id) = whole.row.id.parse::<ExceptionId>() else { return Ok(vec![None; verbs.len()]) };
    let mut all = Vec::new();
    for verb in verbs {
        let words = "a look at what would be answered".to_owned();
        let to = successors.first().map_or(NOBODY, |who| who.id.as_str());
        let asked = asked(ui, *verb, (words, to)).map_err(|problem| {
            tracing::warn!(?problem, "a trial could not be made");
        });
        let Ok((command, texts)) = asked else { return Ok(vec![None; verbs.len()]) };
        all.push(visitor.asks(Asking::Exception(id, command)).with_texts(texts));
    }
    match ui.api.workers.door.would(all).await {
        Ok(answers) => {
            let no = |refusal| Refused::of("", &NotDone::Refused(refusal).into());
            let of = verbs.iter().zip(answers).map(|(verb, answer)| {
                // Somebody else can be chosen.
                let refusal = answer.err();
                let matters = refusal.filter(|refusal| {
                    *verb != Verb::HandOver || !matches!(refusal, Refusal::CannotOwn)
                });
                matters.map(no)
            });
            Ok(of.collect())
        }
        Err(not_there @ NotDone::NoGraph(_)) => {
            let refused = Refused::of("", &Problem::from(not_there));
            Ok(vec![Some(refused); verbs.len()])
        }
        Err(not_done) => Err(not_done),
    }
}
