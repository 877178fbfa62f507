use super::browser::Browser;
use super::market::{MARKED, Market, SHOWN};

/// Ids as an attacker would have a system name its accounts.
const FORMULAS: [&str; 4] = ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn markup_in_what_people_and_systems_say_is_text_on_every_page_that_shows_it() {
    let market = Market::of(2).await;
    let mut owner = Browser::signed_in(&market.lab, "owner").await;
    let exception = market.in_force("FN-1", MARKED).await;
    market.verb("security", &exception, "veto", MARKED).await;
    market.verb("owner", &exception, "answer", MARKED).await;
    market.verb("control", &exception, "resume", MARKED).await;
    market.verb("owner", &exception, "revoke", MARKED).await;
    let second = market.ask("FN-2", MARKED).await;
    market.verb("owner", &second, "reject", MARKED).await;
    let dispute = serde_json::json!({ "reason": MARKED });
    market.lab.post("control", "/findings/FN-2/dispute", dispute.clone()).await.ok();
    market.lab.post("security", "/findings/FN-2/settle", dispute).await.ok();
    market.lab.sealed().await;
    let person = serde_json::json!({ "name": MARKED, "seats": ["business", "control"] });
    market.lab.post("security", "/people", person).await.ok();

    let page = format!("/exceptions/{exception}");
    let decide = format!("/exceptions/{second}/decide");
    // Who was appointed can own, carry and have asked for an exception.
    for (path, at_least) in [
        (page.as_str(), 9),
        (&format!("{page}/decide"), 4),
        (&decide, 4),
        ("/findings/FN-2", 2),
        ("/findings/FN-2/except", 3),
    ] {
        let seen = owner.get(path).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.text);
        let count = seen.text.matches(SHOWN).count();
        assert!(count >= at_least, "{path}: {count}: {}", seen.text);
    }
    for path in [
        "/",
        "/findings",
        "/findings/FN-1",
        "/exceptions",
        &page,
        &format!("/exceptions/{second}"),
        "/ledger",
        "/systems",
        "/systems/shop",
    ] {
        let seen = owner.get(path).await;
        assert!(!seen.text.contains("<b>until") && !seen.text.contains("<i>shop"), "{path}");
    }
    // A filter that somebody was sent in a link.
    let asked =
        "/exceptions?finding=%3Cscript%3Ex()%3C/script%3E&rule=%3Cscript%3Ex()%3C/script%3E";
    let seen = owner.get(asked).await;
    assert!(!seen.text.contains("<script>x()"), "{}", seen.text);
    assert!(seen.text.contains("&#60;script&#62;x()"), "{}", seen.text);
    let mut nobody = Browser::new(&market.lab);
    let name = "<script>x()</script>";
    let seen = nobody.post("/sign-in", &[("name", name), ("password", "wrong")]).await;
    assert_eq!(seen.status, 401, "{}", seen.text);
    assert!(!seen.text.contains(name) && seen.text.contains("&#60;script&#62;x()"));
    market.lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_on_a_page_is_had_as_a_file_with_the_same_filter_in_cells_that_no_spreadsheet_runs()
{
    let market = Market::with(&FORMULAS).await;
    let mut auditor = Browser::signed_in(&market.lab, "auditor").await;
    market.is_emptied_of("FN-1").await;
    let list = auditor.get("/findings").await;
    assert!(list.text.contains("FN-2") && !list.text.contains("FN-1<"), "not ended");
    assert!(list.text.contains("1 has ended and is not shown"), "{}", list.text);
    assert!(list.text.contains("href=\"/findings.csv\""), "{}", list.text);
    let ended = auditor.get("/findings?status=gone&severity=critical").await;
    assert!(ended.text.contains("FN-1") && !ended.text.contains("FN-2"), "{}", ended.text);
    assert!(ended.text.contains("/findings.csv?status=gone"), "{}", ended.text);

    for (query, rows) in [("", 3), ("?status=all", 4), ("?status=gone", 1), ("?owner=me", 0)] {
        let file = auditor.get(&format!("/findings.csv{query}")).await;
        assert_eq!(file.status, 200, "{}", file.text);
        let kept = file.headers["content-disposition"].to_str().unwrap_or_default();
        assert_eq!(kept, "attachment; filename=\"findings.csv\"");
        assert_eq!(file.text.lines().count(), rows + 1, "{query}: {}", file.text);
    }
    let all = auditor.get("/findings.csv?status=all").await.text;
    for formula in FORMULAS {
        assert!(all.contains(&format!(",'{formula},")), "{formula}: {all}");
    }
    let bad = auditor.get("/findings.csv?status=odd").await;
    assert_eq!(bad.status, 422, "{}", bad.text);
    let none = auditor.get("/exceptions.csv").await;
    assert!(none.text.starts_with("id,reference,status"), "{}", none.text);
    let mut nobody = Browser::new(&market.lab);
    assert_eq!(nobody.get("/findings.csv").await.status, 303);
    market.lab.end().await;
}
