//! What a read of a real cluster says.

use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::node::NodeKind;

use crate::lab::{Lab, Observed, servers, tag};

/// Edges of the two accounts of the guide and of the laboratory's own objects are left out.
fn without(edges: impl IntoIterator<Item = String>, words: &[&str]) -> Vec<String> {
    edges.into_iter().filter(|edge| words.iter().all(|word| !edge.contains(word))).collect()
}

const NOISE: [&str; 5] =
    ["cs_read", "cs_write", "countersign", "member_of public", "pg_database_owner of"];

#[tokio::test]
async fn nested_memberships_and_attributes_are_told_apart_by_inheriting_and_becoming() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @u1 login; create role @u2 login noinherit; create role @team;
             create role @dept; create role @boss createrole;
             grant @team to @u1; grant @team to @u2; grant @dept to @team; grant @boss to @dept;",
        )
        .await;
        let edges = without(lab.edges().await, &NOISE);
        let expected = [
            "boss (session) grants createrole on cluster",
            "boss (session) member_of boss",
            "dept assumes boss (session)",
            "dept member_of boss",
            "team member_of dept",
            "u1 member_of team",
            "u2 assumes team",
        ];
        let edges = without(edges, &["D/", "database/D"]);
        assert_eq!(edges, expected, "PostgreSQL {}", server.major);
        lab.close().await;
    }
}

#[tokio::test]
async fn since_16_each_grant_says_whether_it_inherits_and_may_become() {
    for server in servers().into_iter().filter(|server| server.major >= 16) {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @u login; create role @both; create role @only_inherit; create role @only_set;
             create role @neither; create role @admin; create role @power superuser;
             grant @both to @u; grant @only_inherit to @u with set false;
             grant @only_set to @u with inherit false;
             grant @neither to @u with inherit false, set false;
             grant @admin to @u with admin true, inherit false, set false;
             grant @power to @only_inherit;",
        )
        .await;
        let edges = without(lab.edges().await, &NOISE);
        let edges = without(edges, &["D/", "database/D"]);
        let expected = [
            // What is only inherited gives no session, so the superuser is out of reach for `u`.
            "only_inherit (session) assumes power (session)",
            "only_inherit (session) member_of only_inherit",
            "only_inherit member_of power",
            "power (session) grants superuser on cluster",
            "power (session) member_of power",
            "u assumes only_set",
            "u controls admin",
            "u member_of both",
            "u member_of only_inherit",
        ];
        assert_eq!(edges, expected);
        lab.close().await;
    }
}

#[tokio::test]
async fn inheriting_from_a_login_role_without_becoming_it_leaves_its_attributes_out_of_reach() {
    for server in servers().into_iter().filter(|server| server.major >= 16) {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @u login; create role @chief login createrole; create schema s;
             create table s.t (); grant select on s.t to @chief;
             grant @chief to @u with set false;",
        )
        .await;
        let edges = without(lab.edges().await, &NOISE);
        let edges = without(edges, &["postgres", "public", "database/D"]);
        let expected = [
            "chief (inherited) grants select on D/table/s.t",
            "chief (session) grants createrole on cluster",
            "chief (session) member_of chief",
            "chief assumes chief (session)",
            "chief grants select on D/table/s.t",
            "u member_of chief (inherited)",
        ];
        assert_eq!(edges, expected);
        lab.close().await;
    }
}

