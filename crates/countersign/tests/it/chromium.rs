//! The pages in a real browser: Chromium under the strict policy that the server sends, at desktop and
//! phone width, light and dark. Both stories are walked by clicking and typing, and axe-core looks at
//! every page on the way. What the pages answer to forged requests is tested over HTTP, in `web`.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod driver;
mod exception;
mod finding;
mod graph;
mod hospital;
mod live;
mod page;
mod policy;
mod review;
mod sample;
mod state;

use std::path::PathBuf;
use std::time::Duration;

use countersign_server::auth::link;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::lab::{Lab, wait_for};
use driver::Driver;

/// A width and a theme.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: u32,
    pub(crate) dark: bool,
}

/// Those on which every page is looked at.
pub(crate) const SCREENS: [Screen; 4] = [
    Screen { width: 1440, dark: false },
    Screen { width: 1440, dark: true },
    Screen { width: 390, dark: false },
    Screen { width: 390, dark: true },
];

pub(crate) const DESKTOP: Screen = SCREENS[0];
pub(crate) const PHONE: Screen = SCREENS[3];

/// Longest time for the browser to show what a click leads to.
const SHOWN_MAX: Duration = Duration::from_secs(15);

/// What of WCAG and best practice axe-core looks for.
const LOOKED_FOR: &str = r#"{"type":"tag","values":["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]}"#;

/// A browser with one window.
pub(crate) struct Chromium {
    driver: Driver,
    axe: String,
    base: String,
}

impl Chromium {
    /// A browser that looks at a server; none on a laptop without one.
    pub(crate) async fn start(lab: &Lab, screen: Screen) -> Option<Self> {
        let browser = Self::without_server(screen).await?;
        Some(Self { base: base(lab), ..browser })
    }

    /// A browser that looks at nothing yet; none on a laptop without one.
    pub(crate) async fn without_server(screen: Screen) -> Option<Self> {
        let driver = Driver::start().await?;
        let axe = PathBuf::from(driver::variable("COUNTERSIGN_TEST_AXE")?);
        let axe = std::fs::read_to_string(axe).expect("the script of axe-core");
        let browser = Self { driver, axe, base: String::new() };
        browser.on(screen).await;
        Some(browser)
    }

    /// The same browser, looking at another server from now on.
    pub(crate) fn at(self, lab: &Lab) -> Self {
        Self { base: base(lab), ..self }
    }

    fn web(&self) -> &WebDriver {
        self.driver.web()
    }

