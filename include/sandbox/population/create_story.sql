-- Creates pg_temp.story: the due day and role of each client from `first_id` to `last_id`, which depend only on its
-- number and the seed. Clients take the due days in turn, shuffled, and each due day takes the forty roles in order, so
-- any 480 consecutive clients have every role on every due day exactly once.
-- A role says what happens to the client's first plan, or to the first package on it. A role named after a reason of
-- billing.exclusion causes that exclusion. `later` moves half of a role's future dates a year or more ahead, so that
-- they are still in the future in some months.
create or replace function pg_temp.story(first_id bigint, last_id bigint, seed bigint)
returns table (
    client_id bigint,
    key bigint,
    due_day integer,
    other_due_day integer,
    role text,
    later boolean,
    company boolean,
    plans integer
)
language sql stable
as $$
    with due_day as materialized (
        select array[1, 5, 8, 10, 12, 15, 20, 25, 28, 29, 30, 31] as list
    ),

    turn as (
        select
            number as client_id,
            hashint8extended(number, seed) as key,
            (number - 1) / 12 as turn,
            mod(number - 1 + pg_temp.roll(hashint8extended((number - 1) / 12, seed), 'shuffle', 12), 12) as slot
        from generate_series(first_id, last_id) as number
    ),

    role as (
        select
            turn.client_id,
            turn.key,
            turn.slot,
            mod(turn.turn / 40, 2) = 0 as later,
            coalesce((array[
                'client_plan_suspended', 'client_plan_suspended', 'client_plan_cancelled', 'client_plan_cancelled',
                'client_plan_not_active_yet', 'plan_without_tv', 'package_not_extra', 'package_inactive',
                'not_added_yet', 'package_cancelled', 'no_price', 'free',
                'only_an_own_price', 'changed_on_the_due_date', 'added_again'
            ])[1 + mod(turn.turn + 7 * turn.slot, 40)], 'ordinary') as role
        from turn
    )

    select
        role.client_id,
        role.key,
        due_day.list[1 + role.slot],
        pg_temp.pick(role.key, 'other due day', due_day.list),
        role.role,
        role.later,
        role.role = 'ordinary' and pg_temp.roll(role.key, 'company', 100) < 4,
        case
            when role.role <> 'ordinary' then 1
            when pg_temp.roll(role.key, 'plans', 100) < 4 then 0
            when pg_temp.roll(role.key, 'plans', 100) > 90 then 2
            else 1
        end
    from role
    cross join due_day
$$