#[tokio::test]
async fn privileges_of_every_kind_are_read_with_their_grantors() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @owner; create role @mid; create role @u login;
             create schema s authorization @owner; create schema theirs authorization pg_database_owner;
             set role @owner;
             create table s.t (a int, b int); create sequence s.q; create view s.v as select 1 as x;
             create function s.f(int) returns int language sql as 'select 1';
             create function s.g() returns int language sql security definer as 'select 1';
             revoke execute on function s.f(int) from public;
             grant usage on schema s to @mid;
             grant select on s.t to @mid with grant option; grant select on s.t to @u;
             set role @mid; grant select on s.t to @u; set role @owner;
             grant update (b) on s.t to @u; grant usage on sequence s.q to @u;
             grant execute on function s.f(int) to @u; grant usage on schema s to public;
             alter default privileges for role @owner in schema s grant insert on tables to @u;
             reset role; grant create on database @db to @u; grant usage on language sql to @u;
             grant set on parameter log_statement to @u; grant create on tablespace pg_default to @u;"
                .replace("@db", &lab.database)
                .as_str(),
        )
        .await;
        let observed = lab.observe().await;
        let edges = lab.words(&observed);
        for edge in [
            "owner grants own on D/table/s.t",
            "owner grants own on D/schema/s",
            "owner grants own on D/function/s.g()",
            "owner grants select on D/table/s.v",
            "mid grants select on D/table/s.t",
            "u grants select on D/table/s.t",
            "u grants update on D/column/s.t.b",
            "u grants usage on D/sequence/s.q",
            "u grants execute on D/function/s.f(integer)",
            "public grants execute on D/function/s.g()",
            "public grants usage on D/schema/s",
            "public grants connect on database/D",
            "u grants insert on D/default/s/table",
            "u grants create on database/D",
            "u grants usage on D/language/sql",
            "u grants set on parameter/log_statement",
            "u grants create on tablespace/pg_default",
            "pg_database_owner of D grants own on D/schema/theirs",
        ] {
            assert!(edges.contains(edge), "PostgreSQL {}: {edge} not in {edges:#?}", server.major);
        }
        assert!(!edges.contains("public grants execute on D/function/s.f(integer)"));

        let key = EdgeKey {
            source: observed.id(&lab.named("@u")),
            kind: EdgeKind::Grants,
            target: observed.id(&format!("select on {}/table/s.t", lab.database)),
        };
        let edge = observed.facts.edges.iter().find(|edge| edge.key == key).unwrap();
        let owner = observed.id(&lab.named("@owner"));
        let mid = observed.id(&lab.named("@mid"));
        assert_eq!(edge.grantor.as_deref(), Some(format!("{owner},{mid}").as_str()));
        let locator = lab.plain(&edge.because.locator);
        assert_eq!(locator, "relacl of s.t: u=r/owner,u=r/mid");
        let definer = format!("{}/function/s.g()", lab.database);
        assert!(observed.tags(&definer).contains_key("security_definer"));
        lab.close().await;
    }
}

#[tokio::test]
async fn what_the_platform_grants_by_itself_is_left_out_and_what_was_changed_is_kept() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        let quiet = lab.observe().await;
        let is_system =
            |name: &str| name.contains("pg_catalog.") || name.contains("information_schema");
        let found: Vec<_> = quiet.facts.nodes.iter().filter(|node| is_system(&node.name)).collect();
        assert!(found.is_empty(), "{found:#?}");

        lab.sql("create role @u login; grant select on pg_authid to @u; grant create on schema public to public;
                 grant execute on function pg_read_file(text) to @u;")
            .await;
        let edges = lab.edges().await;
        for edge in [
            "u grants select on D/table/pg_catalog.pg_authid",
            "u grants execute on D/function/pg_catalog.pg_read_file(text)",
            "public grants create on D/schema/public",
        ] {
            assert!(edges.contains(edge), "{edge} not in {edges:#?}");
        }
        lab.close().await;
    }
}

#[tokio::test]
async fn accounts_carry_what_a_person_needs_to_judge_them() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.guide("read-passwords", "").await;
        lab.sql(
            "create role @u login password 'x' valid until '2031-02-03 04:05:06+00';
                 create role @v login noinherit valid until 'infinity'; create role @g;",
        )
        .await;
        let observed = lab.observe().await;
        let node = |name: &str| {
            let id = observed.id(&lab.named(name));
            observed.facts.nodes.iter().find(|node| node.id == id).unwrap().clone()
        };
        let (u, v, g) = (node("@u"), node("@v"), node("@g"));
        assert_eq!(
            (u.kind, v.kind, g.kind),
            (NodeKind::Account, NodeKind::Account, NodeKind::Role)
        );
        assert_eq!(u.expires.unwrap().to_string(), "2031-02-03T04:05:06Z");
        assert_eq!(v.expires, None);
        assert!(u.tags.contains_key("login") && u.tags.contains_key("inherit"));
        assert!(v.tags.contains_key("login") && !v.tags.contains_key("inherit"));
        assert_eq!(u.tags.get("password").map(String::as_str), Some("scram"));
        assert_eq!(v.tags.get("password").map(String::as_str), Some("none"));
        let predefined = observed.tags("pg_read_all_data");
        assert!(predefined.contains_key("predefined"));
        lab.close().await;
    }
}

