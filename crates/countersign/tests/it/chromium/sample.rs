//! Every page in every state that its snapshots keep, in a real browser: what stands between the bars is
//! put into a page that the server sent, and looked at on every screen.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Chromium, DESKTOP, SCREENS};
use crate::web::alone;

/// Name and `main` of each page, in order of name.
fn samples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src/ui/snapshots");
    let entries = fs::read_dir(&folder).expect("the snapshots of the pages");
    let mut files: Vec<PathBuf> = entries.map(|it| it.expect("a snapshot").path()).collect();
    files.sort();
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("a snapshot");
        let (_, main) = text.split_once("<main").expect("a page");
        let (main, _) = main.split_once("</main>").expect("a whole page");
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (name, format!("<main{main}</main>"))
    };
    files.into_iter().map(read).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_on_any_sample() {
    let samples = samples();
    assert!(samples.len() > 50, "{} samples", samples.len());
    let lab = alone().await;
    let Some(browser) = Chromium::start(&lab, DESKTOP).await else { return lab.end().await };
    let (before, after): (Vec<_>, Vec<_>) =
        samples.into_iter().partition(|(name, _)| name.starts_with("sign-in"));
    browser.open("/sign-in").await;
    for sample in before {
        browser.shows(&sample).await;
    }
    browser.sign_in(&lab, "security").await;
    for sample in after {
        browser.shows(&sample).await;
    }
    browser.end().await;
    lab.end().await;
}

impl Chromium {
    async fn shows(&self, (name, main): &(String, String)) {
        let put = "document.getElementById('main').outerHTML = arguments[0];";
        self.web().execute(put, vec![json!(main)]).await.expect("shown");
        self.is_sound(name, DESKTOP).await;
        for screen in SCREENS {
            self.on(screen).await;
            let theme = if screen.dark { "dark" } else { "light" };
            self.picture(&format!("sample/{name}-{}-{theme}", screen.width)).await;
        }
    }
}
