-- In: name, the business key to lock. Waits for the lock and holds it until the transaction ends, so a killed task
-- leaves none behind.
select pg_advisory_xact_lock(hashtextextended(:name, 0))
