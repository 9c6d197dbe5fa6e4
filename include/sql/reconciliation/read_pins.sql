-- In: name of the extra field, after (a client plan), size. Out: a page of encrypted PINs, by client plan.
select
    field.client_plan_id,
    field.value
from tv.client_extra_field as field
where field.name = :name and field.client_plan_id > cast(:after as bigint)
order by field.client_plan_id
limit :size
