with object as (
  select p.oid::int8 as key, p.oid::int8 as object, 0 as part, '' as label,
    n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name,
    '' as before,
    format('routine %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
      as identity,
    '' as columns,
    p.proowner as owner, p.prosecdef as definer,
    coalesce(p.proacl, acldefault('f', p.proowner)) as acl,
    case when p.oid >= 16384 then null::aclitem[]
      else coalesce(i.initprivs, acldefault('f', p.proowner)) end as initial,
    p.oid >= 16384 or p.proowner <> 10 as owned
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  left join pg_init_privs i on i.classoid = 'pg_proc'::regclass and i.objoid = p.oid
    and i.objsubid = 0 and i.privtype = 'i'
  where n.nspname !~ '^pg_temp_'
    and (p.oid >= 16384 or p.proowner <> 10 or p.proacl is distinct from i.initprivs)
)
