//! The pages of the demo, as somebody sees them who has just cloned the project. Also takes the pictures
//! of the README anew: `COUNTERSIGN_TEST_PICTURES=$PWD/docs/picture cargo xtask test -E 'test(hospital)'`.

use super::{Chromium, DESKTOP, Screen};
use crate::started::Started;

/// As wide as the pictures are.
pub(super) const PICTURE: Screen = Screen { width: 1200, dark: false };

/// The sign-in link of somebody in what the demo said.
fn link<'a>(said: &'a str, who: &str) -> &'a str {
    let from = said.split(who).nth(1).expect("somebody of this name");
    let path = from.split("/sign-in/link/").nth(1).expect("a link");
    path.split_whitespace().next().expect("its secret")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_the_hospital_are_sound_and_have_their_pictures_taken() {
    let Some(browser) = Chromium::without_server(DESKTOP).await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let words = ["demo", "--data", "data", "--listen", "127.0.0.1:0"];
    let mut demo = Started::new(folder.path(), &words, &[]);
    let said = demo.until_said("One token for each person");
    let line = said.lines().find(|line| line.starts_with("Running at")).expect("an address");
    let base = line.split_whitespace().nth(2).expect("an address").to_owned();
    let browser = Chromium { base, ..browser };
    let of = |title: &'static str| format!("//a[contains(@class, 't')][contains(., '{title}')]");

    browser.open(&format!("/sign-in/link/{}", link(&said, "Annelies Kuipers"))).await;
    browser.click("Sign in").await;
    browser.until_text("h1", "My work").await;
    browser.is_sound("the work of an owner", DESKTOP).await;
    browser.press_at(thirtyfour::By::XPath("//tr[contains(., 'Decide')]//a"), "Decide").await;
    browser.until_text("h1", "Do you accept this risk").await;
    browser.is_sound("the page of an owner", DESKTOP).await;
    browser.on(PICTURE).await;
    browser.picture("decision").await;

    browser.on(DESKTOP).await;
    browser.open("/findings").await;
    browser.is_sound("the findings of a hospital", DESKTOP).await;
    let title = of("Enters invoices and runs payments");
    browser.press_at(thirtyfour::By::XPath(&title), "a finding").await;
    browser.until_text("#path", "root cause").await;
    browser.is_sound("a finding of a hospital", DESKTOP).await;
    browser.on(PICTURE).await;
    browser.picture("finding").await;

    browser.on(DESKTOP).await;
    browser.open("/exceptions").await;
    browser.is_sound("the register of a hospital", DESKTOP).await;
    browser.open("/exceptions?status=active").await;
    browser.press("main table a.t").await;
    browser.until_text("#signatures", "Signed").await;
    browser.is_sound("an exception of a hospital", DESKTOP).await;
    browser.on(PICTURE).await;
    browser.picture("exception").await;

    browser.on(DESKTOP).await;
    for (name, id) in [
        ("graph-small", "sandbox/records/account/ai-triage-assistant"),
        ("graph-medium", "duinvoort/person/1600"),
    ] {
        browser.open(&format!("/graph/blast?id={id}")).await;
        browser.until_text("h1", "can reach").await;
        browser.is_sound(id, PICTURE).await;
        browser.picture(name).await;
    }
    browser.on(DESKTOP).await;
    for path in ["/ledger/40", "/systems", "/systems/erp"] {
        browser.open(path).await;
        browser.is_sound(path, DESKTOP).await;
    }
    browser.end().await;
    demo.kill();
}
