-- Empties billing.excess_charge, to be found anew.
delete from billing.excess_charge
