with object as (
  select d.oid::int8 as key, d.oid::int8 as object, 0 as part, concat_ws('.', d.defaclrole, d.defaclnamespace, d.defaclobjtype) as label,
    coalesce(n.nspname, '*') || '/' || k.word as name,
    format('alter default privileges for role %I %s', r.rolname,
      case when n.oid is null then '' else format('in schema %I ', n.nspname) end) as before,
    k.word || 's' as identity, '' as columns,
    d.defaclrole as owner, false as definer,
    d.defaclacl as acl,
    case when d.defaclnamespace <> 0 or k.code is null then null::aclitem[]
      else acldefault(k.code, d.defaclrole) end as initial,
    false as owned
  from pg_default_acl d
  join pg_roles r on r.oid = d.defaclrole
  left join pg_namespace n on n.oid = d.defaclnamespace
  join lateral (select
    case d.defaclobjtype when 'r' then 'table' when 'S' then 'sequence' when 'f' then 'function'
      when 'T' then 'type' when 'n' then 'schema' when 'L' then 'large object' end as word,
    case d.defaclobjtype when 'S' then 's'::"char" else d.defaclobjtype end as code) k
    on k.word is not null
)
