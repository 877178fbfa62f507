//! Members are removed from roles, whoever added them.

use countersign_access::change::{Holds, Outcome};
use countersign_access::edge::EdgeKind;

use crate::lab::{Lab, servers};

/// All options of a membership, one line per grantor.
async fn rows(lab: &mut Lab) -> String {
    let columns = if lab.server.major >= 16 {
        "m.grantor::regrole, m.admin_option, m.inherit_option, m.set_option"
    } else {
        "m.grantor::regrole, m.admin_option"
    };
    let sql = format!(
        "select string_agg(concat_ws(' ', m.roleid::regrole, m.member::regrole, {columns}), '; '
           order by m.grantor::regrole::text)
         from pg_auth_members m where m.roleid = '@team'::regrole and m.member = '@u'::regrole"
    );
    let rows = lab.ask(&sql).await.unwrap_or_default();
    lab.plain(&rows)
}

#[tokio::test]
async fn a_listed_role_loses_its_member_and_the_undo_brings_the_same_row_back() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create role @team; create role @u login; grant @team to @u with admin option")
            .await;
        let order = lab.removal("@u", EdgeKind::MemberOf, "@team").await;
        let connector = lab.connector();
        let preview = connector.preview(&order).await.unwrap();
        assert!(preview.obstacles[0].contains("add the role to `countersign.removable_role`"));
        assert!(preview.script[0].starts_with("revoke "), "{preview:?}");
        assert!(connector.enforce(&order).await.is_err());
        let before = rows(&mut lab).await;
        assert!(before.starts_with("team u postgres t"), "{before}");

        lab.guide("write-team", "@team").await;
        let preview = connector.preview(&order).await.unwrap();
        assert_eq!(preview.obstacles, [""; 0]);
        let call = lab.named("select countersign.remove_member('@team'::name, '@u'::name, false);");
        assert_eq!(preview.script, [call]);
        let claim = order.change.claim();
        assert!(matches!(connector.verify(&claim).await.unwrap().holds, Holds::No { .. }));
        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::Changed);
        assert_eq!(connector.verify(&claim).await.unwrap().holds, Holds::Yes);
        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::AlreadyGone);
        assert!(!lab.edges().await.contains("u member_of team"));

        lab.run_by_hand(&preview.undo).await;
        assert_eq!(rows(&mut lab).await, before);
        lab.close().await;
    }
}

#[tokio::test]
async fn only_the_admin_option_goes_when_only_that_is_asked_for() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create role @team; create role @u login; grant @team to @u with admin option")
            .await;
        lab.guide("write-team", "@team").await;
        let order = lab.removal("@u", EdgeKind::Controls, "@team").await;
        let connector = lab.connector();
        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::Changed);
        let edges = lab.edges().await;
        assert!(
            edges.contains("u member_of team") && !edges.contains("u controls team"),
            "{edges:?}"
        );
        assert_eq!(connector.verify(&order.change.claim()).await.unwrap().holds, Holds::Yes);
        lab.close().await;
    }
}

#[tokio::test]
async fn on_15_an_admin_of_the_role_removes_members_by_itself() {
    for server in servers().into_iter().filter(|server| server.major < 16) {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @team; create role @u login noinherit; grant @team to @u;
             grant @team to @cs_write with admin option; drop function countersign.remove_member;",
        )
        .await;
        let order = lab.removal("@u", EdgeKind::Assumes, "@team").await;
        let connector = lab.connector();
        let receipt = connector.enforce(&order).await.unwrap();
        assert_eq!(receipt.statements, [lab.named("revoke @team from @u;")]);
        assert_eq!(rows(&mut lab).await, "");
        lab.close().await;
    }
}

