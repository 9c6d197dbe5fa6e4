-- In: due_date. Attaches the new events (pg_temp.incoming_event_record) to billing.event_record: as the due date's
-- partition, or as more rows of it. Waits for other due dates that may charge the same months. Out: their number. A key
-- fails the transaction if another run added the same charges first.
select billing.attach_partition('billing.event_record', :due_date) as events
