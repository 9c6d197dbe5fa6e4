-- In: now, many. Out: how many people were shown at least so many PINs within the last 24 hours, and the most that one
-- of them was shown.
select
    '' as key,
    jsonb_build_object('people', count(*), 'most', max(person.pins)) as parameters,
    sum(person.pins) as client_plans,
    cast(null as numeric) as amount
from (
    select count(distinct reveal.client_plan_id) as pins
    from tv.pin_reveal as reveal
    where reveal.revealed_at > cast(:now as timestamptz) - interval '24 hours'
    group by tv.person(reveal.author)
    having count(distinct reveal.client_plan_id) >= :many
) as person
having count(*) > 0
