-- Out: the first month that owes anything: as the settings have it, or else that of the first TV billing. Null: nothing
-- was billed yet.
create or replace function billing.go_live()
returns date
language sql stable parallel safe
as $$
    select
        coalesce(
            (select setting.month from billing.go_live as setting),
            (select billing.month_of(min(run.due_date)) from billing.run as run where run.kind = 'tv')
        )
$$;
