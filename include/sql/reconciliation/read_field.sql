-- In: client_plan_id, name of an extra field. Out: its value; a PIN is encrypted. No row for a PIN that is nobody's
-- (client 0), because it is being replaced.
select field.value
from tv.client_extra_field as field
where field.client_plan_id = :client_plan_id and field.name = :name and field.client_id is distinct from 0
