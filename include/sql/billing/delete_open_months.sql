-- Empties billing.open_month, to be found anew.
delete from billing.open_month
