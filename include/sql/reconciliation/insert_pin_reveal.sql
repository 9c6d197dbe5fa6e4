-- In: author, client_plan_id. Notes that a person is about to be shown a PIN, which is told only once this is
-- committed.
insert into tv.pin_reveal (author, client_plan_id)
values (:author, :client_plan_id)
