-- In: of_client_plan. Out: the key of the lock under which its operations go out, in both kinds of run.
create or replace function reconciliation.client_plan_lock(of_client_plan bigint)
returns bigint
language sql immutable parallel safe
as $$
    select hashtextextended('reconciliation of client plan ' || of_client_plan, 0)
$$;
