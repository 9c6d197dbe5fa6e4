-- In: first_id, last_id, seed; the lists of parts of names. Inserts these clients, each with a CPF, or a CNPJ for a
-- company, that is valid and unique in the population. A quarter of the CNPJs has letters.
insert into erp.client (id, name, document, status)
with client as (
    select
        story.client_id,
        story.key,
        story.company,
        case when story.plans = 0 or story.role = 'client_plan_cancelled' then 'inactive' else 'active' end as status,
        -- The factor and 10 ^ 8 are coprime, so no two clients get the same eight digits.
        mod(story.client_id * 61803399 + mod(cast(:seed as bigint), 100000000), 100000000) as eight_digits
    from pg_temp.story(:first_id, :last_id, :seed) as story
),

named as (
    select
        client.*,
        case
            when client.company
                then concat_ws(
                    ' ',
                    pg_temp.pick(client.key, 'trade', cast(:trades as text[])),
                    pg_temp.pick(client.key, 'house', cast(:houses as text[])),
                    pg_temp.pick(client.key, 'legal form', cast(:legal_forms as text[]))
                )
            else
                concat_ws(
                    ' ',
                    pg_temp.pick(client.key, 'first name', cast(:first_names as text[])),
                    case
                        when pg_temp.roll(client.key, 'surnames', 3) > 0
                            then pg_temp.pick(client.key, 'surname', cast(:surnames as text[]))
                    end,
                    pg_temp.pick(client.key, 'last surname', cast(:surnames as text[]))
                )
        end as name
    from client
),

stem as (
    select
        named.*,
        case
            when named.company and pg_temp.roll(named.key, 'letters', 4) = 0
                then
                    translate(lpad(cast(named.eight_digits as text), 8, '0'), '0123456789', 'A1C2E3G4J5') || '0001'
            when named.company then lpad(cast(named.eight_digits as text), 8, '0') || '0001'
            -- The ninth digit differs from the eighth, because a CPF of eleven equal digits is invalid.
            else
                lpad(cast(named.eight_digits as text), 8, '0')
                || mod(named.eight_digits + 1 + pg_temp.roll(named.key, 'region', 9), 10)
        end as characters,
        case when named.company then 12 else 9 end as length,
        -- Weights descend from 9 at the last digit; those of a CNPJ restart at 9 after 2.
        case when named.company then 8 else 10 end as cycle
    from named
)

select
    stem.client_id,
    stem.name,
    stem.characters
    || cast(mod(mod(weighed.for_first, 11), 10) as text)
    || cast(mod(mod(weighed.for_second + 9 * mod(mod(weighed.for_first, 11), 10), 11), 10) as text),
    stem.status
from stem
cross join
    lateral (
        -- A letter counts as its ASCII code minus 48, as a digit does.
        select
            sum((ascii(substr(stem.characters, stem.length - place, 1)) - 48) * (9 - mod(place, stem.cycle)))
                as for_first,
            sum((ascii(substr(stem.characters, stem.length - place, 1)) - 48) * (9 - mod(place + 1, stem.cycle)))
                as for_second
        from generate_series(0, stem.length - 1) as place
    ) as weighed
