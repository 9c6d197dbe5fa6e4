-- In: of_preview, a stored list; by, at: who approved it, and when. Records the approval, unless the newest review of
-- its due date already is this person's approval of this list. Out: its due date; null if the list was deleted.
-- As the owner, because the screens' role writes no reviews: it can approve a stored list and nothing else.
create or replace function billing.approve_preview(of_preview bigint, by text, at timestamptz)
returns date language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    approved_date date;
begin
    select preview.due_date into approved_date
    from billing.preview
    where preview.id = of_preview
    for update;
    insert into billing.review (
        due_date, digest, candidates, charges, amount, last_charges, last_amount, concerns, decision, decided_by,
        decided_at
    )
    select
        preview.due_date,
        preview.digest,
        preview.candidates,
        preview.charges,
        preview.amount,
        preview.last_charges,
        preview.last_amount,
        preview.concerns,
        'approved',
        by,
        at
    from billing.preview
    where
        preview.id = of_preview
        and not exists (
            select 1
            from (
                select
                    review.digest,
                    review.decision,
                    review.decided_by
                from billing.review
                where review.due_date = preview.due_date
                order by review.id desc
                limit 1
            ) as newest
            where
                newest.digest = preview.digest
                and newest.decision = 'approved'
                and newest.decided_by = by
        );
    return approved_date;
end
$$;
