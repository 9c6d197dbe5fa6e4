-- In: of_month, its first day. Out: the client plans whose state in the ERP changed in the month or later, and those
-- that went. Of all others the state of today is that of the whole month.
create or replace function billing.changed_client_plan(of_month date)
returns table (id bigint)
language sql stable parallel safe
as $$
    select state.client_plan_id
    from history.client_plan as state
    where state.until > of_month and state.until < 'infinity'
    union
    select term.client_plan_id
    from history.client_plan_term as term
    where term.gone_since is not null
$$;
