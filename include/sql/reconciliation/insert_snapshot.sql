-- In: client_plan (one, or null for all). Out: the id of a snapshot that is about to be taken.
insert into reconciliation.snapshot (only_client_plan_id) values (:client_plan)
returning id
