-- In: schemas. Out: our tables whose statistics are missing or old: every partitioned table, because autovacuum never
-- looks at those, and every other one that changed much since it was analysed, as deletions change it.
select
    format('%I.%I', class.relnamespace::regnamespace, class.relname) as name,
    class.relkind = 'p' as partitioned
from pg_class as class
left join pg_stat_user_tables as activity on class.oid = activity.relid
where
    class.relnamespace::regnamespace::text = any(cast(:schemas as text[]))
    and (
        class.relkind = 'p'
        or (
            class.relkind = 'r'
            and activity.n_mod_since_analyze > greatest(1000, class.reltuples * 0.05)
        )
    )
order by 1
