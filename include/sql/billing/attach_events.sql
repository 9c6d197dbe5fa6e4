-- In: due_date. Attaches the new events (billing.incoming) to billing.event_record: as the due date's partition, or as
-- more rows of it. Out: their number. A key fails the transaction if another run added the same charges first.
select billing.attach_partition('billing.event_record', :due_date, 'billing.incoming') as events
