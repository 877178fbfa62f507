//! The changes that somebody would try, out of an address: those that are put already, and one more that
//! is being typed. A name will do where it is nobody else's. Tries nothing.

use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::engine::Engine;
use countersign_access::finding::NodeRef;
use countersign_access::node::NodeKind;

use super::edge::{Connection, offered};
use super::end::{End, Field, end, field};
use crate::ask::graph::{EDIT_MAX, edge_text};

/// Most things that are offered where several fit what was typed.
const OFFERED_MAX: usize = 8;

/// What stands in the address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::ui) struct Typed {
    remove: Vec<String>,
    add: Vec<String>,
    is_removed: bool,
    from: String,
    kind: String,
    to: String,
    /// Whether the form was sent, and not only filled by a link.
    is_sent: bool,
}

/// A change that is put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Line {
    pub(in crate::ui) it: Connection,
    pub(in crate::ui) is_added: bool,
}

/// One more change, as the form has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::ui) struct Form {
    pub(in crate::ui) is_removed: bool,
    pub(in crate::ui) from: Field,
    pub(in crate::ui) kind: String,
    pub(in crate::ui) to: Field,
    /// What must be mended: the field and how.
    pub(in crate::ui) bad: Vec<(&'static str, String)>,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::ui) struct Read {
    pub(in crate::ui) lines: Vec<Line>,
    /// What cannot be tried, and why.
    pub(in crate::ui) left_out: Vec<(String, String)>,
    pub(in crate::ui) form: Form,
}

impl Line {
    /// The field of an address that names it.
    pub(super) fn field(&self) -> &'static str {
        if self.is_added { "add" } else { "remove" }
    }
}

impl Form {
    /// What is to be done, as the form sends it.
    pub(super) fn what(&self) -> &'static str {
        if self.is_removed { "remove" } else { "add" }
    }

    /// What must be mended in a field.
    pub(in crate::ui) fn bad(&self, field: &str) -> Option<&str> {
        self.bad.iter().find(|(bad, _)| *bad == field).map(|(_, words)| words.as_str())
    }

    /// How two things can be connected: value, words, whether it is chosen.
    pub(in crate::ui) fn kinds(&self) -> Vec<(&'static str, &'static str, bool)> {
        let kind = |it: EdgeKind| (it.as_str(), offered(it), it.as_str() == self.kind);
        EdgeKind::ALL.into_iter().map(kind).collect()
    }
}

impl Typed {
    pub(in crate::ui) fn of(pairs: &[(String, String)]) -> Self {
        let mut typed = Self::default();
        for (name, value) in pairs {
            let value = value.trim().to_owned();
            match name.as_str() {
                "remove" if !value.is_empty() => typed.remove.push(value),
                "add" if !value.is_empty() => typed.add.push(value),
                "what" => typed.is_removed = value == "remove",
                "from" => typed.from = value,
                "kind" => typed.kind = value,
                "to" => typed.to = value,
                "do" => typed.is_sent = true,
                _ => {}
            }
        }
        typed
    }
}

/// Reads what stands in the address, and puts what was typed to it where it can be.
pub(in crate::ui) fn read(engine: &Engine, typed: Typed) -> Read {
    let mut read = Read::default();
    for (is_added, texts) in [(false, &typed.remove), (true, &typed.add)] {
        for text in texts.iter().take(EDIT_MAX) {
            put(engine, &mut read, text, is_added);
        }
        if let Some(first) = texts.get(EDIT_MAX) {
            let why = format!("at most {EDIT_MAX} of a sort are tried at once");
            read.left_out.push((format!("{first} and what comes after it"), why));
        }
    }
    read.form = form(engine, typed, &mut read.lines);
    read
}

