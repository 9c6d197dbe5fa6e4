-- In: of_event, the number of an event or of its posting. Out: the due date, which it begins with; null for a number
-- that begins with no date. Immutable, so that a condition on it names the partition when a statement is planned.
create or replace function billing.due_date_of(of_event bigint)
returns date
language sql immutable parallel safe
as $$
    select
        case
            when
                of_event between 1000000000000 and 99991231999999999
                and of_event / 10000000000 % 100 between 1 and 12
                and of_event / 100000000 % 100 between 1 and 31
                then make_date(cast(of_event / 1000000000000 as integer), cast(of_event / 10000000000 % 100 as integer), 1)
                + cast(of_event / 100000000 % 100 - 1 as integer)
        end
$$;
