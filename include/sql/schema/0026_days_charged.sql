-- Their files have one more column.
drop function if exists billing.charged(date);
drop function if exists billing.charged_client_package(date);
-- Replaced by billing.owe_as_charged, which compares the days too.
drop function if exists billing.owed_by(bigint, bigint, date, bigint[]);
