-- Raises the statement timeout of this transaction above that of a page, for a download.
set local statement_timeout = '3min'
