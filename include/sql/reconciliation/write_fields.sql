-- In: client_plans, names, values: lists of the same length. Fills in the extra fields of client plans; a PIN comes
-- encrypted.
insert into tv.client_extra_field (client_plan_id, name, value)
select
    told.client_plan_id,
    told.name,
    told.value
from
    unnest(
        cast(:client_plans as bigint[]), cast(:names as text[]), cast(:values as text[])
    ) as told (client_plan_id, name, value)
on conflict (client_plan_id, name) do update set value = excluded.value