fn put(engine: &Engine, read: &mut Read, text: &str, is_added: bool) {
    let Ok(key) = edge_text::parse(text, engine) else {
        let why = "this names no connection: put it together with the form";
        read.left_out.push((text.to_owned(), why.to_owned()));
        return;
    };
    let line = Line { it: Connection::of(engine, &key), is_added };
    let unknown = [&key.source, &key.target].into_iter().find(|id| !engine.knows(id));
    if let (true, Some(id)) = (is_added, unknown) {
        read.left_out.push((line.it.give, format!("no system knows {id}")));
    } else if !is_added && line.it.system.is_none() {
        let why = "it is not there now, so that taking it away changes nothing";
        read.left_out.push((line.it.take, why.to_owned()));
    } else if !read.lines.contains(&line) {
        read.lines.push(line);
    }
}

/// The form: empty again where what was typed could be put to the others.
fn form(engine: &Engine, typed: Typed, lines: &mut Vec<Line>) -> Form {
    let (from, to) = (end(engine, &typed.from), end(engine, &typed.to));
    let mut bad = Vec::new();
    if typed.is_sent {
        bad.extend(missing("from", &from));
        bad.extend(missing("to", &to));
        if let (End::Node(source), End::Node(target)) = (&from, &to) {
            match connection(engine, &typed, source, target) {
                Ok(_) if lines.len() >= EDIT_MAX => {
                    bad.push(("from", format!("at most {EDIT_MAX} changes are tried at once")));
                }
                Ok(key) => {
                    let line =
                        Line { it: Connection::of(engine, &key), is_added: !typed.is_removed };
                    if !lines.contains(&line) {
                        lines.push(line);
                    }
                    return Form { is_removed: typed.is_removed, ..Form::default() };
                }
                Err(why) => bad.push(("kind", why)),
            }
        }
    }
    let Typed { is_removed, kind, .. } = typed;
    let field = |end| {
        let mut field = field(end);
        field.several.truncate(OFFERED_MAX);
        field
    };
    Form { is_removed, from: field(from), kind, to: field(to), bad }
}

fn missing(name: &'static str, end: &End) -> Option<(&'static str, String)> {
    let words = match end {
        End::Node(_) => return None,
        End::Open => "write a name or an id".to_owned(),
        End::Several(typed, found) if found.is_empty() => {
            format!("nothing is called {typed}; part of a name or of an id is enough")
        }
        End::Several(typed, _) => {
            format!("several are called {typed}: choose one of these, or write more of it")
        }
    };
    Some((name, words))
}

/// The connection that is meant. What is taken away must be there.
fn connection(
    engine: &Engine,
    typed: &Typed,
    source: &NodeRef,
    target: &NodeRef,
) -> Result<EdgeKey, String> {
    let key = |kind| EdgeKey { source: source.id.clone(), kind, target: target.id.clone() };
    let chosen = EdgeKind::parse(&typed.kind);
    if !typed.is_removed {
        return chosen
            .or_else(|| usual(source.kind, target.kind))
            .map(key)
            .ok_or_else(|| "choose how: with these two there is no usual way".to_owned());
    }
    let kinds = EdgeKind::ALL.into_iter().filter(|kind| chosen.is_none_or(|it| it == *kind));
    let there = kinds.map(key).filter(|key| Connection::of(engine, key).system.is_some());
    let there: Vec<EdgeKey> = there.collect();
    match there.as_slice() {
        [only] => Ok(only.clone()),
        [] => {
            Err("no system says that these two are connected like this, in this direction"
                .to_owned())
        }
        _ => Err("they are connected in several ways: choose which".to_owned()),
    }
}

/// How the first usually comes to the second.
fn usual(source: NodeKind, target: NodeKind) -> Option<EdgeKind> {
    match target {
        NodeKind::Group | NodeKind::Role => Some(EdgeKind::MemberOf),
        NodeKind::Entitlement => Some(EdgeKind::Grants),
        NodeKind::Credential => Some(EdgeKind::Holds),
        NodeKind::Resource if source == NodeKind::Entitlement => Some(EdgeKind::AppliesTo),
        _ if source == NodeKind::Credential => Some(EdgeKind::Authenticates),
        _ if target.is_identity() && source == NodeKind::Account => Some(EdgeKind::IsAccountOf),
        NodeKind::Account => Some(EdgeKind::Assumes),
        _ => None,
    }
}
