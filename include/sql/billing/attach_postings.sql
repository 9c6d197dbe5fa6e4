-- In: due_date. Attaches the new postings (pg_temp.incoming_posting) to finance.posting: as the due date's partition,
-- or as more rows of it. From then on their events are processed. Out: their number.
select billing.attach_partition('finance.posting', :due_date) as postings
