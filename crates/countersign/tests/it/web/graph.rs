//! The graph as pages over HTTP: found by name without scripts, drawn with a link for each box and the
//! same as a list; from a finding to it and back.

use super::browser::Browser;
use super::{alone, shop};

const CLERK: &str = "shop%2Faccount%2Fclerk";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_is_found_by_name_drawn_and_leads_to_its_findings_and_back() {
    let (lab, _sandbox) = shop().await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let start = auditor.get("/graph").await;
    assert!(start.text.contains("<h1>Who can reach what</h1>"), "{}", start.text);
    assert!(start.text.contains("1 account</li>") || start.text.contains("accounts</li>"));
    let found = auditor.get("/graph?q=clerk").await;
    let blast = format!("/graph/blast?id={CLERK}");
    assert!(found.text.contains(&format!("href=\"{blast}\"")), "{}", found.text);
    assert!(found.text.contains("Clerk &#60;b&#62;One"), "names are text: {}", found.text);
    let seen = auditor.get(&blast).await;
    assert_eq!(seen.status, 200);
    let (figure, list) = seen.text.split_once("id=\"list\"").expect("a picture and a list");
    for goal in ["shop%2Frole%2Fsuppliers", "shop%2Frole%2Fpayments", "shop%2Fent%2Fvendor"] {
        let link = format!("href=\"/graph/blast?id={goal}\"");
        assert!(figure.contains(&link) && list.contains(&link), "{goal}: {}", seen.text);
    }
    assert!(seen.text.contains("href=\"/findings/FN-1\""), "{}", seen.text);
    let finding = auditor.get("/findings/FN-1").await;
    assert!(finding.text.contains(&format!("href=\"{blast}\"")), "{}", finding.text);
    let who = auditor.get("/graph/who-can?id=shop/ent/vendor").await;
    assert!(who.text.contains(&format!("href=\"{blast}\"")), "{}", who.text);
    let access = auditor.get(&format!("/graph/access?id={CLERK}")).await;
    assert!(access.text.contains("2 entitlements, each"), "{}", access.text);
    assert!(access.text.contains("shop/role/suppliers,grants,shop/ent/vendor"), "who says so");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_path_is_asked_for_by_names_and_what_fits_several_is_asked_back() {
    let (lab, _sandbox) = shop().await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let path = auditor.get("/graph/path?from=clerk&to=create+vendors").await;
    assert!(path.text.contains("The shortest way has 2 steps."), "{}", path.text);
    assert!(path.text.contains("reaches Create vendors</h1>"), "{}", path.text);
    let back = auditor.get("/graph/path?from=shop/ent/vendor&to=clerk").await;
    assert!(back.text.contains("There is no way, as far as was read."), "{}", back.text);
    let several = auditor.get("/graph/path?from=clerk&to=payments").await;
    assert!(several.text.contains("Where does it lead?"), "{}", several.text);
    let none = auditor.get("/graph/path?from=clerk&to=nobody").await;
    assert!(none.text.contains("Nothing is called nobody."), "{}", none.text);
    let empty = auditor.get("/graph/path").await;
    assert!(empty.text.contains("<h1>Paths between two</h1>"), "{}", empty.text);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_knows_is_said_so_and_nobody_looks_without_signing_in() {
    let lab = alone().await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let empty = auditor.get("/graph").await;
    assert!(empty.text.contains("Nothing is known yet"), "{}", empty.text);
    for page in ["blast", "who-can", "access"] {
        let seen = auditor.get(&format!("/graph/{page}?id=a/b:c")).await;
        assert_eq!(seen.status, 404, "{page}");
        assert!(seen.text.contains("a/b:c"), "{}", seen.text);
        assert_eq!(auditor.get(&format!("/graph/{page}")).await.status, 422, "{page}");
    }
    let mut nobody = Browser::new(&lab);
    let sent = nobody.get("/graph/blast?id=a").await;
    assert_eq!(sent.status, 303);
    assert!(sent.leads_to().starts_with("/sign-in?next=/graph/blast"), "{}", sent.leads_to());
    lab.end().await;
}
