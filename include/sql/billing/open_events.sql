-- In: due_date. Makes pg_temp.incoming_event_record, with the columns of billing.event_record, for the new events.
select billing.open_incoming('billing.event_record', :due_date) as opened
