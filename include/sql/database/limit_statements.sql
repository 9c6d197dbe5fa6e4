-- In: milliseconds. Gives up each further statement of this transaction that takes longer.
select set_config('statement_timeout', cast(:milliseconds as text), true) as set_to
