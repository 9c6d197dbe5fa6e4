-- In: author. Waits until this transaction alone may count and note what the person was shown.
select pg_advisory_xact_lock(hashtextextended('pin reveals of ' || tv.person(:author), 0))
