-- In: lane, client_plan (one, or null). Inserts a snapshot that is about to be taken. Out: its id.
insert into reconciliation.snapshot (lane, only_client_plan_id) values (:lane, :client_plan)
returning id
