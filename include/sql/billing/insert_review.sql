-- In: the totals of a list; decided_by (null if a person is asked). Records a review. Out: its id.
insert into billing.review (
    due_date, digest, candidates, charges, amount, last_charges, last_amount, concerns, decision, decided_by, decided_at
)
values (
    :due_date, :digest, :candidates, :charges, :amount, :last_charges, :last_amount, cast(:concerns as jsonb),
    case when cast(:decided_by as text) is not null then 'approved' end, cast(:decided_by as text),
    case when cast(:decided_by as text) is not null then now() end
)
returning id
