-- In: parent (billing.event_record, finance.posting or finance.posting_of_plans) and dates of its partitions. Out: when
-- the runs of these dates were closed: the TV billing of each due date, or all standard billings of each month. Null if
-- one is not closed, or a date has none.
create or replace function billing.closings(parent regclass, dates date[])
returns timestamptz[]
language sql stable
as $$
    select
        case
            when bool_and(coalesce(run.status = 'closed', false))
                then array_agg(run.closed_at order by run.kind, run.due_date)
        end
    from unnest(dates) as listed (day)
    left join billing.run
        on
            run.kind = case parent when cast('finance.posting_of_plans' as regclass) then 'standard' else 'tv' end
            and listed.day = case parent
                when cast('finance.posting_of_plans' as regclass)
                    then cast(date_trunc('month', cast(run.due_date as timestamp)) as date)
                else run.due_date
            end
$$;
