-- In: reconciliation_hours (for which an answer is awaited). Out: the change set that waits for a person, if there is
-- one: how many contracts lose something, what is sold as extras to all of its contracts in reais a month, and until
-- when.
with question as (
    select change_set.*
    from reconciliation.change_set
    where
        change_set.split_from is not null
        and change_set.status = 'planned'
        and change_set.asked_at is not null
        and change_set.closed_at is null
    order by change_set.id desc
    limit 1
)

select
    '' as key,
    jsonb_build_object(
        'removals', question.removals,
        'operations', question.operations,
        'until', question.waiting_since + make_interval(secs => 3600 * :reconciliation_hours)
    ) as parameters,
    question.client_plans,
    (
        select coalesce(sum(coalesce(sale.price, package.price)), 0)
        from tv.client_package as sale
        inner join tv.package on sale.package_id = package.id
        where
            sale.cancelled_on is null
            and sale.client_plan_id in (
                select operation.client_plan_id
                from reconciliation.operation
                where operation.change_set_id = question.id
            )
    ) as amount
from question
