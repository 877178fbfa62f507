//! What was typed into the form that changes the policy: several files, each with its text as it was typed,
//! one that is new, and why. Nothing of it is lost by a mistake.

use countersign_policy::folder::Folder;
use countersign_policy::rules::Text;

use super::super::form::Fields;
use crate::api::policy::propose::Change;
use crate::api::problem::Problem;

/// Most files that are changed by one form.
pub(super) const FILES_AT_ONCE_MAX: usize = 12;

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Typed {
    /// The files that are shown.
    pub(super) files: Vec<Shown>,
    /// The other files of the policy, each with its place in the folder.
    pub(super) others: Vec<(usize, String)>,
    /// Path and text of a file that is new.
    pub(super) new: (String, String),
    pub(super) reason: String,
}

/// A file that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) path: String,
    pub(super) text: String,
    /// Whether it is to be taken out.
    pub(super) gone: bool,
}

impl Typed {
    /// These files as they are.
    pub(super) fn showing(folder: &Folder, chosen: &[&str]) -> Self {
        let files = folder.texts.iter().filter(|it| chosen.contains(&it.name.as_str()));
        let files = files.map(Shown::of).collect();
        Self::with(folder, files, (String::new(), String::new()), String::new())
    }

    /// What a form sends, with the files that are to be shown too. A file that the policy does not have any
    /// more is left out of it.
    pub(super) fn of(fields: &Fields, folder: &Folder) -> Self {
        let known = |path: &str| folder.texts.iter().find(|it| it.name == path);
        let mut files: Vec<Shown> = Vec::new();
        // One more than may be, so that it is told.
        for n in 0..=FILES_AT_ONCE_MAX {
            let path = fields.get(&format!("file.{n}"));
            if known(path).is_some() && files.iter().all(|it| it.path != path) {
                files.push(Shown {
                    path: path.to_owned(),
                    text: fields.raw(&format!("text.{n}")).to_owned(),
                    gone: !fields.get(&format!("gone.{n}")).is_empty(),
                });
            }
        }
        for (place, it) in folder.texts.iter().enumerate() {
            let wanted = fields.get(&format!("show.{place}")) == it.name;
            if wanted && files.iter().all(|shown| shown.path != it.name) {
                files.push(Shown::of(it));
            }
        }
        let new = (fields.get("new.path").to_owned(), fields.raw("new.text").to_owned());
        Self::with(folder, files, new, fields.raw("reason").to_owned())
    }

    fn with(folder: &Folder, files: Vec<Shown>, new: (String, String), reason: String) -> Self {
        let others = folder
            .texts
            .iter()
            .enumerate()
            .filter(|(_, it)| files.iter().all(|shown| shown.path != it.name));
        let others = others.map(|(place, it)| (place, it.name.clone())).collect();
        Self { files, others, new, reason }
    }

    /// Why these are too many at once.
    pub(super) fn too_many(&self) -> Option<Problem> {
        let count = self.files.len();
        (count > FILES_AT_ONCE_MAX).then(|| {
            let detail = format!(
                "a form changes at most {FILES_AT_ONCE_MAX} files, and these are {count}: the command \
                 line proposes a whole folder"
            );
            Problem::malformed(&detail)
        })
    }

    /// What is other than in the policy.
    pub(super) fn changes(&self, folder: &Folder) -> Vec<Change> {
        let is_other = |shown: &&Shown| {
            let now = folder.texts.iter().find(|it| it.name == shown.path);
            shown.gone || now.is_none_or(|now| now.text != shown.text)
        };
        let of = |it: &Shown| Change {
            path: it.path.clone(),
            text: (!it.gone).then(|| it.text.clone()),
        };
        let mut changes: Vec<Change> = self.files.iter().filter(is_other).map(of).collect();
        let (path, text) = &self.new;
        if !path.is_empty() {
            changes.push(Change { path: path.clone(), text: Some(text.clone()) });
        }
        changes
    }
}

impl Shown {
    fn of(file: &Text) -> Self {
        Self { path: file.name.clone(), text: file.text.clone(), gone: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::of(pairs)
    }

    #[test]
    fn what_is_typed_stays_whatever_else_is_shown_and_only_what_is_other_is_a_change() {
        let folder = Folder::builtin();
        let sla = folder.texts.iter().position(|it| it.name == "sla.toml").unwrap();
        let raci = folder.texts.iter().find(|it| it.name == "raci.toml").unwrap();
        let show = format!("show.{sla}");
        let typed = Typed::of(
            &fields(&[
                ("file.0", "tiers.toml"),
                ("text.0", "# half of it"),
                ("file.1", "raci.toml"),
                ("text.1", raci.text.as_str()),
                ("file.2", "calendar.toml"),
                ("text.2", ""),
                ("gone.2", "true"),
                (show.as_str(), "sla.toml"),
                ("new.path", "rules/own.toml"),
                ("new.text", "[pack]"),
                ("reason", "why"),
            ]),
            &folder,
        );
        let shown: Vec<&str> = typed.files.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(shown, ["tiers.toml", "raci.toml", "calendar.toml", "sla.toml"]);
        assert_eq!(typed.files[0].text, "# half of it");
        assert!(typed.others.iter().all(|(_, name)| !shown.contains(&name.as_str())));
        let changes: Vec<(String, bool)> =
            typed.changes(&folder).into_iter().map(|it| (it.path, it.text.is_some())).collect();
        let wanted = [("tiers.toml", true), ("calendar.toml", false), ("rules/own.toml", true)];
        assert_eq!(changes, wanted.map(|(path, there)| (path.to_owned(), there)));
    }

    #[test]
    fn more_files_than_may_be_are_told_and_what_the_policy_does_not_have_is_left_out() {
        let folder = Folder::builtin();
        let pairs: Vec<(String, String)> = folder
            .texts
            .iter()
            .enumerate()
            .map(|(at, it)| (format!("show.{at}"), it.name.clone()))
            .collect();
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert!(folder.texts.len() > FILES_AT_ONCE_MAX);
        assert!(Typed::of(&fields(&pairs), &folder).too_many().is_some());
        let gone = fields(&[("file.0", "../secret"), ("text.0", "x"), ("show.0", "../secret")]);
        let typed = Typed::of(&gone, &folder);
        assert!(typed.files.is_empty() && typed.changes(&folder).is_empty());
    }
}
