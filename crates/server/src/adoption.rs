//! A policy as it is put in force: its files as one text beside the ledger, and what a decision about it
//! rests on. The rules are in `governance`; what is kept is read back by its digest.

use std::collections::BTreeMap;

use countersign_governance::actor::Actor;
use countersign_governance::authority::{Authority, Verb};
use countersign_governance::person::Person;
use countersign_governance::policy::{Adopt, Around, Command, Policy};
use countersign_governance::seat::SeatName;
use countersign_governance::text::{NoReason, Reason, TextDigest};
use countersign_governance::{Command as Any, State, Subject};
use countersign_policy::authority::{Ask, Case, Situation, Who};
use countersign_policy::folder::{self, Folder};
use countersign_policy::raci::Raci;
use countersign_policy::rules::Text as File;
use countersign_store::{Store, Tx};
use jiff::Timestamp;

use crate::accountable;
use crate::clock::{Chance, NoChance};
use crate::door::{Asked, Door, NotDone};
use crate::kept;
use crate::oversight::Reading;
use crate::people;
use crate::text::Text;

/// Most bytes that the files of one policy have together, as they are kept.
pub const FILES_BYTES_MAX: usize = 8 << 20;

/// Why a policy cannot be put forward.
#[derive(Debug, thiserror::Error)]
pub enum NotPutForward {
    /// Nobody would know why.
    #[error("{0}")]
    Reason(#[from] NoReason),
    /// More than can be kept.
    #[error(
        "the files of this policy have more than {FILES_BYTES_MAX} bytes together: shorten them"
    )]
    TooLarge,
    /// No randomness.
    #[error("{0}")]
    Chance(#[from] NoChance),
}

/// What is asked of the door to put a policy in force, or to propose it.
///
/// # Errors
/// When it is too large, or the reason is none.
pub fn adopt(
    chance: &Chance,
    actor: Actor,
    folder: &Folder,
    why: &str,
) -> Result<Asked, NotPutForward> {
    let reason = Text::new(chance, why.trim())?;
    let because = Reason::new(why, reason.digest().clone())?;
    let (adopt, files) = adoption(chance, folder, Some(because))?;
    Ok(Asked::new(actor, Any::Policy(Command::Adopt(adopt))).with_texts(vec![files, reason]))
}

/// The policy as it is put in force, and its files.
pub(crate) fn adoption(
    chance: &Chance,
    folder: &Folder,
    reason: Option<Reason>,
) -> Result<(Adopt, Text), NotPutForward> {
    let files: BTreeMap<&str, &str> =
        folder.texts.iter().map(|it| (it.name.as_str(), it.text.as_str())).collect();
    let text = Text::json(chance, &files)?;
    if text.words().len() > FILES_BYTES_MAX {
        return Err(NotPutForward::TooLarge);
    }
    let (digest, version) = (folder.digest.clone(), folder.version.clone());
    Ok((Adopt { digest, version, files: text.digest().clone(), reason }, text))
}

/// What is asked of the door to end a proposal.
///
/// # Errors
/// When the reason is none.
pub fn withdraw(chance: &Chance, actor: Actor, why: &str) -> Result<Asked, NotPutForward> {
    let text = Text::new(chance, why.trim())?;
    let reason = Reason::new(why, text.digest().clone())?;
    Ok(Asked::new(actor, Any::Policy(Command::Withdraw(reason))).with_texts(vec![text]))
}

/// Why a kept policy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUsable {
    /// The ledger does not say with which files, or they were erased.
    #[error("its files are not kept")]
    NotKept,
    /// This version reads policies otherwise.
    #[error("this version of countersign cannot read it: {0}")]
    Malformed(String),
    /// They are others than were signed for.
    #[error("its kept files are not the ones that were signed for")]
    Other,
}

/// Files as they are kept, in order of path.
///
/// # Errors
/// When they are not of that form.
pub fn files(words: &str) -> Result<Vec<File>, NotUsable> {
    let files: BTreeMap<String, String> =
        serde_json::from_str(words).map_err(|_| NotUsable::NotKept)?;
    Ok(files.into_iter().map(|(name, text)| File { name, text }).collect())
}

/// The policy that some kept files are, where they are the ones of this digest.
pub(crate) fn usable(words: &str, digest: &str) -> Result<Folder, NotUsable> {
    let folder = folder::load(&files(words)?).map_err(|bad| {
        NotUsable::Malformed(bad.first().map(ToString::to_string).unwrap_or_default())
    })?;
    if folder.digest == digest { Ok(folder) } else { Err(NotUsable::Other) }
}

