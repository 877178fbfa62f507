//! A policy that is compared, proposed, taken back and countersigned through a running server.

use std::path::Path;

use super::{Desk, SYNC};

/// The policy of the server as a folder, with one text in one file replaced.
fn folder(desk: &Desk, (name, from, to): (&str, &str, &str)) -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a folder");
    for it in &desk.lab.door().now().policy.texts {
        let path = place.path().join(&it.name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let text = if it.name == name { it.text.replacen(from, to, 1) } else { it.text.clone() };
        std::fs::write(path, text).expect("a file");
    }
    place
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_is_compared_proposed_and_countersigned_through_a_running_server() {
    let desk = Desk::open().await;
    let server = format!("http://{}", desk.lab.running().address);
    let finding = desk.finding(SYNC).await;
    let now = folder(&desk, ("", "", ""));
    let head = "tier = \"elevated\"\nassign_hours = 24\ndecide_hours = 24\ndue_days = ";
    let (from, to) = (format!("{head}30"), format!("{head}20"));
    let change = ("sla.toml", from.as_str(), to.as_str());
    let new = folder(&desk, change);
    let (now, new) = (shown(now.path()), shown(new.path()));
    let said = desk.run("auditor", &["policy", "diff", &now, &new, "--cases"]).await;
    assert_eq!((said.code, said.err.as_str()), (1, ""), "{said:?}");
    assert!(said.out.contains("tier elevated, due_days: 30 -> 20"), "{}", said.out);
    assert!(said.out.contains(&format!("{finding} (open)")), "{}", said.out);
    assert!(said.out.contains("due in 20 days from when it has an owner"), "{}", said.out);
    let same = desk.run("auditor", &["policy", "diff", &now, &now, "--cases"]).await;
    assert_eq!(same.code, 0, "{same:?}");
    assert!(same.out.contains("nothing comes out otherwise for them"), "{}", same.out);
    let json = desk.run("auditor", &["policy", "diff", &now, &new, "--cases", "--json"]).await;
    let told = json.json();
    assert_eq!((&told["version"], &told["cases"]["version"]), (&1.into(), &1.into()), "{told:#}");

    let why = "findings of this weight are due sooner from now on";
    let propose = ["policy", "adopt", "--server", &server, "--policy", &new, "--why", why];
    let no = desk.run("owner", &propose).await;
    assert_eq!(no.code, 1, "{no:?}");
    assert!(no.err.contains("security seat"), "{}", no.err);
    let said = desk.ok("security", &propose).await;
    assert!(said.contains("proposed, and not in force yet"), "{said}");
    let withdraw = ["policy", "withdraw", "--server", &server, "--why", "it comes along next week"];
    assert_eq!(desk.ok("security", &withdraw).await, "not proposed any more\n");
    desk.ok("security", &propose).await;
    let digest = desk.lab.get("auditor", "/policy").await.ok()["proposal"]["digest"].clone();
    let digest = digest.as_str().expect("a digest").to_owned();
    let countersign = ["policy", "countersign", &digest, "--server", &server];
    let no = desk.run("security", &countersign).await;
    assert!(no.code == 1 && no.err.contains("alone"), "{no:?}");
    let said = desk.ok("legal", &countersign).await;
    assert_eq!(said, format!("in force now: {digest}\n"));
    desk.end().await;
}
