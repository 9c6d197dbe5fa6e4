-- In: of_client_plan, due. Out: the client who had the contract on that day, as the history has it: its first state
-- extends backwards. Null: the history does not know the contract.
create or replace function billing.client_when_charged(of_client_plan bigint, due date)
returns bigint
language sql stable parallel safe
as $$
    select state.client_id
    from history.client_plan as state
    where state.client_plan_id = of_client_plan
    order by state.since <= due desc, case when state.since <= due then state.since end desc, state.since asc
    limit 1
$$;
