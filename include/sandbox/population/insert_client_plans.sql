-- In: first_id, last_id, seed, anchor (today's business date); tv_plans, fibre_plans and business_plans, the plan ids
-- to choose from. Inserts the contracts of these clients: the first by the client's role, a second one at random.
insert into erp.client_plan (id, client_id, service_plan_id, status, due_day, activated_on, cancelled_on)
with contract as (
    select
        story.client_id * 2 - 2 + number as id,
        story.client_id,
        story.due_day as usual_due_day,
        story.other_due_day,
        story.role,
        story.later,
        story.company,
        number,
        hashint8extended(story.key, number) as key
    from pg_temp.story(:first_id, :last_id, :seed) as story
    cross join lateral generate_series(1, story.plans) as number
),

lived as (
    select
        contract.id,
        contract.client_id,
        contract.key,
        case
            when contract.company then cast(:business_plans as bigint[])
            when contract.role = 'plan_without_tv' then cast(:fibre_plans as bigint[])
            when contract.role <> 'ordinary' then cast(:tv_plans as bigint[])
            when pg_temp.roll(contract.key, 'kind of plan', 100) < 70 then cast(:tv_plans as bigint[])
            else cast(:fibre_plans as bigint[])
        end as choice,
        case
            when contract.role = 'client_plan_suspended' then 'suspended'
            when contract.role = 'client_plan_cancelled' then 'cancelled'
            when contract.number = 1 then 'active'
            else case pg_temp.roll(contract.key, 'status', 20)
                when 0 then 'suspended'
                when 1 then 'cancelled'
                else 'active'
            end
        end as status,
        case
            when contract.number = 1 or pg_temp.roll(contract.key, 'same due day', 2) = 0 then contract.usual_due_day
            else contract.other_due_day
        end as due_day,
        cast(:anchor as date)
        + case
            when contract.role <> 'client_plan_not_active_yet'
                then -30 - pg_temp.roll(contract.key, 'activated', 2000)
            when contract.later then 400 + pg_temp.roll(contract.key, 'activated', 320)
            else 1 + pg_temp.roll(contract.key, 'activated', 90)
        end as activated_on
    from contract
)

select
    lived.id,
    lived.client_id,
    pg_temp.pick(lived.key, 'plan', lived.choice),
    lived.status,
    lived.due_day,
    lived.activated_on,
    case
        when lived.status = 'cancelled'
            then
                lived.activated_on + 1
                + pg_temp.roll(lived.key, 'cancelled', cast(:anchor as date) - lived.activated_on - 1)
    end
from lived
