-- In: due_date. Attaches the new postings (finance.incoming) to finance.posting: as the due date's partition, or as
-- more rows of it. From then on their events are processed. Out: their number.
select billing.attach_partition('finance.posting', :due_date, 'finance.incoming') as postings
