-- In: client_plan_id. Records that what this client plan is to have on the platform has changed.
insert into reconciliation.pending_change (client_plan_id, reason) values (:client_plan_id, 'contract')
