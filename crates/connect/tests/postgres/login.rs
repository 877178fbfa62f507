//! Accounts are kept from signing in, and protected ones are refused before the order is made.

use countersign_access::change::{Change, Claim, Holds, Order, Outcome};
use countersign_access::edge::EdgeKind;

use crate::lab::{Lab, servers};

async fn disable(lab: &Lab, account: &str) -> Order {
    let account = lab.observe().await.id(&lab.named(account));
    lab.order(Change::DisableAccount { account })
}

#[tokio::test]
async fn an_account_is_disabled_read_back_and_enabled_again_by_the_undo() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create role @u login").await;
        let (order, connector) = (disable(&lab, "@u").await, lab.connector());
        let preview = connector.preview(&order).await.unwrap();
        let name = lab.named("@u");
        assert_eq!(preview.script, [format!("select countersign.disable_login('{name}'::name);")]);
        assert_eq!(preview.undo, [format!("alter role {name} login;")]);
        assert_eq!(preview.obstacles, [""; 0]);
        let before = connector.verify(&order.change.claim()).await.unwrap();
        assert!(matches!(before.holds, Holds::No { .. }));

        let receipt = connector.enforce(&order).await.unwrap();
        assert_eq!((receipt.outcome, receipt.key.as_str()), (Outcome::Changed, "order-1"));
        assert_eq!(receipt.statements, preview.script);
        assert_eq!(receipt.at.as_second(), 1_800_000_000);
        let evidence = connector.verify(&order.change.claim()).await.unwrap();
        assert_eq!(evidence.holds, Holds::Yes);
        let answer = String::from_utf8(evidence.answer).unwrap();
        assert!(answer.contains(r#""rolcanlogin":false"#), "{answer}");
        let again = connector.enforce(&order).await.unwrap();
        assert_eq!((again.outcome, again.statements.len()), (Outcome::AlreadyGone, 0));

        lab.run_by_hand(&preview.undo).await;
        let after = connector.verify(&order.change.claim()).await.unwrap();
        assert!(matches!(after.holds, Holds::No { .. }));
        lab.sql("drop role @u").await;
        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::AlreadyGone);
        lab.close().await;
    }
}

#[tokio::test]
async fn protected_accounts_and_a_missing_function_are_obstacles_before_the_order_is_made() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create role @root superuser login; create role @rep replication login; create role @u login")
            .await;
        let connector = lab.connector();
        for account in ["@root", "@rep", "@cs_write"] {
            let order = disable(&lab, account).await;
            let preview = connector.preview(&order).await.unwrap();
            assert!(preview.obstacles[0].contains("is a protected role"), "{preview:?}");
            assert_eq!(preview.script, [format!("alter role {} nologin;", lab.named(account))]);
            assert!(connector.enforce(&order).await.is_err());
        }
        lab.sql("revoke execute on function countersign.disable_login(name) from @cs_write").await;
        let order = disable(&lab, "@u").await;
        let preview = connector.preview(&order).await.unwrap();
        assert!(preview.obstacles[0].contains("may not execute `countersign.disable_login(name)`"));
        lab.sql("drop function countersign.disable_login(name)").await;
        let preview = connector.preview(&order).await.unwrap();
        assert!(preview.obstacles[0].contains("there is no function"), "{preview:?}");
        let fault = connector.enforce(&order).await.unwrap_err();
        assert!(fault.to_string().contains("there is no function"), "{fault}");
        let still = lab.ask("select rolcanlogin::text from pg_roles where rolname = '@u'").await;
        assert_eq!(still.as_deref(), Some("true"));
        lab.close().await;
    }
}

#[tokio::test]
async fn attributes_are_taken_away_by_hand_and_read_back() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create role @u login createrole").await;
        let order = lab.removal("@u (session)", EdgeKind::Grants, "createrole on cluster").await;
        let connector = lab.connector();
        let preview = connector.preview(&order).await.unwrap();
        assert_eq!(preview.script, [format!("alter role {} nocreaterole;", lab.named("@u"))]);
        assert!(preview.obstacles[0].contains("by hand as a superuser"), "{preview:?}");
        assert!(connector.enforce(&order).await.is_err());
        let claim = order.change.claim();
        assert!(matches!(connector.verify(&claim).await.unwrap().holds, Holds::No { .. }));
        lab.run_by_hand(&preview.script).await;
        assert_eq!(connector.verify(&claim).await.unwrap().holds, Holds::Yes);
        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::AlreadyGone);
        lab.close().await;
    }
}

#[tokio::test]
async fn what_follows_from_something_else_is_said_to_be_so() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create role @u login").await;
        let order = lab.removal("@u", EdgeKind::MemberOf, "public").await;
        let connector = lab.connector();
        let preview = connector.preview(&order).await.unwrap();
        assert!(preview.script.is_empty());
        assert!(preview.obstacles[0].contains("revoke the privilege from PUBLIC"), "{preview:?}");
        assert!(connector.enforce(&order).await.is_err());
        let Change::RemoveEdge { edge, .. } = order.change else { panic!() };
        let evidence = connector.verify(&Claim::EdgeGone { edge }).await.unwrap();
        assert!(matches!(evidence.holds, Holds::Unknown { .. }));
        lab.close().await;
    }
}

#[tokio::test]
async fn a_function_that_somebody_else_put_under_our_name_is_never_called() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        // Whoever owns the database may make schemas in it; the function would run as our account,
        // which can act as the owners of tables.
        lab.sql(
            "drop schema countersign cascade; create role @planter; create role @u login;
             create table public.trace (who text); grant insert on public.trace to public;
             create schema countersign authorization @planter; set role @planter;
             grant usage on schema countersign to public;
             create function countersign.disable_login(target name) returns void language sql
               as $$ insert into public.trace values (current_user) $$;
             create view countersign.role_password as select oid, 'none' as password from pg_roles;
             grant select on countersign.role_password to public; reset role;",
        )
        .await;
        let order = disable(&lab, "@u").await;
        let connector = lab.connector();
        let preview = connector.preview(&order).await.unwrap();
        assert!(preview.obstacles[0].contains("is not the guide's function"), "{preview:?}");
        assert!(connector.enforce(&order).await.is_err());
        let traces = lab.ask("select count(*)::text from public.trace").await;
        assert_eq!(traces.as_deref(), Some("0"));
        assert!(!lab.observe().await.tags(&lab.named("@u")).contains_key("password"));
        lab.close().await;
    }
}
