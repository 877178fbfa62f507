//! The cases that are looked at, from the store, with the words of their findings. Judges nothing.

use std::collections::BTreeSet;

use countersign_access::finding::Finding as Toxic;
use countersign_governance::text::TextDigest;
use countersign_store::PAGE_MAX;
use countersign_store::read;

use super::{
    Door, EXCEPTIONS_MAX, Exception, FINDINGS_MAX, Finding, FindingId, NotDone, exception, finding,
    kept,
};

/// How a case is named.
pub(super) struct Row {
    pub(super) kind: &'static str,
    pub(super) reference: String,
    pub(super) rule: String,
    pub(super) status: String,
}

/// Everything that is looked at.
pub(super) struct Looked {
    pub(super) findings: Vec<(Row, Box<Finding>)>,
    pub(super) findings_cut: bool,
    pub(super) exceptions: Vec<(Row, Box<Exception>)>,
    pub(super) exceptions_cut: bool,
    /// The words of each finding; none where they were erased.
    pub(super) words: Vec<(FindingId, Option<Box<Toxic>>)>,
}

/// The stages of an exception that can still matter.
const STANDING: [&str; 3] = ["in_review", "active", "suspended"];

pub(super) async fn all(door: &Door) -> Result<Looked, NotDone> {
    let (exceptions, exceptions_cut) = exceptions(door).await?;
    let (findings, findings_cut) = findings(door).await?;
    let mut details: Vec<(FindingId, TextDigest)> =
        findings.iter().map(|(_, it)| (it.id, it.known.detail.clone())).collect();
    let known: BTreeSet<FindingId> = details.iter().map(|(id, _)| *id).collect();
    let mut more: BTreeSet<FindingId> = exceptions.iter().map(|(_, it)| it.pin.finding).collect();
    more.retain(|id| !known.contains(id));
    for id in more {
        let item = read::finding::get(&door.store, &format!("finding:{id}")).await?;
        if let Some(it) = item.as_ref().map(finding::case).transpose()?.flatten() {
            details.push((id, it.known.detail.clone()));
        }
    }
    let mut words = Vec::with_capacity(details.len());
    for (id, detail) in details {
        let text = kept::read_words(&door.store, &detail).await?;
        words.push((id, text.and_then(|text| serde_json::from_str(&text).ok()).map(Box::new)));
    }
    Ok(Looked { findings, findings_cut, exceptions, exceptions_cut, words })
}

async fn exceptions(door: &Door) -> Result<(Vec<(Row, Box<Exception>)>, bool), NotDone> {
    let (mut found, now) = (Vec::new(), door.clock.now());
    for status in STANDING {
        let filter =
            read::exception::Filter { status: Some(status), ..read::exception::Filter::default() };
        let mut cursor = None::<String>;
        loop {
            let from = (cursor.as_deref(), PAGE_MAX);
            let page = read::exception::list(&door.store, &filter, now, from).await?;
            for item in page.items {
                let Some(it) = exception::whole::case(&item)? else { continue };
                if found.len() >= EXCEPTIONS_MAX {
                    return Ok((found, true));
                }
                let row = Row {
                    kind: "exception",
                    reference: format!("{}{}", exception::PREFIX, item.row.number),
                    rule: it.pin.rule.clone(),
                    status: item.status,
                };
                found.push((row, it));
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok((found, false))
}

async fn findings(door: &Door) -> Result<(Vec<(Row, Box<Finding>)>, bool), NotDone> {
    let (mut found, mut is_cut) = (Vec::new(), false);
    let open = read::finding::Filter { not_ended: true, ..read::finding::Filter::default() };
    let said =
        read::finding::Filter { status: Some("not_toxic"), ..read::finding::Filter::default() };
    for filter in [open, said] {
        let (mut cursor, mut looked) = (None::<String>, 0_usize);
        'all: loop {
            let page =
                read::finding::list(&door.store, &filter, cursor.as_deref(), PAGE_MAX).await?;
            for item in page.items {
                let Some(it) = finding::case(&item)? else { continue };
                if looked >= FINDINGS_MAX {
                    is_cut = true;
                    break 'all;
                }
                looked = looked.saturating_add(1);
                let row = Row {
                    kind: "finding",
                    reference: format!("{}{}", finding::PREFIX, item.row.number),
                    rule: it.known.rule.clone(),
                    status: it.status().to_owned(),
                };
                found.push((row, it));
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok((found, is_cut))
}
