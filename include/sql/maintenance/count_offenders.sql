-- In: days. Out: how many rows of what the checks found concern due dates that are older.
select count(*) as old
from quality.offender
where
    offender.due_date < current_date - cast(:days as integer)
    and offender.found_at < now() - make_interval(days => :days)
