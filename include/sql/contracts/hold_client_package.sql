-- In: id. Out: the client package and, as state, the whole row as JSON. The row is held until the transaction ends: a
-- billing run that refers to it waits, and one that did already is waited for.
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
for update
