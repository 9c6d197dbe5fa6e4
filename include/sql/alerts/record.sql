-- In: kind, now, found (a JSON array of objects with key, parameters, client_plans and amount). Opens what is new of
-- the kind, brings up to date what is still there, ends what is not; a clock that was set back by some hours ends
-- nothing until it is where it was. Out: how many alerts of the kind are open.
with found as (
    select
        given.key,
        given.parameters,
        given.client_plans,
        given.amount
    from jsonb_to_recordset(cast(:found as jsonb))
        as given (key text, parameters jsonb, client_plans bigint, amount numeric)
),

ended as (
    update alerts.alert set over_at = :now
    where
        alert.kind = :kind
        and alert.over_at is null
        and not (alert.seen_at > :now and alert.seen_at < cast(:now as timestamptz) + interval '1 day')
        and alert.key not in (select found.key from found)
),

written as (
    insert into alerts.alert (kind, key, parameters, client_plans, amount, opened_at, seen_at)
    select
        :kind,
        found.key,
        found.parameters,
        found.client_plans,
        found.amount,
        cast(:now as timestamptz) as opened_at,
        cast(:now as timestamptz) as seen_at
    from found
    on conflict (kind, key) where over_at is null do update
        set
            parameters = excluded.parameters,
            client_plans = excluded.client_plans,
            amount = excluded.amount,
            seen_at = excluded.seen_at
    returning 1
)

select count(*) as open_alerts from written
