-- Out: since when failed tasks that no callback recorded are told.
select max(watch.since) as since
from alerts.watch
