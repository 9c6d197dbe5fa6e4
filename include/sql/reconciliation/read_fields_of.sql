-- In: client_plans, name of the extra field. Out: its value of each of these client plans that has one.
select
    field.client_plan_id,
    field.value
from tv.client_extra_field as field
where field.name = :name and field.client_plan_id = any(cast(:client_plans as bigint[]))
