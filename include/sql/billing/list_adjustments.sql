-- In: due_dates. Makes the temporary table adjustment: what is to be given back of their processed charges, because
-- they are more than what was owed and their policy adjusts. Of several charges of a month, the newest are given back
-- first.
create temporary table adjustment on commit drop as
select
    charge.id as charge_id,
    charge.due_date,
    least(charge.rest, charge.excess - charge.rest_after) as amount,
    cast(null as smallint) as days
from (
    select
        event.id,
        event.due_date,
        event.amount + coalesce(adjusted.amount, 0) as rest,
        excess.amount as excess,
        coalesce(sum(event.amount + coalesce(adjusted.amount, 0)) over (
            partition by event.due_date, event.client_plan_id, event.package_id, event.reference_month
            order by event.id desc rows between unbounded preceding and 1 preceding
        ), 0) as rest_after
    from unnest(cast(:due_dates as date[])) as given (due_date)
    cross join lateral billing.excess(given.due_date) as excess
    inner join lateral billing.processed_charge(given.due_date) as event
        on
            excess.client_plan_id = event.client_plan_id
            and excess.package_id = event.package_id
            and excess.reference_month = event.reference_month
    left join (
        select
            credit.charge_id,
            sum(credit.amount) as amount
        from billing.credit
        where credit.kind = 'adjustment' and not credit.voided
        group by credit.charge_id
    ) as adjusted on event.id = adjusted.charge_id
    where excess.adjusts
) as charge
where charge.rest > 0 and charge.excess > charge.rest_after
