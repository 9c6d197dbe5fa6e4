-- In: due_date. Adds to the temporary table adjustment what is to be given back of its processed charges, because they
-- are more than what was owed and their policy adjusts. Of several charges of a month, the newest are given back first.
insert into adjustment (charge_id, due_date, amount)
with charge as (
    select
        event.id,
        event.client_plan_id,
        event.package_id,
        event.reference_month,
        event.amount + coalesce(adjusted.amount, 0) as rest
    from billing.processed_charge(:due_date) as event
    left join billing.adjusted as adjusted on event.id = adjusted.charge_id and adjusted.due_date = :due_date
),

newest_first as (
    select
        charge.id,
        charge.rest,
        excess.amount as excess,
        coalesce(sum(charge.rest) over (
            partition by charge.client_plan_id, charge.package_id, charge.reference_month
            order by charge.id desc rows between unbounded preceding and 1 preceding
        ), 0) as before
    from billing.excess(:due_date) as excess
    inner join charge
        on
            excess.client_plan_id = charge.client_plan_id
            and excess.package_id = charge.package_id
            and excess.reference_month = charge.reference_month
    where excess.adjusts
)

select
    newest_first.id,
    :due_date,
    least(newest_first.rest, newest_first.excess - newest_first.before)
from newest_first
where newest_first.rest > 0 and newest_first.excess > newest_first.before
