-- In: schemas, and fixed, the functions that migrations make. Out: each other function, view and trigger of the
-- schemas, and where its row is in the catalog: every write puts it elsewhere. Not the triggers of partitions, which
-- functions make.
select
    pg_describe_object('pg_proc'::regclass, routine.oid, 0) as name,
    routine.ctid::text as place
from pg_proc as routine
where
    routine.pronamespace::regnamespace::text = any(cast(:schemas as text[]))
    and routine.pronamespace::regnamespace || '.' || routine.proname <> all(cast(:fixed as text[]))
union all
select
    pg_describe_object('pg_class'::regclass, shown.oid, 0) as name,
    rule.ctid::text as place
from pg_class as shown
inner join pg_rewrite as rule on shown.oid = rule.ev_class
where shown.relkind = 'v' and shown.relnamespace::regnamespace::text = any(cast(:schemas as text[]))
union all
select
    pg_describe_object('pg_trigger'::regclass, fired.oid, 0) as name,
    fired.ctid::text as place
from pg_trigger as fired
inner join pg_class as relation on fired.tgrelid = relation.oid
where
    not fired.tgisinternal
    and fired.tgparentid = 0
    and not (relation.relispartition and relation.relkind = 'r')
    and relation.relnamespace::regnamespace::text = any(cast(:schemas as text[]))
