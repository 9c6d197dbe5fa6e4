-- In: client, today (the ISP's business date), pin_field. Out: the contracts of the client that have a subscriber whom
-- the reconciliation leaves alone, because the ERP does not show the contract any more, or not one that can be read.
select distinct held.client_plan_id
from privacy.held(:client) as held
inner join tv.client_extra_field as recorded on held.client_plan_id = recorded.client_plan_id
left join reconciliation.stated_contract(cast(:today as date), null) as stated on held.client_plan_id = stated.id
where
    held.until = 'infinity'
    and recorded.name <> :pin_field
    and (stated.id is null or stated.parked is not null or not stated.begun)
order by held.client_plan_id
