-- In: change_set, today, client_plans (null: all), uid_field (the name of the extra field). Records the
-- contracts that would be managed, but whose rows in the ERP cannot be relied on, once each, with the reason.
insert into reconciliation.parked_client_plan (change_set_id, client_plan_id, reason)
select
    :change_set,
    stated.id,
    min(stated.parked)
from reconciliation.stated_contract(cast(:today as date), cast(:client_plans as bigint[])) as stated
left join tv.client_extra_field as recorded on stated.id = recorded.client_plan_id and recorded.name = :uid_field
where stated.parked is not null and (stated.allows_tv or recorded.value is not null)
group by stated.id
