-- Their files have more columns.
drop function if exists billing.charged(date);
drop function if exists billing.taken_back(date);
-- Replaced by billing.left_to_charge, which also says how much is left.
drop function if exists billing.owe_as_charged(bigint, bigint, date, bigint[], numeric, bigint, bigint[]);
comment on table billing.open_month is
'Months that owe more than was charged, in reais, as it was found last. charged 0: nobody charged the package for it, '
'or all of it was given back. package_id 0: the plan fee.';
