//! The pages of a review in a browser: sound on every screen, decided by keys, and a picture of each.

use super::{Chromium, DESKTOP, SCREENS};
use crate::web::browser::Browser;
use crate::web::{review, shop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_on_the_pages_of_a_review() {
    let (lab, _sandbox) = shop().await;
    let mut control = Browser::signed_in(&lab, "control").await;
    review::started(&lab, &mut control).await;
    let Some(browser) = Chromium::start(&lab, DESKTOP).await else { return lab.end().await };
    browser.sign_in(&lab, "owner").await;
    for (name, path) in [
        ("list", "/reviews"),
        ("plan", "/reviews/new"),
        ("show", "/reviews/RV-1"),
        ("queue", "/reviews/RV-1/queue"),
        ("item", "/reviews/RV-1/items/1"),
    ] {
        browser.open(path).await;
        browser.is_sound(path, DESKTOP).await;
        for screen in SCREENS {
            browser.on(screen).await;
            browser.picture(&format!("review-{name}-{}-{}", screen.width, screen.dark)).await;
        }
        browser.on(DESKTOP).await;
    }
    browser.press("button[value='revoke']").await;
    browser.until_text("main .state", "Revoke").await;
    browser.end().await;
    lab.end().await;
}