#[tokio::test]
async fn since_16_each_grantors_row_is_taken_back_as_that_grantor_or_by_the_function() {
    for server in servers().into_iter().filter(|server| server.major >= 16) {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @team; create role @u login; create role @lead1; create role @lead2;
             grant @team to @lead1, @lead2 with admin option;
             set role @lead1; grant @team to @u with inherit false; reset role;
             set role @lead2; grant @team to @u with set false; reset role;",
        )
        .await;
        lab.guide("write-grantor", "@lead1").await;
        let order = lab.removal("@u", EdgeKind::MemberOf, "@team").await;
        let connector = lab.connector();
        // `member_of` is what inherits, and that is the second grantor's row.
        let preview = connector.preview(&order).await.unwrap();
        assert_eq!(preview.obstacles.len(), 1, "{preview:?}");
        lab.guide("write-grantor", "@lead2").await;
        let preview = connector.preview(&order).await.unwrap();
        let expected = [
            "begin;",
            "set local role @lead2;",
            "revoke @team from @u granted by @lead2;",
            "commit;",
        ];
        assert_eq!(preview.script, expected.map(|line| lab.named(line)));
        let before = rows(&mut lab).await;
        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::Changed);
        assert_eq!(rows(&mut lab).await, "team u lead1 f f t");
        let claim = order.change.claim();
        assert_eq!(connector.verify(&claim).await.unwrap().holds, Holds::Yes);
        lab.run_by_hand(&preview.undo).await;
        assert_eq!(rows(&mut lab).await, before);

        // A superuser's grant is out of reach for `set role`; the function takes it back.
        lab.sql("grant @team to @u").await;
        lab.guide("write-team", "@team").await;
        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::Changed);
        assert_eq!(rows(&mut lab).await, "");
        lab.close().await;
    }
}

#[tokio::test]
async fn since_16_whoever_was_added_by_the_member_is_named_and_stays() {
    for server in servers().into_iter().filter(|server| server.major >= 16) {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @team; create role @u login; create role @v login;
             grant @team to @u with admin option; set role @u; grant @team to @v; reset role;",
        )
        .await;
        lab.guide("write-team", "@team").await;
        let order = lab.removal("@u", EdgeKind::MemberOf, "@team").await;
        let connector = lab.connector();
        let preview = connector.preview(&order).await.unwrap();
        assert_eq!(preview.obstacles.len(), 1, "{preview:?}");
        assert!(preview.obstacles[0].starts_with(&lab.named("`@v` is in `@team`")), "{preview:?}");
        let fault = connector.enforce(&order).await.unwrap_err().to_string();
        assert!(fault.contains(&lab.named("`@v`")), "{fault}");
        assert_eq!(rows(&mut lab).await, "team u postgres t t t");
        lab.close().await;
    }
}

#[tokio::test]
async fn a_renamed_member_is_still_the_same_and_a_dropped_one_is_already_gone() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @team; create role @u login; create role @w login; grant @team to @u, @w",
        )
        .await;
        lab.guide("write-team", "@team").await;
        let first = lab.removal("@u", EdgeKind::MemberOf, "@team").await;
        let second = lab.removal("@w", EdgeKind::MemberOf, "@team").await;
        lab.sql("alter role @u rename to @new_name; drop role @w").await;
        let connector = lab.connector();
        let receipt = connector.enforce(&first).await.unwrap();
        assert_eq!(receipt.outcome, Outcome::Changed);
        assert!(receipt.statements[0].contains(&lab.named("'@new_name'")), "{receipt:?}");
        assert_eq!(connector.enforce(&second).await.unwrap().outcome, Outcome::AlreadyGone);
        assert_eq!(connector.verify(&second.change.claim()).await.unwrap().holds, Holds::Yes);
        lab.close().await;
    }
}

#[tokio::test]
async fn on_15_a_member_whose_grantor_was_dropped_can_still_be_removed() {
    for server in servers().into_iter().filter(|server| server.major < 16) {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @team; create role @u login; create role @lead; grant @team to @lead with admin option;
             set role @lead; grant @team to @u; reset role; drop role @lead;",
        )
        .await;
        lab.guide("write-team", "@team").await;
        let order = lab.removal("@u", EdgeKind::MemberOf, "@team").await;
        let connector = lab.connector();
        let preview = connector.preview(&order).await.unwrap();
        assert_eq!(preview.undo, [lab.named("grant @team to @u;")]);
        assert_eq!(connector.enforce(&order).await.unwrap().outcome, Outcome::Changed);
        assert_eq!(connector.verify(&order.change.claim()).await.unwrap().holds, Holds::Yes);
        lab.close().await;
    }
}
