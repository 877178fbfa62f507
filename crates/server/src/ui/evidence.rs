//! An evidence pack as a page that is read and printed without a server: everything on it comes from the
//! pack itself, so that who checks the pack can make the page again and compare.

mod read;

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use countersign_ledger::pack::Pack;

use self::read::Shown;
use super::Ui;
use super::halt::Halt;
use super::visitor::Visitor;
use crate::api::evidence::made;
use crate::api::query::Path;

/// Where the pack begins and ends within a page.
const BEGINS: &str = "<script type=\"application/json\" id=\"countersign-evidence\">";
const ENDS: &str = "</script>";

#[derive(Debug, Template)]
#[template(path = "evidence/show.html")]
struct Page {
    pack: Pack,
    shown: Shown,
}

/// The page of a pack: the same pack gives the same page.
#[must_use]
pub fn page(pack: &Pack) -> String {
    let page = Page { pack: pack.clone(), shown: Shown::of(pack) }.render().unwrap_or_default();
    let json = serde_json::to_string(pack).unwrap_or_default();
    // In JSON these three stand in strings alone, and so spelled they end no element and begin none.
    let json = json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    format!("{page}{BEGINS}{json}{ENDS}\n</body>\n</html>\n")
}

/// The pack within a page; none where there is none.
#[must_use]
pub fn within(page: &str) -> Option<&str> {
    let (_, behind) = page.split_once(BEGINS)?;
    behind.split_once(ENDS).map(|(pack, _)| pack)
}

/// The page as a file to keep.
pub(in crate::ui) async fn file(
    State(ui): State<Ui>,
    _visitor: Visitor,
    Path(reference): Path<String>,
) -> Result<Response, Halt> {
    let pack = made(&ui.api, &reference).await?;
    let name = format!("attachment; filename=\"{}-evidence.html\"", pack.about);
    Ok(([(header::CONTENT_DISPOSITION, name)], Html(page(&pack))).into_response())
}

#[cfg(test)]
mod tests {
    use countersign_ledger::leaf::Leaf;
    use countersign_ledger::pack::{Entry, PACK_VERSION};
    use countersign_ledger::text::{TextLine, reference};
    use serde_json::json;

    use super::*;

    const OWNER: &str = "01890000-0000-7000-8000-000000000001";

    /// Somebody's record and what they said, in words that would be markup.
    fn pack(said: &str) -> Pack {
        let (name, reason) =
            (TextLine::new(&[1; 32], "Ada <Owner>"), TextLine::new(&[2; 32], said));
        let leaf = |position: u64, subject: &str, name: &str, body| {
            let leaf = Leaf {
                subject: subject.to_owned(),
                sequence: 1,
                name: name.to_owned(),
                at: "2026-11-30T08:15:00Z".to_owned(),
                actor: format!("person:{OWNER}"),
                policy: "sha256:0".to_owned(),
                cause: None,
                authority: None,
                body,
            };
            let leaf = String::from_utf8(leaf.bytes().unwrap()).unwrap();
            Entry { position, leaf, path: Vec::new() }
        };
        let appointed = json!({ "name": reference(name.digest), "seats": ["business"] });
        let signed = json!({ "person": OWNER, "seat": "business", "at": "2026-11-30T08:15:00Z" });
        let rejected = json!({ "ending": {
            "how": "rejected", "signed": signed, "reason": reference(reason.digest),
        }});
        Pack {
            version: PACK_VERSION,
            about: "EX-1".to_owned(),
            whole: vec!["exception:a".to_owned()],
            made_at: "2026-12-01T10:00:00Z".to_owned(),
            made_by: "countersign 0".to_owned(),
            checkpoint: "signed".to_owned(),
            verifier: "key".to_owned(),
            entries: vec![
                leaf(3, &format!("person:{OWNER}"), "person.appointed.2", appointed),
                leaf(9, "exception:a", "exception.ended.1", rejected),
            ],
            texts: vec![name, reason],
        }
    }

    #[test]
    fn a_page_says_who_did_what_and_holds_its_pack() {
        let pack = pack("not until </script> the \"audit\" & <b>its</b> findings are closed");
        let page = page(&pack);
        assert_eq!(Pack::parse(within(&page).unwrap().as_bytes()).unwrap(), pack);
        assert!(page.contains("Ada &#60;Owner&#62; did not accept the risk"), "{page}");
        assert!(page.contains("30 November 2026, 08:15 UTC"), "{page}");
        assert!(!page.contains("<b>its"), "{page}");
        assert_eq!(page.matches("</script>").count(), 1);
        assert_eq!(page, super::page(&pack), "the same pack gives the same page");
    }

    #[test]
    fn words_that_were_erased_are_said_to_be() {
        let mut pack = pack("because");
        pack.texts.clear();
        let page = page(&pack);
        assert!(page.contains("this text was erased"), "{page}");
        assert!(page.contains("somebody whose name was erased"), "{page}");
    }

    #[test]
    fn a_file_without_a_pack_has_none() {
        assert_eq!(within("<!DOCTYPE html><title>EX-1</title>"), None);
    }
}
