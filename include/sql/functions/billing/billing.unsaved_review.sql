-- Out: of each due date whose list is not saved, what a person was asked about it last.
create or replace function billing.unsaved_review()
returns setof billing.review
language sql stable parallel safe rows 10
as $$
    select review.*
    from (
        select distinct on (review.due_date) review.*
        from billing.review
        order by review.due_date asc, review.id desc
    ) as review
    inner join billing.run
        on review.due_date = run.due_date and run.kind = 'tv' and run.status in ('open', 'failed')
$$;
