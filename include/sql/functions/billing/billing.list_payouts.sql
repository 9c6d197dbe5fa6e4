-- In: settled, the due date that is being settled. Lists for paying out what is left of the credits of clients of whom
-- no invoice will come, because none of the contracts on whose invoices they would go is active. After
-- billing.post_credits, under the lock of credits. Out: how many payouts were listed, and their sum in reais.
create or replace function billing.list_payouts(settled date)
returns table (payouts bigint, amount numeric)
language plpgsql security definer set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set plan_cache_mode = force_custom_plan
as $$
begin
    if not exists (select from billing.credit where credit.rest > 0) then
        return query select 0::bigint, 0::numeric;
        return;
    end if;
    return query
    with waiting as materialized (
        select *
        from billing.waiting_credit()
    ),

    coming as materialized (
        select contract.id
        from billing.contract_on(
            settled, array(select distinct plan.id from waiting, unnest(waiting.client_plans) as plan (id))
        ) as contract
        where contract.state <> 'inactive'
    ),

    listed as (
        insert into billing.payout (event_id, due_date, client_plan_id, client_id, amount)
        select
            waiting.event_id,
            waiting.due_date,
            waiting.client_plan_id,
            waiting.client_id,
            waiting.rest
        from waiting
        where
            waiting.event_id not in (
                select placed.event_id
                from waiting as placed
                cross join unnest(placed.client_plans) as plan (id)
                inner join coming on plan.id = coming.id
            )
        returning payout.event_id, payout.amount
    ),

    settled_credit as (
        update billing.credit
        set rest = 0, settled_at = now()
        from listed
        where credit.event_id = listed.event_id
        returning listed.amount
    )

    select
        count(*),
        coalesce(sum(settled_credit.amount), 0)
    from settled_credit;
end
$$;
