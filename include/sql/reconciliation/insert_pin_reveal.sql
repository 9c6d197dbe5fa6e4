-- In: author, client_plan_id. Records who is about to be shown a PIN, which is shown only once this is committed.
insert into tv.pin_reveal (author, client_plan_id)
values (:author, :client_plan_id)
