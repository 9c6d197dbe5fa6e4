-- In: client_plan. Deletes its subscriber from the staging of the snapshot.
delete from staging.subscriber
where subscriber.client_plan_id = :client_plan
