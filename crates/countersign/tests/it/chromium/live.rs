//! A page that is left open shows by itself what others do, and leaves alone what is being typed.

use serde_json::json;

use super::{Chromium, DESKTOP};
use crate::web::market::{MARKED, Market};

const TYPED: &str = "half a sentence that nobody must lo";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_shows_by_itself_what_others_did_and_leaves_what_is_typed() {
    let market = Market::of(1).await;
    let Some(browser) = Chromium::start(&market.lab, DESKTOP).await else {
        return market.lab.end().await;
    };
    let exception = market.ask("FN-1", MARKED).await;
    browser.sign_in(&market.lab, "control").await;
    browser.open(&format!("/exceptions/{exception}")).await;
    browser.until_text("#head", "In review").await;
    browser.type_into("#confirm-words", TYPED).await;
    browser.run("window.isTheSamePage = true;").await;
    market.verb("owner", &exception, "accept", "").await;
    browser.until_text("#changed", "accepted the risk for the business").await;
    browser.until_text("#signatures", "Olga Owner").await;
    market.verb("security", &exception, "veto", "it could be split today").await;
    browser.until_text("#head", "Vetoed").await;
    browser.until_text("#changed", "accepted the risk for the business").await;
    let kept = browser.run("return document.querySelector('#confirm-words').value;").await;
    assert_eq!(kept, json!(TYPED));
    assert_eq!(browser.run("return window.isTheSamePage;").await, json!(true));
    browser.is_sound("a page that has changed by itself", DESKTOP).await;

    // Sent now, it is told what it did not know of when it was opened.
    browser.press("#do-confirm button[type=submit]").await;
    browser.until_text("main", "Somebody else changed this while you were looking").await;
    let kept = browser.run("return document.querySelector('#confirm-words').value;").await;
    assert_eq!(kept, json!(TYPED));

    browser.open("/findings/FN-1").await;
    let dispute = json!({ "reason": "two people look at each payment" });
    market.lab.post("operations", "/findings/FN-1/dispute", dispute).await.ok();
    browser.until_text("#head", "Disputed").await;
    browser.until_text("#history", "two people look at each payment").await;

    // What takes a while is loaded into a page that is there at once.
    browser.open("/graph/clear?finding=FN-1").await;
    browser.until_text("#answer", "clears it by itself").await;
    browser.press("#answer td a").await;
    browser.until_text("#answer", "This would clear").await;
    browser.is_sound("an answer that was loaded", DESKTOP).await;

    // Whoever is signed out meanwhile is told so, and what they type stays.
    browser.open("/findings/FN-1").await;
    browser.sign_out().await;
    browser.until_text("#changed", "You are signed out").await;
    browser.end().await;
    market.lab.end().await;
}
