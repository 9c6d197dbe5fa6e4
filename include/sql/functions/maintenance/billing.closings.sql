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
            case parent
                when cast('finance.posting_of_plans' as regclass)
                    then
                        run.kind = 'standard'
                        and run.due_date >= listed.day
                        and run.due_date < cast(listed.day + interval '1 month' as date)
                else run.kind = 'tv' and run.due_date = listed.day
            end
$$;
