-- Makes pg_temp.story: what the life of each client from `first_id` to `last_id` is about. A client depends on its
-- number and the seed alone. Clients go through the due days in turns, shuffled, and each due day goes through the
-- forty roles in order: so 480 clients in a row hold every role on every due day, once, whatever the seed.
-- A role tells what becomes of the client's first plan, or of the first package on it; those named after a reason
-- of billing.exclusion bring it about. `later` makes one half of a role's actors act a year or more from now, so
-- that what lies in the future now still does in some months.
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
