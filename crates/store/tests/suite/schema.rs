use crate::both::{Place, both};

both! {
    every_statement_is_understood,
}

async fn every_statement_is_understood(place: &Place) {
    let store = place.store().await;
    assert!(store.check().await.unwrap() > 60);
    place.raw("alter table finding rename column severity to colour").await.unwrap();
    let fault = place.store().await.check().await.unwrap_err();
    assert!(fault.to_string().contains("does not fit this database"), "{fault}");
}

const SQLITE_COLUMNS: &str = "select m.name || '.' || c.name || ' ' || lower(c.type) || ' ' || \
     case when c.\"notnull\" = 1 or c.pk > 0 then 'not null' else 'null' end \
     from sqlite_master m join pragma_table_info(m.name) c \
     where m.type = 'table' and m.name not like 'sqlite_%' order by 1";
const POSTGRES_COLUMNS: &str = "select table_name || '.' || column_name || ' ' || data_type || \
     ' ' || case is_nullable when 'NO' then 'not null' else 'null' end \
     from information_schema.columns where table_schema = 'public' order by 1";

const SQLITE_KEYS: &str = "select m.name || ' ' || i.\"unique\" || ' ' || \
     (select group_concat(name, ',') from \
     (select k.name from pragma_index_info(i.name) k order by k.seqno)) \
     from sqlite_master m join pragma_index_list(m.name) i where m.type = 'table' \
     union all select m.name || ' 1 ' || c.name from sqlite_master m \
     join pragma_table_info(m.name) c where m.type = 'table' and c.pk = 1 and c.type = 'INTEGER' \
     and m.name not like 'sqlite_%' \
     and not exists (select 1 from pragma_index_list(m.name) where origin = 'pk') order by 1";
const POSTGRES_KEYS: &str = "select t.relname || ' ' || case when i.indisunique then 1 else 0 end \
     || ' ' || (select string_agg(a.attname, ',' order by k.at) \
     from unnest(i.indkey) with ordinality k(number, at) \
     join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number) \
     from pg_index i join pg_class t on t.oid = i.indrelid \
     join pg_namespace n on n.oid = t.relnamespace where n.nspname = 'public' order by 1";

/// The kinds of column under their PostgreSQL names.
fn normal(mut lines: Vec<String>) -> Vec<String> {
    for line in &mut lines {
        *line = line.replace(" integer ", " bigint ").replace(" blob ", " bytea ");
    }
    lines.sort();
    lines
}

#[tokio::test]
async fn both_databases_have_the_same_columns_and_keys() {
    let Some(postgres) = Place::postgres().await else { return };
    let sqlite = Place::sqlite();
    sqlite.store().await.close().await;
    postgres.store().await.close().await;
    let columns = normal(sqlite.texts(SQLITE_COLUMNS).await);
    assert!(columns.len() > 100);
    assert_eq!(columns, normal(postgres.texts(POSTGRES_COLUMNS).await));
    let keys = normal(sqlite.texts(SQLITE_KEYS).await);
    assert!(keys.len() > 30);
    assert_eq!(keys, normal(postgres.texts(POSTGRES_KEYS).await));
    postgres.end().await;
}

#[test]
fn every_statement_in_the_source_is_on_its_files_list() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut count) = (vec![root], 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            let (body, list) = source.split_once("fn statements(").unwrap_or((&source, ""));
            for (name, sql) in constants(body) {
                if ["select ", "insert ", "update ", "delete "]
                    .iter()
                    .any(|verb| sql.trim_start_matches(['"', '(', ' ', '\n']).starts_with(verb))
                {
                    let listed = list.split([' ', ',', '[', ']', '\n']).any(|word| word == name);
                    assert!(listed, "{}: `{name}` is not listed", path.display());
                    count += 1;
                }
            }
        }
    }
    assert!(count > 50, "{count}");
}

/// Names of text constants with what they begin with.
fn constants(source: &str) -> impl Iterator<Item = (&str, &str)> {
    source.split("\nconst ").skip(1).filter_map(|rest| {
        let (name, value) = rest.split_once(": &str =")?;
        Some((name, value.trim_start().trim_start_matches("concat!")))
    })
}
