-- In: name of the extra field; client_plans, stored, fresh: lists of the same length. Replaces encrypted PINs that are
-- unchanged since they were read. Other writers lock PINs in their own order, so rows in use are skipped: waiting for
-- them could deadlock.
with held as (
    select
        field.client_plan_id,
        given.fresh
    from
        unnest(
            cast(:client_plans as bigint[]), cast(:stored as text[]), cast(:fresh as text[])
        ) as given (client_plan_id, stored, fresh)
    inner join tv.client_extra_field as field
        on given.client_plan_id = field.client_plan_id and given.stored = field.value
    where field.name = :name
    for update of field skip locked
)

update tv.client_extra_field as field
set value = held.fresh
from held
where field.client_plan_id = held.client_plan_id and field.name = :name
