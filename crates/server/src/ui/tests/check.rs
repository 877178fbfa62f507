//! Reads a page as XML would be read, and says what is wrong with it.

use std::collections::BTreeMap;

struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
    closes: bool,
    is_empty: bool,
}

/// What is wrong with a page; nothing when all is well.
pub(super) fn check(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut tags = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").unwrap_or_else(|| {
        found.push("no document type".to_owned());
        page
    });
    let mut text = String::new();
    let mut labelled = 0;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        if rest[..at].contains('>') {
            found.push(format!("a loose `>` in `{}`", rest[..at].trim()));
        }
        let Some(end) = end_of(&rest[at..]) else {
            found.push("a tag without an end".to_owned());
            break;
        };
        let tag = parse(&rest[at + 1..at + end]);
        rest = &rest[at + end + 1..];
        if tag.closes {
            match open.pop() {
                Some((name, start)) if name == tag.name => {
                    let words = text[start..].trim();
                    if matches!(name.as_str(), "a" | "button" | "h1" | "h2" | "h3" | "label" | "th")
                        && words.is_empty()
                    {
                        found.push(format!("nothing to be read in `<{name}>`"));
                    }
                    if name == "label" {
                        labelled -= 1;
                    }
                }
                other => {
                    let other = other.map(|(name, _)| name).unwrap_or_default();
                    found.push(format!("`</{}>` ends `<{other}>`", tag.name));
                    return found;
                }
            }
            continue;
        }
        if !tag.is_empty {
            open.push((tag.name.clone(), text.len()));
            if tag.name == "label" {
                labelled += 1;
            }
        }
        tags.push((tag, labelled > 0));
    }
    if let Some((name, _)) = open.last() {
        found.push(format!("`<{name}>` never ends"));
    }
    found.extend(headings(&tags));
    found.extend(attributes(&tags));
    found.extend(fields(&tags));
    found
}

fn end_of(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, it) in text.char_indices() {
        match (quote, it) {
            (None, '"' | '\'') => quote = Some(it),
            (Some(open), it) if it == open => quote = None,
            (None, '>') => return Some(at),
            _ => {}
        }
    }
    None
}

fn parse(inside: &str) -> Tag {
    let closes = inside.starts_with('/');
    let is_empty = inside.ends_with('/');
    let inside = inside.trim_matches('/').trim();
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = BTreeMap::new();
    while let Some((key, after)) = rest.split_once('=') {
        let quote = after.chars().next().unwrap_or('"');
        let value = after[1..].split(quote).next().unwrap_or_default();
        attributes.insert(key.trim().to_owned(), value.to_owned());
        rest = &after[value.len() + 2..];
    }
    Tag { name: name.to_owned(), attributes, closes, is_empty }
}

fn headings(tags: &[(Tag, bool)]) -> Vec<String> {
    let mut found = Vec::new();
    let first = tags.iter().filter(|(tag, _)| tag.name == "h1").count();
    if first != 1 {
        found.push(format!("{first} first headings"));
    }
    let start = tags.iter().position(|(tag, _)| tag.name == "main").unwrap_or(0);
    let mut last = 1;
    for (tag, _) in tags.iter().skip(start) {
        let Some(level) = tag.name.strip_prefix('h').and_then(|it| it.parse::<u8>().ok()) else {
            continue;
        };
        if level > last + 1 {
            found.push(format!("`<h{level}>` follows `<h{last}>`"));
        }
        last = level;
    }
    found
}

fn attributes(tags: &[(Tag, bool)]) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = Vec::new();
    for (tag, _) in tags {
        for (name, value) in &tag.attributes {
            if name == "style" || name.starts_with("on") || name.starts_with("hx-on") {
                found.push(format!("the attribute `{name}`"));
            }
            if name == "id" {
                if ids.contains(&value) {
                    found.push(format!("the id `{value}` twice"));
                }
                ids.push(value);
            }
        }
        if tag.name == "script" && !tag.attributes.contains_key("src") {
            found.push("a script in the page".to_owned());
        }
        if tag.name == "img" && !tag.attributes.contains_key("alt") {
            found.push("a picture without words".to_owned());
        }
    }
    for (tag, _) in tags {
        let refers = ["for", "aria-describedby", "aria-labelledby"];
        let named = refers.iter().filter_map(|name| tag.attributes.get(*name).map(String::as_str));
        let link = tag.attributes.get("href").and_then(|it| it.strip_prefix('#'));
        for id in named.chain(link) {
            if !ids.iter().any(|known| *known == id) {
                found.push(format!("nothing has the id `{id}`"));
            }
        }
    }
    found
}

fn fields(tags: &[(Tag, bool)]) -> Vec<String> {
    let mut found = Vec::new();
    let fors: Vec<&String> = tags.iter().filter_map(|(tag, _)| tag.attributes.get("for")).collect();
    for (at, (tag, in_label)) in tags.iter().enumerate() {
        let of = |name: &str| tag.attributes.get(name);
        let is_field = matches!(tag.name.as_str(), "input" | "select" | "textarea")
            && of("type").is_none_or(|kind| kind != "hidden");
        let has_label = *in_label
            || of("aria-label").is_some()
            || of("id").is_some_and(|id| fors.contains(&id));
        if is_field && !has_label {
            found.push(format!("a field without a label: `{}`", of("name").map_or("", |it| it)));
        }
        let posts = tag.name == "form" && of("method").is_some_and(|it| it == "post");
        let signs_in = of("action").is_some_and(|it| it.starts_with("/sign-in"));
        if posts && !signs_in {
            let mut inside = tags.iter().skip(at + 1).take_while(|(tag, _)| tag.name != "form");
            let has = inside.any(|(tag, _)| {
                tag.attributes.get("name").is_some_and(|it| it == "token")
                    && tag.attributes.get("value").is_some_and(|it| !it.is_empty())
            });
            if !has {
                found.push("a form without its session".to_owned());
            }
        }
    }
    found
}
