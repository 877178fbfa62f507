, page as (select * from object where key > $1 order by key limit $2)
select p.key, p.object, p.part, p.label, p.name, p.before, p.identity, p.columns, p.owner::int8 as owner,
  p.definer, g.privilege, g.grantee, g.grantors, g.grantable, g.items
from page p
left join lateral (
  select 'OWN' as privilege, p.owner::int8 as grantee, '{}'::int8[] as grantors,
    '{}'::bool[] as grantable, '{}'::text[] as items
  where p.owned
  union all
  select a.privilege_type, a.grantee::int8,
    array_agg(a.grantor::int8 order by a.grantor),
    array_agg(a.is_grantable order by a.grantor),
    array_agg(makeaclitem(a.grantee, a.grantor, a.privilege_type, a.is_grantable)::text
      order by a.grantor)
  from aclexplode(p.acl) a
  where not exists (
    select from aclexplode(p.initial) i
    where i.grantee = a.grantee and i.grantor = a.grantor and i.privilege_type = a.privilege_type
      and (i.is_grantable or not a.is_grantable))
  group by a.privilege_type, a.grantee
) g on true
order by p.key, g.privilege collate "C", g.grantee
