-- In: service_plan_id (null: the default), proration, timing, rounding, minimum_amount in reais, bills_suspended,
-- adjusts, bills_open_months, valid_from (the first day of a month, or -infinity), author. Adds a version, unless the
-- newest one is the same. Out: the id of the newest version.
with newest as (
    select policy.*
    from billing.policy as policy
    where policy.service_plan_id is not distinct from cast(:service_plan_id as bigint)
    order by policy.id desc
    limit 1
),

added as (
    insert into billing.policy (
        service_plan_id, proration, timing, rounding, minimum_amount, bills_suspended, adjusts, bills_open_months,
        valid_from, author
    )
    select
        cast(:service_plan_id as bigint),
        :proration,
        :timing,
        :rounding,
        cast(:minimum_amount as numeric),
        :bills_suspended,
        :adjusts,
        :bills_open_months,
        cast(:valid_from as date),
        :author
    where
        not exists (
            select 1
            from newest
            where
                (
                    newest.proration, newest.timing, newest.rounding, newest.minimum_amount, newest.bills_suspended,
                    newest.adjusts, newest.bills_open_months, newest.valid_from
                )
                = (
                    :proration, :timing, :rounding, cast(:minimum_amount as numeric), :bills_suspended, :adjusts,
                    :bills_open_months, cast(:valid_from as date)
                )
        )
    returning id
)

select coalesce((select added.id from added), (select newest.id from newest)) as id
