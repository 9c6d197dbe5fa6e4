-- In: days. Out: how many notes of late changes are older.
select count(*) as old
from billing.late_change
where late_change.made_at < now() - make_interval(days => :days)
