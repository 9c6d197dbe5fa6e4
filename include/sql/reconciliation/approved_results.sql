-- In: question. Out: what became of its operations since they were approved, by action: `applied` or `rejected` by a
-- later change set, `waiting` in it, or `not_wanted` any more.
select
    asked.action,
    case
        when later.status in ('applied', 'rejected') then later.status
        when later.status is null then 'not_wanted'
        else 'waiting'
    end as result,
    count(*) as operations,
    count(distinct asked.client_plan_id) as client_plans
from reconciliation.operation as asked
inner join reconciliation.change_set as question on asked.change_set_id = question.id
left join
    lateral (
        select operation.status
        from reconciliation.operation
        inner join reconciliation.change_set as newer on operation.change_set_id = newer.id
        where
            operation.client_plan_id = asked.client_plan_id
            and operation.change_set_id > asked.change_set_id
            and newer.split_from is null
            and newer.created_at >= question.decided_at
            and operation.action = asked.action
            and operation.target is not distinct from asked.target
        order by operation.change_set_id desc, operation.number desc
        limit 1
    ) as later
    on true
where asked.change_set_id = :question
group by asked.action, result
order by asked.action, result
