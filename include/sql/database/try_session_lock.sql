-- In: name, the business key to be alone with. Out: whether we are. Held until the connection ends.
select pg_try_advisory_lock(hashtextextended(:name, 0)) as alone
