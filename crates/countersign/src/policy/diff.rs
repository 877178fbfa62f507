//! `countersign policy diff`: what two folders decide otherwise, and with a server, for which of its open
//! cases that comes out otherwise.

use std::path::{Path, PathBuf};

use clap::Args;
use countersign_policy::diff::{Difference, diff};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::list::read_row;
use crate::client::people::People;
use crate::client::send::Client;
use crate::client::{Remote, Stopped};
use crate::exit::{Exit, Failure};
use crate::folder::{load, texts};
use crate::output;

/// Say what another version of a policy decides otherwise
///
/// Exits with 1 when there is a difference. What asks for less than before is marked. With --cases a server
/// also says which of its open findings and exceptions, of the signatures on them and of the decisions that
/// stand would come out otherwise; nothing is changed there.
#[derive(Debug, Args)]
#[command(after_help = "Example: countersign policy diff policies-of-may policies")]
pub(super) struct Diff {
    /// The policy folder as it was
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The policy folder as it is
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Ask the server too, which open cases come out otherwise
    #[arg(long)]
    cases: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// What the server says, as far as it is shown here.
#[derive(Debug, Deserialize)]
struct Consequences {
    findings_looked: usize,
    exceptions_looked: usize,
    cases: Vec<Case>,
    cases_more: usize,
    left_out: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Case {
    reference: String,
    status: String,
    otherwise: Vec<Point>,
}

#[derive(Debug, Deserialize)]
struct Point {
    words: String,
    person: Option<String>,
    loosens: bool,
}

impl Diff {
    pub(super) fn run(self) -> Exit {
        match self.folders() {
            Ok((files, found)) if self.cases => self.ask(&files, &found),
            Ok((_, found)) => output::finish(self.say(&found)),
            Err(failure) => output::finish(Err(failure)),
        }
    }

    /// The files of both, and what is otherwise.
    fn folders(&self) -> Result<([Value; 2], Vec<Difference>), Failure> {
        let read = |folder: &Path| {
            let texts = texts(folder)?;
            let files =
                texts.iter().map(|it| json!({ "path": it.name, "text": it.text })).collect();
            Ok::<_, Failure>((load(folder, &texts)?, Value::Array(files)))
        };
        let ((old, was), (new, is)) = (read(&self.old)?, read(&self.new)?);
        Ok(([was, is], diff(&old, &new)))
    }

    fn say(&self, found: &[Difference]) -> Result<Exit, Failure> {
        let exit = if found.is_empty() { Exit::Done } else { Exit::Findings };
        let text = if self.json { output::json(&self.form(found, None))? } else { words(found) };
        output::write(None, &text).map(|()| exit)
    }

    /// The same with what the server says. Exits with 1 when anything comes out otherwise.
    fn ask(&self, [was, is]: &[Value; 2], found: &[Difference]) -> Exit {
        let mut exit = if found.is_empty() { Exit::Done } else { Exit::Findings };
        let done = crate::client::run(&self.remote, self.json, async |client| {
            let body = json!({ "from": was, "to": is });
            let sent: Value = client.ask(&["policy", "consequences"], &body).await?;
            let told: Consequences = read_row(&sent)?;
            if !told.cases.is_empty() {
                exit = Exit::Findings;
            }
            if self.json {
                return Ok(output::json(&self.form(found, Some(sent)))?);
            }
            Ok(format!("{}\n{}", words(found), told.words(client).await?))
        });
        done.max(exit)
    }

    fn form(&self, found: &[Difference], cases: Option<Value>) -> Value {
        let row = |it: &Difference| json!({ "about": it.about, "was": it.was, "is": it.is, "loosens": it.loosens });
        let rows: Vec<Value> = found.iter().map(row).collect();
        let (old, new) = (self.old.display().to_string(), self.new.display().to_string());
        json!({ "version": 1, "from": old, "to": new, "in_words": rows, "cases": cases })
    }
}

fn words(found: &[Difference]) -> String {
    if found.is_empty() {
        return "both decide the same\n".to_owned();
    }
    let words: String = found.iter().map(|it| format!("{it}\n")).collect();
    output::plain(&words)
}

impl Consequences {
    async fn words(&self, client: &Client) -> Result<String, Stopped> {
        let mut text = format!(
            "looked at {} findings and {} exceptions of the server\n",
            self.findings_looked, self.exceptions_looked
        );
        let signed = self.cases.iter().flat_map(|it| &it.otherwise).any(|it| it.person.is_some());
        let people = if signed { Some(People::read(client).await?) } else { None };
        for case in &self.cases {
            text.push_str(&format!("{} ({})\n", case.reference, case.status));
            for point in &case.otherwise {
                let whose = match (&people, &point.person) {
                    (Some(people), Some(id)) => format!("{}: ", people.name(id)),
                    (_, _) => String::new(),
                };
                let mark = if point.loosens { "  (asks for less)" } else { "" };
                text.push_str(&format!("  {whose}{}{mark}\n", point.words));
            }
        }
        if self.cases.is_empty() {
            text.push_str("nothing comes out otherwise for them\n");
        }
        if self.cases_more > 0 {
            text.push_str(&format!("and {} cases more\n", self.cases_more));
        }
        for words in &self.left_out {
            text.push_str(&format!("not said: {words}\n"));
        }
        Ok(output::plain(&text))
    }
}
