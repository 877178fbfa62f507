//! A command line that is signed in from a browser: it shows a code, waits, and keeps a token.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use jiff::SignedDuration;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::Desk;
use crate::web::browser::Browser;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_line_keeps_the_token_that_somebody_confirmed_where_only_they_can_read_it() {
    let desk = Desk::open().await;
    let mut browser = Browser::signed_in(&desk.lab, "control").await;
    let file = desk.tokens.path().join("mine");
    let server = format!("http://{}", desk.lab.running().address);
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(["sign-in", "--server", &server, "--name", "a test", "--token-file"]).arg(&file);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let mut says = BufReader::new(child.stderr.take().expect("its errors")).lines();
    let line = says.next_line().await.expect("a line").expect("a line");
    let code = line.rsplit(' ').next().expect("a code").to_owned();
    assert!(line.contains(&format!("open {server}/device and type the code")), "{line}");

    let page = browser.fill("/device", "/device", &[("code", &code)]).await;
    assert!(page.text.contains("a test"), "{}", page.text);
    let said = [("code", code.as_str()), ("answer", "yes")];
    assert_eq!(browser.fill_of(&page, "/device/answer", &said).await.status, 200);
    desk.lab.turn(SignedDuration::from_secs(30)).await;
    let ended = child.wait_with_output().await.expect("it ends");
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(String::from_utf8_lossy(&ended.stdout).contains("signed in; the token is in"));
    let mode = std::fs::metadata(&file).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let path = file.display().to_string();
    let said = desk.bare(&["finding", "list", "--token-file", &path], &[]).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    desk.end().await;
}
