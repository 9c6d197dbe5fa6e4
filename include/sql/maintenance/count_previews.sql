-- In: days. Out: how many stored lists are older.
select count(*) as old
from billing.preview
where preview.created_at < now() - make_interval(days => :days)
