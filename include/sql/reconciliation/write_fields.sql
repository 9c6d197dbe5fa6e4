-- In: client_plans, names, values: lists of the same length. Writes extra fields of client plans; PINs come encrypted.
insert into tv.client_extra_field (client_plan_id, name, value)
select
    given.client_plan_id,
    given.name,
    given.value
from
    unnest(
        cast(:client_plans as bigint[]), cast(:names as text[]), cast(:values as text[])
    ) as given (client_plan_id, name, value)
on conflict (client_plan_id, name) do update set value = excluded.value
