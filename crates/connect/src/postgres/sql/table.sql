with object as (
  select c.oid::int8 as key, c.oid::int8 as object, 0 as part, '' as label,
    n.nspname || '.' || c.relname as name,
    '' as before, format('table %I.%I', n.nspname, c.relname) as identity, '' as columns,
    c.relowner as owner, false as definer,
    coalesce(c.relacl, acldefault('r', c.relowner)) as acl,
    case when c.oid >= 16384 then null::aclitem[]
      else coalesce(i.initprivs, acldefault('r', c.relowner)
        || case when n.nspname = 'information_schema'
             then array[makeaclitem(0, c.relowner, 'SELECT', false)] else '{}'::aclitem[] end)
      end as initial,
    c.oid >= 16384 or c.relowner <> 10 as owned
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_init_privs i on i.classoid = 'pg_class'::regclass and i.objoid = c.oid
    and i.objsubid = 0 and i.privtype = 'i'
  where c.relkind in ('r', 'v', 'm', 'f', 'p') and c.relpersistence <> 't'
    and (c.oid >= 16384 or c.relowner <> 10 or c.relacl is distinct from i.initprivs)
)
