with object as (
  select p.oid::int8 as key, p.oid::int8 as object, 0 as part, p.parname as label,
    p.parname as name,
    '' as before, format('parameter %s', p.parname) as identity, '' as columns,
    10::oid as owner, false as definer,
    p.paracl as acl, acldefault('p', 10) as initial, false as owned
  from pg_parameter_acl p
)
