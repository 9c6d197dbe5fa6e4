-- Out: when reports.open_item was counted last; no row if it never was.
select refresh.refreshed_at
from reports.refresh as refresh
where refresh.figure = 'open_item'
