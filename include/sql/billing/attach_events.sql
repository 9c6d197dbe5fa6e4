-- In: due_date. The new events (billing.incoming) become the due date's, or are added to them. Out: how many they are.
-- Another run that got there first makes a key fail the whole transaction.
select billing.take_in('billing.event_record', :due_date, 'billing.incoming') as events
