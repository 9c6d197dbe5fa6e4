-- In: service_plan_id (null: the default), proration, timing, minimum_amount in reais, bills_suspended, author. Adds a
-- version, unless the one in force is the same. Out: the id of the version in force.
with in_force as (
    select
        policy.id,
        policy.proration,
        policy.timing,
        policy.minimum_amount,
        policy.bills_suspended
    from billing.policy_in_force as policy
    where policy.service_plan_id is not distinct from cast(:service_plan_id as bigint)
),

added as (
    insert into billing.policy (service_plan_id, proration, timing, minimum_amount, bills_suspended, author)
    select
        cast(:service_plan_id as bigint),
        :proration,
        :timing,
        cast(:minimum_amount as numeric),
        :bills_suspended,
        :author
    where
        not exists (
            select 1
            from in_force
            where
                (in_force.proration, in_force.timing, in_force.minimum_amount, in_force.bills_suspended)
                = (:proration, :timing, cast(:minimum_amount as numeric), :bills_suspended)
        )
    returning id
)

select coalesce((select added.id from added), (select in_force.id from in_force)) as id
