with object as (
  select c.oid::int8 * 4096 + a.attnum + 64 as key, c.oid::int8 as object, a.attnum::int4 as part, '' as label,
    n.nspname || '.' || c.relname || '.' || a.attname as name,
    '' as before, format('table %I.%I', n.nspname, c.relname) as identity,
    format(' (%I)', a.attname) as columns,
    c.relowner as owner, false as definer,
    a.attacl as acl,
    case when c.oid >= 16384 then null::aclitem[]
      else i.initprivs end as initial,
    false as owned
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_init_privs i on i.classoid = 'pg_class'::regclass and i.objoid = c.oid
    and i.objsubid = a.attnum and i.privtype = 'i'
  where a.attacl is not null and not a.attisdropped and c.relpersistence <> 't'
    and (c.oid >= 16384 or a.attacl is distinct from i.initprivs)
)
