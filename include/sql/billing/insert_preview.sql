-- In: the totals of a list; its outcomes and greatest changes as arrays, an element for each row. Stores them.
with outcomes as (
    insert into billing.preview_outcome (preview_id, outcome, client_packages, amount)
    select
        :preview,
        part.outcome,
        part.client_packages,
        part.amount
    from unnest(
        cast(:outcomes as text[]), cast(:client_packages as bigint[]), cast(:amounts as numeric[])
    ) as part (outcome, client_packages, amount)
),

changes as (
    insert into billing.preview_change (preview_id, number, client_plan_id, amount_before, amount_after)
    select
        :preview,
        part.number,
        part.client_plan_id,
        part.amount_before,
        part.amount_after
    from unnest(
        cast(:client_plans as bigint[]), cast(:amounts_before as numeric[]), cast(:amounts_after as numeric[])
    ) with ordinality as part (client_plan_id, amount_before, amount_after, number)
)

insert into billing.preview (
    id, due_date, digest, candidates, charges, amount, last_charges, last_amount, concerns
)
values (
    :preview, :due_date, :digest, :candidates, :charges, :amount, :last_charges, :last_amount, cast(:concerns as jsonb)
)
