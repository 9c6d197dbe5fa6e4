-- In: pin_field. Out: a recorded PIN, encrypted, that of the newest client plan; no row if there is none.
select field.value
from tv.client_extra_field as field
where field.name = :pin_field
order by field.client_plan_id desc
limit 1
