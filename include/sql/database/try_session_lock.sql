-- In: name, the business key to lock. Out: whether the lock was free. Holds it until the connection ends.
select pg_try_advisory_lock(hashtextextended(:name, 0)) as alone
