with object as (
  select n.oid::int8 as key, n.oid::int8 as object, 0 as part, '' as label,
    n.nspname::text as name,
    '' as before, format('schema %I', n.nspname) as identity, '' as columns,
    n.nspowner as owner, false as definer,
    coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl,
    case when n.oid >= 16384 then null::aclitem[]
      else coalesce(i.initprivs, acldefault('n', n.nspowner)
        || case when n.nspname = 'information_schema'
             then array[makeaclitem(0, n.nspowner, 'USAGE', false)] else '{}'::aclitem[] end)
      end as initial,
    n.oid >= 16384 as owned
  from pg_namespace n
  left join pg_init_privs i on i.classoid = 'pg_namespace'::regclass and i.objoid = n.oid
    and i.objsubid = 0 and i.privtype = 'i'
  where n.nspname !~ '^pg_(temp|toast_temp)_'
    and (n.oid >= 16384 or n.nspacl is distinct from i.initprivs)
)
