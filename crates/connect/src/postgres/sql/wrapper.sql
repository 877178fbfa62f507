with object as (
  select w.oid::int8 as key, w.oid::int8 as object, 0 as part, '' as label,
    w.fdwname::text as name,
    '' as before, format('foreign data wrapper %I', w.fdwname) as identity, '' as columns,
    w.fdwowner as owner, false as definer,
    coalesce(w.fdwacl, acldefault('F', w.fdwowner)) as acl,
    null::aclitem[] as initial, true as owned
  from pg_foreign_data_wrapper w
)
