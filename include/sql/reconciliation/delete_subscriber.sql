-- In: client_plan, uid (or null). Deletes the subscriber from the staging of the snapshot, by either.
with parked as (
    delete from parked_subscriber
    where parked_subscriber.uid = :uid
)

delete from subscriber
where subscriber.client_plan_id = :client_plan or subscriber.uid = :uid
