with object as (
  select t.oid::int8 as key, t.oid::int8 as object, 0 as part, '' as label,
    t.spcname::text as name,
    '' as before, format('tablespace %I', t.spcname) as identity, '' as columns,
    t.spcowner as owner, false as definer,
    coalesce(t.spcacl, acldefault('t', t.spcowner)) as acl,
    case when t.oid >= 16384 then null::aclitem[] else acldefault('t', t.spcowner) end as initial,
    t.oid >= 16384 or t.spcowner <> 10 as owned
  from pg_tablespace t
)
