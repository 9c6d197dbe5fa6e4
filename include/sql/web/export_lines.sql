-- Reads the setting multitv.preview of this transaction: the number of a list. Out: the whole list for a spreadsheet, a
-- row a client package, in the order of the screen.
select *
from billing.preview_sheet(cast(current_setting('multitv.preview') as bigint))
