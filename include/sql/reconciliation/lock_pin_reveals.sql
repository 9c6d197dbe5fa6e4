-- In: author. Takes an exclusive lock on the reveals of a person until the transaction ends.
select pg_advisory_xact_lock(hashtextextended('pin reveals of ' || tv.person(:author), 0))
