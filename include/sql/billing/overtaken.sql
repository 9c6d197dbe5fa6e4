-- In: run_id and moved_away (of the run, as it was read first). Out: whether a run of another due date that was
-- committed meanwhile took events of this one.
select run.moved_away <> :moved_away as overtaken
from billing.run as run
where run.id = :run_id
