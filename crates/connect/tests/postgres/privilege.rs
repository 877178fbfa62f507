//! Privileges are revoked as their grantors, on every kind of object, and read back.

use countersign_access::change::{Holds, Order, Outcome};
use countersign_access::edge::EdgeKind;
use sqlx::{AssertSqlSafe, Executor};

use crate::lab::{Lab, servers};

const TWO_GRANTORS: &str = "
    create role @owner; create role @mid; create role @u login; create schema s authorization @owner;
    set role @owner; create table s.t (a int, b int); grant usage on schema s to @mid;
    grant select on s.t to @mid with grant option; grant select on s.t to @u with grant option;
    grant select (a) on s.t to @u;
    set role @mid; grant select on s.t to @u; reset role;";

async fn revoke(lab: &Lab, holder: &str, entitlement: &str) -> Order {
    let entitlement = entitlement.replace("D/", &format!("{}/", lab.database));
    let entitlement = entitlement.replace("database/D", &format!("database/{}", lab.database));
    lab.removal(holder, EdgeKind::Grants, &entitlement).await
}

#[tokio::test]
async fn every_grantors_grant_is_taken_back_where_a_plain_revoke_leaves_one_and_the_undo_restores_all()
 {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(TWO_GRANTORS).await;
        lab.guide("write-grantor", "@owner").await;
        let order = revoke(&lab, "@u", "select on D/table/s.t").await;
        let connector = lab.connector();

        let preview = connector.preview(&order).await.unwrap();
        let expected = "`mid` granted this and `cs_write` may not act as that role: make `cs_write` a \
                        member of `mid`, or carry the script out by hand";
        assert_eq!(
            preview.obstacles.iter().map(|it| lab.plain(it)).collect::<Vec<_>>(),
            [expected]
        );
        assert!(connector.enforce(&order).await.is_err());

        lab.guide("write-grantor", "@mid").await;
        let preview = connector.preview(&order).await.unwrap();
        assert_eq!(preview.obstacles, [""; 0]);
        let script: Vec<String> = preview.script.iter().map(|it| lab.plain(it)).collect();
        let expected = [
            "-- in database `D`",
            "begin;",
            "set local role owner;",
            "revoke select on table s.t from u;",
            "set local role mid;",
            "revoke select on table s.t from u;",
            "commit;",
        ];
        assert_eq!(script, expected);
        let (before, columns) = (lab.acl("s.t").await, column_acl(&mut lab).await);
        assert_eq!(columns, "u=r/owner");

        // What a superuser's plain REVOKE does: it says yes, and one grant is still there.
        let claim = order.change.claim();
        lab.sql("begin; revoke select on s.t from @u").await;
        assert!(lab.acl("s.t").await.contains("u=r/mid"));
        lab.sql("commit").await;
        let evidence = connector.verify(&claim).await.unwrap();
        let Holds::No { found } = evidence.holds else { panic!("{:?}", evidence.holds) };
        assert!(lab.plain(&found).contains("`u=r/mid` still stands in the access list"), "{found}");
        lab.run_by_hand(&preview.undo).await;

        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::Changed);
        assert!(!lab.acl("s.t").await.contains("u="), "{}", lab.acl("s.t").await);
        assert_eq!(connector.verify(&claim).await.unwrap().holds, Holds::Yes);
        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::AlreadyGone);
        lab.run_by_hand(&preview.undo).await;
        assert_eq!(lab.acl("s.t").await, before);
        assert_eq!(column_acl(&mut lab).await, columns);
        lab.close().await;
    }
}

async fn column_acl(lab: &mut Lab) -> String {
    let sql = "select attacl[1]::text from pg_attribute where attrelid = 's.t'::regclass and attname = 'a'";
    let acl = lab.ask(sql).await.unwrap_or_default();
    lab.plain(&acl)
}

