-- Their files have one more parameter, the client plans.
drop function if exists billing.due(date, date);
drop function if exists billing.due_in_arrears(date, date);
