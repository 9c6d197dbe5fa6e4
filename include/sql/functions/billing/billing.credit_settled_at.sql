-- In: of_reversal, the number of a reversal. Out: when the last of it was posted or listed for paying out; null if
-- something is left.
create or replace function billing.credit_settled_at(of_reversal bigint)
returns timestamptz
language sql stable parallel safe
as $$
    select credit.settled_at
    from billing.credit
    where credit.event_id = of_reversal
$$;
