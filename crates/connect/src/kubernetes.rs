//! Kubernetes RBAC from files: manifests and dumps in YAML or JSON, several documents or lists in
//! one file, roles and bindings spread over many. Says who is bound to what; whether that is toxic
//! is not asked here. Does not talk to a cluster.

mod aggregate;
mod bind;
mod build;
mod document;
mod object;
mod permission;
mod place;
mod selector;
mod subject;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::reading::{Input, Reading, enumerate};
use build::Build;
use object::{Found, Object};
use place::Place;

/// Stack of the thread that parses: nested values are parsed by recursion, whose depth is bounded,
/// but not by the stack that the caller's thread happens to have.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Reads the files of one source. `default_namespace` is that of objects that name none.
pub(crate) fn read(input: &Input<'_>, default_namespace: &str) -> Reading {
    std::thread::scope(|scope| {
        let parser = std::thread::Builder::new().stack_size(STACK_BYTES);
        let parser = parser.spawn_scoped(scope, || read_here(input, default_namespace));
        match parser.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(reading)) => reading,
            Ok(Err(_)) => failed(input, "the parser gave up: report the file as a defect"),
            Err(error) => failed(input, &format!("no thread could be started to parse: {error}")),
        }
    })
}

fn failed(input: &Input<'_>, why: &str) -> Reading {
    let mut reading = Reading::default();
    reading.refused.add(input.source.as_str(), why);
    reading
}

fn read_here(input: &Input<'_>, default_namespace: &str) -> Reading {
    let mut build = Build::new(input.source);
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let mut foreign = Vec::new();
    let mut objects = Vec::new();
    for found in unfold(input, &mut build) {
        match found {
            Found::Object(object) => objects.push(in_namespace(*object, default_namespace)),
            Found::Unknown(kind) => {
                let count = unknown.entry(kind).or_default();
                *count = count.saturating_add(1);
            }
            Found::Foreign(place) => foreign.push(place),
            Found::Refused(place, why) => build.refused.add(place.refer(), why),
        }
    }
    set_aside(input, foreign, &mut build);
    if !unknown.is_empty() {
        let kinds: Vec<_> =
            unknown.iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
        build.notes.push(format!("left aside, kinds that are not read: {}", enumerate(&kinds)));
    }
    bind::facts(&objects, &mut build);
    build.into_reading()
}

fn unfold(input: &Input<'_>, build: &mut Build<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for text in input.texts {
        let file: Arc<str> = Arc::from(text.name.as_str());
        for document in document::parse(text, &mut build.refused) {
            let place = Place::new(file.clone(), document.lines_before);
            object::unfold(&document.tree, &place, &mut found);
        }
    }
    found
}

fn in_namespace(object: Object, default_namespace: &str) -> Object {
    let namespace = object.namespace.or_else(|| Some(default_namespace.to_owned()));
    Object { namespace, ..object }
}

/// In a folder other programs' files are expected; a file given by itself has to be ours.
fn set_aside(input: &Input<'_>, foreign: Vec<Place>, build: &mut Build<'_>) {
    let is_folder = input.texts.iter().any(|text| text.name != input.source.as_str());
    if is_folder && !foreign.is_empty() {
        let places: Vec<String> = foreign.iter().map(Place::refer).collect();
        let places = enumerate(&places);
        build.notes.push(format!("left aside, no Kubernetes objects: {places}"));
        return;
    }
    for place in foreign {
        let why = "unknown format: no Kubernetes object (`apiVersion` and `kind` are missing)";
        build.refused.add(place.refer(), why);
    }
}
