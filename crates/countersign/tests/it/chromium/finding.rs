//! The story of a finding in the browser: found, owned, chosen, ordered, read back, fixed.

use super::{Chromium, DESKTOP, PHONE, Screen};
use crate::web::shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_is_followed_to_its_proven_end_on_a_desktop() {
    tell(DESKTOP).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_is_followed_to_its_proven_end_on_a_phone_in_the_dark() {
    tell(PHONE).await;
}

async fn tell(screen: Screen) {
    let (lab, sandbox) = shop().await;
    let Some(browser) = Chromium::start(&lab, screen).await else { return lab.end().await };

    browser.sign_in(&lab, "security").await;
    browser.open("/findings").await;
    browser.open("/findings/FN-1").await;
    browser.choose("#owner", "Olga Owner").await;
    browser.click("Put this person behind it").await;
    browser.until_text(".note.ok", "put Olga Owner behind it").await;
    browser.picture(&format!("finding-{}", screen.width)).await;

    // Somebody objects, in words that are shown as words; who answers for the rule does not agree.
    browser.sign_in(&lab, "operations").await;
    browser.open("/findings/FN-1").await;
    browser.click("Write why").await;
    browser.type_into("#dispute-reason", "two people look <script>x()</script> at each").await;
    browser.click("Send it to the owner of the rule").await;
    browser.until_text("main", "two people look <script>x()</script> at each").await;
    browser.sign_in(&lab, "security").await;
    browser.open("/findings/FN-1").await;
    let toxic = browser.find("input[name=answer][value=toxic]").await;
    toxic.scroll_into_view().await.expect("in sight");
    toxic.click().await.expect("chosen");
    browser.type_into("#settle-reason", "nobody was shown to look at them").await;
    browser.click("Sign for the rule").await;
    browser.until_text(".note.ok", "toxic all the same").await;

    browser.sign_in(&lab, "owner").await;
    browser.open("/findings/FN-1").await;
    let fix = browser.find("input[name=fix]").await;
    fix.scroll_into_view().await.expect("in sight");
    fix.click().await.expect("chosen");
    browser.click("Sign as owner: this change").await;
    browser.until_text(".note.ok", "chose a fix").await;

    browser.sign_in(&lab, "control").await;
    browser.open("/findings/FN-1").await;
    browser.click("See exactly what runs, then order it").await;
    browser.until_text("h1", "Exactly this runs in shop").await;
    browser.click("Order it in shop").await;
    // The page looks again by itself until the system was read back.
    browser.until_text("main", "Fixed and read back").await;
    let edges = sandbox.json().to_string();
    assert!(edges.contains("shop/role/suppliers"), "{edges}");
    browser.picture(&format!("finding-fixed-{}", screen.width)).await;
    browser.end().await;
    lab.end().await;
}
