-- In: paid (whether those that were made, or those to be made), payout_id (of a single one, or null), after_id (of the
-- last row, or null for the first page), size. Out: a page of the payouts by number, each with the client who gets the
-- money, and what a person said why the credit was given (null: the policy gave it).
with page as materialized (
    select
        payout.id,
        payout.event_id,
        payout.client_plan_id,
        payout.client_id,
        payout.due_date,
        payout.amount,
        payout.paid_at,
        payout.paid_by,
        payout.paid_on,
        payout.paid_how
    from billing.payout
    where
        payout.withdrawn_at is null
        and (payout.paid_at is not null) = :paid
        and (cast(:payout_id as bigint) is null or payout.id = cast(:payout_id as bigint))
        and payout.id > coalesce(cast(:after_id as bigint), 0)
    order by payout.id
    limit :size
)

select
    page.id as payout_id,
    page.client_plan_id,
    client.name as client,
    client.document,
    page.due_date,
    page.amount,
    page.event_id,
    page.paid_at,
    page.paid_by,
    page.paid_on,
    page.paid_how,
    (
        select correction.reason
        from billing.correction
        where correction.reversal_event_id = page.event_id
    ) as said
from page
left join
    lateral (
        select
            privacy.name_of(client.id, client.name) as name,
            privacy.document_of(client.id, client.document) as document
        from erp.client as client
        where
            client.id = coalesce(
                page.client_id,
                (
                    select min(plan.client_id)
                    from erp.client_plan as plan
                    where plan.id = page.client_plan_id
                )
            )
        limit 1 -- noqa: AM09
    ) as client
    on true
order by page.id
