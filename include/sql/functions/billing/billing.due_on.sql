-- In: a client plan and a due date. Out: whether it was due on that date, as the history has it; true if that knows
-- nothing of it. For the few that another due date charged, so it is not inlined.
create or replace function billing.due_on(of_client_plan bigint, a_due_date date)
returns boolean
language sql stable parallel safe cost 10000
set enable_nestloop = on
as $$
    select
        not exists (
            select
            from history.client_plan as state
            where
                state.client_plan_id = of_client_plan
                and state.since <= a_due_date
                and state.until > a_due_date
                and billing.day_in(billing.month_of(a_due_date), state.due_day) is distinct from a_due_date
        )
$$;
