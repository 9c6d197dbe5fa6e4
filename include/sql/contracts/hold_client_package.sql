-- In: id. Out: the client package and, as state, the whole row as JSON. The row is held until the transaction ends, but
-- not against a billing run that only refers to it.
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
