with object as (
  select s.oid::int8 as key, s.oid::int8 as object, 0 as part, '' as label,
    s.srvname::text as name,
    '' as before, format('foreign server %I', s.srvname) as identity, '' as columns,
    s.srvowner as owner, false as definer,
    coalesce(s.srvacl, acldefault('S', s.srvowner)) as acl,
    null::aclitem[] as initial, true as owned
  from pg_foreign_server s
)