#[tokio::test]
async fn without_the_optional_view_nothing_is_said_about_passwords() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create role @u login password 'x'").await;
        let observed = lab.observe().await;
        assert!(!observed.tags(&lab.named("@u")).contains_key("password"));
        assert!(observed.seen.unreadable.is_empty());
        lab.close().await;
    }
}

#[tokio::test]
async fn configured_tags_reach_tables_their_columns_and_their_entitlements() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @u login; create schema ap; create table ap.vendor (iban text);
                 create table ap.other (); grant update (iban) on ap.vendor to @u;",
        )
        .await;
        let vendor = tag(&format!("{}/table/ap.vendor", lab.database), "p2p=vendor");
        let connector = lab.with(|config| config.tags = vec![vendor]);
        let observed = Observed::of(&connector).await.unwrap();
        let database = &lab.database;
        let value = |name: &str| observed.tags(name).get("p2p").cloned();
        for name in [
            format!("{database}/table/ap.vendor"),
            format!("insert on {database}/table/ap.vendor"),
            format!("{database}/column/ap.vendor.iban"),
            format!("update on {database}/column/ap.vendor.iban"),
        ] {
            assert_eq!(value(&name).as_deref(), Some("vendor"), "{name}");
        }
        assert_eq!(value(&format!("{database}/table/ap.other")), None);
        lab.close().await;
    }
}

#[tokio::test]
async fn two_reads_of_the_same_cluster_say_the_same_in_the_same_order_in_bounded_chunks() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql(
            "create role @u login; do $$ begin for n in 1..200 loop
                   execute format('create table public.t%s (a int)', n);
                   execute format('grant select on public.t%s to %I', n, '@u');
                 end loop; end $$",
        )
        .await;
        let (one, two) = (lab.observe().await, lab.observe().await);
        assert!(one.chunks.len() > 2, "{}", one.chunks.len());
        for chunk in &one.chunks {
            assert!(chunk.nodes.len() + chunk.edges.len() <= 1_000);
        }
        // Other laboratories come and go in the same cluster; the database is only this one's.
        let own = |observed: &Observed| {
            let marker = observed.id(&format!("database/{}", lab.database)).to_string();
            let marker = format!("{marker}/");
            let nodes =
                observed.facts.nodes.iter().filter(|it| it.id.as_str().starts_with(&marker));
            let edges = observed.facts.edges.iter();
            let edges = edges.filter(|it| it.key.target.as_str().starts_with(&marker));
            (nodes.cloned().collect::<Vec<_>>(), edges.cloned().collect::<Vec<_>>())
        };
        let (first, second) = (own(&one), own(&two));
        assert!(first.0.len() > 1_000 && first.1.len() > 1_000);
        assert_eq!(first, second);
        lab.close().await;
    }
}

#[tokio::test]
async fn a_database_that_may_not_be_entered_makes_the_read_incomplete_and_is_named() {
    for server in servers() {
        let mut lab = Lab::new(&server).await;
        lab.sql("create database @closed template template0").await;
        lab.sql("revoke connect on database @closed from public").await;
        let closed = lab.named("@closed");
        let connector = lab.with(|config| {
            config.databases =
                vec![closed.clone(), config.databases[0].clone(), "absent".to_owned()];
        });
        let observed = Observed::of(&connector).await.unwrap();
        let unreadable = &observed.seen.unreadable;
        assert_eq!(unreadable.len(), 2, "{unreadable:#?}");
        assert_eq!(unreadable[0].place, "database `absent`");
        assert!(unreadable[0].why.contains("no such database"), "{unreadable:#?}");
        assert_eq!(unreadable[1].place, format!("database `{closed}`"));
        assert!(unreadable[1].why.starts_with("not visible:"), "{unreadable:#?}");
        // What could be read is there.
        let _ = observed.id(&format!("{}/schema/countersign", lab.database));
        lab.close().await;
    }
}

#[tokio::test]
async fn all_databases_are_read_when_none_is_named_and_templates_are_left_alone() {
    for server in servers() {
        let lab = Lab::new(&server).await;
        let connector = lab.with(|config| config.databases.clear());
        let observed = Observed::of(&connector).await.unwrap();
        let _ = observed.id(&format!("{}/schema/countersign", lab.database));
        let _ = observed.id("pg_database_owner of postgres");
        let template = |name: &str| name.ends_with("owner of template1");
        assert!(!observed.facts.nodes.iter().any(|node| template(&node.name)));
        lab.close().await;
    }
}
