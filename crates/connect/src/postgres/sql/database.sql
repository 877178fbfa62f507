with object as (
  select d.oid::int8 as key, d.oid::int8 as object, 0 as part, '' as label,
    d.datname::text as name,
    '' as before, format('database %I', d.datname) as identity, '' as columns,
    d.datdba as owner, false as definer,
    coalesce(d.datacl, acldefault('d', d.datdba)) as acl,
    case when d.oid >= 16384 then null::aclitem[] else acldefault('d', d.datdba) end as initial,
    d.oid >= 16384 or d.datdba <> 10 as owned
  from pg_database d
)
