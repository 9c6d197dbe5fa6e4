-- In: change_set, release (true: device removals only), batches (at most this many), smallest (client plans in a batch,
-- at least). Out: the first and last client plan of each batch of planned operations.
with waiting as (
    select distinct operation.client_plan_id
    from reconciliation.operation
    where
        operation.change_set_id = :change_set
        and operation.status = 'planned'
        and (not :release or operation.action = 'remove_device')
),

size as (
    select
        cast(
            least(
                cast(:batches as bigint), greatest(1, count(*) / cast(:smallest as bigint))
            ) as integer
        ) as batches
    from waiting
),

dealt as (
    select
        waiting.client_plan_id,
        ntile(size.batches) over (order by waiting.client_plan_id) as batch
    from waiting
    cross join size
)

select
    min(dealt.client_plan_id) as first_id,
    max(dealt.client_plan_id) as last_id
from dealt
group by dealt.batch
order by first_id
