-- Its file has one more column.
drop function if exists billing.charged(date);
-- Replaced by billing.left_to_charge, which also says how much is left.
drop function if exists billing.owe_as_charged(bigint, bigint, date, bigint[], numeric, bigint, bigint[]);
