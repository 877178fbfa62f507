//! The driver of the browser as a process of the test's own, on a port that it chooses itself.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use thirtyfour::prelude::*;

/// A running driver with a session.
pub(super) struct Driver {
    process: Child,
    web: Option<WebDriver>,
}

impl Driver {
    /// Starts the driver and a browser without a window; none on a laptop that has none.
    pub(super) async fn start() -> Option<Self> {
        let program = variable("COUNTERSIGN_TEST_CHROMEDRIVER")?;
        let mut command = Command::new(program);
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the driver given to the tests starts");
        let port = port(&mut process);
        let mut driver = Self { process, web: None };
        let mut browser = DesiredCapabilities::chrome();
        for flag in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
        ] {
            browser.add_arg(flag).expect("a flag");
        }
        let web = WebDriver::new(format!("http://127.0.0.1:{port}"), browser).await;
        driver.web = Some(web.expect("a browser"));
        Some(driver)
    }

    pub(super) fn web(&self) -> &WebDriver {
        self.web.as_ref().expect("a browser that has not ended")
    }

    pub(super) async fn end(mut self) {
        if let Some(web) = self.web.take() {
            web.quit().await.expect("the browser ends");
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A driver that is gone already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The port that the driver says it listens on.
fn port(process: &mut Child) -> u16 {
    let said = BufReader::new(process.stdout.take().expect("what the driver says"));
    for line in said.lines() {
        let line = line.expect("a line");
        let port = line.strip_prefix("ChromeDriver was started successfully on port ");
        if let Some(port) = port.and_then(|port| port.trim_end_matches('.').parse().ok()) {
            return port;
        }
    }
    panic!("the driver ended without saying on which port it listens");
}

/// What `cargo xtask test` sets; none on a laptop without it, after saying so.
#[expect(clippy::print_stderr, reason = "whoever runs the tests has to know that this one did not")]
pub(super) fn variable(name: &str) -> Option<String> {
    match std::env::var(name) {
        Ok(value) => Some(value),
        Err(_) if std::env::var("CI").is_ok_and(|it| it == "true") => {
            panic!("`{name}` is not set: `cargo xtask test` sets it")
        }
        Err(_) => {
            eprintln!("not run in a browser: `cargo xtask test` sets `{name}`");
            None
        }
    }
}
