-- In: event and due_date of a charge that was corrected. Out: the live charge of the same month that stands in the
-- way of charging it again; no row if there is none. Other segments of the month, by the same due date, do not.
select other.id
from billing.event_record as charge
inner join billing.event_record as other
    on
        charge.client_plan_id = other.client_plan_id
        and charge.package_id = other.package_id
        and charge.reference_month = other.reference_month
        and (
            charge.days is null
            or other.days is null
            or (
                charge.client_package_id = other.client_package_id
                and (charge.segment = other.segment or charge.due_date <> other.due_date)
            )
        )
where
    charge.id = :event
    and charge.due_date = :due_date
    and other.id <> :event
    and other.due_date >= billing.charging_since(:due_date)
    and other.due_date < billing.charging_until(:due_date)
    and other.kind = 'charge'
    and other.cancelled_at is null
    and not other.reversed
limit 1 -- noqa: AM09
