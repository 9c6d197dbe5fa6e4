-- In: scheduled (due dates whose runs should have started by now), grace (how long a step may take, as an interval),
-- patience (for how long a credit may wait for an invoice, as an interval), overdue (the first due date whose standard
-- billing may still be to come). Out: each billing run that stopped half-way
-- or never started, and each due date with credits that are to be paid out or wait for too long: due_date, and the code
-- of the reason with its parameters. Oldest first.
with begun as (
    select min(run.due_date) as due_date
    from billing.run as run
),

state as (
    select
        run.due_date,
        run.kind,
        run.status,
        run.reason_code,
        run.created_at < now() - cast(:grace as interval) as old,
        standard.status as standard_status,
        standard.closed_at < now() - cast(:grace as interval) as standard_old,
        (
            select review.decision is null
            from billing.review
            where review.due_date = run.due_date
            order by review.id desc
            limit 1
        ) as asked,
        waiting.parked,
        waiting.postable
    from billing.run as run
    left join
        lateral (
            select
                counted.parked,
                counted.postable
            from billing.count_waiting(run.due_date) as counted
            where run.kind = 'tv'
        ) as waiting
        on true
    left join billing.run as standard
        on run.kind = 'tv' and standard.kind = 'standard' and run.due_date = standard.due_date
    where run.status <> 'closed'
)

select
    state.due_date,
    case when state.asked then 'review_waits' else 'list_never_saved' end as code,
    jsonb_build_object() as parameters
from state
where state.kind = 'tv' and state.status = 'open' and state.old
union all
select
    state.due_date,
    charges.code,
    jsonb_build_object('events', charges.events) as parameters
from state
cross join
    lateral (values ('settlement_stopped', state.postable), ('charges_parked', state.parked)) as charges (code, events)
where state.kind = 'tv' and state.standard_status = 'closed' and state.standard_old and charges.events > 0
union all
select
    state.due_date,
    case state.status when 'failed' then 'standard_billing_to_repair' else 'standard_billing_stopped' end as code,
    case
        when state.status = 'failed' then jsonb_build_object('cause', coalesce(state.reason_code, 'see_detail'))
        else jsonb_build_object()
    end as parameters
from state
where state.kind = 'standard' and state.old
union all
-- Also if nobody waits for it any more, because the run that did was deleted.
select
    state.due_date,
    'standard_billing_missing' as code,
    jsonb_build_object() as parameters
from state
where state.kind = 'tv' and state.status = 'saved' and state.standard_status is null and state.due_date < :overdue
union all
select
    closed.due_date,
    'plans_parked' as code,
    jsonb_build_object('client_plans', closed.parked) as parameters
from (
    select
        run.due_date,
        (
            select count(*)
            from billing.parked_client_plan(run.due_date) as plan
            where
                not exists (
                    select 1
                    from finance.invoice as invoice
                    where invoice.client_plan_id = plan.id and invoice.due_date = run.due_date
                )
        ) as parked
    from billing.run as run
    where run.kind = 'standard' and run.status = 'closed' and run.due_date = any(cast(:scheduled as date[]))
) as closed
where closed.parked > 0
union all
select
    payout.due_date,
    'credits_to_pay_out' as code,
    jsonb_build_object('payouts', count(*), 'amount', sum(payout.amount)) as parameters
from billing.payout
where payout.paid_at is null and payout.withdrawn_at is null
group by payout.due_date
union all
select
    credit.due_date,
    'credits_wait' as code,
    jsonb_build_object('credits', count(*), 'amount', sum(credit.rest)) as parameters
from billing.credit
where credit.rest > 0 and credit.created_at < now() - cast(:patience as interval)
group by credit.due_date
union all
select
    due.due_date,
    'never_billed' as code,
    jsonb_build_object() as parameters
from unnest(cast(:scheduled as date[])) as due (due_date)
cross join begun
where
    due.due_date > begun.due_date
    and exists (
        select 1
        from billing.due_client_plan(due.due_date) as plan
        inner join tv.client_package as sold on plan.id = sold.client_plan_id
        where plan.exclusion is null and sold.added_on <= due.due_date and sold.cancelled_on is null
    )
    and not exists (
        select 1
        from billing.run as run
        where run.kind = 'tv' and run.due_date = due.due_date
    )
order by due_date asc, code asc
