-- In: due_date; the temporary table parked. Makes pg_temp.incoming_posting: a posting for each pending charge whose
-- client plan is not parked and has an open invoice of the due date.
select finance.make_postings(:due_date, array(select parked.id from parked)) as made
