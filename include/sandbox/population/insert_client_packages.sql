-- In: first_id, last_id, seed, anchor (today's business date); everyday, the uids of the packages that most clients
-- buy; mistaken, discontinued, unpriced and free, the uids for the roles of these names, null for none. Inserts the
-- extras of these clients' plans. No package is sold twice to a plan on one day; the day of cancelling is the first one
-- without it.
insert into tv.client_package (id, client_plan_id, package_id, price, added_on, cancelled_on)
with contract as (
    select
        plan.id,
        hashint8extended(plan.id, :seed) as key,
        case when plan.id = story.client_id * 2 - 1 then story.role else 'ordinary' end as role,
        story.later,
        setting.allows_tv,
        plan.activated_on,
        plan.cancelled_on,
        coalesce(plan.cancelled_on, greatest(plan.activated_on, :anchor)) - plan.activated_on as days,
        plan.due_day
    from erp.client_plan as plan
    inner join pg_temp.story(:first_id, :last_id, :seed) as story on plan.client_id = story.client_id
    inner join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
    where plan.id between cast(:first_id as bigint) * 2 - 1 and cast(:last_id as bigint) * 2
),

list as (
    select greatest(cardinality(cast(:everyday as text[])), 1) as length
),

sold as (
    select
        contract.id as client_plan_id,
        hashint8extended(contract.key, number) as key,
        number,
        case when number = 1 then contract.role else 'ordinary' end as role,
        contract.later,
        contract.activated_on,
        contract.cancelled_on as plan_cancelled_on,
        contract.days,
        contract.due_day,
        -- Steps forwards or backwards through the list, from any of its packages: as many in a row as it is long are
        -- all different. Of an empty list this is null, and null is no package.
        (cast(:everyday as text[]))[
            1 + mod(
                pg_temp.roll(contract.key, 'package', list.length)
                + number * (1 + (list.length - 2) * pg_temp.roll(contract.key, 'way', 2)),
                list.length
            )
        ] as everyday
    from contract
    cross join list
    cross join lateral generate_series(
        1,
        least(
            list.length,
            case
                when contract.role = 'plan_without_tv' then 1
                when not contract.allows_tv then 0
                when contract.role = 'ordinary'
                    then pg_temp.pick(contract.key, 'extras', array[0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4])
                else 1 + pg_temp.roll(contract.key, 'more extras', 3)
            end
        )
    ) as number
),

priced as (
    select
        sold.*,
        case
            when sold.role = 'package_not_extra' then cast(:mistaken as text)
            when sold.role = 'package_inactive' then cast(:discontinued as text)
            when sold.role in ('no_price', 'only_an_own_price') then cast(:unpriced as text)
            when sold.role = 'free' and sold.later then cast(:free as text)
            else sold.everyday
        end as platform_uid,
        case
            when sold.role = 'no_price' or (sold.role = 'free' and sold.later) then null
            when sold.role = 'free' then 0.00
            when sold.role = 'only_an_own_price' then 21.90
            when pg_temp.roll(sold.key, 'own price', 100) < 2 then 0.00
            when pg_temp.roll(sold.key, 'own price', 100) < 14
                then pg_temp.pick(sold.key, 'price', array[4.99, 9.90, 14.90, 17.45, 19.90, 27.50])
        end as price,
        -- A single roll decides what happens to an everyday sale, so that at most one thing does.
        case when sold.role = 'ordinary' and sold.plan_cancelled_on is null then pg_temp.roll(sold.key, 'fate', 100) end
            as fate
    from sold
),

added as (
    select
        priced.*,
        case
            when priced.role = 'not_added_yet' and priced.later
                then :anchor + 400 + pg_temp.roll(priced.key, 'added', 320)
            when priced.role = 'not_added_yet' then :anchor + 1 + pg_temp.roll(priced.key, 'added', 90)
            when priced.role = 'changed_on_the_due_date' and not priced.later
                then pg_temp.next_due(:anchor, priced.due_day)
            when priced.role = 'added_again' then priced.activated_on + priced.days / 4
            when priced.fate < 3 and priced.activated_on <= :anchor
                then :anchor + 1 + pg_temp.roll(priced.key, 'added', 60)
            else priced.activated_on + pg_temp.roll(priced.key, 'added', priced.days)
        end as added_on
    from priced
),

spell as (
    select
        added.client_plan_id,
        added.number,
        added.platform_uid,
        added.price,
        added.added_on,
        case
            when added.plan_cancelled_on is not null and pg_temp.roll(added.key, 'ended with the plan', 2) = 0
                then added.plan_cancelled_on
            when added.role = 'package_cancelled'
                then added.added_on + pg_temp.roll(added.key, 'cancelled', :anchor - added.added_on + 1)
            when added.role = 'changed_on_the_due_date' and added.later then pg_temp.next_due(:anchor, added.due_day)
            when added.role = 'added_again' then added.activated_on + added.days / 2
            when added.fate between 3 and 8
                then added.added_on + pg_temp.roll(added.key, 'cancelled', :anchor - added.added_on + 1)
            when added.fate between 9 and 11
                then greatest(added.added_on, :anchor) + 1 + pg_temp.roll(added.key, 'cancelled', 60)
        end as cancelled_on
    from added
    union all
    -- Sold again: on the day of cancelling, or some time later.
    select
        added.client_plan_id,
        5 as number,
        added.platform_uid,
        added.price,
        added.activated_on + added.days / 2
        + case when added.later then 0 else pg_temp.roll(added.key, 'again', added.days / 2) end,
        null
    from added
    where added.role = 'added_again'
)

select
    spell.client_plan_id * 5 - 5 + spell.number,
    spell.client_plan_id,
    package.id,
    spell.price,
    spell.added_on,
    spell.cancelled_on
from spell
inner join tv.package as package on spell.platform_uid = package.platform_uid
