select r.oid::int8 as oid, r.rolname::text as name, quote_ident(r.rolname) as quoted,
  r.rolcanlogin as login, r.rolinherit as inherit, r.rolsuper as superuser,
  r.rolcreaterole as createrole, r.rolcreatedb as createdb, r.rolreplication as replication,
  r.rolbypassrls as bypassrls,
  r.oid < 16384 and r.rolname like 'pg\_%' as predefined,
  case when r.rolvaliduntil = 'infinity' then null
    when r.rolvaliduntil = '-infinity' then 0
    else (extract(epoch from r.rolvaliduntil) * 1000000)::int8 end as valid_until
from pg_roles r
where r.oid::int8 > $1
order by r.oid::int8
limit $2
