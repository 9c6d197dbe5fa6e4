-- In: of_merge, the number of a merge. Out: whether something changed since its table was built: the partitions, a
-- run that was opened again, or events and postings of its dates.
create or replace function billing.is_merge_outdated(of_merge bigint)
returns boolean
language sql stable
as $$
    select
        -- Notes of late changes are kept for longer.
        merged.built_at < now() - interval '1 day'
        or merged.dates is distinct from (
            select array_agg(day order by day)
            from billing.partition_dates(merged.parent) as part
            cross join lateral unnest(part.dates) as day
            where part.partition = any(merged.partitions)
        )
        or merged.closings is distinct from billing.closings(merged.parent, merged.dates)
        or exists (
            select
            from billing.late_change as late
            where
                not pg_visible_in_snapshot(late.made_by, merged.seen)
                and case merged.parent
                    when cast('finance.posting_of_plans' as regclass) then late.fee_month = any(merged.dates)
                    else late.due_date = any(merged.dates)
                end
        )
    from billing.partition_merge as merged
    where merged.id = of_merge
$$;
