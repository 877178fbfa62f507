//! The files of a policy, as they are sent: loaded whole, or refused with everything that is wrong.

use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::{Text, limit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::adoption::FILES_BYTES_MAX;
use crate::api::problem::Problem;
use crate::api::problem::code::Code;

/// One file of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyFile)]
pub struct File {
    /// Its path in the folder, such as `tiers.toml` or `rules/own.toml`.
    #[schema(min_length = 1, max_length = 200)]
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Longest path of a file, in characters.
const PATH_CHARS_MAX: usize = 200;

/// Most of what is wrong that an answer names.
const WRONG_MAX: usize = 20;

/// The policy that these files are.
///
/// # Errors
/// When there are too many, they are too large, or they do not hold together: everything that is wrong.
pub(crate) async fn loaded(field: &str, files: Vec<File>) -> Result<Folder, Problem> {
    let texts = texts(files);
    within(field, &texts)?;
    whole(texts).await?.map_err(|wrong| Problem::malformed_at(Some(field), &words(&wrong)))
}

/// Files as the policy is loaded from.
pub(crate) fn texts(files: Vec<File>) -> Vec<Text> {
    files.into_iter().map(|it| Text { name: it.path, text: it.text }).collect()
}

/// Files that are not more than can be kept.
///
/// # Errors
/// When they are, in words.
pub(crate) fn within(field: &str, texts: &[Text]) -> Result<(), Problem> {
    if texts.len() > folder::FILES_MAX {
        let most = folder::FILES_MAX;
        let detail = format!("a policy has at most {most} files: join some of them");
        return Err(Problem::malformed_at(Some(field), &detail));
    }
    if texts.iter().any(|it| it.name.chars().count() > PATH_CHARS_MAX) {
        let detail = format!("a path in a policy has at most {PATH_CHARS_MAX} characters");
        return Err(Problem::malformed_at(Some(field), &detail));
    }
    let most = limit::FILE_BYTES_MAX;
    if let Some(large) = texts.iter().find(|it| it.text.len() > most) {
        let name: String = large.name.chars().take(100).collect();
        let detail = format!("`{name}` has more than {most} bytes: split it");
        return Err(Problem::malformed_at(Some(field), &detail));
    }
    let all = texts.iter().fold(0_usize, |all, it| all.saturating_add(it.text.len()));
    if all > FILES_BYTES_MAX {
        let detail =
            format!("the files have more than {FILES_BYTES_MAX} bytes together: shorten them");
        return Err(Problem::malformed_at(Some(field), &detail));
    }
    Ok(())
}

/// The policy that these texts are, or everything that is wrong with it.
///
/// # Errors
/// When this server cannot look at it just now.
pub(crate) async fn whole(texts: Vec<Text>) -> Result<Result<Folder, Vec<String>>, Problem> {
    let loaded = tokio::task::spawn_blocking(move || folder::load(&texts)).await;
    let loaded = loaded.map_err(|_| Problem::of(Code::FaultBusy))?;
    Ok(loaded.map_err(|bad| bad.iter().map(ToString::to_string).collect()))
}

/// What is wrong, in one sentence.
fn words(wrong: &[String]) -> String {
    let mut words = "the policy does not hold together: ".to_owned();
    words.push_str(&wrong.iter().take(WRONG_MAX).cloned().collect::<Vec<_>>().join("; "));
    let more = wrong.len().saturating_sub(WRONG_MAX);
    if more > 0 {
        words.push_str(&format!("; and {more} more"));
    }
    words
}
