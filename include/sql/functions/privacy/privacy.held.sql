-- In: of_client. Out: the client plans that the client has or had, each with the days [since, until) on which it was
-- the client's, as far as the history knows; the same day may be in several rows. What was before the history is of
-- whoever it knows first.
create or replace function privacy.held(of_client bigint)
returns table (client_plan_id bigint, since date, until date)
language sql stable rows 10
as $$
    select
        state.client_plan_id,
        case
            when exists (
                select from history.client_plan as earlier
                where earlier.client_plan_id = state.client_plan_id and earlier.since < state.since
            ) then state.since
            else cast('-infinity' as date)
        end,
        state.until
    from history.client_plan as state
    where state.client_id = of_client
    union
    -- What the history does not know yet, or knows as of nobody.
    select
        plan.id,
        case
            when exists (
                select from history.client_plan as earlier
                where earlier.client_plan_id = plan.id and earlier.client_id <> of_client
            ) then current_date
            else cast('-infinity' as date)
        end,
        cast('infinity' as date)
    from erp.client_plan as plan
    where
        plan.client_id = of_client
        and not exists (
            select from history.client_plan as known
            where known.client_plan_id = plan.id and known.client_id = of_client and known.until = 'infinity'
        )
$$;
