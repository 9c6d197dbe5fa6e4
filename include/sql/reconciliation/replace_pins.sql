-- In: name of the extra field; client_plans, stored, fresh: lists of the same length. Replaces encrypted PINs that are
-- still what was read. Whoever else writes PINs locks them in an order of their own, so rows in use are left out:
-- waiting for them could end in a deadlock.
with held as (
    select
        field.client_plan_id,
        told.fresh
    from
        unnest(
            cast(:client_plans as bigint[]), cast(:stored as text[]), cast(:fresh as text[])
        ) as told (client_plan_id, stored, fresh)
    inner join tv.client_extra_field as field
        on told.client_plan_id = field.client_plan_id and told.stored = field.value
    where field.name = :name
    for update of field skip locked
)

update tv.client_extra_field as field
set value = held.fresh
from held
where field.client_plan_id = held.client_plan_id and field.name = :name
