-- A sale comes with the terms of its month, so that the list joins them once, and without what is processed.
alter type billing.sale_of_contract
drop attribute billed_as,
add attribute policy_id bigint,
add attribute daily boolean,
add attribute arrears boolean,
add attribute minimum_amount numeric,
add attribute bills_suspended boolean,
add attribute rounding text,
add attribute allows_tv boolean,
add attribute default_package bigint;

-- Their files have one more parameter.
drop function if exists billing.sale(date, date, bigint[]);
drop function if exists billing.changed_sale(date, date);
drop function if exists billing.owed_part(date, date, date, boolean, bigint[]);
drop function if exists billing.owed_by_days(date, date, date, bigint[]);
drop function if exists billing.owed(date, date, date, bigint[]);
drop function if exists billing.due_in_arrears(date);
drop function if exists billing.due(date);
drop function if exists billing.uncharged(date);
