select m.roleid::int8 as role, m.member::int8 as member, m.grantor::int8 as grantor,
  m.admin_option as admin, m.inherit_option as inherit, m.set_option as set_role
from pg_auth_members m
where (m.roleid::int8, m.member::int8, m.grantor::int8) > ($1, $2, $3)
order by 1, 2, 3
limit $4
