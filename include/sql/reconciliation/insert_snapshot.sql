-- In: client_plan (one, or null for all). Inserts a snapshot that is about to be taken. Out: its id.
insert into reconciliation.snapshot (only_client_plan_id) values (:client_plan)
returning id
