//! Where the server is and who asks: no server, another one, no token, a wrong one, a careless one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;

use super::{Desk, countersign, shell, write_secret};

/// An address at which nobody listens.
fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().expect("its address"))
}

/// A server that gives these answers, one a connection, and then hangs up on everybody. Answers what
/// it was sent, head by head.
fn scripted(answers: Vec<String>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    let heads = std::thread::spawn(move || {
        let exchange = |answer: String| {
            let (stream, _) = listener.accept().expect("a connection");
            heard(stream, &answer)
        };
        answers.into_iter().map(exchange).collect()
    });
    (address, heads)
}

/// Reads one request whole, answers it, and hangs up.
fn heard(stream: TcpStream, answer: &str) -> String {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    reader.get_mut().write_all(answer.as_bytes()).expect("an answer");
    head
}

fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )
}

fn key(head: &str) -> Option<&str> {
    let line = head.lines().find(|line| line.to_lowercase().starts_with("idempotency-key:"))?;
    line.split_once(':').map(|(_, key)| key.trim())
}

#[tokio::test]
async fn without_a_server_every_list_ends_with_3_and_says_where_it_looked() {
    let server = nowhere();
    for list in [
        vec!["finding", "list"],
        vec!["finding", "show", "FN-1"],
        vec!["finding", "remedies", "FN-1"],
        vec!["finding", "history", "FN-1"],
        vec!["person", "list"],
        vec!["process", "list"],
        vec!["system", "list"],
        vec!["run", "list"],
        vec!["ledger", "entries"],
        vec!["graph", "stats"],
        vec!["graph", "reach", "a/b:c"],
        vec!["graph", "what-if", "--add", "a,grants,b"],
    ] {
        let said = countersign(&list, &[("COUNTERSIGN_SERVER", &server)]).await;
        assert_eq!((said.code, said.out.as_str()), (3, ""), "{list:?}: {said:?}");
        assert!(said.err.contains(&format!("no server answers at `{server}`")), "{}", said.err);
        assert!(said.err.contains("countersign serve"), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_comes_from_the_environment_or_from_a_file_that_others_cannot_read() {
    let desk = Desk::open().await;
    let path = desk.token("owner");
    let token = std::fs::read_to_string(&path).expect("the token");
    let said = desk.bare(&["finding", "list"], &[("COUNTERSIGN_TOKEN", token.trim())]).await;
    assert_eq!(said.code, 0, "{said:?}");

    let none = desk.bare(&["finding", "list"], &[]).await;
    assert_eq!((none.code, none.out.as_str()), (1, ""), "{none:?}");
    assert!(none.err.contains("no token was given"), "{}", none.err);
    assert!(none.err.contains("countersign token issue"), "{}", none.err);
    let json = desk.bare(&["finding", "list", "--format", "json"], &[]).await;
    assert_eq!(json.json()["code"], "token.missing");

    let wrong =
        desk.bare(&["finding", "list"], &[("COUNTERSIGN_TOKEN", "countersign_wrong")]).await;
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.err.contains("does not know this token"), "{}", wrong.err);

    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(&path, open).expect("its rights");
    let open = desk.run("owner", &["finding", "list"]).await;
    assert_eq!(open.code, 2, "{open:?}");
    assert!(open.err.contains("can be read by others"), "{}", open.err);
    assert!(!open.err.contains(token.trim()), "a token is never said");

    write_secret(&desk.token("empty"), "");
    let empty = desk.run("empty", &["finding", "list"]).await;
    assert_eq!(empty.code, 2, "{empty:?}");
    let missing = desk.run("missing", &["finding", "list"]).await;
    assert_eq!(missing.code, 2, "{missing:?}");
    let flag = desk.bare(&["finding", "list", "--token", token.trim()], &[]).await;
    assert_eq!(flag.code, 2, "a token is no flag's value: {flag:?}");
    desk.end().await;
}

#[tokio::test]
async fn what_is_no_address_or_no_server_of_ours_is_said_so() {
    for bad in ["nonsense", "ftp://127.0.0.1", "http://a:b@127.0.0.1:1", "http://127.0.0.1/?x=1"] {
        let said = countersign(&["finding", "list", "--server", bad], &[]).await;
        assert_eq!(said.code, 2, "{bad}: {said:?}");
        assert!(said.err.contains("is no address of a server"), "{}", said.err);
    }
    for stranger in [
        answer("200 OK", "<html>hello</html>"),
        answer("200 OK", "{\"items\": 7}"),
        answer("404 Not Found", "<html>not here</html>"),
        answer("302 Found", ""),
    ] {
        let (server, heads) = scripted(vec![stranger.clone()]);
        let said = countersign(&["finding", "list", "--server", &server], &[]).await;
        assert_eq!(said.code, 3, "{stranger}: {said:?}");
        assert!(said.err.contains("is no Countersign server of this version"), "{}", said.err);
        heads.join().expect("the server was asked");
    }
}

#[tokio::test]
async fn a_change_is_tried_again_with_the_same_key_and_each_command_has_its_own() {
    let busy = r#"{"status":503,"code":"fault.transient","detail":"not just now","next":"again"}"#;
    let done =
        r#"{"version":1,"subject":"finding:x","reference":"FN-1","sequence":4,"events":["e"]}"#;
    let answers =
        vec![answer("503 Service Unavailable", busy), String::new(), answer("200 OK", done)];
    let (server, heads) = scripted(answers.clone());
    let order = ["finding", "order", "FN-1", "--server", &server];
    let said = countersign(&order, &[]).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    let heads = heads.join().expect("the server was asked");
    let keys: Vec<_> = heads.iter().filter_map(|head| key(head)).collect();
    assert!(keys.len() == 3 && keys.iter().all(|key| key == &keys[0]), "{keys:?}");

    let (server, again) = scripted(vec![answer("200 OK", done)]);
    let said = countersign(&["finding", "order", "FN-1", "--server", &server], &[]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let again = again.join().expect("the server was asked");
    assert_ne!(key(&again[0]), Some(keys[0]), "another command is another change");
}

#[tokio::test]
async fn a_server_that_stays_busy_is_a_fault_after_three_attempts() {
    let busy = r#"{"status":503,"code":"fault.transient","detail":"not just now","next":"again"}"#;
    let busy = answer("503 Service Unavailable", busy);
    let (server, heads) = scripted(vec![busy.clone(), busy.clone(), busy]);
    let said = countersign(&["person", "list", "--server", &server], &[]).await;
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("failed: not just now"), "{}", said.err);
    assert_eq!(heads.join().expect("the server was asked").len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_goes_away_is_no_fault() {
    let desk = Desk::open().await;
    let server = format!("http://{}", desk.lab.running().address);
    let token = desk.token("owner").display().to_string();
    let line = format!(
        "for f in table json csv; do \"$COUNTERSIGN\" person list --format $f --token-file {token} \
         | head -n 1; echo \"codes ${{PIPESTATUS[*]}}\"; done"
    );
    let variables = [("COUNTERSIGN_SERVER", server.as_str())];
    let output = tokio::task::block_in_place(|| shell(&line, &variables));
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(out.matches("codes 0 0").count(), 3, "{out}");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    desk.end().await;
}