    /// Looks through another screen from now on.
    pub(crate) async fn on(&self, screen: Screen) {
        let phone = screen.width < 600;
        let metrics = json!({
            "width": screen.width, "height": if phone { 844 } else { 900 },
            "deviceScaleFactor": 1, "mobile": phone,
        });
        let theme = if screen.dark { "dark" } else { "light" };
        let media = json!({
            "features": [{ "name": "prefers-color-scheme", "value": theme }],
        });
        let cdp = self.web().cdp();
        cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics).await.expect("a width");
        cdp.send_raw("Emulation.setEmulatedMedia", media).await.expect("a theme");
    }

    /// Opens an address of the server.
    pub(crate) async fn open(&self, path: &str) {
        self.web().goto(format!("{}{path}", self.base)).await.expect("the page is shown");
    }

    /// Signs in as one of the people, by a link that is good once. Looking at it spends nothing.
    pub(crate) async fn sign_in(&self, lab: &Lab, who: &str) {
        let person = lab.people.get(who).expect("one of the people");
        let link = link::issue(lab.door(), *person).await.expect("a link");
        self.web().delete_all_cookies().await.expect("signed out");
        self.open(link.expose_secret()).await;
        self.open(link.expose_secret()).await;
        self.click("Sign in").await;
        self.until_text("h1", "My work").await;
    }

    /// Forgets the session, as if it had ended elsewhere.
    pub(crate) async fn sign_out(&self) {
        self.web().delete_all_cookies().await.expect("signed out");
    }

    /// Presses the button, or follows the link, with these words; waits for it first.
    pub(crate) async fn click(&self, words: &str) {
        let at = format!(
            "//main//*[self::button or self::a or self::summary][normalize-space(.)={words:?}]"
        );
        self.press_at(By::XPath(&at), words).await;
    }

    /// The same for the first whose words begin so.
    pub(crate) async fn click_first(&self, words: &str) {
        let at = format!("//main//button[starts-with(normalize-space(.), {words:?})]");
        self.press_at(By::XPath(&at), words).await;
    }

    /// The same within an element.
    pub(crate) async fn click_in(&self, selector: &str, words: &str) {
        let id = selector.trim_start_matches('#');
        let at = format!(
            "//*[@id={id:?}]//*[self::button or self::summary][normalize-space(.)={words:?}]"
        );
        self.press_at(By::XPath(&at), words).await;
    }

    /// Presses what this selects.
    pub(crate) async fn press(&self, selector: &str) {
        self.press_at(By::Css(selector), selector).await;
    }

    async fn press_at(&self, at: By, words: &str) {
        let what = format!("`{words}` can be pressed");
        let found = wait_for(&what, async || self.web().find(at.clone()).await.ok()).await;
        found.scroll_into_view().await.expect("in sight");
        found.click().await.unwrap_or_else(|why| panic!("{words}: {why}"));
    }

    /// Sets a field that a browser lets nobody type into alike everywhere: a date.
    pub(crate) async fn set(&self, selector: &str, value: &str) {
        let field = self.find(selector).await;
        let set = "arguments[0].value = arguments[1];";
        let arguments = vec![field.to_json().expect("a field"), json!(value)];
        self.web().execute(set, arguments).await.expect("set");
    }

    /// The element with this id or selector, once it is there.
    pub(crate) async fn find(&self, selector: &str) -> WebElement {
        let what = format!("`{selector}` is shown");
        wait_for(&what, async || self.web().find(By::Css(selector)).await.ok()).await
    }

    /// Types into a field.
    pub(crate) async fn type_into(&self, selector: &str, words: &str) {
        let field = self.find(selector).await;
        field.clear().await.expect("an empty field");
        field.send_keys(words).await.expect("typed");
    }

    /// Chooses an option by words that are in it.
    pub(crate) async fn choose(&self, selector: &str, words: &str) {
        let at = format!("{selector} option");
        for option in self.web().find_all(By::Css(&at)).await.expect("options") {
            if option.text().await.expect("words").contains(words) {
                option.click().await.expect("chosen");
                return;
            }
        }
        panic!("no option `{words}` in `{selector}`");
    }

    /// Waits until an element says something.
    pub(crate) async fn until_text(&self, selector: &str, words: &str) {
        let looking = async {
            loop {
                let text = self.text(selector).await;
                if text.as_ref().is_some_and(|text| text.contains(words)) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        };
        if tokio::time::timeout(SHOWN_MAX, looking).await.is_err() {
            panic!("`{selector}` does not say `{words}`: {:?}", self.text(selector).await);
        }
    }

    /// What an element says, if it is there.
    pub(crate) async fn text(&self, selector: &str) -> Option<String> {
        let found = self.web().find(By::Css(selector)).await.ok()?;
        found.text().await.ok()
    }

    /// Has axe-core look at the page, on every screen, and sees that nothing is wider than it.
    pub(crate) async fn is_sound(&self, name: &str, then: Screen) {
        for screen in SCREENS {
            self.on(screen).await;
            // The bar of a phone lies over whatever the page was scrolled to.
            self.run("window.scrollTo(0, 0); return 0;").await;
            let wide = "return document.documentElement.scrollWidth - window.innerWidth;";
            let wide = self.run(wide).await;
            assert!(wide.as_i64().unwrap_or(1) <= 0, "{name} {screen:?}: {wide} pixels too wide");
            let complaints = self.axe().await;
            assert_eq!(complaints, json!([]), "{name} {screen:?}: {complaints:#}");
        }
        self.on(then).await;
    }

    async fn axe(&self) -> Value {
        if self.run("return typeof axe;").await == "undefined" {
            self.web().execute(self.axe.as_str(), Vec::new()).await.expect("axe-core is there");
        }
        let look = format!(
            "const done = arguments[arguments.length - 1];
             axe.run(document, {{ runOnly: {LOOKED_FOR} }}).then(
               (it) => done(it.violations.map((v) => ({{
                 id: v.id, help: v.help, nodes: v.nodes.slice(0, 5).map((n) => n.html),
               }}))), (why) => done([{{ id: String(why) }}]));"
        );
        let said = self.web().execute_async(look, Vec::new()).await.expect("axe-core answers");
        said.json().clone()
    }

    async fn run(&self, script: &str) -> Value {
        self.web().execute(script, Vec::new()).await.expect("the script runs").json().clone()
    }

    /// Keeps a picture where `COUNTERSIGN_TEST_PICTURES` names a folder, for people to look at.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("COUNTERSIGN_TEST_PICTURES") else { return };
        let path = PathBuf::from(folder).join(format!("{name}.png"));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        self.web().screenshot(&path).await.expect("a picture");
    }

    /// Ends the browser.
    pub(crate) async fn end(self) {
        self.driver.end().await;
    }
}

fn base(lab: &Lab) -> String {
    format!("http://{}", lab.running().address)
}
