//! What goes wrong is said in words with a next step, and never with a password.

use countersign_access::change::{Change, Claim, Holds};
use countersign_access::node::NodeId;
use countersign_connect::Fault;

use crate::lab::{Lab, Observed, servers};

const SECRET: &str = "s3cr3t-pass";

#[tokio::test]
async fn a_wrong_address_account_or_password_is_told_apart_and_the_password_is_never_shown() {
    for server in servers() {
        let lab = Lab::new(&server).await;
        let (host, port) = lab.address();
        let (account, database) = (lab.named("@cs_read"), lab.database.clone());
        let table = [
            (
                format!("postgres://nobody_here:{SECRET}@{host}:{port}/{database}"),
                false,
                "check the account",
            ),
            (format!("postgres://{account}:{SECRET}@{host}:1/{database}"), true, "cannot reach"),
            (format!("postgres://{account}:{SECRET}@{host}:{port}/no_such_db"), false, ""),
            (
                format!("postgres://{account}:READ_PASSWORD@{host}:{port}/no_such_db"),
                false,
                "database's name",
            ),
            (format!("mysql://{account}:{SECRET}@{host}/{database}"), false, "does not begin with"),
            (format!("postgres://:{SECRET}@{host}/{database}"), false, "names no account"),
            (format!("postgres://{account}:{SECRET}@/{database}"), false, "names no host"),
            (
                format!("postgres://{account}:{SECRET}@{host}:port/{database}"),
                false,
                "cannot be parsed",
            ),
            (
                format!("postgres://{account}:{SECRET}@{host}/{database}?sslmode=odd"),
                false,
                "cannot be parsed",
            ),
        ];
        for (url, is_transient, words) in table {
            let connector = lab.with(|config| config.read = lab.credential("bad", &url));
            let fault = Observed::of(&connector).await.err().unwrap_or_else(|| panic!("{url}"));
            let text = format!("{fault} {fault:?} {connector:?}");
            assert_eq!(matches!(fault, Fault::Transient(_)), is_transient, "{text}");
            assert!(text.contains(words), "{words} not in {text}");
            assert!(!text.contains(SECRET) && !text.contains("READ_PASSWORD"), "{text}");
        }
        lab.close().await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_a_permanent_fault_where_the_server_asks_for_one() {
    for server in servers() {
        let lab = Lab::new(&server).await;
        let url = lab.url("@cs_read", SECRET);
        let connector = lab.with(|config| config.read = lab.credential("bad", &url));
        let fault = Observed::of(&connector).await.err().unwrap();
        assert!(matches!(fault, Fault::Permanent(_)), "{fault}");
        assert!(fault.to_string().contains("check the account's name and password"), "{fault}");
        assert!(!fault.to_string().contains(SECRET), "{fault}");
        lab.close().await;
    }
}

#[tokio::test]
async fn ids_that_are_not_of_this_system_and_orders_for_another_one_are_refused() {
    for server in servers() {
        let lab = Lab::new(&server).await;
        let connector = lab.connector();
        let account = NodeId::new("postgres/other/role/10").unwrap();
        let mut order = lab.order(Change::DisableAccount { account: account.clone() });
        let fault = connector.enforce(&order).await.unwrap_err();
        assert!(fault.to_string().contains("is no id of `postgres/lab`"), "{fault}");
        assert!(connector.preview(&order).await.is_err());
        assert!(connector.verify(&Claim::AccountDisabled { account }).await.is_err());
        order.system = countersign_access::fact::SourceId::new("other");
        let fault = connector.enforce(&order).await.unwrap_err();
        assert!(fault.to_string().contains("the order is for `other`"), "{fault}");
        lab.close().await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_back_is_unknown_and_never_a_yes() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create role @u login; create table public.t (); grant select on public.t to @u")
            .await;
        lab.sql("create database @other template template0").await;
        let target = format!("select on {}/table/public.t", lab.database);
        let order = lab.removal("@u", countersign_access::edge::EdgeKind::Grants, &target).await;
        let elsewhere = lab
            .url("@cs_read", "READ_PASSWORD")
            .replace(&format!("/{}", lab.database), &format!("/{}", lab.named("@other")));
        let connector = lab.with(|config| config.read = lab.credential("else", &elsewhere));
        let claim = order.change.claim();
        let before = connector.verify(&claim).await.unwrap();
        assert!(matches!(before.holds, Holds::No { .. }), "{before:?}");
        let close = format!("revoke connect on database {} from public, @cs_read", lab.database);
        lab.sql(&close).await;
        let evidence = connector.verify(&claim).await.unwrap();
        let Holds::Unknown { why } = evidence.holds else { panic!("{:?}", evidence.holds) };
        assert!(why.contains("could not be read back"), "{why}");
        lab.close().await;
    }
}

#[tokio::test]
async fn a_write_account_that_cannot_sign_in_is_an_obstacle_and_the_script_is_still_there() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create role @u login").await;
        let account = lab.observe().await.id(&lab.named("@u"));
        let order = lab.order(Change::DisableAccount { account });
        let url = lab.url("@cs_write", SECRET);
        let connector = lab.with(|config| config.write = Some(lab.credential("bad", &url)));
        let preview = connector.preview(&order).await.unwrap();
        assert!(
            preview.obstacles[0].starts_with("the write account cannot be used:"),
            "{preview:?}"
        );
        assert!(!preview.obstacles[0].contains(SECRET), "{preview:?}");
        assert_eq!(preview.script, [format!("alter role {} nologin;", lab.named("@u"))]);
        let fault = connector.enforce(&order).await.unwrap_err();
        assert!(matches!(fault, Fault::Permanent(_)), "{fault}");
        lab.close().await;
    }
}

#[tokio::test]
async fn the_manifest_says_what_the_server_is() {
    for server in servers() {
        let lab = Lab::new(&server).await;
        let manifest = lab.connector().manifest().await.unwrap();
        assert_eq!(manifest.kind, "postgres");
        assert!(manifest.version.starts_with(&format!("{}.", server.major)), "{manifest:?}");
        assert!(manifest.revoke_membership && manifest.revoke_grant && manifest.disable_account);
        lab.close().await;
    }
}
