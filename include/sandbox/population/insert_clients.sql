-- In: first_id, last_id, seed; the lists that names are put together from. Adds these clients, each with a CPF, or a
-- CNPJ for a company, of valid check digits that nobody else in the population has.
insert into erp.client (id, name, document, status)
with client as (
    select
        story.client_id,
        story.key,
        story.company,
        case when story.plans = 0 or story.role = 'client_plan_cancelled' then 'inactive' else 'active' end as status,
        pg_temp.roll(story.key, 'surname', cardinality(cast(:surnames as text []))) as surname,
        -- The factor has no divisor in common with 10 ^ 8: no two clients get the same eight digits.
        mod(story.client_id * 61803399 + mod(cast(:seed as bigint), 100000000), 100000000) as eight_digits
    from pg_temp.story(:first_id, :last_id, :seed) as story
),

stem as (
    select
        client.*,
        case
            when client.company then client.eight_digits * 10000 + 1
            -- A ninth digit that is not the eighth: ten times the same digit is no CPF.
            else client.eight_digits * 10 + mod(client.eight_digits + 1 + pg_temp.roll(client.key, 'region', 9), 10)
        end as digits
    from client
)

select
    stem.client_id,
    case
        when stem.company
            then concat_ws(
                ' ',
                (cast(:trades as text []))[1 + pg_temp.roll(stem.key, 'trade', cardinality(cast(:trades as text [])))],
                (cast(:houses as text []))[1 + pg_temp.roll(stem.key, 'house', cardinality(cast(:houses as text [])))],
                (cast(:legal_forms as text []))[
                    1 + pg_temp.roll(stem.key, 'legal form', cardinality(cast(:legal_forms as text [])))
                ]
            )
        else concat_ws(
            ' ',
            (cast(:first_names as text []))[
                1 + pg_temp.roll(stem.key, 'first name', cardinality(cast(:first_names as text [])))
            ],
            (cast(:surnames as text []))[1 + stem.surname],
            case
                when pg_temp.roll(stem.key, 'surnames', 3) > 0
                    then (cast(:surnames as text []))[
                        1 + mod(
                            stem.surname + 1
                            + pg_temp.roll(stem.key, 'last surname', cardinality(cast(:surnames as text [])) - 1),
                            cardinality(cast(:surnames as text []))
                        )
                    ]
            end
        )
    end,
    lpad(cast(stem.digits as text), case when stem.company then 12 else 9 end, '0')
    || cast(first_check.digit as text)
    || cast(mod(mod(weighed.for_second + 9 * first_check.digit, 11), 10) as text),
    stem.status
from stem
-- Weights go down from 9 at the last digit; a CNPJ's start again after 2.
cross join lateral (
    select
        sum(digit.value * (9 - mod(digit.place, digit.cycle))) as for_first,
        sum(digit.value * (9 - mod(digit.place + 1, digit.cycle))) as for_second
    from (
        select
            place,
            mod(stem.digits / cast(10 ^ place as bigint), 10) as value,
            case when stem.company then 8 else 10 end as cycle
        from generate_series(0, case when stem.company then 11 else 8 end) as place
    ) as digit
) as weighed
cross join lateral (select mod(mod(weighed.for_first, 11), 10) as digit) as first_check
