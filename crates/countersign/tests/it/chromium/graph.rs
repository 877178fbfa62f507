//! The graph in a browser: axe-core finds nothing on its pages, and the picture is walked by the
//! keyboard alone: from box to box, and into a box of many.

use thirtyfour::prelude::*;

use super::hospital::PICTURE;
use super::{Chromium, DESKTOP};
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

/// Somebody with 500 rights in five systems through two roles.
fn many() -> Sandbox {
    let mut nodes = String::from(
        "id,kind,name,system,tags\n\
         hall,system,Hall,hall,\n\
         hall/account/porter,account,Porter,hall,\n\
         hall/role/day,role,Day shift,hall,\n\
         hall/role/night,role,Night shift,hall,\n",
    );
    let mut edges = String::from(
        "source,kind,target\n\
         hall/account/porter,member_of,hall/role/day\n\
         hall/role/day,member_of,hall/role/night\n",
    );
    for n in 0..500 {
        let role = if n % 2 == 0 { "day" } else { "night" };
        nodes.push_str(&format!("hall/ent/{n},entitlement,Door {n},hall,\n"));
        edges.push_str(&format!("hall/role/{role},grants,hall/ent/{n}\n"));
    }
    Sandbox::of_csv(&nodes, &edges)
}

/// Presses a key where the focus is.
async fn pressed(browser: &Chromium, key: Key) {
    let at = browser.web().active_element().await.expect("a focus");
    at.send_keys(key + "").await.expect("a key");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_graph_is_sound_and_walked_by_the_keyboard_alone() {
    let sandbox = many();
    let place = Place::new(Keep::Sqlite).await.expect("a place");
    let lab = Lab::start(place, &sandbox.system("hall", &[], ""), business()).await;
    lab.sync("hall").await;
    let Some(browser) = Chromium::start(&lab, DESKTOP).await else { return lab.end().await };
    browser.sign_in(&lab, "auditor").await;
    browser.open("/graph").await;
    browser.type_into("#q", "porter").await;
    browser.is_sound("the search", DESKTOP).await;
    browser.type_into("#q", &format!("porter{}", Key::Enter.value())).await;
    browser.click("Porter").await;
    browser.until_text("h1", "What Porter can reach").await;
    browser.is_sound("502 things", PICTURE).await;
    browser.picture("graph-large").await;
    browser.on(DESKTOP).await;

    // Past the box of the start and those of the roles, to the box of all doors.
    let focus = "document.querySelector('.figs').focus(); return document.activeElement.className;";
    assert_eq!(browser.run(focus).await, "figs");
    for label in ["Porter account", "Day shift role", "Night shift role", "500 entitlements"] {
        pressed(&browser, Key::Tab).await;
        let at = browser.run("return document.activeElement.textContent.trim();").await;
        assert!(at.as_str().is_some_and(|at| at.starts_with(label)), "{label}: {at}");
    }
    let width = "return getComputedStyle(document.activeElement.querySelector('.box:last-of-type')).strokeWidth;";
    assert_eq!(browser.run(width).await, "3px", "the focus is seen");
    pressed(&browser, Key::Enter).await;
    browser.until_text("#each", "Door 10").await;
    browser.is_sound("an opened box", DESKTOP).await;
    for path in [
        "/graph/who-can?id=hall/ent/1",
        "/graph/access?id=hall/account/porter",
        "/graph/path?from=porter&to=hall/ent/1",
        "/graph/path?from=porter&to=door",
    ] {
        browser.open(path).await;
        browser.is_sound(path, DESKTOP).await;
    }
    browser.end().await;
    lab.end().await;
}
