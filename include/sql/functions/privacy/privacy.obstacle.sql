-- In: of_client, for_day (the ISP's business date). Out: what has to be over before the client's personal data may be
-- erased, as codes, each with the first client plan that it is about.
create or replace function privacy.obstacle(of_client bigint, for_day date)
returns table (cause text, client_plan_id bigint)
language sql stable
as $$
    with held as materialized (
        select distinct mine.client_plan_id, mine.since, mine.until from privacy.held(of_client) as mine
    ),

    -- Whose client plans are the client's still.
    own as materialized (
        select distinct held.client_plan_id from held
        where held.until = 'infinity'
    ),

    found as (
        select 'erasure_active_contract' as cause, plan.id as client_plan_id
        from erp.client_plan as plan
        where
            plan.client_id = of_client
            and plan.status is distinct from 'cancelled'
            and (plan.cancelled_on <= for_day) is not true
        union all
        select 'erasure_pending_charge', event.client_plan_id
        from held
        inner join billing.event as event on held.client_plan_id = event.client_plan_id
        where
            event.status = 'pending'
            and event.due_date >= held.since
            and event.due_date < held.until
        union all
        select 'erasure_open_invoice', invoice.client_plan_id
        from own
        inner join finance.invoice as invoice on own.client_plan_id = invoice.client_plan_id
        where invoice.status = 'open' and invoice.due_date >= for_day
        union all
        select 'erasure_open_credit', credit.client_plan_id
        from billing.credit
        where
            credit.settled_at is null
            and not credit.voided
            and (
                credit.client_id = of_client
                or (credit.client_id is null and credit.client_plan_id in (select own.client_plan_id from own))
            )
        union all
        select 'erasure_open_payout', payout.client_plan_id
        from billing.payout
        where
            payout.paid_at is null
            and payout.withdrawn_at is null
            and (
                payout.client_id = of_client
                or (payout.client_id is null and payout.client_plan_id in (select own.client_plan_id from own))
            )
        union all
        select 'erasure_open_month', open.client_plan_id
        from billing.open_month as open
        where
            open.client_plan_id in (select own.client_plan_id from own)
            and not exists (
                select from billing.waived_month as waived
                where
                    waived.client_plan_id = open.client_plan_id
                    and waived.package_id = open.package_id
                    and waived.reference_month = open.reference_month
            )
        union all
        select 'erasure_open_operation', operation.client_plan_id
        from own
        inner join reconciliation.operation as operation on own.client_plan_id = operation.client_plan_id
        where operation.status = 'planned'
        union all
        select 'erasure_open_operation', pending.client_plan_id
        from own
        inner join reconciliation.pending_change as pending on own.client_plan_id = pending.client_plan_id
        where pending.change_set_id is null
        union all
        select 'erasure_parked_subscriber', parked.client_plan_id
        from own
        inner join reconciliation.parked_subscriber as parked on own.client_plan_id = parked.client_plan_id
    )

    select
        found.cause,
        min(found.client_plan_id)
    from found
    group by found.cause
$$;