#[tokio::test]
async fn evidence_says_who_read_what_from_where_when_with_a_digest_of_the_answer() {
    use sha2::{Digest, Sha256};
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(TWO_GRANTORS).await;
        let order = revoke(&lab, "@u", "select on D/table/s.t").await;
        let connector = lab.connector();
        let evidence = connector.verify(&order.change.claim()).await.unwrap();
        assert_eq!(evidence.read_by, lab.named("@cs_read"));
        let (_, port) = lab.address();
        let place = format!(":{port}/{} (cluster ", lab.database);
        assert!(evidence.read_from.contains(&place), "{}", evidence.read_from);
        assert_eq!(evidence.read_at.as_second(), 1_800_000_000);
        let digest: String =
            Sha256::digest(&evidence.answer).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(evidence.digest, digest);
        let answer = String::from_utf8(evidence.answer.clone()).unwrap();
        assert!(lab.plain(&answer).contains(r#""acl":["u=r*/owner","u=r/mid"]"#), "{answer}");
        let again = connector.verify(&order.change.claim()).await.unwrap();
        assert_eq!(again.answer, evidence.answer, "the same rows give the same bytes");
        lab.close().await;
    }
}

#[tokio::test]
async fn dependent_privileges_are_a_refusal_that_names_who_holds_them() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(TWO_GRANTORS).await;
        lab.guide("write-grantor", "@owner").await;
        let order = revoke(&lab, "@mid", "select on D/table/s.t").await;
        let connector = lab.connector();
        let expected = "`u` holds `select` on `s.t` by the grant of `mid`, which depends on this one: \
                        revoke that first";
        let preview = connector.preview(&order).await.unwrap();
        assert_eq!(
            preview.obstacles.iter().map(|it| lab.plain(it)).collect::<Vec<_>>(),
            [expected]
        );
        let before = lab.acl("s.t").await;
        let fault = connector.enforce(&order).await.unwrap_err();
        assert!(matches!(fault, countersign_connect::Fault::Permanent(_)));
        assert_eq!(lab.plain(&fault.to_string()), expected);
        assert_eq!(lab.acl("s.t").await, before);
        lab.close().await;
    }
}

#[tokio::test]
async fn each_kind_of_object_is_revoked_and_read_back() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @owner; create role @u login;
             create schema s authorization @owner; set role @owner;
             create table s.t (a int, b int); create sequence s.q; create type s.kind as enum ('x');
             create function s.f(s.kind, variadic int[]) returns int language sql as 'select 1';
             create procedure s.p(inout x int) language sql as 'select 1';
             create aggregate s.sum2(int) (sfunc = int4pl, stype = int);
             grant update (b) on s.t to @u; grant usage on sequence s.q to @u; grant usage on schema s to @u;
             grant execute on all routines in schema s to @u;
             alter default privileges for role @owner in schema s grant insert on tables to @u;
             alter default privileges for role @owner grant usage on sequences to @u;
             reset role;
             create foreign data wrapper w_lab; create server srv foreign data wrapper w_lab;
             grant usage on foreign data wrapper w_lab to @owner; alter server srv owner to @owner;
             set role @owner; grant usage on foreign server srv to @u; reset role;",
        )
        .await;
        lab.sql(&format!("alter database {} owner to @owner", lab.database)).await;
        lab.sql(&format!(
            "set role @owner; grant create on database {} to @u; reset role",
            lab.database
        ))
        .await;
        lab.guide("write-grantor", "@owner").await;
        let connector = lab.connector();
        for (holder, entitlement) in [
            ("@u", "update on D/column/s.t.b"),
            ("@u", "usage on D/sequence/s.q"),
            ("@u", "execute on D/function/s.f(s.kind, VARIADIC integer[])"),
            ("public", "execute on D/function/s.f(s.kind, VARIADIC integer[])"),
            ("@u", "execute on D/function/s.p(INOUT x integer)"),
            ("@u", "execute on D/function/s.sum2(integer)"),
            ("@u", "insert on D/default/s/table"),
            ("@u", "usage on D/default/*/sequence"),
            ("@u", "usage on D/foreign_server/srv"),
            ("@u", "usage on D/schema/s"),
            ("@u", "create on database/D"),
            ("public", "connect on database/D"),
        ] {
            let order = revoke(&lab, holder, entitlement).await;
            let context = format!("PostgreSQL {}: {holder} {entitlement}", server.major);
            let preview = connector.preview(&order).await.unwrap();
            assert_eq!(preview.obstacles, [""; 0], "{context}");
            let claim = order.change.claim();
            let holds = connector.verify(&claim).await.unwrap().holds;
            assert!(matches!(holds, Holds::No { .. }), "{context}: {holds:?}");
            let outcome = connector.enforce(&order).await.map(|receipt| receipt.outcome);
            assert!(matches!(outcome, Ok(Outcome::Changed)), "{context}: {outcome:?}");
            assert_eq!(connector.verify(&claim).await.unwrap().holds, Holds::Yes, "{context}");
            lab.run_by_hand(&preview.undo).await;
            let holds = connector.verify(&claim).await.unwrap().holds;
            assert!(matches!(holds, Holds::No { .. }), "the undo of {context}: {holds:?}");
        }
        lab.close().await;
    }
}

