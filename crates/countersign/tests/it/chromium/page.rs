//! Every page in both themes and at both widths: axe-core finds nothing, nothing is wider than the
//! screen, and nothing that the policy of the page forbids is tried.

use super::{Chromium, DESKTOP, SCREENS};
use crate::web::{provider, shop};

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
        "/outside/FN-1",
        "/people",
        "/accountability",
        "/ledger",
        "/ledger/0",
        "/systems",
        "/systems/shop",
        "/nowhere",
    ] {
        browser.open(path).await;
        browser.is_sound(path, DESKTOP).await;
    }
    for (name, path) in
        [("outside", "/outside/FN-1"), ("accountability", "/accountability"), ("people", "/people")]
    {
        browser.open(path).await;
        for screen in SCREENS {
            browser.on(screen).await;
            browser.picture(&format!("{name}-{}-{}", screen.width, screen.dark)).await;
        }
    }
    browser.end().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_signs_in_by_the_provider_and_out_again_with_the_mouse() {
    let Some((lab, op)) = provider::clinic("mouse", "").await else { return };
    let Some(browser) = Chromium::start(&lab, DESKTOP).await else { return lab.end().await };
    for appointed in [false, true] {
        if appointed {
            provider::known_by(&lab, "owner", "Olga Owner", "olga@example.com").await;
        }
        browser.open("/sign-in?next=/findings").await;
        browser.is_sound("sign-in by a provider", DESKTOP).await;
        for screen in SCREENS {
            browser.on(screen).await;
            browser.picture(&format!("sign-in-{}-{}", screen.width, screen.dark)).await;
        }
        browser.on(DESKTOP).await;
        browser.press("a.btn.main").await;
        if appointed {
            browser.until_text("h1", "Findings").await;
            continue;
        }
        browser.until_text("h1", "Show who you are").await;
        browser.type_into("input[name=who]", "s-1").await;
        browser.press("button").await;
        browser.until_text("h1", "Nobody appointed you").await;
        browser.is_sound("nobody appointed you", DESKTOP).await;
        browser.picture("unknown-1440").await;
    }
    browser.press("form[action='/sign-out'] button").await;
    browser.until_text("main", "You are signed out here").await;
    browser.is_sound("signed out", DESKTOP).await;
    browser.picture("signed-out-1440").await;
    browser.end().await;
    lab.end().await;
    drop(op);
}
