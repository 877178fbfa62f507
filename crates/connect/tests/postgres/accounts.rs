//! The two accounts of the guide can do what the guide says, and nothing beyond it.

use sqlx::{AssertSqlSafe, Executor};

use crate::lab::{Lab, servers};

/// Runs statements one by one as an account and returns the code of each refusal.
async fn codes(lab: &Lab, account: &str, password: &str, statements: &[&str]) -> Vec<String> {
    let mut connection = lab.as_role(account, password).await;
    let mut codes = Vec::new();
    for statement in statements {
        let statement = lab.named(statement);
        let code = match connection.execute(AssertSqlSafe(statement)).await {
            Ok(_) => "done".to_owned(),
            Err(sqlx::Error::Database(answer)) => answer.code().unwrap().into_owned(),
            Err(other) => panic!("{other}"),
        };
        codes.push(code);
    }
    codes
}

#[tokio::test]
async fn the_read_account_can_neither_write_nor_read_a_row_nor_see_a_password() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.guide("read-passwords", "").await;
        lab.sql("create table public.patient (name text); create role @u login").await;
        let statements = [
            "select * from public.patient",
            "select * from pg_authid",
            "select * from pg_shadow",
            "set default_transaction_read_only = off",
            "insert into public.patient values ('x')",
            "create table public.mine ()",
            "create role @mine",
            "alter role @u nologin",
            "grant @cs_write to @cs_read",
            "insert into countersign.removable_role values ('@u')",
            "select countersign.disable_login('@u')",
        ];
        let codes = codes(&lab, "@cs_read", "READ_PASSWORD", &statements).await;
        let denied = "42501";
        let mut expected = vec![denied; statements.len()];
        expected[3] = "done";
        assert_eq!(codes, expected, "PostgreSQL {}", server.major);
        let hashes =
            lab.ask("select string_agg(password, ',') from countersign.role_password").await;
        assert!(
            hashes.unwrap().split(',').all(|it| ["none", "scram", "md5", "other"].contains(&it))
        );
        lab.close().await;
    }
}

#[tokio::test]
async fn the_write_account_cannot_give_itself_or_anybody_anything() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @team; create role @other; create role @owner; create role @u login;
             create role @root superuser login; create table public.t (); alter table public.t owner to @owner;
             grant @team, @other to @u;",
        )
        .await;
        lab.guide("write-team", "@team").await;
        lab.guide("write-grantor", "@owner").await;
        let statements = [
            "create role @mine",
            "alter role @u nologin",
            "alter role @cs_write createrole",
            "alter role @cs_write superuser",
            "grant @team to @cs_write",
            "grant @other to @cs_write",
            "grant pg_read_all_data to @cs_write",
            "revoke @team from @u",
            "select * from public.t",
            "revoke select on public.t from @u",
            "insert into countersign.removable_role values ('@other')",
            "select countersign.disable_login('@root')",
            "select countersign.disable_login('@cs_write')",
            "select countersign.remove_member('@other', '@u', false)",
            "set role @root",
            "set role @team",
        ];
        let refused = codes(&lab, "@cs_write", "WRITE_PASSWORD", &statements).await;
        assert_eq!(refused, vec!["42501"; statements.len()], "PostgreSQL {}", server.major);
        let unchanged = "select rolcanlogin and pg_has_role('@u', '@other', 'member')
                         and pg_has_role('@u', '@team', 'member') from pg_roles where rolname = '@root'";
        assert_eq!(lab.ask(&format!("select ({unchanged})::text")).await.as_deref(), Some("true"));
        let allowed = ["select countersign.remove_member('@team', '@u', false)", "set role @owner"];
        let codes = codes(&lab, "@cs_write", "WRITE_PASSWORD", &allowed).await;
        assert_eq!(codes, ["done", "done"]);
        lab.close().await;
    }
}
