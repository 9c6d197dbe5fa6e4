-- Out: the credits of which something is neither posted nor listed for paying out. client_plans: those on whose open
-- invoices it goes, its own, or the other ones of the client who was charged if the contract is another client's now.
create or replace function billing.waiting_credit()
returns table (
    event_id bigint,
    due_date date,
    client_plan_id bigint,
    client_id bigint,
    charge_id bigint,
    rest numeric(12, 2),
    moved boolean,
    client_plans bigint[]
)
language sql stable
as $$
    select
        waiting.event_id,
        waiting.due_date,
        waiting.client_plan_id,
        waiting.client_id,
        waiting.charge_id,
        waiting.rest,
        waiting.moved,
        case
            when waiting.moved
                then array(
                    select distinct plan.id
                    from erp.client_plan as plan
                    where plan.client_id = waiting.client_id and plan.id <> waiting.client_plan_id
                )
            else array[waiting.client_plan_id]
        end
    from (
        select distinct on (credit.event_id)
            credit.event_id,
            credit.due_date,
            credit.client_plan_id,
            credit.client_id,
            credit.charge_id,
            credit.rest,
            coalesce(plan.client_id <> credit.client_id, false) as moved
        from billing.credit
        left join erp.client_plan as plan on credit.client_plan_id = plan.id
        where credit.rest > 0
        order by credit.event_id asc, moved asc
    ) as waiting
$$;
