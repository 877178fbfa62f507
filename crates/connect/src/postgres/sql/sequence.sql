with object as (
  select c.oid::int8 as key, c.oid::int8 as object, 0 as part, '' as label,
    n.nspname || '.' || c.relname as name,
    '' as before, format('sequence %I.%I', n.nspname, c.relname) as identity, '' as columns,
    c.relowner as owner, false as definer,
    coalesce(c.relacl, acldefault('s', c.relowner)) as acl,
    null::aclitem[] as initial,
    true as owned
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'S' and c.relpersistence <> 't' and c.oid >= 16384
)