/// The policy in force, from its kept files; nothing before the first.
///
/// # Errors
/// When the store cannot answer.
pub async fn in_force(store: &Store) -> Result<Option<Result<Folder, NotUsable>>, NotDone> {
    let State::Policy(Some(policy)) = kept::look(store, Subject::Policy).await?.0 else {
        return Ok(None);
    };
    read(store, &policy.digest, policy.files.as_ref()).await.map(Some)
}

/// A policy from its kept files.
///
/// # Errors
/// When the store cannot answer.
pub async fn read(
    store: &Store,
    digest: &str,
    files: Option<&TextDigest>,
) -> Result<Result<Folder, NotUsable>, NotDone> {
    let words = match files {
        Some(files) => kept::read_words(store, files).await?,
        None => None,
    };
    let (words, digest) = (words.ok_or(NotUsable::NotKept), digest.to_owned());
    let read = tokio::task::spawn_blocking(move || words.and_then(|it| usable(&it, &digest)));
    Ok(read.await.unwrap_or(Err(NotUsable::NotKept)))
}

/// What a decision about the policy rests on, and what the policy in force says of whoever asks: by the
/// one in force, whichever this node was given. Where that one cannot be read here, a second person is
/// needed and the built-in one says who may.
pub(crate) async fn around(
    door: &Door,
    tx: &mut Tx,
    (state, asked, acting): (Option<&Policy>, &Asked, Option<&Person>),
    now: Timestamp,
) -> Result<(Around, Authority), NotDone> {
    let known = match state {
        Some(policy) if policy.digest == door.policy.digest => None,
        Some(policy) => {
            let words = match &policy.files {
                Some(files) => kept::words(tx, &[], files).await?,
                None => None,
            };
            Some(words.and_then(|words| usable(&words, &policy.digest).ok()))
        }
        None => Some(None),
    };
    let builtin;
    let (folder, is_known) = match &known {
        None => (&*door.policy, true),
        Some(Some(kept)) => (kept, true),
        Some(None) => {
            builtin = Folder::builtin();
            (&builtin, false)
        }
    };
    let people = people::active(Reading::Tx(tx), usize::MAX).await?;
    let raci = accountable::whole(door, folder, tx).await?;
    // Whoever could countersign is taken to sign in as well as can be; who acts has shown how.
    let may = |person: &Person, verb| ask((folder, &raci), person, (verb, Situation::best()), now);
    let may_countersign = people
        .iter()
        .filter(|it| signs(it) && may(it, Verb::PolicyCountersign).permitted)
        .cloned()
        .collect();
    let (strength, signed_in_minutes) = asked.sign_in(now);
    let shown = Situation { strength, signed_in_minutes, ..Situation::best() };
    let authority = match (acting, asked.command.verb()) {
        (Some(person), Some(verb)) => ask((folder, &raci), person, (verb, shown), now),
        (None, _) | (_, None) => Authority::nothing(),
    };
    let proposer = state.and_then(|it| it.proposal.as_ref()).map(|it| it.signed.person());
    let proposer = match proposer {
        Some(id) => match kept::load(tx, Subject::Person(id)).await?.state {
            State::Person(person) => person,
            State::Finding(_)
            | State::Exception(_)
            | State::Process(_)
            | State::System(_)
            | State::Policy(_)
            | State::Accountability(_)
            | State::Gap(_)
            | State::Review(_)
            | State::Item(_) => None,
        },
        None => None,
    };
    let needs_two =
        !is_known || folder.tiers.administration().is_none_or(|tier| tier.second_person);
    Ok((Around { needs_two, may_countersign, people, proposer }, authority))
}

fn signs(person: &Person) -> bool {
    [SeatName::Security, SeatName::Legal].iter().any(|seat| person.seats().contains(seat))
}

fn ask(
    (folder, raci): (&Folder, &Raci),
    person: &Person,
    (verb, situation): (Verb, Situation),
    now: Timestamp,
) -> Authority {
    let tier = folder.tiers.administration().map_or("", |tier| tier.id.as_str());
    let ask = Ask {
        who: Who {
            duties: raci.duties(person.id(), None, folder.calendar.local(now).date()),
            ..Who::of(person, now)
        },
        verb,
        case: Case::of_tier(tier),
        situation,
        deputy_for: None,
    };
    folder.authority(&ask, now)
}
