-- In: preview. Out: the client plans of a list whose charges differ most from the month before.
select
    change.client_plan_id,
    (
        select privacy.name_of(client.id, client.name) as name
        from erp.client_plan as plan
        inner join erp.client as client on plan.client_id = client.id
        where plan.id = change.client_plan_id
        limit 1 -- noqa: AM09
    ) as client,
    change.amount_before,
    change.amount_after
from billing.preview_change as change
where change.preview_id = :preview
order by change.number
