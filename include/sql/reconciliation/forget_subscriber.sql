-- In: client_plan. Takes its subscriber out of the staging of the snapshot.
delete from staging.subscriber
where subscriber.client_plan_id = :client_plan