#[tokio::test]
async fn names_with_quotes_spaces_and_dots_are_only_names() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            r#"create role "o'w ""n; @er"; create role "drop @it"; create schema "s.""x" authorization "o'w ""n; @er";
               set role "o'w ""n; @er"; create table "s.""x"."t'; --" ("c "" ol" int);
               grant select on "s.""x"."t'; --" to "drop @it"; grant insert ("c "" ol") on "s.""x"."t'; --" to "drop @it";
               reset role; create role "te'am @x"; create role "m""em @x" login; grant "te'am @x" to "m""em @x";"#,
        )
        .await;
        lab.sql(r#"grant "o'w ""n; @er" to @cs_write; insert into countersign.removable_role values ('"te''am @x"')"#)
            .await;
        let connector = lab.connector();
        let orders = [
            revoke(&lab, "drop @it", "select on D/table/s.\"x.t'; --").await,
            revoke(&lab, "drop @it", "insert on D/column/s.\"x.t'; --.c \" ol").await,
            lab.removal("m\"em @x", EdgeKind::MemberOf, "te'am @x").await,
        ];
        for order in orders {
            let preview = connector.preview(&order).await.unwrap();
            assert_eq!(preview.obstacles, [""; 0], "{preview:?}");
            assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::Changed);
            let holds = connector.verify(&order.change.claim()).await.unwrap().holds;
            assert_eq!(holds, Holds::Yes);
            lab.run_by_hand(&preview.undo).await;
            let holds = connector.verify(&order.change.claim()).await.unwrap().holds;
            assert!(matches!(holds, Holds::No { .. }), "{preview:?}");
        }
        lab.close().await;
    }
}

#[tokio::test]
async fn a_dropped_table_or_database_leaves_nothing_to_revoke() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(TWO_GRANTORS).await;
        let order = revoke(&lab, "@u", "select on D/table/s.t").await;
        lab.sql("drop table s.t").await;
        let connector = lab.connector();
        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::AlreadyGone);
        assert_eq!(connector.verify(&order.change.claim()).await.unwrap().holds, Holds::Yes);
        let preview = connector.preview(&order).await.unwrap();
        assert!(
            preview.script.is_empty() && preview.undo.is_empty() && preview.obstacles.is_empty()
        );
        lab.close().await;
    }
}

