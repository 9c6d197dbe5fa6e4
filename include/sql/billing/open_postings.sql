-- In: due_date. Makes pg_temp.incoming_posting, with the columns of finance.posting, for the new postings.
select billing.open_incoming('finance.posting', :due_date) as opened
