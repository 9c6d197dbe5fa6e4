-- In: client_plans, names, values, clients (for whom a PIN was made, else null): lists of the same length. Writes extra
-- fields of client plans; PINs come encrypted.
insert into tv.client_extra_field (client_plan_id, name, value, client_id)
select
    given.client_plan_id,
    given.name,
    given.value,
    given.client_id
from
    unnest(
        cast(:client_plans as bigint[]), cast(:names as text[]), cast(:values as text[]), cast(:clients as bigint[])
    ) as given (client_plan_id, name, value, client_id)
on conflict (client_plan_id, name) do update set value = excluded.value, client_id = excluded.client_id
