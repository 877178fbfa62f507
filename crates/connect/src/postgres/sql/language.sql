with object as (
  select l.oid::int8 as key, l.oid::int8 as object, 0 as part, '' as label,
    l.lanname::text as name,
    '' as before, format('language %I', l.lanname) as identity, '' as columns,
    l.lanowner as owner, false as definer,
    coalesce(l.lanacl, acldefault('l', l.lanowner)) as acl,
    case when l.oid >= 16384 then null::aclitem[]
      else coalesce(i.initprivs, acldefault('l', l.lanowner)) end as initial,
    l.oid >= 16384 or l.lanowner <> 10 as owned
  from pg_language l
  left join pg_init_privs i on i.classoid = 'pg_language'::regclass and i.objoid = l.oid
    and i.objsubid = 0 and i.privtype = 'i'
  where l.oid >= 16384 or l.lanowner <> 10 or l.lanacl is distinct from i.initprivs
)
