-- In: id. Locks a client package until the transaction ends, but not against a billing run that only refers to it.
-- Out: the row, and the whole row as JSON (state).
select
    sold.id,
    sold.client_plan_id,
    sold.package_id,
    sold.price,
    sold.added_on,
    sold.cancelled_on,
    cast(to_jsonb(sold) as text) as state
from tv.client_package as sold
where sold.id = :id
for no key update
