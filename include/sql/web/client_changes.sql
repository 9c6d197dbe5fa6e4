-- In: client_plan_id, before (the last row's id, or null for the first page), size. Out: a page of what people changed
-- of a client plan, the newest first.
select
    change.id,
    change.changed_at,
    change.author,
    change.action,
    change.before,
    change.after
from tv.contract_change as change
where
    change.client_plan_id = :client_plan_id
    and (cast(:before as bigint) is null or change.id < cast(:before as bigint))
order by change.id desc
limit :size
