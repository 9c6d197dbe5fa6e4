-- In: due_date. Waits for other due dates that may charge the same months, and makes them wait until the transaction
-- ends.
select billing.lock_charged_months(:due_date) as locked
