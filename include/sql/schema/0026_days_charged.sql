-- Its file has two more columns.
drop function if exists billing.charged(date);
-- Replaced by billing.owe_as_charged, which compares the days too.
drop function if exists billing.owed_by(bigint, bigint, date, bigint[]);