#[tokio::test]
async fn ownership_is_named_as_something_that_is_moved_and_not_revoked() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(TWO_GRANTORS).await;
        let order = revoke(&lab, "@owner", "own on D/table/s.t").await;
        let connector = lab.connector();
        let preview = connector.preview(&order).await.unwrap();
        assert!(preview.obstacles[0].contains("`alter table s.t owner to ROLE`"), "{preview:?}");
        assert!(connector.enforce(&order).await.is_err());
        let claim = order.change.claim();
        assert!(matches!(connector.verify(&claim).await.unwrap().holds, Holds::No { .. }));
        lab.sql("alter table s.t owner to @mid").await;
        assert_eq!(connector.verify(&claim).await.unwrap().holds, Holds::Yes);
        lab.close().await;
    }
}

#[tokio::test]
async fn read_only_writes_nothing_and_hands_the_script_over() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(TWO_GRANTORS).await;
        lab.guide("write-grantor", "@owner").await;
        lab.guide("write-grantor", "@mid").await;
        let order = revoke(&lab, "@u", "select on D/table/s.t").await;
        let before = lab.acl("s.t").await;
        let read_only = lab.with(|config| config.read_only = true);
        let without = lab.with(|config| config.write = None);
        for (connector, words) in
            [(&read_only, "configured read-only"), (&without, "no write account")]
        {
            let preview = connector.preview(&order).await.unwrap();
            assert_eq!(preview.obstacles.len(), 1);
            assert!(preview.obstacles[0].contains(words), "{preview:?}");
            assert!(!preview.undo.is_empty());
            let fault = connector.enforce(&order).await.unwrap_err().to_string();
            assert!(fault.starts_with("nothing was run") && fault.contains(words), "{fault}");
            assert!(fault.contains(&preview.script.join(" ")), "{fault}");
            assert_eq!(lab.acl("s.t").await, before);
        }
        let script = read_only.preview(&order).await.unwrap().script;
        lab.run_by_hand(&script).await;
        assert_eq!(read_only.verify(&order.change.claim()).await.unwrap().holds, Holds::Yes);
        assert_eq!(read_only.enforce(&order).await.unwrap().outcome, Outcome::AlreadyGone);
        lab.close().await;
    }
}

#[tokio::test]
async fn a_table_that_somebody_else_locks_is_a_transient_fault_and_nothing_is_changed() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(TWO_GRANTORS).await;
        lab.guide("write-grantor", "@owner").await;
        lab.guide("write-grantor", "@mid").await;
        let order = revoke(&lab, "@u", "select on D/table/s.t").await;
        let before = lab.acl("s.t").await;
        lab.sql("alter role @mid login password 'x'").await;
        let mut other = lab.as_role("@mid", "x").await;
        other
            .execute(AssertSqlSafe("begin; grant select on s.t to public".to_owned()))
            .await
            .unwrap();
        let fault = lab.connector().enforce(&order).await.unwrap_err();
        assert!(matches!(fault, countersign_connect::Fault::Transient(_)), "{fault}");
        other.execute(AssertSqlSafe("rollback".to_owned())).await.unwrap();
        assert_eq!(lab.acl("s.t").await, before);
        assert_eq!(lab.connector().enforce(&order).await.unwrap().outcome, Outcome::Changed);
        lab.close().await;
    }
}

#[tokio::test]
async fn what_a_superuser_granted_is_left_to_a_superuser() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create role @u login; grant set on parameter log_min_duration_sample to @u").await;
        let order = revoke(&lab, "@u", "set on parameter/log_min_duration_sample").await;
        let connector = lab.connector();
        let preview = connector.preview(&order).await.unwrap();
        assert!(preview.obstacles[0].ends_with("carry the script out by hand as a superuser"));
        assert!(connector.enforce(&order).await.is_err());
        lab.run_by_hand(&preview.script).await;
        assert_eq!(connector.verify(&order.change.claim()).await.unwrap().holds, Holds::Yes);
        lab.run_by_hand(&preview.undo).await;
        let holds = connector.verify(&order.change.claim()).await.unwrap().holds;
        assert!(matches!(holds, Holds::No { .. }), "the same privilege has the same id again");
        lab.close().await;
    }
}
