-- In: due_date. The new postings (finance.incoming) become the due date's, or are added to them: with that their events
-- are processed. Out: how many they are.
select billing.take_in('finance.posting', :due_date, 'finance.incoming') as postings
