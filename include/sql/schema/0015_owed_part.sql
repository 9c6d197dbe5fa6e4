-- It learned whether to read what is charged by days.
drop function if exists billing.owed_part(date, date, date);
