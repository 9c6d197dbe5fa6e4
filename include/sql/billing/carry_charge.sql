-- In: event and due_date of a pending charge that was made after its due date was settled. Keeps it for its client
-- plan's next open invoice. Before the settlement it does nothing, because that posts the charge.
insert into billing.carried_charge (event_id, due_date, client_plan_id)
select
    event.id,
    event.due_date,
    event.client_plan_id
from billing.event_record as event
inner join billing.run as standard
    on event.due_date = standard.due_date and standard.kind = 'standard' and standard.status = 'closed'
where
    event.id = :event
    and event.due_date = :due_date
    and billing.partition_of('finance.posting', :due_date) is not null
