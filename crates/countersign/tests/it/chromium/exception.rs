//! The story of an exception in the browser: asked for by its owner, decided on the plain page,
//! confirmed by the control seat, in force once its control was read, vetoed, answered, at its end.
//! axe-core looks at every page on the way.

use jiff::SignedDuration;
use serde_json::json;

use super::{Chromium, DESKTOP, PHONE, Screen};
use crate::lab::Lab;
use crate::web::shop;

const WHY: &str = "the till needs both until the new one is there";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exception_is_followed_to_its_end_on_a_desktop() {
    tell(DESKTOP).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exception_is_followed_to_its_end_on_a_phone_in_the_dark() {
    tell(PHONE).await;
}

async fn tell(screen: Screen) {
    let (lab, _sandbox) = shop().await;
    let Some(browser) = Chromium::start(&lab, screen).await else { return lab.end().await };
    let owner = json!({ "owner": lab.id("owner") });
    lab.post("security", "/findings/FN-1/assign", owner).await.ok();

    browser.sign_in(&lab, "owner").await;
    browser.open("/findings/FN-1").await;
    browser.click("Ask for an exception").await;
    ask(&lab, &browser).await;
    browser.is_sound("the form of an exception", screen).await;
    picture(&browser, "exception-form", screen).await;
    browser.click("Ask for the exception").await;
    browser.until_text("main", "Waits for you").await;
    browser.is_sound("an exception in review", screen).await;

    browser.open("/exceptions/EX-1/decide").await;
    browser.is_sound("the page of the owner", screen).await;
    picture(&browser, "exception-guest", screen).await;
    browser.click_first("Accept until").await;
    browser.until_text("main", "You accepted it on").await;

    browser.sign_in(&lab, "control").await;
    browser.open("/exceptions/EX-1").await;
    browser.type_into("#confirm-words", "the account is locked, seen in the shop today").await;
    browser.press("#do-confirm button[type=submit]").await;
    lab.until("it is in force", async || {
        let case = lab.get("auditor", "/exceptions/EX-1").await.ok();
        (case["status"] == "active").then_some(())
    })
    .await;
    browser.open("/exceptions/EX-1").await;
    browser.until_text("main", "In force").await;
    browser.is_sound("an exception in force", screen).await;
    picture(&browser, "exception-active", screen).await;
    browser.open("/exceptions").await;
    browser.until_text("main", "EX-1").await;
    browser.is_sound("the register", screen).await;
    picture(&browser, "exception-register", screen).await;

    browser.sign_in(&lab, "security").await;
    browser.open("/exceptions/EX-1#do-veto").await;
    browser.click_in("#do-veto", "Write it down").await;
    browser.type_into("#veto-words", "the role could be split in two today").await;
    browser.press("#do-veto button[type=submit]").await;
    browser.until_text("main", "the role could be split in two today").await;
    browser.is_sound("a vetoed exception", screen).await;
    browser.sign_in(&lab, "owner").await;
    browser.open("/exceptions/EX-1/decide").await;
    browser.type_into("#answer-words", "the split breaks the till until spring").await;
    browser.click("Send my answer").await;
    browser.until_text("main", "must put it back in force").await;
    browser.sign_in(&lab, "control").await;
    browser.open("/exceptions/EX-1").await;
    browser.until_text("main", "the split breaks the till until spring").await;
    browser.type_into("#resume-words", "nothing was changed in the shop meanwhile").await;
    browser.press("#do-resume button[type=submit]").await;
    browser.until_text("main", "In force").await;

    // The end comes by the clock, and the finding is open with its old date.
    lab.turn(SignedDuration::from_hours(24 * 6)).await;
    browser.sign_in(&lab, "owner").await;
    browser.open("/exceptions/EX-1").await;
    browser.until_text("main", "Ended on its date").await;
    picture(&browser, "exception-expired", screen).await;
    browser.open("/findings/FN-1").await;
    browser.until_text("main", "Olga Owner").await;
    browser.is_sound("a finding whose exception has ended", screen).await;
    browser.end().await;
    lab.end().await;
}

/// Fills the form in as somebody does who knows what to say.
async fn ask(lab: &Lab, browser: &Chromium) {
    for field in ["#need", "#not_removable", "#would_change"] {
        browser.type_into(field, WHY).await;
    }
    browser.choose("#owner", "Olga Owner").await;
    browser.press("input[name=use][value=continuous]").await;
    browser.type_into("#what-1", "the clerk's account is locked in the shop").await;
    browser.choose("#test-1", "cannot sign in, in shop").await;
    browser.choose("#control_owner-1", "Carla Control").await;
    browser.type_into("#every_hours-1", "24").await;
    browser.type_into("#max_age_hours-1", "48").await;
    let last = lab.server_clock().now() + SignedDuration::from_hours(24 * 5);
    browser.set("#until", &last.strftime("%F").to_string()).await;
    browser.type_into("#review_days", "7").await;
}

async fn picture(browser: &Chromium, name: &str, screen: Screen) {
    browser.picture(&format!("{name}-{}", screen.width)).await;
}
