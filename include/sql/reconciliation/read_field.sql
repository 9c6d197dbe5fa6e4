-- In: client_plan_id, name of an extra field. Out: its value; a PIN is encrypted.
select field.value
from tv.client_extra_field as field
where field.client_plan_id = :client_plan_id and field.name = :name
