-- Trigger on billing.credit: the credits of a charge never add up to more than the charge, which is processed. Due date
-- by due date, so that each query reads one partition. Takes the lock of credits, so that none is added meanwhile.
create or replace function billing.require_charge() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    due date;
    wrong record;
begin
    perform pg_advisory_xact_lock(hashtextextended('billing credits', 0));
    for due in select distinct added.due_date from added order by 1 loop
        select
            of_charge.charge_id,
            of_charge.amount,
            charge.amount as charged
        into wrong
        from (
            select
                credit.charge_id,
                -sum(credit.amount) as amount
            from billing.credit
            where
                not credit.voided
                and credit.charge_id = any(array(select added.charge_id from added where added.due_date = due))
            group by credit.charge_id
        ) as of_charge
        left join billing.event_record as charge
            on charge.due_date = due and of_charge.charge_id = charge.id and charge.kind = 'charge'
        left join finance.posting on posting.event_due_date = due and charge.id = posting.id
        where posting.id is null or of_charge.amount > charge.amount
        limit 1;
        if found then
            raise exception 'charge % of %: its credits are %', wrong.charge_id, wrong.charged, wrong.amount
                using errcode = 'restrict_violation', constraint = 'credit_of_charge';
        end if;
    end loop;
    return null;
end
$$;
